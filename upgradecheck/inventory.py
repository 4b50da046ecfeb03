"""The inventory: what each release of a distribution held, and what it removed.

It is one file under ``releasenotes/``. The release notes and ``upgrade:history``
are both read off it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import Generic
from typing import TypeVar

from packaging.version import InvalidVersion
from packaging.version import Version

from upgradecheck.difference import Change
from upgradecheck.difference import Thing
from upgradecheck.difference import Verb
from upgradecheck.difference import differences
from upgradecheck.held import CheckFacts
from upgradecheck.held import Facts
from upgradecheck.held import Held
from upgradecheck.held import ProcedureFacts
from upgradecheck.mistake import NOWHERE
from upgradecheck.mistake import Source

FactsT = TypeVar("FactsT", bound=Facts)


@dataclasses.dataclass(frozen=True)
class Entry(Generic[FactsT]):
    """What something was from one version on.

    :param version: the version of the distribution.
    :param facts: what it was; None if that version had it no more.
    """

    version: str
    facts: FactsT | None
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclasses.dataclass(frozen=True)
class Inventory:
    """What each release of a distribution held.

    :param distribution: its name.
    :param releases: the versions that were recorded, oldest first.
    :param checks: each check that ever was, by id, with its entries, oldest first.
    :param procedures: each procedure that ever was, in the same way.
    """

    distribution: str
    releases: tuple[str, ...] = ()
    checks: Mapping[str, tuple[Entry[CheckFacts], ...]] = dataclasses.field(
        default_factory=dict
    )
    procedures: Mapping[str, tuple[Entry[ProcedureFacts], ...]] = dataclasses.field(
        default_factory=dict
    )

    @classmethod
    def declared(cls, distribution: str, now: Held) -> Inventory:
        """What checks say of themselves, where no release was ever recorded.

        :param now: what the distribution holds.
        """
        return cls(
            distribution,
            checks={
                id: (Entry(facts.added, facts),)
                for id, facts in now.checks.items()
                if _is_version(facts.added)
            },
        )

    @property
    def last(self) -> str:
        """The last release; empty if there was none."""
        return self.releases[-1] if self.releases else ""

    def at(self, version: str | None = None) -> Held:
        """What a version held; by default what the last one did."""
        age = None if version is None else Version(version)
        return Held(_at(self.checks, age), _at(self.procedures, age))

    def source(self, change: Change) -> Source:
        """Where the file tells of what a change is about."""
        entries: tuple[Entry[Any], ...] = (
            self.checks.get(change.name, ())
            if change.thing is Thing.CHECK
            else self.procedures.get(change.procedure, ())
        )
        return entries[-1].source if entries else NOWHERE

    def history(self) -> list[tuple[str, tuple[Change, ...]]]:
        """Each version that changed something, newest first, and its changes."""
        changes: dict[Version, list[Change]] = {}
        names: dict[Version, str] = {}
        before = Held()
        for version in _versions(self):
            now = self.at(version)
            names[Version(version)] = version
            changes[Version(version)] = list(differences(before, now))
            before = now
        for id, entries in self.checks.items():
            first = entries[0]
            for version in first.facts.changed if first.facts else ():
                if not _is_version(version) or Version(version) <= Version(
                    first.version
                ):
                    continue
                age = Version(version)
                names.setdefault(age, version)
                title = first.facts.title if first.facts else ""
                change = Change(Thing.CHECK, Verb.CHANGED, id, title)
                changes.setdefault(age, []).append(change)
        return [
            (names[age], tuple(changes[age]))
            for age in sorted(changes, reverse=True)
            if changes[age]
        ]

    def advanced(self, version: str, now: Held) -> Inventory:
        """The inventory after a release.

        A check that is seen for the first time counts from the version it says
        itself, where that is older than all that was recorded.

        :param version: of the release.
        :param now: what it holds.
        :raises ValueError: if it is no version, or not newer than the last.
        """
        if not _is_version(version):
            raise ValueError(f"{version!r} is no version, as 1.2.0 is one")
        if self.last and Version(version) <= Version(self.last):
            raise ValueError(f"{version} is not newer than {self.last}")
        first = self.releases[0] if self.releases else version

        def since(facts: Facts) -> str:
            declared = facts.added if isinstance(facts, CheckFacts) else ""
            if _is_version(declared) and Version(declared) < Version(first):
                return declared
            return version

        return dataclasses.replace(
            self,
            releases=(*self.releases, version),
            checks=_advanced(self.checks, now.checks, version, since),
            procedures=_advanced(self.procedures, now.procedures, version, since),
        )

    def contradicted(self, now: Held) -> list[str]:
        """Checks that say they are older than they can be; a sentence each."""
        if not self.releases:
            return []
        first, last = Version(self.releases[0]), Version(self.last)
        return [
            f"{id} says that it was added in {facts.added}, and {self.last} was "
            "released without it"
            for id, facts in now.checks.items()
            if id not in self.checks
            and _is_version(facts.added)
            and first <= Version(facts.added) <= last
        ]


def _at(
    things: Mapping[str, tuple[Entry[FactsT], ...]], age: Version | None
) -> dict[str, FactsT]:
    found = {}
    for name, entries in things.items():
        past = [e for e in entries if age is None or Version(e.version) <= age]
        facts = past[-1].facts if past else None
        if facts is not None:
            found[name] = facts
    return found


def _advanced(
    past: Mapping[str, tuple[Entry[FactsT], ...]],
    now: Mapping[str, FactsT],
    version: str,
    since: Callable[[FactsT], str],
) -> dict[str, tuple[Entry[FactsT], ...]]:
    found = dict(past)
    for name in sorted({*past, *now}):
        facts = now.get(name)
        if name not in past:
            found[name] = (Entry(since(now[name]), facts),)
        elif facts != past[name][-1].facts:
            found[name] = (*past[name], Entry(version, facts))
    return found


def _versions(inventory: Inventory) -> list[str]:
    """Each version that is mentioned, oldest first."""
    entries: Iterable[tuple[Entry[Any], ...]] = (
        *inventory.checks.values(),
        *inventory.procedures.values(),
    )
    named = {Version(each.version): each.version for e in entries for each in e}
    named |= {Version(each): each for each in inventory.releases}
    return [named[age] for age in sorted(named)]


def _is_version(text: str) -> bool:
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True
