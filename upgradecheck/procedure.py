"""A procedure: one way to upgrade a service, as ordered steps.

The list of steps is the advised order; what a step ``requires`` is the required
one. Names are full ones: the step ``expand`` of the procedure ``glance.rolling``
is ``glance.rolling.expand``, and the step ``stop`` inside its step
``remaining-nodes`` is ``glance.rolling.remaining-nodes.stop``.

The values of which it consists are in :mod:`upgradecheck.step` and
:mod:`upgradecheck.span`, and are imported from here like the rest.
"""

from __future__ import annotations

import dataclasses
import importlib.resources
import os
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from upgradecheck import procedure_release
from upgradecheck.mistake import NOWHERE
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck.span import EVER
from upgradecheck.span import ReleaseVersion
from upgradecheck.span import Span
from upgradecheck.step import Note
from upgradecheck.step import Prerequisite
from upgradecheck.step import Reference
from upgradecheck.step import Section
from upgradecheck.step import Step
from upgradecheck.step import Text
from upgradecheck.step import flat
from upgradecheck.yamlfile import LARGEST

__all__ = (
    "Note",
    "Prerequisite",
    "Procedure",
    "Reference",
    "ReleaseVersion",
    "Section",
    "Span",
    "Step",
    "Text",
    "UnknownCheck",
    "checks_before",
    "checks_of",
    "gates_of",
    "load",
    "load_folder",
    "load_text",
    "order",
    "required_order",
    "steps_before",
    "steps_for",
    "unknown_checks",
)


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
    span: Span = EVER
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
        for note, holder in self.every_note():
            if note.id and note.id == id:
                return note, holder
        raise KeyError(f"{self.name} has no note {id}")

    def every_note(self) -> Iterator[tuple[Note, Step | Section | None]]:
        """Each note, and where it stands; None for the whole."""
        yield from ((note, None) for note in self.notes)
        holders: tuple[Step | Section, ...] = (
            *self.before,
            *flat(self.steps),
            *self.after,
        )
        yield from ((note, holder) for holder in holders for note in holder.notes)

    def at(self, release: ReleaseVersion) -> Procedure:
        """What of it is there on the way to a release; all, if that is None.

        Where a step falls away, what it required is required in its place.

        :raises ValueError: if the release is no version.
        """
        return procedure_release.at(self, release)


def order(procedure: Procedure) -> tuple[Step, ...]:
    """All steps in the advised order, each before the steps within it."""
    return flat(procedure.steps)


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

    @classmethod
    def named(
        cls, procedure: str, check: str, source: Source, known: Collection[str]
    ) -> UnknownCheck:
        """The mistake that a procedure names a check where it does."""
        what = f"{procedure} names the check {check}, which is not registered"
        return cls(source, what, nearest(check, known), procedure, check)


def unknown_checks(procedure: Procedure, known: Collection[str]) -> list[Mistake]:
    """What it names as checks that are none.

    :param known: the ids of all checks.
    """
    return [
        UnknownCheck.named(procedure.name, each.name, each.source, known)
        for each in checks_of(procedure)
        if each.name not in known
    ]


def load(
    file: str | os.PathLike[str] | Traversable, known: Collection[str] | None = None
) -> Procedure:
    """The procedure of a YAML file.

    :param known: the ids of all checks; another one is a mistake then.
    :raises Mistaken: with every mistake in the file.
    """
    opened = Path(file) if isinstance(file, str | os.PathLike) else file
    try:
        with opened.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as fault:
        raise _unreadable(str(file), fault) from None
    return load_text(data, str(file), known)


def _unreadable(file: str, fault: Exception) -> Mistaken:
    what = f"cannot be read: {getattr(fault, 'strerror', None) or fault}"
    return Mistaken([Mistake(Source(file, 1), what, "make it readable")])


def load_text(
    data: bytes | str, file: str = "<text>", known: Collection[str] | None = None
) -> Procedure:
    """The procedure that a text describes.

    :param file: how mistakes call the text.
    :param known: the ids of all checks; another one is a mistake then.
    :raises Mistaken: with every mistake in the text.
    """
    from upgradecheck import procedure_file

    return procedure_file.procedure(data, file, known)


def load_folder(
    package: str,
    service: str,
    refuse: Callable[[str, Mistaken], None],
    known: Collection[str] | None = None,
) -> tuple[Procedure, ...]:
    """The procedures of a service, by name: the YAML files of a folder.

    :param package: the folder, as ``package.module:folder``.
    :param refuse: is told of each file that holds no procedure of the service:
        the name that the procedure would have, and the mistakes.
    :param known: the ids of all checks; another one is a mistake then.
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
            found.append(_named(file, f"{service}.{id}", ending, known))
        except Mistaken as fault:
            refuse(f"{service}.{id}", fault)
    return tuple(found)


def _named(
    file: Traversable, name: str, ending: str, known: Collection[str] | None
) -> Procedure:
    """The procedure of a file, whose name the procedure must have."""
    procedure = load(file, known)
    if ending == "yaml" and procedure.name == name:
        return procedure
    what = f"{procedure.name} stands in {file.name} of {name.partition('.')[0]}"
    right = f"name the file {procedure.id}.yaml, beside the service it is of"
    raise Mistaken([Mistake(procedure.source, what, right)])
