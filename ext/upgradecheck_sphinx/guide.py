"""What there is to show: checks and procedures as the pages need them.

This is the one place that knows the registry; the directives know this alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from upgradecheck import entries
from upgradecheck import held
from upgradecheck import registry
from upgradecheck.check import Check
from upgradecheck.held import Held
from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import order
from upgradecheck.registry import Problem
from upgradecheck.registry import Registry
from upgradecheck.service import Service
from upgradecheck_sphinx.origin import Origin
from upgradecheck_sphinx.text import Line
from upgradecheck_sphinx.warning import Warn


@dataclasses.dataclass(frozen=True)
class CheckDoc:
    """A check as a page shows it.

    :param provider: the distribution that provides it.
    :param is_owed: whether some page has to show it.
    """

    id: str
    title: str
    needs: tuple[str, ...]
    phase: str
    added: str
    changed: tuple[str, ...]
    applies_to: str
    procedures: tuple[str, ...]
    remedy: str
    provider: str
    text: str
    lines: tuple[Line, ...] = dataclasses.field(compare=False, repr=False)
    source: Source = dataclasses.field(compare=False, repr=False)
    is_owed: bool = dataclasses.field(compare=False, repr=False)

    @property
    def since(self) -> str:
        """The version in which it appeared, with the distribution it counts."""
        return f"{self.provider} {self.added}".strip() if self.added else ""

    @property
    def row(self) -> tuple[str, ...]:
        """What a summary says of it."""
        return (self.id, self.title, ", ".join(self.needs), self.phase, self.since)


@dataclasses.dataclass(frozen=True)
class ServiceDoc:
    """A service, and the ids of the checks that belong to it.

    :param provider: the distribution that defines it.
    """

    name: str
    title: str
    provider: str
    checks: tuple[str, ...]


@dataclasses.dataclass
class Guide:
    """All there is to show.

    :param definitions: the services as they are defined.
    :param watched: the services of which everything has to be shown.
    :param inventory: the file of what each release held; there may be none.
    :param owed: what some page has to show, as kind and name, and where it is
        defined.
    :param held: what each distribution provides, by its canonical name.
    :param refused: the names of what is registered and does not load.
    """

    services: dict[str, ServiceDoc] = dataclasses.field(default_factory=dict)
    definitions: dict[str, Service] = dataclasses.field(default_factory=dict)
    checks: dict[str, CheckDoc] = dataclasses.field(default_factory=dict)
    procedures: dict[str, Procedure] = dataclasses.field(default_factory=dict)
    watched: frozenset[str] = frozenset()
    inventory: Path = Path()
    owed: dict[str, Source] = dataclasses.field(default_factory=dict)
    held: dict[str, Held] = dataclasses.field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    digests: dict[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        self.digests = {key: _digest(value) for key, value in self._shown()}

    def _shown(self) -> Iterator[tuple[str, object]]:
        for service in self.services.values():
            yield f"service {service.name}", service
        for check in self.checks.values():
            yield f"check {check.id}", check
            yield f"row {check.id}", check.row
        for procedure in self.procedures.values():
            title = self.services[procedure.service].title
            yield f"procedure {procedure.name}", (title, procedure)
        is_kept = self.inventory.is_file()
        yield "history", (is_kept, sorted(self.held.items()), sorted(self.refused))

    @property
    def names(self) -> dict[str, set[str]]:
        """The names that roles may use, by role."""
        steps = {step.name for each in self.procedures.values() for step in order(each)}
        return {
            "check": set(self.checks),
            "procedure": set(self.procedures),
            "step": steps,
        }


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def load(services: Iterable[str], inventory: Path = Path()) -> Guide:
    """What the registry holds; what it cannot hold is a warning each.

    :param services: those of which everything has to be shown.
    :param inventory: where the file of what each release held is, if there is one.
    """
    loaded = registry.load()
    count = len(loaded.problems)
    procedures = registry.procedures_of(loaded)
    origin = Origin()
    for problem in loaded.problems[:count]:
        _warn_of_entry(problem, origin)
    for problem in loaded.problems[count:]:
        _warn_of_file(problem)
    wanted = frozenset(services)
    for name in sorted(wanted - set(loaded.services)):
        right = nearest(name, loaded.services)
        said = f"upgradecheck_services names {name}, which is no service; {right}"
        Warn.LOAD.at(None, said)
    owners = _Owners(loaded)
    checks = {}
    for check in loaded.checks.values():
        provider = loaded.providers[check.id].name
        is_owed = check.service in wanted and owners.own(check.service, provider)
        source = origin.of_entry(registry.CHECKS, check.id, provider)
        checks[check.id] = _check(check, provider, source, is_owed, origin)
    owed = {f"check {each.id}": each.source for each in checks.values() if each.is_owed}
    owed |= {
        f"procedure {each.name}": each.source
        for each in procedures.values()
        if each.service in wanted
    }
    return Guide(
        services={
            each.name: ServiceDoc(
                each.name,
                each.title,
                loaded.providers[each.name].name,
                tuple(check.id for check in loaded.checks_of(each.name)),
            )
            for each in loaded.services.values()
        },
        definitions=dict(loaded.services),
        checks=checks,
        procedures=procedures,
        watched=wanted,
        inventory=inventory,
        owed=owed,
        held={
            canonicalize_name(each.name): held.held(loaded, procedures, each.name)
            for each in set(loaded.providers.values())
        },
        refused=frozenset(each.entry for each in loaded.problems),
    )


def _check(
    check: Check, provider: str, source: Source, is_owed: bool, origin: Origin
) -> CheckDoc:
    lines = origin.of_text(check, source)
    return CheckDoc(
        id=check.id,
        title=" ".join(check.title.split()) or check.id,
        needs=check.needs,
        phase=str(check.phase),
        added=check.added,
        changed=check.changed,
        applies_to=check.applies_to,
        procedures=check.procedures,
        remedy=check.remedy or "",
        provider=provider,
        text="\n".join(line for line, _ in lines),
        lines=lines,
        source=source,
        is_owed=is_owed,
    )


class _Owners:
    """Tells a service's own distributions from third parties."""

    def __init__(self, loaded: Registry) -> None:
        self._loaded = loaded
        self._definers = {
            (entry.name, _normal(entries.owner(entry)[0]))
            for entry in entries.of_group(registry.SERVICES)
        }

    def own(self, name: str, distribution: str) -> bool:
        service = self._loaded.services[name]
        known = {registry.OURS, _normal(name), _normal(service.distribution)}
        provider = _normal(distribution)
        return provider in known or (name, provider) in self._definers


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _warn_of_entry(problem: Problem, origin: Origin) -> None:
    group = registry.CHECKS if "." in problem.entry else registry.SERVICES
    source = origin.of_entry(group, problem.entry, problem.provider.name)
    text = f"{problem.entry}: {problem.reason}. {problem.remedy}"
    Warn.LOAD.at(source, text)


def _warn_of_file(problem: Problem) -> None:
    """A procedure's mistakes, each where it is."""
    for mistake in problem.mistakes:
        text = f"{problem.entry} is refused: {mistake.what}; {mistake.right}"
        Warn.PROCEDURE.at(mistake.source, text)
