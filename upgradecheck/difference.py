"""What has changed between two times: one value a change, of few kinds."""

from __future__ import annotations

import bisect
import dataclasses
import enum
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence

from upgradecheck.held import CheckFacts
from upgradecheck.held import Held
from upgradecheck.held import ProcedureFacts


class Thing(enum.StrEnum):
    """What a change is about."""

    CHECK = "check"
    PROCEDURE = "procedure"
    STEP = "step"


class Verb(enum.StrEnum):
    """What has become of it."""

    ADDED = "added"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"
    REMOVED = "removed"


@dataclasses.dataclass(frozen=True)
class Fact:
    """One fact of a check that is another now.

    :param name: the fact, as :class:`CheckFacts` calls it.
    :param before: what it was, in words.
    :param now: what it is, in words.
    """

    name: str
    before: str
    now: str


@dataclasses.dataclass(frozen=True)
class Change:
    """One change.

    :param thing: what it is about.
    :param verb: what has become of it.
    :param name: the full name of the check, the procedure or the step.
    :param title: the title of the check or the procedure: the present one, or the
        last.
    :param was: the title, or the full name of a step, that it had before.
    :param facts: of a changed check, what is another now; none if the check alone
        says that its meaning changed.
    :param after: of a step, the full name of the one it comes after within its own
        list; empty if it is the first.
    :param inner: the full names of the steps that came or went with a step, since
        they are within it.
    :param phase: of a new check, when it is asked.
    :param applies_to: of a new check, the releases that it is meant for.
    """

    thing: Thing
    verb: Verb
    name: str
    title: str = ""
    was: str = ""
    facts: tuple[Fact, ...] = ()
    after: str = ""
    inner: tuple[str, ...] = ()
    phase: str = ""
    applies_to: str = ""

    @property
    def kind(self) -> str:
        """What and how in one word, as ``check-added``."""
        return f"{self.thing}-{self.verb}"

    @property
    def service(self) -> str:
        """The service that it concerns."""
        return self.name.partition(".")[0]

    @property
    def procedure(self) -> str:
        """Of a step, the full name of its procedure."""
        return ".".join(self.name.split(".")[:2])


def differences(before: Held, now: Held) -> tuple[Change, ...]:
    """Every change from one time to another: checks, then procedures, by name."""
    return (*_of_checks(before, now), *_of_procedures(before, now))


def _of_checks(before: Held, now: Held) -> Iterator[Change]:
    for id in sorted({*before.checks, *now.checks}):
        old, new = before.checks.get(id), now.checks.get(id)
        if new is None:
            assert old is not None
            yield Change(Thing.CHECK, Verb.REMOVED, id, old.title)
        elif old is None:
            yield Change(
                Thing.CHECK,
                Verb.ADDED,
                id,
                new.title,
                phase=new.phase,
                applies_to=new.applies_to,
            )
        else:
            yield from _of_check(id, old, new)


def _of_check(id: str, old: CheckFacts, new: CheckFacts) -> Iterator[Change]:
    if old.title != new.title:
        yield Change(Thing.CHECK, Verb.RENAMED, id, new.title, old.title)
    facts = tuple(
        Fact(name, _words(getattr(old, name)), _words(getattr(new, name)))
        for name in ("phase", "needs", "applies_to", "procedures")
        if _unordered(getattr(old, name)) != _unordered(getattr(new, name))
    )
    if facts or set(new.changed) - set(old.changed):
        yield Change(Thing.CHECK, Verb.CHANGED, id, new.title, facts=facts)


def _unordered(value: str | Collection[str]) -> str | frozenset[str]:
    return value if isinstance(value, str) else frozenset(value)


def _words(value: str | Collection[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _of_procedures(before: Held, now: Held) -> Iterator[Change]:
    for name in sorted({*before.procedures, *now.procedures}):
        old, new = before.procedures.get(name), now.procedures.get(name)
        if new is None:
            assert old is not None
            yield Change(Thing.PROCEDURE, Verb.REMOVED, name, old.title)
        elif old is None:
            inner = tuple(f"{name}.{step}" for step in new.steps)
            yield Change(Thing.PROCEDURE, Verb.ADDED, name, new.title, inner=inner)
        else:
            if old.title != new.title:
                yield Change(Thing.PROCEDURE, Verb.RENAMED, name, new.title, old.title)
            yield from _of_steps(name, old, new)


def _of_steps(name: str, old: ProcedureFacts, new: ProcedureFacts) -> Iterator[Change]:
    """What has become of the steps, in the present order; then what is gone."""
    came = [step for step in new.steps if step not in old.steps]
    went = [step for step in old.steps if step not in new.steps]
    elsewhere = _elsewhere(came, went)
    came = [step for step in came if step not in elsewhere]
    went = [step for step in went if step not in elsewhere.values()]
    moved = _moved(old.steps, new.steps)

    def told(verb: Verb, step: str, steps: Sequence[str], was: str = "") -> Change:
        within = [each for each in steps if each.startswith(f"{step}.")]
        after = "" if verb is Verb.REMOVED else _before(step, new.steps)
        return Change(
            Thing.STEP,
            verb,
            f"{name}.{step}",
            new.title,
            after=f"{name}.{after}" if after else "",
            inner=tuple(f"{name}.{each}" for each in within),
            was=was,
        )

    for step in new.steps:
        if step in elsewhere:
            yield told(Verb.MOVED, step, (), was=f"{name}.{elsewhere[step]}")
        elif step in moved:
            yield told(Verb.MOVED, step, ())
        elif step in came and not _is_within(step, came):
            yield told(Verb.ADDED, step, came)
    for step in went:
        if not _is_within(step, went):
            yield told(Verb.REMOVED, step, went)


def _parent(step: str) -> str:
    return step.rpartition(".")[0]


def _id(step: str) -> str:
    return step.rpartition(".")[2]


def _is_within(step: str, others: Collection[str]) -> bool:
    return any(step.startswith(f"{other}.") for other in others)


def _before(step: str, steps: Sequence[str]) -> str:
    """The step that comes before one in the list that both are in."""
    siblings = [each for each in steps if _parent(each) == _parent(step)]
    place = siblings.index(step)
    return siblings[place - 1] if place else ""


def _elsewhere(came: Sequence[str], went: Sequence[str]) -> dict[str, str]:
    """Steps that lie in another step now, by their new name: the old one."""
    ids_came, ids_went = [_id(each) for each in came], [_id(each) for each in went]
    return {
        new: old
        for new in came
        for old in went
        if _id(new) == _id(old)
        and ids_came.count(_id(new)) == 1
        and ids_went.count(_id(old)) == 1
    }


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """The fewest steps that must have moved for the order to be what it is."""
    found: set[str] = set()
    for parent in {_parent(step) for step in new}:
        places = {step: n for n, step in enumerate(old) if _parent(step) == parent}
        kept = [s for s in new if _parent(s) == parent and s in places]
        stay = _longest_rise([places[step] for step in kept])
        found |= {step for step in kept if places[step] not in stay}
    return found


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """A longest rising subsequence of distinct numbers, by patience sorting."""
    tops: list[int] = []
    below: dict[int, int | None] = {}
    for number in numbers:
        place = bisect.bisect_left(tops, number)
        below[number] = tops[place - 1] if place else None
        tops[place : place + 1] = [number]
    found: set[int] = set()
    here = tops[-1] if tops else None
    while here is not None:
        found.add(here)
        here = below[here]
    return found
