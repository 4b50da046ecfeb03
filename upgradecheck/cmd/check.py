"""``upgrade check``: ask the checks and report every answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from upgradecheck import registry as registries
from upgradecheck import runner
from upgradecheck import settings
from upgradecheck.check import NotVerified
from upgradecheck.check import Phase
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import add_baseline
from upgradecheck.cmd.context import assign
from upgradecheck.cmd.context import colour
from upgradecheck.cmd.context import release
from upgradecheck.cmd.context import require
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import EXIT_CODES
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import add_baseline_option
from upgradecheck.cmd.parser import add_json
from upgradecheck.cmd.parser import add_services
from upgradecheck.cmd.parser import nearest
from upgradecheck.question import Given
from upgradecheck.question import Selection
from upgradecheck.question import is_here
from upgradecheck.registry import Registry
from upgradecheck.report import document
from upgradecheck.report import progress
from upgradecheck.report import table
from upgradecheck.report.terminal import plain
from upgradecheck.service import Service
from upgradecheck.waiver import Waiver

if TYPE_CHECKING:
    from upgradecheck.procedure import Procedure


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "check",
        prog=f"{prog} upgrade check",
        help="ask the checks",
        description="Asks the checks of the services and reports every answer.",
        epilog=EXIT_CODES,
    )
    add_services(parser, service)
    parser.add_argument(
        "--check",
        action="append",
        default=[],
        metavar="ID",
        dest="checks",
        help="ask this check alone, whatever its phase; may be given several times",
    )
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="ID",
        help="do not ask this check; the report shows it as skipped",
    )
    parser.add_argument(
        "--procedure",
        metavar="SERVICE.NAME",
        help="ask the checks that must pass before the first step of this procedure, "
        "as list shows it",
    )
    parser.add_argument(
        "--phase",
        choices=[str(phase) for phase in Phase],
        metavar="PHASE",
        default=str(Phase.BEFORE),
        help="ask the checks of this phase: before (the default), during or after "
        "the upgrade",
    )
    add_releases(parser)
    add_baseline_option(parser)
    parser.add_argument(
        "--strict",
        action="store_true",
        help="warn of every option that is not set and whose default changes",
    )
    parser.add_argument(
        "--waivers",
        metavar="FILE",
        help="a YAML file of reasons to let findings pass; a waived finding stays in "
        "the report",
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        help="how long one check may take (default: 60)",
    )
    parser.add_argument(
        "--format",
        choices=["table", "json"],
        metavar="FORMAT",
        help="table (the default) or json",
    )
    add_json(parser)
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="write the report to this file; it is replaced as a whole or not at all",
    )


def add_releases(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the releases of the upgrade."""
    parser.add_argument(
        "--from",
        metavar="RELEASE",
        dest="origin",
        help="the release that the upgrade starts from: a version (18.0.0), a series "
        "(2026.1) or its name (gazpacho); by default those that the database's "
        "revision fits",
    )
    parser.add_argument(
        "--to",
        metavar="RELEASE",
        dest="target",
        help="the release to upgrade to, written likewise; it need not be installed "
        "(default: the installed one)",
    )


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 < number < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return number


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Ask the checks."""
    ours = settings.load()
    excluded = {*ours.exclude, *arguments.exclude}
    names = context.services(arguments)
    if not names:
        named = [*arguments.checks, *filter(None, [arguments.procedure])]
        names = list(dict.fromkeys(id.partition(".")[0] for id in named))
    given = context.given(arguments)
    registry = registries.load(set(names) & set(context.known) or None)
    require(arguments.checks, registry)
    first, gates = _gates(arguments.procedure, registry)
    ids = [*arguments.checks, *first]
    require(arguments.exclude, _with(arguments.exclude, registry))
    services = chosen(names, registry, given)
    assign(given, services)
    add_baseline(given, arguments.baseline, services)
    selection = Selection(
        phase=Phase(arguments.phase),
        checks=ids,
        excluded=excluded,
        waivers=waivers_of(arguments.waivers or ours.waivers),
        origin=arguments.origin,
        target=arguments.target,
        strict=arguments.strict,
        gates=gates,
    )
    require_releases(selection, services)
    coloured = colour()
    with progress.shown(coloured) as tell:
        report = runner.run(
            registry,
            services,
            selection,
            given,
            arguments.timeout or ours.timeout,
            *([tell] if tell else []),
        )
    as_json = arguments.json or arguments.format == "json"
    if as_json:
        text = document.render(report)
    else:
        text = table.render(report, coloured and arguments.output is None)
    write(text, arguments.output)
    if not report.rows:
        print(
            f"{context.prog}: {plain(_nothing(services, context.known))}",
            file=sys.stderr,
        )
    return report.exit_code


def require_releases(selection: Selection, services: Sequence[Service]) -> None:
    """Refuse words that name no release of the services.

    :raises UsageError: if one names none.
    """
    for option, word in (("--from", selection.origin), ("--to", selection.target)):
        if word is not None:
            release(option, word, services)


def _gates(
    name: str | None, registry: Registry
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The checks that gate a procedure's first step, and those that gate any.

    :raises UsageError: if there is no such procedure, or it gates nothing there.
    :raises NotVerified: if the procedure is refused.
    """
    if name is None:
        return (), ()
    from upgradecheck.procedure import checks_before
    from upgradecheck.procedure import gates_of

    procedure = procedure_named(name, registry)
    ids = checks_before(procedure)
    if not ids:
        raise UsageError(f"{name} asks for no check before its first step")
    return ids, gates_of(procedure)


def procedure_named(name: str, registry: Registry) -> Procedure:
    """The procedure of a full name.

    :raises UsageError: if there is none.
    :raises NotVerified: if it is refused.
    """
    procedures = registries.procedures_of(registry)
    for problem in registry.problems:
        if problem.entry == name:
            raise NotVerified(problem.reason, remedy=problem.remedy)
    if name not in procedures:
        raise UsageError(
            f"there is no procedure {name!r}.{nearest(name, procedures)}\n"
            "Try: service-status upgrade list"
        )
    return procedures[name]


def waivers_of(path: str | None) -> list[Waiver]:
    """The waivers of a file; its ids are those of all services."""
    if path is None:
        return []
    from upgradecheck import waiver_file

    return waiver_file.load(path, registries.load().checks)


def _with(ids: Sequence[str], registry: Registry) -> Registry:
    """A registry in which the services of these ids are loaded too."""
    missing = {id.partition(".")[0] for id in ids} - set(registry.services)
    return registries.load() if missing else registry


def _nothing(services: Sequence[Service], known: Sequence[str]) -> str:
    if services:
        return "no check was asked: none of these services has a check of this phase"
    return (
        "no check was asked: none of the services known here is installed or has a "
        f"configuration. Name one: {', '.join(known) or 'none is known'}"
    )


def chosen(
    names: Sequence[str], registry: Registry, given: dict[str, Given]
) -> list[Service]:
    """The services to look at; by default those that are here."""
    if names:
        missing = [name for name in names if name not in registry.services]
        chosen = [registry.services[n] for n in names if n in registry.services]
        # A service whose definition does not load still has its error row.
        return chosen + [Service(name) for name in missing]
    return [
        service for service in registry.services.values() if is_here(service, given)
    ]
