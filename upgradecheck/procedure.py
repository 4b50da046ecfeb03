"""A procedure: one way to upgrade a service, as ordered steps.

The list of steps is the advised order; what a step ``requires`` is the required
one. A source says where something is written, and is no part of what it is: two
values that say the same are equal. Names are full ones: the step ``expand`` of the procedure ``glance.rolling``
is ``glance.rolling.expand``, and the step ``stop`` inside its step
``remaining-nodes`` is ``glance.rolling.remaining-nodes.stop``.
"""

from __future__ import annotations

import dataclasses
import importlib.resources
import os
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from typing import TypeAlias

from packaging.version import Version

from upgradecheck.mistake import NOWHERE
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck.yamlfile import LARGEST

#: A release of the service, by its version; None if it is not known.
ReleaseVersion: TypeAlias = "str | Version | None"


@dataclasses.dataclass(frozen=True)
class Text:
    """Some reStructuredText.

    :param text: the text.
    :param source: where its first line is.
    :param is_literal: whether each of its lines is a line of the file, which
        YAML's ``|`` makes so.
    """

    text: str = ""
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)
    is_literal: bool = dataclasses.field(default=False, compare=False, repr=False)

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    def lines(self) -> Iterator[tuple[str, Source]]:
        """Each line with its source, as near as that can be told."""
        for number, line in enumerate(self.text.splitlines()):
            further = number if self.is_literal else 0
            yield line, Source(self.source.file, self.source.line + further)


@dataclasses.dataclass(frozen=True)
class Reference:
    """The name of a check or of a step, where another step names it."""

    name: str
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)

    def __str__(self) -> str:
        return self.name


@dataclasses.dataclass(frozen=True)
class Span:
    """The releases in which something is there: from one on, before another.

    :param added: the first release that has it; empty for all.
    :param removed: the first release that has it no more; empty for none.
    """

    added: str = ""
    removed: str = ""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def __contains__(self, release: ReleaseVersion) -> bool:
        """Whether it is there; a release that is not known has everything.

        Candidates and development versions of a release count as the release.
        """
        if release is None:
            return True
        now = _age(release)
        return (not self.added or _age(self.added) <= now) and (
            not self.removed or now < _age(self.removed)
        )

    def meets(self, other: Span) -> bool:
        """Whether there is a release in both."""
        starts = [_age(each.added) for each in (self, other) if each.added]
        ends = [_age(each.removed) for each in (self, other) if each.removed]
        return not starts or not ends or max(starts) < min(ends)


def _age(release: str | Version) -> tuple[bool, Version]:
    """What sorts releases; until Kilo (2015.1.0) OpenStack counted by years."""
    version = Version(Version(str(release)).base_version)
    return version.major < 2000, version


@dataclasses.dataclass(frozen=True)
class Prerequisite:
    """What must be so before the first step.

    :param text: says it.
    :param check: proves it, where a check does.
    :param span: the releases of the service that it is about.
    """

    text: Text
    check: Reference | None = None
    span: Span = Span()
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclasses.dataclass(frozen=True)
class Note:
    """A remark beside a step.

    :param text: the remark.
    :param kind: ``note``, ``tip``, ``important``, ``caution`` or ``warning``.
    :param title: what it is about, where that is said apart.
    :param id: what other steps call it that ask to see it; empty if none does.
    :param see: the id of the note that is meant instead; all else is empty then.
    :param span: the releases of the service that it is about.
    """

    text: Text = Text()
    kind: str = "note"
    title: str = ""
    id: str = ""
    see: str = ""
    span: Span = Span()
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)


@dataclasses.dataclass(frozen=True)
class Section:
    """Something to read before the first step or after the last.

    :param name: its full name, as ``octavia.cold.plan``.
    """

    name: str
    title: str
    text: Text
    notes: tuple[Note, ...] = ()
    span: Span = Span()
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]


@dataclasses.dataclass(frozen=True)
class Step:
    """One action.

    :param name: its full name, as ``glance.rolling.expand``.
    :param title: what people read.
    :param text: what to do.
    :param where: the hosts on which, in words; empty for that of the step around.
    :param each: what it is repeated for, in words; empty if it is done once.
    :param requires: the full names of the steps that must be done before; one
        that is optional may be left out.
    :param gate: the checks that must pass before.
    :param run: the commands.
    :param verify: the checks that show that it is done.
    :param notes: remarks.
    :param steps: the steps that it consists of.
    :param is_optional: whether it may be left out.
    :param is_anytime: whether its place in the order is free.
    :param span: the releases to which one upgrades by it.
    """

    name: str
    title: str = ""
    text: Text = Text()
    where: str = ""
    each: str = ""
    requires: tuple[Reference, ...] = ()
    gate: tuple[Reference, ...] = ()
    run: tuple[str, ...] = ()
    verify: tuple[Reference, ...] = ()
    notes: tuple[Note, ...] = ()
    steps: tuple[Step, ...] = ()
    is_optional: bool = False
    is_anytime: bool = False
    span: Span = Span()
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.title:
            words = self.id.replace("-", " ")
            title = f"each {self.each}" if self.each else words
            object.__setattr__(self, "title", title[:1].upper() + title[1:])

    @property
    def id(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]

    @property
    def depth(self) -> int:
        """How many steps it lies within."""
        return self.name.count(".") - 2

    def __iter__(self) -> Iterator[Step]:
        """The step and all the steps within it, in the advised order."""
        yield self
        for step in self.steps:
            yield from step


@dataclasses.dataclass(frozen=True)
class Procedure:
    """One way to upgrade a service.

    :param service: the service's name.
    :param id: the procedure's own name, as ``rolling``.
    :param title: what people read.
    :param summary: what it is, and when to choose it.
    :param prerequisites: what must be so before the first step.
    :param notes: remarks on the whole.
    :param before: what to read before the first step.
    :param steps: the steps, in the advised order.
    :param after: what to read after the last step.
    :param span: the releases to which one upgrades by it.
    """

    service: str
    id: str
    title: str
    summary: Text
    steps: tuple[Step, ...]
    prerequisites: tuple[Prerequisite, ...] = ()
    notes: tuple[Note, ...] = ()
    before: tuple[Section, ...] = ()
    after: tuple[Section, ...] = ()
    span: Span = Span()
    source: Source = dataclasses.field(default=NOWHERE, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its full name, as ``glance.rolling``."""
        return f"{self.service}.{self.id}"

    def step(self, name: str) -> Step:
        """The step of a name, full or without the procedure's.

        :raises KeyError: if there is none.
        """
        for step in order(self):
            if name in (step.name, step.name.removeprefix(f"{self.name}.")):
                return step
        known = [step.name for step in order(self)]
        raise KeyError(f"{self.name} has no step {name}: {nearest(name, known)}")

    def note(self, id: str) -> tuple[Note, Step | Section | None]:
        """The note of an id, and where it stands; None for the whole.

        :raises KeyError: if there is none.
        """
        for note, holder in _notes(self):
            if note.id and note.id == id:
                return note, holder
        raise KeyError(f"{self.name} has no note {id}")

    def at(self, release: ReleaseVersion) -> Procedure:
        """What of it is there on the way to a release; all, if that is None.

        Where a step falls away, what it required is required in its place.

        :raises ValueError: if the release is no version.
        """
        gone = {step.name: step for step in order(self)}
        steps = _there(self.steps, release)
        for step in _flat(steps):
            del gone[step.name]
        kept = dataclasses.replace(
            self,
            prerequisites=_within(self.prerequisites, release),
            notes=_within(self.notes, release),
            before=_sections(self.before, release),
            after=_sections(self.after, release),
            steps=tuple(_requiring(step, gone) for step in steps),
        )
        ids = {note.id for note, _ in _notes(kept) if note.id}
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


def _notes(procedure: Procedure) -> Iterator[tuple[Note, Step | Section | None]]:
    yield from ((note, None) for note in procedure.notes)
    holders: list[Step | Section] = [
        *procedure.before,
        *order(procedure),
        *procedure.after,
    ]
    yield from ((note, holder) for holder in holders for note in holder.notes)


def _flat(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(inner for step in steps for inner in step)


def order(procedure: Procedure) -> tuple[Step, ...]:
    """All steps in the advised order, each before the steps within it."""
    return _flat(procedure.steps)


def required_order(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    """For each step, by full name in the advised order, the steps it requires."""
    return {
        step.name: tuple(str(each) for each in step.requires)
        for step in order(procedure)
    }


def steps_before(procedure: Procedure, name: str) -> tuple[Step, ...]:
    """The steps that must be done before a step, in the advised order.

    A step within another waits for what that one waits for; who requires a step
    requires the steps within it.

    :raises KeyError: if there is no such step.
    """
    found: set[str] = set()
    steps = {step.name: step for step in order(procedure)}
    waiting = [procedure.step(name).name]
    while waiting:
        here = waiting.pop()
        while here in steps:
            for each in steps[here].requires:
                inner = {step.name for step in steps[each.name]} - found
                found |= inner
                waiting += inner
            here = here.rpartition(".")[0]
    return tuple(step for step in steps.values() if step.name in found)


def steps_for(procedure: Procedure, release: ReleaseVersion) -> tuple[Step, ...]:
    """The steps on the way to a release, in the advised order.

    :raises ValueError: if the release is no version.
    """
    return order(procedure.at(release))


def checks_of(procedure: Procedure) -> tuple[Reference, ...]:
    """All that it names as checks, as often and where it does."""
    named = [each.check for each in procedure.prerequisites if each.check]
    for step in order(procedure):
        named += [*step.gate, *step.verify]
    return tuple(named)


def gates_of(procedure: Procedure) -> tuple[str, ...]:
    """The ids of the checks that must pass before any of its steps."""
    named = [each.check for each in procedure.prerequisites if each.check]
    for step in order(procedure):
        named += step.gate
    return tuple(dict.fromkeys(each.name for each in named))


def checks_before(procedure: Procedure) -> tuple[str, ...]:
    """The ids of the checks that must pass before the first step is done."""
    named = [each.check for each in procedure.prerequisites if each.check]
    step: Step | None = next(iter(procedure.steps), None)
    while step is not None:
        named += step.gate
        step = next(iter(step.steps), None)
    return tuple(dict.fromkeys(each.name for each in named))


@dataclasses.dataclass(frozen=True)
class UnknownCheck(Mistake):
    """A procedure names a check that nobody provides.

    :param procedure: the procedure's full name.
    :param check: the id that it names.
    """

    procedure: str = ""
    check: str = ""


def unknown_checks(procedure: Procedure, known: Collection[str]) -> list[Mistake]:
    """What it names as checks that are none.

    :param known: the ids of all checks.
    """
    return [
        UnknownCheck(
            each.source,
            f"{procedure.name} names the check {each.name}, which is not registered",
            nearest(each.name, known),
            procedure.name,
            each.name,
        )
        for each in checks_of(procedure)
        if each.name not in known
    ]


def load(file: str | os.PathLike[str] | Traversable) -> Procedure:
    """The procedure of a YAML file.

    :raises Mistaken: with every mistake in the file.
    """
    opened = Path(file) if isinstance(file, str | os.PathLike) else file
    try:
        with opened.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as fault:
        raise _unreadable(str(file), fault) from None
    return load_text(data, str(file))


def _unreadable(file: str, fault: Exception) -> Mistaken:
    what = f"cannot be read: {getattr(fault, 'strerror', None) or fault}"
    return Mistaken([Mistake(Source(file, 1), what, "make it readable")])


def load_text(data: bytes | str, file: str = "<text>") -> Procedure:
    """The procedure that a text describes.

    :param file: how mistakes call the text.
    :raises Mistaken: with every mistake in the text.
    """
    from upgradecheck import procedure_file

    return procedure_file.procedure(data, file)


def load_folder(
    package: str,
    service: str,
    refuse: Callable[[str, Mistaken], None],
) -> tuple[Procedure, ...]:
    """The procedures of a service, by name: the YAML files of a folder.

    :param package: the folder, as ``package.module:folder``.
    :param refuse: is told of each file that holds no procedure of the service:
        the name that the procedure would have, and the mistakes.
    """
    module, _, folder = package.partition(":")
    try:
        files = list(importlib.resources.files(module).joinpath(folder).iterdir())
    except (ImportError, OSError) as fault:
        refuse(f"{service}.procedures", _unreadable(package, fault))
        return ()
    found = []
    for file in sorted(files, key=lambda each: each.name):
        id, _, ending = file.name.rpartition(".")
        if ending not in ("yaml", "yml"):
            continue
        try:
            found.append(_named(file, f"{service}.{id}", ending))
        except Mistaken as fault:
            refuse(f"{service}.{id}", fault)
    return tuple(found)


def _named(file: Traversable, name: str, ending: str) -> Procedure:
    """The procedure of a file, whose name the procedure must have."""
    procedure = load(file)
    if ending == "yaml" and procedure.name == name:
        return procedure
    what = f"{procedure.name} stands in {file.name} of {name.partition('.')[0]}"
    right = f"name the file {procedure.id}.yaml, beside the service it is of"
    raise Mistaken([Mistake(procedure.source, what, right)])
