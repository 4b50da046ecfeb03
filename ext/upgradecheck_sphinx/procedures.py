"""The directive ``upgrade:procedure``: a section that has all of a procedure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck.procedure import Prerequisite
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import Section
from upgradecheck_sphinx import index
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.diagram import diagram_of
from upgradecheck_sphinx.notes import Notes
from upgradecheck_sphinx.notes import span_of
from upgradecheck_sphinx.steps import Steps
from upgradecheck_sphinx.text import as_markup
from upgradecheck_sphinx.text import clean
from upgradecheck_sphinx.text import parsed
from upgradecheck_sphinx.warning import Warn
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from sphinx.util.typing import OptionSpec

    from upgradecheck_sphinx.domain import UpgradeDomain


class ProcedureDirective(SphinxDirective):
    """One procedure: when to choose it, what it takes, and its steps."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {
        "diagram": directives.flag,
        **parts.NO_INDEX,
    }

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0].strip()
        domain = self.upgrade
        domain.note_rendered(self.env.docname, f"procedure {name}")
        if name not in domain.guide.procedures:
            right = nearest(name, domain.guide.procedures)
            message = f"no procedure is {name}; {right}"
            Warn.PROCEDURE.at(self.get_location(), message)
            return []
        return self._whole(domain.guide.procedures[name])

    @property
    def upgrade(self) -> UpgradeDomain:
        """The domain of the build."""
        from upgradecheck_sphinx.domain import domain_of

        return domain_of(self.env)

    def note(
        self, kind: str, name: str, target: nodes.Element, title: str, number: str = ""
    ) -> None:
        """Give an object its id, and tell the domain."""
        node_id = make_id(self.env, self.state.document, kind, name)
        target["ids"].append(node_id)
        self.state.document.note_explicit_target(target)
        here = (self.env.docname, self.lineno)
        is_listed = parts.is_listed(self)
        self.upgrade.note_object(
            kind, name, node_id, clean(title), here, number, is_listed
        )

    def _whole(self, procedure: Procedure) -> list[nodes.Node]:
        service = self.upgrade.guide.services[procedure.service].title
        notes = Notes(self, procedure, service)
        steps = Steps(self, notes)
        whole = self._section(procedure.title, procedure.source)
        whole["classes"].append("upgrade-procedure")
        whole["upgrade_object"] = f"procedure {procedure.name}"
        self.note("procedure", procedure.name, whole, procedure.title)
        whole += self._index(procedure, whole["ids"][0])
        whole += span_of(procedure.span, service, procedure.source)
        whole += parsed(self, procedure.summary.lines())
        whole += notes.of(procedure.notes)
        if procedure.prerequisites:
            part = self._part("prerequisites", _("Prerequisites"), procedure)
            part += self._prerequisites(procedure.prerequisites, service)
            whole += part
        whole += self._sections(procedure.before, notes, service)
        if procedure.steps:
            part = self._part("steps", _("Steps"), procedure)
            part += self._diagram(procedure)
            part += steps.listed(procedure.steps)
            whole += part
        whole += self._sections(procedure.after, notes, service)
        return self._flattened(whole)

    def _index(self, procedure: Procedure, node_id: str) -> addnodes.index:
        found = addnodes.index(entries=[])
        if parts.is_listed(self):
            spoken = _("%s (upgrade procedure)")
            index.mark(found, "procedure", procedure.name, node_id, spoken)
        return found

    def _section(self, title: str, source: Source, **more: bool) -> nodes.section:
        text = clean(title)
        label = nodes.title(as_markup(text), text, **more)
        found = nodes.section("", label)
        for node in (found, label):
            node.source, node.line = source.file, source.line
        return found

    def _part(self, id: str, title: str, procedure: Procedure) -> nodes.section:
        found = self._section(title, procedure.source, translatable=False)
        term = f"{procedure.name}.{id}"
        found["ids"].append(make_id(self.env, self.state.document, "part", term))
        self.state.document.note_explicit_target(found)
        return found

    def _diagram(self, procedure: Procedure) -> list[nodes.Node]:
        if "diagram" not in self.options:
            return []
        found = diagram_of(procedure)
        return [found or parts.told(_("No step requires another."))]

    def _sections(
        self, sections: Iterable[Section], notes: Notes, service: str
    ) -> list[nodes.Node]:
        found: list[nodes.Node] = []
        for each in sections:
            node = self._section(each.title, each.source)
            node["upgrade_object"] = f"step {each.name}"
            self.note("step", each.name, node, each.title)
            node += span_of(each.span, service, each.source)
            node += parsed(self, each.text.lines())
            node += notes.of(each.notes)
            found.append(node)
        return found

    def _prerequisites(
        self, prerequisites: Iterable[Prerequisite], service: str
    ) -> nodes.bullet_list:
        found = nodes.bullet_list()
        for each in prerequisites:
            item = nodes.list_item("", *span_of(each.span, service, each.source))
            item += parsed(self, each.text.lines())
            if each.check is not None:
                check = [(each.check.name, each.check.source)]
                link = parts.links(self, "check", check)
                item += parts.facts([(_("Proved by"), link)], each.source)
            found += item
        return found

    def _flattened(self, whole: nodes.section) -> list[nodes.Node]:
        """The section, or what stands for it where no section may be."""
        if parts.is_among_sections(self):
            return [whole]
        return list(_without_sections(whole))


def _without_sections(section: nodes.section) -> Iterable[nodes.Node]:
    for node in list(section.children):
        if isinstance(node, nodes.title):
            text = node.astext()
            rubric = nodes.rubric(text, text, ids=section["ids"])
            if "upgrade_object" in section:
                rubric["upgrade_object"] = section["upgrade_object"]
            rubric.source, rubric.line = node.source, node.line
            yield rubric
        elif isinstance(node, nodes.section):
            yield from _without_sections(node)
        else:
            yield node
