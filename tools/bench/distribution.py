"""Made-up services as an installed distribution: modules, procedures, metadata."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from tools.bench.made_up import DISTRIBUTION
from tools.bench.made_up import Check
from tools.bench.made_up import Procedure
from tools.bench.made_up import Service
from tools.bench.made_up import Step
from tools.bench.made_up import linked

#: The version that all of them are installed in.
VERSION = "3.0.0"


def install(services: Iterable[Service], folder: Path) -> None:
    """Install services, a module each, into a folder for ``PYTHONPATH``."""
    files = {f"{DISTRIBUTION}/__init__.py": ""}
    defined: dict[str, str] = {}
    checks: dict[str, str] = {}
    for service in services:
        module = f"{DISTRIBUTION}/{service.name}"
        files[f"{module}/__init__.py"] = _module(service)
        for procedure in service.procedures:
            way = procedure.name.partition(".")[2]
            files[f"{module}/procedures/{way}.yaml"] = _file(service, procedure)
        name = module.replace("/", ".")
        defined[service.name] = f"{name}:service"
        checks |= {each.id: f"{name}:{_function(each)}" for each in service.checks}
    groups = {SERVICES: defined, CHECKS: checks}
    Plugins(folder).install(DISTRIBUTION, files, groups, VERSION)


def rewrite(service: Service, folder: Path) -> None:
    """Write the module of one service anew."""
    path = f"{DISTRIBUTION}/{service.name}/__init__.py"
    Plugins(folder).write(path, _module(service))


def pages(services: Iterable[Service]) -> dict[str, str]:
    """The page of each service: directives, and no word of its own but the title."""
    return {
        each.name: "\n".join(
            [
                each.title,
                "=" * len(each.title),
                "",
                f".. upgrade:checks:: {each.name}",
                "",
                *(f".. upgrade:procedure:: {way.name}\n" for way in each.procedures),
            ]
        )
        for each in services
    }


def _link(kind: str, name: str) -> str:
    return f":upgrade:{kind}:`{name}`"


def _function(check: Check) -> str:
    return check.id.partition(".")[2].replace("-", "_")


def _module(service: Service) -> str:
    lines = [
        "from upgradecheck import Result",
        "from upgradecheck import Service",
        "from upgradecheck import check",
        "",
        f"service = Service({service.name!r}, title={service.title!r},",
        f"    procedures={f'{DISTRIBUTION}.{service.name}:procedures'!r})",
    ]
    for each in service.checks:
        text = linked("\n\n".join(each.blocks), _link)
        lines += [
            "",
            "",
            f"@check({each.id!r}, title={each.title!r}, added={each.added!r},",
            f"    needs={each.needs!r}, phase={each.phase!r},",
            f"    remedy={each.remedy!r})",
            f"def {_function(each)}(upgrade):",
            textwrap.indent(f'"""{text}\n"""', "    "),
            '    return Result.skipped("nobody runs it")',
        ]
    return "\n".join(lines) + "\n"


def _file(service: Service, procedure: Procedure) -> str:
    data = {
        "service": service.name,
        "name": procedure.name.partition(".")[2],
        "title": procedure.title,
        "summary": linked("\n\n".join(procedure.blocks), _link),
        "notes": [{"kind": "note", "text": linked(procedure.note, _link)}],
        "prerequisites": [
            {"text": text, "check": check} for text, check in procedure.prerequisites
        ],
        "steps": [_step(procedure, each) for each in procedure.steps],
    }
    return yaml.safe_dump(data, sort_keys=False)


def _step(procedure: Procedure, step: Step) -> dict[str, Any]:
    return dict(_filled(procedure, step))


def _filled(procedure: Procedure, step: Step) -> Iterator[tuple[str, Any]]:
    """The keys of a step that say anything."""
    yield "id", step.id.rpartition(".")[2]
    every = {
        "title": step.title,
        "where": step.where,
        "each": step.each,
        "requires": [each.removeprefix(f"{procedure.name}.") for each in step.requires],
        "gate": list(step.gate),
        "text": step.text,
        "run": list(step.run),
        "notes": [{"kind": "warning", "text": step.warning}] if step.warning else [],
        "steps": [_step(procedure, each) for each in step.steps],
        "verify": list(step.verify),
    }
    yield from ((key, value) for key, value in every.items() if value)
