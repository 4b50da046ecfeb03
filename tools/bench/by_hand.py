"""The same text as static pages, as whoever has no registry writes them by hand."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from tools.bench.made_up import DISTRIBUTION
from tools.bench.made_up import Check
from tools.bench.made_up import Procedure
from tools.bench.made_up import Service
from tools.bench.made_up import Step
from tools.bench.made_up import linked


def pages(services: Sequence[Service]) -> dict[str, str]:
    """The page of each service."""
    writer = _Writer(services)
    return {each.name: "\n".join(writer.page(each)) + "\n" for each in services}


class _Writer:
    """Knows what each link has to say."""

    def __init__(self, services: Sequence[Service]) -> None:
        procedures = [way for each in services for way in each.procedures]
        self.titles = {each.name: each.title for each in procedures}
        self.numbers: dict[str, str] = {}
        for each in procedures:
            self._count(each.steps, "")

    def _count(self, steps: Sequence[Step], around: str) -> None:
        for number, step in enumerate(steps, 1):
            self.titles[step.id] = step.title
            self.numbers[step.id] = f"{around}{number}"
            self._count(step.steps, f"{around}{number}.")

    def page(self, service: Service) -> Iterator[str]:
        yield from _title(service.title, "=")
        yield f".. list-table:: Checks of {service.title}"
        yield "   :header-rows: 1"
        yield "   :widths: 32 24 18 10 16"
        yield ""
        yield from _row("Check", "Title", "Needs", "Phase", "Since")
        for check in service.checks:
            facts = (check.title, ", ".join(check.needs), check.phase, _since(check))
            yield from _row(self.link("check", check.id), *facts)
        yield ""
        for check in service.checks:
            yield from self.check(check)
        for procedure in service.procedures:
            yield from self.procedure(procedure)

    def link(self, kind: str, name: str) -> str:
        """A link that is written in a text."""
        text = name
        if kind == "procedure":
            text = self.titles[name]
        elif kind == "step":
            way = self.titles[".".join(name.split(".")[:2])]
            text = f"step {self.numbers[name]} of {way}: {self.titles[name]}"
        return f":ref:`{text} <{kind}-{name}>`"

    def _near(self, name: str) -> str:
        """A link to a step of the same procedure."""
        text = f"step {self.numbers[name]}: {self.titles[name]}"
        return f":ref:`{text} <step-{name}>`"

    def _checks(self, names: Iterable[str]) -> str:
        return ", ".join(self.link("check", name) for name in names)

    def check(self, check: Check) -> Iterator[str]:
        yield from _labelled("check", check.id, check.id, "-")
        yield f"**{check.title}**"
        yield ""
        yield f":Needs: {', '.join(check.needs)}"
        yield f":Phase: {check.phase}"
        yield f":Since: {_since(check)}"
        yield f":Provided by: {DISTRIBUTION}"
        yield ""
        for block in check.blocks:
            yield linked(block, self.link)
            yield ""
        if check.remedy:
            yield f":What to do: {check.remedy}"
            yield ""

    def procedure(self, procedure: Procedure) -> Iterator[str]:
        yield from _labelled("procedure", procedure.name, procedure.title, "-")
        for block in procedure.blocks:
            yield linked(block, self.link)
            yield ""
        yield from _note("note", linked(procedure.note, self.link))
        yield from _title("Prerequisites", "^")
        for text, check in procedure.prerequisites:
            yield f"- {text}"
            yield ""
            yield f"  :Proved by: {self._checks([check])}"
            yield ""
        yield from _title("Steps", "^")
        yield from self._steps(procedure.steps)

    def _steps(self, steps: Sequence[Step]) -> Iterator[str]:
        for number, step in enumerate(steps, 1):
            lines = "\n".join(self._step(step))
            mark = f"{number}. "
            yield mark + textwrap.indent(lines, " " * len(mark)).lstrip()
            yield ""

    def _step(self, step: Step) -> Iterator[str]:
        yield f".. _step-{step.id}:"
        yield ""
        yield f"**{step.title}**"
        yield ""
        facts = {
            "Where": step.where,
            "Repeat for each": step.each,
            "Requires": ", ".join(map(self._near, step.requires)),
            "These must pass before": self._checks(step.gate),
        }
        yield from (f":{name}: {value}" for name, value in facts.items() if value)
        yield ""
        yield step.text
        yield ""
        for command in step.run:
            yield ".. code-block:: bash"
            yield ""
            yield f"   {command}"
            yield ""
        if step.warning:
            yield from _note("warning", step.warning)
        yield from self._steps(step.steps)
        if step.verify:
            yield f":Done when these succeed: {self._checks(step.verify)}"
            yield ""


def _since(check: Check) -> str:
    return f"{DISTRIBUTION} {check.added}"


def _title(text: str, line: str) -> Iterator[str]:
    yield from (text, line * len(text), "")


def _labelled(kind: str, name: str, text: str, line: str) -> Iterator[str]:
    yield from (f".. _{kind}-{name}:", "")
    yield from _title(text, line)


def _row(*cells: str) -> Iterator[str]:
    for mark, cell in zip("*    ", cells, strict=True):
        yield f"   {mark} - {cell}"


def _note(kind: str, text: str) -> Iterator[str]:
    yield f".. {kind}::"
    yield ""
    yield textwrap.indent(text, "   ")
    yield ""
