"""A plan as text for a terminal or a pipe."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from collections.abc import Iterator

from upgradecheck.check import Status
from upgradecheck.plan.live import Plan
from upgradecheck.plan.state import State
from upgradecheck.plan.task import Task
from upgradecheck.report import Row
from upgradecheck.report.terminal import coloured
from upgradecheck.report.terminal import plain

#: The widest line, in columns, where words can be broken.
WIDTH = 79
_STATUSES = {
    State.DONE: Status.SUCCESS,
    State.NEXT: Status.WARNING,
    State.BLOCKED: Status.FAILURE,
    State.UNSEEN: Status.ERROR,
    State.WAITING: Status.SKIPPED,
}


def render(plan: Plan, colour: bool = False) -> str:
    """The plan; the same words with colour and without."""
    title = f"{plan.procedure.title} ({plan.procedure.name})"
    lines = [plain(title), "=" * len(title), plain(heading(plan)), ""]
    for task in plan:
        lines += _task(task, colour)
    lines += ["", *_wrapped(summary(plan))]
    return "\n".join(lines) + "\n"


def heading(plan: Plan) -> str:
    """To what one upgrades, in a sentence."""
    told = plan.service.target
    version = (told and told.version) or "(version unknown)"
    series = f" ({told.series})" if told and told.series else ""
    return f"To {plan.service.title} {version}{series}."


def _task(task: Task, colour: bool) -> Iterator[str]:
    mark = ">" if task.is_advised else " "
    word = f"{task.state:8}"
    if colour:
        word = coloured(word, _STATUSES[task.state])
    depth = "  " * len(task.surrounding)
    indent = f"{'':11}{depth}"
    id = task.name.split(".", 2)[2] if not task.around else _own(task)
    yield f"{mark} {word} {depth}{plain(task.title)} ({plain(id)})"
    for sentence in remarks(task):
        yield from _wrapped(sentence, indent)
    if task.state in (State.NEXT, State.UNSEEN):
        for command in task.commands:
            yield f"{indent}$ {plain(command)}"


def _own(task: Task) -> str:
    """The last part of a task's name, brackets and all."""
    around = task.around
    return task.name.removeprefix(f"{around.name}." if around else "")


def remarks(task: Task) -> Iterator[str]:
    """What there is to say of a task besides its state, in sentences."""
    if task.parts:
        return
    if task.state is State.NEXT:
        yield from _about_next(task)
    if task.state is State.WAITING:
        yield f"Waits for: {', '.join(_short(name) for name in task.waits_for)}."
    yield from _blockers(task.blockers)
    if task.said is not None and task.state is State.DONE and task.proof is None:
        yield f"Said by {task.said.by} at {task.said.time:%Y-%m-%d %H:%M} UTC." + (
            f" {task.said.note}" if task.said.note else ""
        )
    elif task.state is State.DONE and task.proof:
        yield f"Seen by {', '.join(row.id for row in task.verified)}."
    if task.is_contradicted:
        told = ", ".join(f"{row.id} ({row.result.status})" for row in task.verified)
        yield f"A person said that it is done, but the check says otherwise: {told}."
    if task.state is State.UNSEEN:
        for row in task.verified:
            yield f"{row.id} could not see it: {row.result.details}"


def _about_next(task: Task) -> Iterator[str]:
    step = task.step
    if step.where:
        yield f"On: {step.where}."
    if task.is_optional:
        yield "It may be left out."
    if step.is_anytime:
        yield "At any time."
    for row in task.verified:
        yield f"Not yet, says {row.id}: {row.result.details}"


def _blockers(rows: Iterable[Row]) -> Iterator[str]:
    """What blocks; checks that say the same are named together."""
    told: dict[str, list[str]] = {}
    for row in rows:
        told.setdefault(_answer(row), []).append(row.id)
    for answer, ids in told.items():
        yield f"Blocked by {', '.join(ids)}: {answer}"


def _answer(row: Row) -> str:
    """What a check says that blocks, and how that is solved."""
    text = f"{row.result.status}. {row.result.details or ''}"
    remedies = dict.fromkeys(
        finding.remedy
        for finding in row.result.findings
        if finding.remedy
        and (finding.status or row.result.status) in (Status.FAILURE, Status.ERROR)
    )
    return " ".join([text.strip(), *(f"Remedy: {each}" for each in remedies)])


def _short(name: str) -> str:
    """The name without the procedure's."""
    return name.split(".", 2)[2]


def summary(plan: Plan) -> str:
    """What to do now, in a few sentences."""
    parts = []
    advised = plan.advised
    unseen = [_short(task.name) for task in plan.leaves if task.state is State.UNSEEN]
    if plan.is_done:
        parts.append("All is done.")
    elif advised is not None:
        parts.append(f"Next: {advised.title} ({_short(advised.name)}).")
        if not advised.step.verify:
            parts.append(
                "No check can see it: when it is done, say --done "
                f"{_short(advised.name)} --note TEXT."
            )
    elif any(task.state is State.BLOCKED for task in plan.leaves):
        parts.append("Nothing can be done before what blocks is solved.")
    else:
        parts.append("What is next cannot be told from here.")
    if unseen:
        parts.append(
            "Only a person can say whether these are done, each by --done: "
            f"{', '.join(unseen)}."
        )
    if plan.open_placeholders:
        parts.append(
            f"To fill in the commands: --values {plan.open_placeholders[0]}=..."
        )
    if plan.others:
        parts.append(
            "Not counted: entries of the journal about upgrades to other releases "
            f"({plan.others})."
        )
    return " ".join(parts)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        plain(" ".join(text.split())),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
