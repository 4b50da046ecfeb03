"""The parts of a procedure: steps, notes, and what is read or must be so before.

A source says where something is written, and is no part of what it is: two values
that say the same are equal.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator

from upgradecheck.mistake import NOWHERE
from upgradecheck.mistake import Source
from upgradecheck.span import EVER
from upgradecheck.span import Span


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
class Prerequisite:
    """What must be so before the first step.

    :param text: says it.
    :param check: proves it, where a check does.
    :param span: the releases of the service that it is about.
    """

    text: Text
    check: Reference | None = None
    span: Span = EVER
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
    span: Span = EVER
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
    span: Span = EVER
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
    span: Span = EVER
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


def flat(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Some steps and all the steps within them, in the advised order."""
    return tuple(inner for step in steps for inner in step)
