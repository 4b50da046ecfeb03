"""A plan as Markdown, for a ticket or a merge request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from upgradecheck.plan import text
from upgradecheck.plan.live import Plan
from upgradecheck.plan.state import State
from upgradecheck.plan.task import Task
from upgradecheck.report.terminal import line


def render(plan: Plan) -> str:
    """The plan as a list to tick off, in CommonMark with GitHub's task lists."""
    lines = [f"# {_escaped(plan.procedure.title)}", ""]
    lines += [f"`{plan.procedure.name}`. {_escaped(text.heading(plan))}", ""]
    for task in plan:
        lines += _task(task)
    lines += ["", _escaped(text.summary(plan))]
    return "\n".join(lines) + "\n"


def _task(task: Task) -> Iterator[str]:
    indent = "  " * len(task.surrounding)
    tick = "x" if task.state is State.DONE else " "
    title = _escaped(task.title)
    strong = f"**{title}**" if task.is_advised else title
    yield f"{indent}- [{tick}] {strong}: {task.state}"
    for sentence in text.remarks(task):
        yield f"{indent}  {_escaped(sentence)}"
    if task.commands and task.state in (State.NEXT, State.UNSEEN, State.WAITING):
        fence = _fence(task.commands)
        yield ""
        yield f"{indent}  {fence}console"
        yield from (f"{indent}  $ {line(command)}" for command in task.commands)
        yield f"{indent}  {fence}"
        yield ""


def _fence(commands: tuple[str, ...]) -> str:
    """A fence longer than any run of backticks in the commands."""
    longest = max(map(len, re.findall(r"`+", "\n".join(commands))), default=0)
    return "`" * max(3, longest + 1)


def _escaped(words: str) -> str:
    """Text as it is: nothing in it is markup, and none of it is HTML."""
    flat = line(" ".join(words.split()))
    return re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", flat)
