"""Remarks beside steps, and the releases that something is about, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from docutils import nodes

from upgradecheck.mistake import Source
from upgradecheck.procedure import Note
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import Span
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.text import parsed
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from upgradecheck_sphinx.procedures import ProcedureDirective

KINDS: dict[str, type[nodes.Element]] = {
    "note": nodes.note,
    "tip": nodes.tip,
    "important": nodes.important,
    "caution": nodes.caution,
    "warning": nodes.warning,
}


class Notes:
    """The notes of one procedure."""

    def __init__(
        self, directive: ProcedureDirective, procedure: Procedure, service: str
    ) -> None:
        self.directive = directive
        self.procedure = procedure
        self.service = service

    def of(self, notes: Iterable[Note]) -> list[nodes.Node]:
        """Some notes, each an admonition of its kind."""
        return [self._seen(note) if note.see else self._note(note) for note in notes]

    def _note(self, note: Note) -> nodes.Node:
        found = KINDS.get(note.kind, nodes.note)(classes=[parts.NOTE])
        found.source, found.line = note.source.file, note.source.line
        title = note.title or note.id.replace("-", " ").capitalize()
        if note.title or note.id:
            first = nodes.paragraph()
            if note.id:
                target = nodes.target()
                self.directive.note("note", self._name(note.id), target, title)
                first += target
                first["upgrade_object"] = f"note {self._name(note.id)}"
            first += parts.strong(title, note.source)
            found += first
        found += span_of(note.span, self.service, note.source)
        found += parsed(self.directive, note.text.lines())
        return found

    def _seen(self, note: Note) -> nodes.Node:
        """Where the note is that is meant."""
        there = self.procedure.note(note.see)[0]
        title = there.title or note.see.replace("-", " ").capitalize()
        link = parts.link(
            self.directive, "note", self._name(note.see), note.source, title
        )
        # What it says is the note's title as it is shown there, maybe translated.
        link["refexplicit"] = False
        return nodes.note("", parts.sentence(_("See %s."), link))

    def _name(self, id: str) -> str:
        return f"{self.procedure.name}.{id}"


def span_of(span: Span, service: str, source: Source) -> list[nodes.Node]:
    """A paragraph that tells the releases; none if it is all of them."""
    if not span:
        return []
    node = parts.told(spoken(span, service))
    node.source, node.line = source.file, source.line
    node["classes"].append("upgrade-releases")
    return [node]


def spoken(span: Span, service: str) -> str:
    """The releases of a service in words."""
    if span.added and span.removed:
        text = _(
            "Only for releases of %(service)s from %(first)s on and before %(last)s."
        )
    elif span.added:
        text = _("Only for releases of %(service)s from %(first)s on.")
    else:
        text = _("Only for releases of %(service)s before %(last)s.")
    return text % {"service": service, "first": span.added, "last": span.removed}
