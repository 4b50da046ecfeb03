"""The steps of a procedure: a numbered list, in which each step can be linked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from docutils import nodes

from upgradecheck.mistake import Source
from upgradecheck.procedure import Reference
from upgradecheck.procedure import Step
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.notes import Notes
from upgradecheck_sphinx.notes import span_of
from upgradecheck_sphinx.text import clean
from upgradecheck_sphinx.text import parsed
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from upgradecheck_sphinx.procedures import ProcedureDirective


class Steps:
    """Makes the list of one procedure's steps."""

    def __init__(self, directive: ProcedureDirective, notes: Notes) -> None:
        self.directive = directive
        self.notes = notes

    def listed(self, steps: Iterable[Step], around: str = "") -> nodes.Node:
        """The steps as a list.

        :param around: the number of the step that they lie within, and a point.
        """
        found = nodes.enumerated_list(
            "", enumtype="arabic", prefix="", suffix=".", classes=["upgrade-steps"]
        )
        for number, step in enumerate(steps, 1):
            found += self._step(step, f"{around}{number}")
        return found

    def _step(self, step: Step, number: str) -> nodes.list_item:
        item = nodes.list_item("", self._heading(step, number))
        item += span_of(step.span, self.notes.service, step.source)
        item += self._conditions(step)
        item += parsed(self.directive, step.text.lines())
        item += [self._command(step, command) for command in step.run]
        item += self.notes.of(step.notes)
        if step.steps:
            item += self.listed(step.steps, f"{number}.")
        verify = parts.links(self.directive, "check", _targets(step.verify))
        item += parts.facts([(_("Done when these succeed"), verify)], step.source)
        return item

    def _heading(self, step: Step, number: str) -> nodes.paragraph:
        # An id of the list item itself would be no label in LaTeX.
        target = nodes.target()
        self.directive.note("step", step.name, target, step.title, number)
        found = nodes.paragraph("", "", target, parts.strong(step.title, step.source))
        found["classes"].append(parts.STEP)
        found["upgrade_object"] = f"step {step.name}"
        return found

    def _conditions(self, step: Step) -> list[nodes.Node]:
        def words(text: str) -> nodes.paragraph | None:
            return parts.paragraph(text, step.source) if text else None

        optional = parts.told(_("it may be left out")) if step.is_optional else None
        free = _("its place in the order is free")
        anytime = parts.told(free) if step.is_anytime else None
        requires = parts.links(self.directive, "step", _targets(step.requires))
        gate = parts.links(self.directive, "check", _targets(step.gate))
        return parts.facts(
            [
                (_("Where"), words(step.where)),
                (_("Repeat for each"), words(step.each)),
                (_("Optional"), optional),
                (_("At any time"), anytime),
                (_("Requires"), requires),
                (_("These must pass before"), gate),
            ],
            step.source,
        )

    def _command(self, step: Step, command: str) -> nodes.literal_block:
        text = clean(command)
        found = nodes.literal_block(text, text, language="bash", force=True)
        found["classes"].append(parts.COMMAND)
        found.source, found.line = step.source.file, step.source.line
        return found


def _targets(references: Iterable[Reference]) -> list[tuple[str, Source]]:
    return [(each.name, each.source) for each in references]
