"""A service whose upgrade takes a hundred steps, each verified by a check of its own.

Ten steps are done; what the checks of the others find is only a warning, so that a
plan goes on to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins

NAME = "centipede"
#: Of these the first so many are done.
STEPS, DONE = 100, 10


def install(folder: Path) -> None:
    """Install the service into a folder for ``PYTHONPATH``."""
    slugs = [f"leg-{number}" for number in range(1, STEPS + 1)]
    checks = {f"{NAME}.{slug}": f"{NAME}:{slug.replace('-', '_')}" for slug in slugs}
    files = {
        f"{NAME}/__init__.py": "\n".join(_module(slugs)) + "\n",
        f"{NAME}/procedures/walk.yaml": "\n".join(_procedure(slugs)) + "\n",
    }
    groups = {SERVICES: {NAME: f"{NAME}:service"}, CHECKS: checks}
    Plugins(folder).install(NAME, files, groups)


def _module(slugs: list[str]) -> Iterator[str]:
    yield "from upgradecheck import Code, Result, Service, check"
    yield f'service = Service("{NAME}", procedures="{NAME}:procedures")'
    for number, slug in enumerate(slugs):
        code = "SUCCESS" if number < DONE else "WARNING"
        yield ""
        yield f'@check("{NAME}.{slug}", title="Leg {number + 1}")'
        yield f"def {slug.replace('-', '_')}(upgrade):"
        yield '    """The leg has moved."""'
        yield f'    return Result(Code.{code}, "looked at")'


def _procedure(slugs: list[str]) -> Iterator[str]:
    yield f"service: {NAME}"
    yield "name: walk"
    yield "title: Walk"
    yield "summary: One leg after the other."
    yield "steps:"
    for number, slug in enumerate(slugs):
        yield f"  - id: {slug}"
        yield f"    title: Move leg {number + 1}"
        yield "    where: every node"
        if number:
            yield f"    requires: [{slugs[number - 1]}]"
        yield f"    run: [{NAME}-manage move {number + 1}]"
        yield "    text: Put it before the others, and wait until it stands."
        yield f"    verify: [{NAME}.{slug}]"
