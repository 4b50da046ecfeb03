"""What of a procedure is there on the way to one release."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

from upgradecheck.step import flat

if TYPE_CHECKING:
    from upgradecheck.procedure import Procedure
    from upgradecheck.span import ReleaseVersion
    from upgradecheck.step import Note
    from upgradecheck.step import Reference
    from upgradecheck.step import Section
    from upgradecheck.step import Step


def at(procedure: Procedure, release: ReleaseVersion) -> Procedure:
    """What of a procedure is there on the way to a release; all, if that is None.

    Where a step falls away, what it required is required in its place.

    :raises ValueError: if the release is no version.
    """
    gone = {step.name: step for step in flat(procedure.steps)}
    steps = _there(procedure.steps, release)
    for step in flat(steps):
        del gone[step.name]
    kept = dataclasses.replace(
        procedure,
        prerequisites=_within(procedure.prerequisites, release),
        notes=_within(procedure.notes, release),
        before=_sections(procedure.before, release),
        after=_sections(procedure.after, release),
        steps=tuple(_requiring(step, gone) for step in steps),
    )
    ids = {note.id for note, _ in kept.every_note() if note.id}
    return _seeing(kept, ids)


def _within(values: Iterable[Any], release: ReleaseVersion) -> Any:
    return tuple(each for each in values if release in each.span)


def _sections(
    sections: Iterable[Section], release: ReleaseVersion
) -> tuple[Section, ...]:
    return tuple(
        dataclasses.replace(each, notes=_within(each.notes, release))
        for each in sections
        if release in each.span
    )


def _there(steps: Iterable[Step], release: ReleaseVersion) -> tuple[Step, ...]:
    found = []
    for step in steps:
        inner = _there(step.steps, release)
        if release in step.span and (inner or not step.steps):
            notes = _within(step.notes, release)
            found.append(dataclasses.replace(step, notes=notes, steps=inner))
    return tuple(found)


def _requiring(step: Step, gone: dict[str, Step]) -> Step:
    """The step, which requires nothing that is gone."""
    requires: dict[Reference, None] = {}
    waiting = list(step.requires)
    seen: set[str] = set()
    while waiting:
        each = waiting.pop(0)
        if each.name in gone:
            # Once: two that are gone may require the same, and so may those.
            if each.name not in seen:
                waiting[:0] = gone[each.name].requires
            seen.add(each.name)
        elif each.name != step.name:
            requires[each] = None
    steps = tuple(_requiring(inner, gone) for inner in step.steps)
    return dataclasses.replace(step, requires=tuple(requires), steps=steps)


def _seeing(procedure: Procedure, ids: Collection[str]) -> Procedure:
    """The procedure, which asks to see no note that is gone."""

    def kept(notes: Iterable[Note]) -> tuple[Note, ...]:
        return tuple(note for note in notes if not note.see or note.see in ids)

    def step_of(step: Step) -> Step:
        steps = tuple(step_of(inner) for inner in step.steps)
        return dataclasses.replace(step, notes=kept(step.notes), steps=steps)

    def section_of(section: Section) -> Section:
        return dataclasses.replace(section, notes=kept(section.notes))

    return dataclasses.replace(
        procedure,
        notes=kept(procedure.notes),
        before=tuple(section_of(each) for each in procedure.before),
        after=tuple(section_of(each) for each in procedure.after),
        steps=tuple(step_of(each) for each in procedure.steps),
    )
