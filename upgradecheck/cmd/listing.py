"""``upgrade list``: the services, their checks and procedures."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

import upgradecheck
from upgradecheck import installed
from upgradecheck import registry as registries
from upgradecheck.check import Check
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import add_json
from upgradecheck.cmd.parser import add_services
from upgradecheck.registry import OURS
from upgradecheck.registry import Problem
from upgradecheck.registry import Registry
from upgradecheck.report.terminal import plain
from upgradecheck.series import series_of
from upgradecheck.service import Service

if TYPE_CHECKING:
    from upgradecheck.procedure import Procedure


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "list",
        prog=f"{prog} upgrade list",
        help="list the services and their checks",
        description="Lists what is registered here, and what could not be.",
    )
    add_services(parser, service)
    add_json(parser)


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Print what is registered."""
    names = context.services(arguments)
    registry = registries.load(names or None)
    print_ = document if arguments.json else text
    write(print_(registry, registries.procedures_of(registry)))
    return 255 if registry.problems else 0


def text(registry: Registry, procedures: Mapping[str, Procedure]) -> str:
    """Services, their checks and procedures, and the problems, for people."""
    lines: list[str] = []
    for service in registry.services.values():
        checks = registry.checks_of(service.name)
        lines.append(f"{plain(service.name)}: {plain(_headline(registry, service))}")
        ways = _procedures_of(service, procedures)
        ids = [*(check.id for check in checks), *(way.name for way in ways)]
        width = max((len(each) for each in ids), default=0)
        lines += [
            f"  {plain(check.id):{width}}  {check.phase:6}  {plain(check.title)}"
            for check in checks
        ]
        lines += [
            f"  {plain(way.name):{width}}  {'steps':6}  {plain(way.title)}"
            for way in ways
        ]
        lines.append("")
    for problem in registry.problems:
        lines += _problem(problem)
    return "\n".join(lines).rstrip("\n") + "\n"


def _problem(problem: Problem) -> list[str]:
    """The problem; each mistake of a file on a line of its own, as it can be found."""
    told = f"error: {plain(problem.entry)}: {plain(problem.reason)}"
    first, *mistakes = told.split("\n")
    if mistakes:
        rest = [*mistakes, f"Try: {plain(problem.remedy)}"]
        return [first, *(f"  {each}" for each in rest)]
    return textwrap.wrap(
        f"{first}. {plain(problem.remedy)}",
        78,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _headline(registry: Registry, service: Service) -> str:
    version = installed.version_of(service)
    series = series_of(service, version)
    what = f"{service.title} {version or 'not installed here'}"
    if series:
        what += f" ({series})"
    what += f", defined by {registry.providers[service.name]}"
    if service.name in registry.replaced:
        what += f", which replaces the definition of {OURS}"
    return what


def _procedures_of(
    service: Service, procedures: Mapping[str, Procedure]
) -> list[Procedure]:
    return [each for each in procedures.values() if each.service == service.name]


def document(registry: Registry, procedures: Mapping[str, Procedure]) -> str:
    """Services, their checks and procedures, and the problems, as JSON."""
    data = {
        "schema": 1,
        "tool": {"name": "upgradecheck", "version": upgradecheck.__version__},
        "services": [
            _service(registry, each, _procedures_of(each, procedures))
            for each in registry.services.values()
        ],
        "problems": [
            {
                "id": problem.entry,
                "service": problem.service,
                "message": problem.reason,
                "provider": _provider(problem.provider),
                "remedy": problem.remedy,
            }
            for problem in registry.problems
        ],
    }
    return json.dumps(data, indent=2) + "\n"


def _provider(provider: Any) -> Any:
    return {"name": provider.name, "version": provider.version}


def _service(registry: Registry, service: Service, procedures: list[Procedure]) -> Any:
    version = installed.version_of(service)
    return {
        "name": service.name,
        "title": service.title,
        "version": version,
        "series": series_of(service, version),
        "provider": _provider(registry.providers[service.name]),
        "replaces_bundled": service.name in registry.replaced,
        "checks": [_check(registry, c) for c in registry.checks_of(service.name)],
        "procedures": [_procedure(each) for each in procedures],
    }


def _procedure(procedure: Procedure) -> Any:
    from upgradecheck.procedure import order

    return {
        "id": procedure.name,
        "title": procedure.title,
        "summary": str(procedure.summary).partition("\n\n")[0].replace("\n", " "),
        "added": procedure.span.added,
        "removed": procedure.span.removed,
        "steps": [{"id": step.name, "title": step.title} for step in order(procedure)],
    }


def _check(registry: Registry, check: Check) -> Any:
    return {
        "id": check.id,
        "title": check.title,
        "summary": check.summary,
        "phase": str(check.phase),
        "needs": list(check.needs),
        "added": check.added,
        "changed": list(check.changed),
        "applies_to": check.applies_to,
        "procedures": list(check.procedures),
        "provider": _provider(registry.providers[check.id]),
    }
