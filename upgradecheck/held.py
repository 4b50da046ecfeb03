"""What one distribution holds at one time: checks and procedures, in a few facts.

These facts are what the inventory of releases keeps, and what is compared to find
out what has changed since a release.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import TypeAlias

from packaging.utils import canonicalize_name

from upgradecheck.procedure import order

if TYPE_CHECKING:
    from upgradecheck.check import Check
    from upgradecheck.procedure import Procedure
    from upgradecheck.registry import Registry


@dataclasses.dataclass(frozen=True)
class CheckFacts:
    """What is kept of a check.

    :param title: the name people read.
    :param phase: when it is asked.
    :param needs: what must be reachable.
    :param applies_to: the releases that it is meant for; empty for all.
    :param procedures: the procedures on whose way it is asked; empty for always.
    :param changed: the versions in which, it says itself, its meaning changed.
    :param added: the version in which, it says itself, it appeared; not compared.
    """

    title: str
    phase: str = "before"
    needs: tuple[str, ...] = ()
    applies_to: str = ""
    procedures: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added: str = dataclasses.field(default="", compare=False)


@dataclasses.dataclass(frozen=True)
class ProcedureFacts:
    """What is kept of a procedure.

    :param title: the name people read.
    :param steps: the steps in the advised order, by their names without the
        procedure's; each stands before the steps within it.
    """

    title: str
    steps: tuple[str, ...] = ()


Facts: TypeAlias = CheckFacts | ProcedureFacts


@dataclasses.dataclass(frozen=True)
class Held:
    """Checks and procedures by name."""

    checks: Mapping[str, CheckFacts] = dataclasses.field(default_factory=dict)
    procedures: Mapping[str, ProcedureFacts] = dataclasses.field(default_factory=dict)


def same(one: str, other: str) -> bool:
    """Whether two names are those of one distribution, as PyPA compares them."""
    return canonicalize_name(one) == canonicalize_name(other)


def held(
    registry: Registry, procedures: Mapping[str, Procedure], distribution: str
) -> Held:
    """What a distribution provides of all that is registered.

    :param procedures: those of the registry; each is its service's distribution's.
    """

    def is_its(name: str) -> bool:
        return same(registry.providers[name].name, distribution)

    return Held(
        {
            id: check_facts(registry.checks[id])
            for id in sorted(registry.checks)
            if is_its(id)
        },
        {
            name: procedure_facts(procedures[name])
            for name in sorted(procedures)
            if is_its(procedures[name].service)
        },
    )


def check_facts(check: Check) -> CheckFacts:
    """The facts of a check."""
    return CheckFacts(
        _line(check.title) or check.id,
        str(check.phase),
        check.needs,
        _line(check.applies_to),
        _lines(check.procedures),
        _lines(check.changed),
        _line(check.added),
    )


def procedure_facts(procedure: Procedure) -> ProcedureFacts:
    """The facts of a procedure."""
    steps = [step.name.removeprefix(f"{procedure.name}.") for step in order(procedure)]
    return ProcedureFacts(_line(procedure.title) or procedure.name, tuple(steps))


def _line(text: str) -> str:
    """One line that any file can hold, of what a distribution gave us."""
    return " ".join(str(text).encode(errors="replace").decode().split())


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(line for line in map(_line, texts) if line)
