"""The tasks of a plan: the steps of a procedure, laid out for hosts and values."""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from upgradecheck.check import Status
from upgradecheck.plan.journal import Entry
from upgradecheck.plan.state import State
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import Step
from upgradecheck.procedure import order
from upgradecheck.report import Row

#: What a person fills in, as guides write it: ``<node>``, ``{node}`` or, as a word of
#: its own, ``LOAD_BALANCER``.
_PLACEHOLDER = re.compile(
    r"<([\w -]+)>|(?<!\$)\{([\w -]+)\}|(?<![^\s=])([A-Z][A-Z_]+)\b"
)
#: Answers of a check that tell nothing of whether a step is done.
_UNKNOWN = (Status.ERROR, Status.SKIPPED)


@dataclasses.dataclass(eq=False)
class Task:
    """A step in a plan, once for each host or thing for which it is repeated.

    :param name: the step's full name, with what it is repeated for in brackets:
        ``glance.rolling.remaining-nodes[web1].stop``.
    :param step: the step.
    :param item: what it is repeated for; empty if it is not repeated, or not said.
    :param commands: the step's commands, their placeholders filled as far as values
        are known.
    :param around: the task that it lies within.
    :param parts: the tasks within it.
    :param state: where it stands.
    :param blockers: the checks that block it.
    :param waits_for: the names of the tasks that come first.
    :param verified: the answers of the checks that verify it.
    :param said: what a person said of it last.
    :param is_advised: whether it is what to do now.
    """

    name: str
    step: Step
    item: str = ""
    commands: tuple[str, ...] = ()
    around: Task | None = None
    parts: list[Task] = dataclasses.field(default_factory=list)
    state: State = State.WAITING
    blockers: tuple[Row, ...] = ()
    waits_for: tuple[str, ...] = ()
    verified: tuple[Row, ...] = ()
    said: Entry | None = None
    is_advised: bool = False

    def __iter__(self) -> Iterator[Task]:
        """The task and all within it, in the advised order."""
        yield self
        for part in self.parts:
            yield from part

    @property
    def title(self) -> str:
        """The step's title, with what it is repeated for."""
        return f"{self.step.title}: {self.item}" if self.item else self.step.title

    @property
    def surrounding(self) -> list[Task]:
        """The tasks that it lies within, the nearest first."""
        return [self.around, *self.around.surrounding] if self.around else []

    @property
    def items(self) -> dict[str, str]:
        """For each repeated step that it lies within, or is, the item."""
        here = {self.step.name: self.item} if self.item else {}
        return {**(self.around.items if self.around else {}), **here}

    @property
    def is_optional(self) -> bool:
        """Whether it, or what it lies within, may be left out."""
        return any(each.step.is_optional for each in (self, *self.surrounding))

    @property
    def proof(self) -> bool | None:
        """Whether the checks say that it is done; None if they cannot tell."""
        statuses = {row.result.status for row in self.verified}
        if statuses == {Status.SUCCESS}:
            return True
        return False if statuses - {Status.SUCCESS, *_UNKNOWN} else None

    @property
    def is_said(self) -> bool:
        """Whether a person said that it is done, or that what it lies within is."""
        if self.said is not None:
            return self.said.is_done
        return self.around is not None and self.around.is_said

    @property
    def is_contradicted(self) -> bool:
        """Whether a person said that it is done, and a check says that it is not."""
        return self.is_said and self.proof is False

    @property
    def is_done(self) -> bool:
        """Whether it is proven, or said and not disproven; or its parts are."""
        if self.proof is not None:
            return self.proof
        if self.is_said:
            return not any(part.is_contradicted for part in self.parts)
        if not self.parts or self.step.verify:
            return False
        needed = [part for part in self.parts if not part.step.is_optional]
        return all(part.is_done for part in needed or self.parts)


def placeholders(command: str) -> list[str]:
    """What a person fills in, in a command: the names, in lower case."""
    return [normal(next(filter(None, each))) for each in _PLACEHOLDER.findall(command)]


def normal(text: str) -> str:
    """A placeholder's name as names are compared: ``load-balancer``."""
    return re.sub(r"[\s_-]+", "-", text.strip().lower())


def names_of(procedure: Procedure) -> set[str]:
    """Of what a procedure's values may be given: its placeholders, its repetitions."""
    steps = order(procedure)
    filled = {name for step in steps for run in step.run for name in placeholders(run)}
    return filled.union(*(_names_of(step.each) for step in steps))


def laid_out(
    procedure: Procedure, values: Mapping[str, Sequence[str]]
) -> tuple[Task, ...]:
    """The tasks of a procedure, its commands filled in; no states yet.

    :param values: for a placeholder's name its values. A step that is repeated for
        something of that name, as ``each: remaining node`` is for ``node``, is
        repeated for each of them.
    """
    known = {normal(name): tuple(items) for name, items in values.items()}
    return tuple(
        task
        for step in procedure.steps
        for task in _repeated(step, None, f"{procedure.name}.", known)
    )


def _repeated(
    step: Step, around: Task | None, prefix: str, values: Mapping[str, tuple[str, ...]]
) -> Iterator[Task]:
    named = next((n for n in _names_of(step.each) if values.get(n)), None)
    if named is None:
        yield _task(step, around, prefix + step.id, "", values)
        return
    for item in values[named]:
        inner = {**values, **dict.fromkeys(_names_of(step.each), (item,))}
        yield _task(step, around, f"{prefix}{step.id}[{item}]", item, inner)


def _names_of(each: str) -> list[str]:
    """By which names the values of a repetition are given, the fullest first."""
    words = normal(each).split("-") if each else []
    return ["-".join(words[number:]) for number in range(len(words))]


def _task(
    step: Step,
    around: Task | None,
    name: str,
    item: str,
    values: Mapping[str, tuple[str, ...]],
) -> Task:
    commands = tuple(each for c in step.run for each in _filled(c, values))
    task = Task(name, step, item, commands, around)
    task.parts = [
        part
        for inner in step.steps
        for part in _repeated(inner, task, f"{name}.", values)
    ]
    return task


def _filled(command: str, values: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The command with its placeholders filled; once for each value of one."""
    several = next(
        (n for n in placeholders(command) if len(values.get(n, ())) > 1), None
    )
    if several is not None:
        for item in values[several]:
            yield from _filled(command, {**values, several: (item,)})
        return

    def value(found: re.Match[str]) -> str:
        items = values.get(normal(next(filter(None, found.groups()))))
        return shlex.quote(items[0]) if items else found[0]

    yield _PLACEHOLDER.sub(value, command)
