"""``service-status``: the command, and where exceptions become exit codes."""

from __future__ import annotations

import argparse
import contextlib
import gc
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from typing import Any

from upgradecheck import registry as registries
from upgradecheck import runner
from upgradecheck import settings
from upgradecheck.check import NotVerified
from upgradecheck.check import Phase
from upgradecheck.cmd import listing
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import build
from upgradecheck.cmd.parser import nearest
from upgradecheck.cmd.parser import parse
from upgradecheck.isolation import Interrupted
from upgradecheck.registry import Registry
from upgradecheck.report import document
from upgradecheck.report import file
from upgradecheck.report import progress
from upgradecheck.report import table
from upgradecheck.report.terminal import plain
from upgradecheck.runner import Given
from upgradecheck.runner import Selection
from upgradecheck.secret import mask_urls
from upgradecheck.service import Service
from upgradecheck.waiver import Waiver

#: What is no verdict: misuse, unreadable settings, a crash, an interrupt.
NO_VERDICT = 255


class _Unwritten(Exception):
    """The output could not be written."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; every exception becomes an exit code here.

    :param argv: the words after the command's name; by default the process's.
    :returns: 0, 1, 2 or 255.
    """
    prog = os.path.basename(sys.argv[0]).removesuffix(".py")
    # Most of a run is importing, which makes much and throws little away.
    gc.set_threshold(100_000)
    # oslo.config warns of old names through logging; our findings say it.
    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(prog, list(sys.argv[1:] if argv is None else argv))
    except (UsageError, _Unwritten) as fault:
        return _told(prog, str(fault))
    except NotVerified as fault:
        remedy = f"\nTry: {fault.remedy}" if fault.remedy else ""
        return _told(prog, f"{fault.reason}{remedy}")
    except KeyboardInterrupt:
        return _told(prog, "interrupted")
    except BrokenPipeError:
        return NO_VERDICT  # the reader went away: there is nobody to tell
    except Exception as fault:  # noqa: BLE001 - the last resort, told in a line
        return _told(
            prog,
            # Not its text: nobody knows what that quotes.
            f"this is a fault of upgradecheck: {type(fault).__name__} at "
            f"{_origin(fault)}\nPlease report it.",
        )


def _origin(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown place"
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def _interrupt(_number: int, _frame: Any) -> None:
    raise Interrupted


def _told(prog: str, message: str) -> int:
    with contextlib.suppress(OSError):
        print(f"{prog}: {plain(mask_urls(message))}", file=sys.stderr, flush=True)
    return NO_VERDICT


def _run(prog: str, argv: list[str]) -> int:
    known = registries.names()
    own = _own_service(prog, known)
    try:
        arguments = parse(build(prog, own), argv)
    except SystemExit:  # --help and --version have printed
        _write("")
        return 0
    if arguments.command == "list":
        return _list(arguments, known, own)
    if arguments.command == "explain":
        return _explain(arguments, known)
    return _check(arguments, known, own)


def _own_service(prog: str, known: Sequence[str]) -> str | None:
    """The service of a ``<service>-status``."""
    found = re.fullmatch(r"(.+)-status", prog)
    return found[1] if found and found[1] in known else None


def _services(
    arguments: argparse.Namespace, known: Sequence[str], own: str | None
) -> list[str]:
    """The services that the user named; none for all.

    :raises UsageError: if one is unknown.
    """
    for name in arguments.services:
        if name not in known:
            raise UsageError(
                f"there is no service {name!r}.{nearest(name, known)} Known are: "
                f"{', '.join(known) or 'none'}."
            )
        if own and name != own:
            raise UsageError(
                f"this command checks {own} alone. Try: service-status upgrade "
                f"{arguments.command} {name}"
            )
    return [own] if own else list(dict.fromkeys(arguments.services))


def _list(arguments: argparse.Namespace, known: Sequence[str], own: str | None) -> int:
    names = _services(arguments, known, own)
    registry = registries.load(names or None)
    print_ = listing.document if arguments.json else listing.text
    _write(print_(registry, registries.procedures_of(registry)))
    return NO_VERDICT if registry.problems else 0


def _explain(arguments: argparse.Namespace, known: Sequence[str]) -> int:
    service = arguments.id.partition(".")[0]
    registry = registries.load([service] if service in known else None)
    _require([arguments.id], registry)
    if arguments.id not in registry.checks:
        problem = next(p for p in registry.problems if p.entry == arguments.id)
        raise NotVerified(problem.reason, remedy=problem.remedy)
    _write(listing.explained(registry, registry.checks[arguments.id]))
    return 0


def _require(ids: Sequence[str], registry: Registry) -> None:
    """:raises UsageError: if an id is unknown."""
    for id in registries.find(ids, registry):
        raise UsageError(
            f"there is no check {id!r}.{nearest(id, registry.checks)}\n"
            "Try: service-status upgrade list"
        )


def _check(arguments: argparse.Namespace, known: Sequence[str], own: str | None) -> int:
    ours = settings.load()
    excluded = {*ours.exclude, *arguments.exclude}
    names = _services(arguments, known, own)
    if not names:
        named = [*arguments.checks, *filter(None, [arguments.procedure])]
        names = list(dict.fromkeys(id.partition(".")[0] for id in named))
    given = _given(arguments, known)
    registry = registries.load(set(names) & set(known) or None)
    _require(arguments.checks, registry)
    ids = [*arguments.checks, *_gates(arguments.procedure, registry)]
    _require(arguments.exclude, _with(arguments.exclude, registry))
    services = _chosen(names, registry, given)
    _assign(given, services)
    selection = Selection(
        Phase(arguments.phase),
        ids,
        excluded,
        _waivers(arguments.waivers or ours.waivers),
    )
    colour = _colour()
    with progress.shown(colour) as tell:
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
        text = table.render(report, colour and arguments.output is None)
    _write(text, arguments.output)
    if not report.rows:
        _told("service-status", _nothing(services, known))
    return report.exit_code


def _gates(name: str | None, registry: Registry) -> list[str]:
    """The checks that must pass before the first step of a procedure.

    :raises UsageError: if there is no such procedure, or it gates nothing there.
    :raises NotVerified: if the procedure is refused.
    """
    if name is None:
        return []
    from upgradecheck.procedure import checks_before

    procedures = registries.procedures_of(registry)
    for problem in registry.problems:
        if problem.entry == name:
            raise NotVerified(problem.reason, remedy=problem.remedy)
    if name not in procedures:
        raise UsageError(
            f"there is no procedure {name!r}.{nearest(name, procedures)}\n"
            "Try: service-status upgrade list"
        )
    ids = checks_before(procedures[name])
    if not ids:
        raise UsageError(f"{name} asks for no check before its first step")
    return list(ids)


def _waivers(path: str | None) -> list[Waiver]:
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


def _chosen(
    names: Sequence[str], registry: Registry, given: dict[str, Given]
) -> list[Service]:
    """The services to look at; by default those that are here."""
    if names:
        missing = [name for name in names if name not in registry.services]
        chosen = [registry.services[n] for n in names if n in registry.services]
        # A service whose definition does not load still has its error row.
        return chosen + [Service(name) for name in missing]
    return [
        service
        for service in registry.services.values()
        if runner.is_here(service, given)
    ]


def _given(arguments: argparse.Namespace, known: Sequence[str]) -> dict[str, Given]:
    """Configuration by service; that without a service under the empty name."""
    files: dict[str, list[str]] = {}
    folders: dict[str, list[str]] = {}
    for found, paths in (
        (files, arguments.config_file),
        (folders, arguments.config_dir),
    ):
        for path in paths:
            service, colon, rest = path.partition(":")
            if colon and service in known:
                found.setdefault(service, []).append(rest)
            else:
                found.setdefault("", []).append(path)
    return {
        service: Given(files.get(service, []), folders.get(service, []))
        for service in {*files, *folders}
    }


def _assign(given: dict[str, Given], services: Sequence[Service]) -> None:
    """Give the configuration without a service to the only one there is.

    :raises UsageError: if there are several, or none.
    """
    plain_given = given.pop("", None)
    names = [service.name for service in services]
    for name in given:
        if name not in names:
            raise UsageError(
                f"a configuration is given for {name}, which is not checked"
            )
    if plain_given is None:
        return
    if len(names) != 1:
        raise UsageError(
            "--config-file and --config-dir need exactly one service, and these are "
            f"{', '.join(names) or 'none'}. Name it after the word check, or write "
            "--config-file SERVICE:FILE"
        )
    more = given.get(names[0], Given())
    given[names[0]] = Given(
        [*plain_given.files, *more.files],
        [*plain_given.directories, *more.directories],
    )


def _colour() -> bool:
    """Whether standard output wants colour; see https://no-color.org."""
    return (
        sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def _write(text: str, path: str | None = None) -> None:
    if path is None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as fault:
            # Or Python tries once more when it ends, and complains.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(fault, BrokenPipeError):
                raise
            raise _Unwritten(f"cannot write the output: {fault.strerror}") from None
        return
    try:
        file.write(path, text)
    except OSError as fault:
        raise _Unwritten(
            f"cannot write {path}: {fault.strerror}; a report that was there before "
            "is unchanged\nTry: another place, with room, that this user may write to"
        ) from None
    if sys.stderr.isatty():
        print(f"The report is in {path}.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
