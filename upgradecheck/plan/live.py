"""A live plan: a procedure with the state of the deployment in it.

Whether a step is done is told by the checks that verify it; of a step that no check
can see, a person must say it. Nothing is taken for done because a later step is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping

from upgradecheck.check import Status
from upgradecheck.mistake import nearest
from upgradecheck.plan.journal import Entry
from upgradecheck.plan.state import State
from upgradecheck.plan.task import Task
from upgradecheck.plan.task import placeholders
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import order
from upgradecheck.procedure import steps_before
from upgradecheck.report import Examined
from upgradecheck.report import Row

#: Which of the states of its parts a step has, the first of these that occurs.
_TELLING = (State.NEXT, State.BLOCKED, State.UNSEEN, State.WAITING)
_BLOCKS = (Status.FAILURE, Status.ERROR)


@dataclasses.dataclass(frozen=True)
class Plan:
    """A procedure with the state of a deployment in it.

    :param procedure: what of the procedure is there on the way to the release.
    :param service: the service as it was examined.
    :param tasks: its tasks, in the advised order.
    :param rows: the answers of all checks that were asked.
    :param journal: the journal's file.
    :param others: how many entries of the journal are of upgrades to other releases.
    """

    procedure: Procedure
    service: Examined
    tasks: tuple[Task, ...]
    rows: tuple[Row, ...] = ()
    journal: str = ""
    others: int = 0

    def __iter__(self) -> Iterator[Task]:
        """All tasks in the advised order, each before the tasks within it."""
        for task in self.tasks:
            yield from task

    @property
    def leaves(self) -> list[Task]:
        """The tasks that have no parts."""
        return [task for task in self if not task.parts]

    @property
    def advised(self) -> Task | None:
        """What to do now; None if nothing can be done now."""
        return next((task for task in self.leaves if task.is_advised), None)

    @property
    def is_done(self) -> bool:
        """Whether all that must be done is done."""
        return all(task.is_done or task.is_optional for task in self.leaves)

    @property
    def open_placeholders(self) -> list[str]:
        """The placeholders in commands for which no value is known; sorted."""
        commands = [command for task in self for command in task.commands]
        return sorted({name for each in commands for name in placeholders(each)})

    @property
    def exit_code(self) -> int:
        """Whether one may go on, as a report says it.

        2 if a failure blocks a step, else 255 if an error does, else 1 if a check
        that a next step asks for warns, else 0.
        """
        statuses = {
            row.result.status for task in self.leaves for row in task.blockers
        } | {
            row.result.status
            for task in self.leaves
            if task.state is State.NEXT
            for row in _gates(task, {row.id: row for row in self.rows})
        }
        for status in (Status.FAILURE, Status.ERROR, Status.WARNING):
            if status in statuses:
                return status.number
        return 0

    def find(self, name: str) -> Task:
        """The task of a name, full or without the procedure's.

        :raises KeyError: if there is none; its text names the nearest.
        """
        prefix = f"{self.procedure.name}."
        for task in self:
            if name in (task.name, task.name.removeprefix(prefix)):
                return task
        known = [task.name.removeprefix(prefix) for task in self]
        raise KeyError(
            f"{self.procedure.name} has no step {name!r} on the way to this release; "
            f"{nearest(name, known)}"
        )


def made(
    procedure: Procedure,
    tasks: tuple[Task, ...],
    service: Examined,
    rows: Iterable[Row],
    said: Mapping[str, Entry],
    journal: str = "",
    others: int = 0,
) -> Plan:
    """The plan: every task with its state.

    :param tasks: the tasks as laid out.
    :param rows: the answers of the checks that the procedure names.
    :param said: by the names of tasks, what a person said of them last.
    """
    plan = Plan(procedure, service, tasks, tuple(rows), journal, others)
    answers = {row.id: row for row in plan.rows}
    for task in plan:
        task.said = said.get(task.name)
        task.verified = tuple(answers[str(each)] for each in task.step.verify)
    before = _required(plan)
    proven = {
        id(each) for task in plan if task.proof for each in before[id(task)]
    }  # fmt: skip
    for task in plan.leaves:
        _judge(task, plan, before[id(task)], id(task) in proven, answers)
    for task in reversed([task for task in plan if task.parts]):
        states = {part.state for part in task.parts}
        if task.is_done:
            task.state = State.DONE
        else:
            task.state = next((each for each in _TELLING if each in states), State.NEXT)
    advised = [task for task in plan.leaves if task.state is State.NEXT]
    # What may come at any time is not put before what others wait for.
    for task in sorted(advised, key=lambda each: each.step.is_anytime)[:1]:
        task.is_advised = True
    return plan


def _required(plan: Plan) -> dict[int, list[Task]]:
    """For each task those that must be done before it, by the task's ``id``."""
    tasks: dict[str, list[Task]] = {}
    for task in plan:
        tasks.setdefault(task.step.name, []).append(task)
    before = {
        step.name: [each.name for each in steps_before(plan.procedure, step.name)]
        for step in order(plan.procedure)
    }
    return {
        id(task): [
            other
            for name in before[task.step.name]
            for other in tasks[name]
            if _together(task, other)
        ]
        for task in plan
    }


def _together(task: Task, other: Task) -> bool:
    """Whether two tasks are not of different rounds of one repetition."""
    mine, others = task.items, other.items
    return all(mine[each] == others[each] for each in mine.keys() & others.keys())


def _judge(
    task: Task, plan: Plan, before: list[Task], is_proven: bool, answers: dict[str, Row]
) -> None:
    """Give a task without parts its state.

    :param before: the tasks that must be done before it.
    :param is_proven: whether a check has seen a task that requires it.
    """
    around = task.surrounding
    missing = [
        each
        for each in before
        if not each.is_done
        and not any(
            holder.step.is_optional
            for holder in (each, *each.surrounding)
            if holder not in around
        )
    ]
    blockers = [
        row
        for row in (*_gates(task, answers), *_prerequisites(plan, answers))
        if row.result.status in _BLOCKS
    ]
    is_open = task.proof is None and bool(task.verified)
    if task.is_done:
        task.state = State.DONE
    elif is_proven and task.proof is None:
        task.state = State.UNSEEN
    elif missing and not task.step.is_anytime:
        task.state = State.WAITING
        task.waits_for = _nearest(task, missing)
    elif blockers:
        task.state = State.BLOCKED
        task.blockers = tuple({row.id: row for row in blockers}.values())
    else:
        task.state = State.UNSEEN if is_open else State.NEXT


def _gates(task: Task, answers: Mapping[str, Row]) -> Iterator[Row]:
    """What must pass before a task: its gates, and those of what it begins."""
    holders = [task]
    for around in task.surrounding:
        if any(part.is_done for part in around if not part.parts):
            break
        holders.append(around)
    for holder in holders:
        yield from (answers[str(each)] for each in holder.step.gate)


def _prerequisites(plan: Plan, answers: Mapping[str, Row]) -> Iterator[Row]:
    """What must be so before the first step; nothing once a step is done."""
    if not any(task.is_done for task in plan.leaves):
        for each in plan.procedure.prerequisites:
            if each.check is not None:
                yield answers[str(each.check)]


def _nearest(task: Task, missing: list[Task]) -> tuple[str, ...]:
    """Of what is missing the names that the step itself requires, if any."""
    required = {
        str(each)
        for holder in (task, *task.surrounding)
        for each in holder.step.requires
    }
    own = [each for each in missing if each.step.name in required]
    return tuple(each.name for each in own or missing if not each.parts or own)
