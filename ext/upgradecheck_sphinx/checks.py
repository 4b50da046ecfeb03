"""The directives ``upgrade:check`` and ``upgrade:checks``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.directives import ObjectDescription
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from upgradecheck.mistake import nearest
from upgradecheck_sphinx import index
from upgradecheck_sphinx import parts
from upgradecheck_sphinx import words
from upgradecheck_sphinx.text import clean
from upgradecheck_sphinx.text import parsed
from upgradecheck_sphinx.warning import Warn
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from sphinx.util.typing import OptionSpec

    from upgradecheck_sphinx.domain import UpgradeDomain
    from upgradecheck_sphinx.guide import CheckDoc

WIDTHS = (32, 24, 18, 10, 16)


class CheckDirective(ObjectDescription[str]):
    """One check: its facts and its whole text; what the page adds comes last."""

    def run(self) -> list[nodes.Node]:
        guide = _domain(self).guide
        id = self.arguments[0].strip()
        _domain(self).note_rendered(self.env.docname, f"check {id}")
        if id not in guide.checks:
            right = nearest(id, guide.checks)
            Warn.UNKNOWN_CHECK.at(self.get_location(), f"no check is {id}; {right}")
            return []
        self.doc = guide.checks[id]
        return super().run()

    def get_signatures(self) -> list[str]:
        return [self.doc.id]

    def handle_signature(self, sig: str, signode: addnodes.desc_signature) -> str:
        signode += addnodes.desc_name(sig, sig)
        return sig

    def _object_hierarchy_parts(
        self, sig_node: addnodes.desc_signature
    ) -> tuple[str, ...]:
        return (self.doc.id,)

    def _toc_entry_name(self, sig_node: addnodes.desc_signature) -> str:
        return self.doc.id

    def add_target_and_index(
        self, name: str, sig: str, signode: addnodes.desc_signature
    ) -> None:
        node_id = make_id(self.env, self.state.document, "check", name)
        signode["ids"].append(node_id)
        self.state.document.note_explicit_target(signode)
        title = clean(self.doc.title)
        _domain(self).note_object(
            "check", name, node_id, title, (self.env.docname, self.lineno)
        )
        if "no-index-entry" not in self.options:
            spoken = _("%s (upgrade check)")
            index.mark(self.indexnode, "check", name, node_id, spoken)

    def parse_content_to_nodes(
        self, allow_section_headings: bool = False
    ) -> list[nodes.Node]:
        doc = self.doc
        heading = nodes.paragraph("", "", parts.strong(doc.title, doc.source))
        heading["classes"].append("upgrade-title")
        heading["upgrade_object"] = f"check {doc.id}"
        found = [heading, *self._facts(doc), *parsed(self, doc.lines)]
        if doc.remedy:
            remedy = parts.paragraph(doc.remedy, doc.source)
            found += parts.facts([(_("What to do"), remedy)], doc.source)
        return [*found, *self.parse_text_of_page()]

    def parse_text_of_page(self) -> list[nodes.Node]:
        """What the page itself says of the check."""
        return super().parse_content_to_nodes(allow_section_headings=False)

    def _facts(self, doc: CheckDoc) -> list[nodes.Node]:
        def named(text: str) -> nodes.paragraph | None:
            return parts.told(text) if text else None

        ways = [(name, doc.source) for name in doc.procedures]
        return parts.facts(
            [
                (_("Needs"), named(", ".join(doc.needs))),
                (_("Phase"), parts.told(words.phase(doc.phase))),
                (_("Since"), named(doc.since)),
                (_("Changed in"), named(", ".join(doc.changed))),
                (_("Applies to"), named(doc.applies_to)),
                (_("Only on the way of"), parts.links(self, "procedure", ways)),
                (_("Provided by"), named(doc.provider)),
            ],
            doc.source,
        )


class ChecksDirective(SphinxDirective):
    """All checks of a service: a table, then each in full."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {
        "summary-only": directives.flag,
        **parts.NO_INDEX,
    }

    def run(self) -> list[nodes.Node]:
        domain, name = _domain(self), self.arguments[0].strip()
        domain.note_rendered(self.env.docname, f"service {name}")
        service = domain.guide.services.get(name)
        if service is None:
            right = nearest(name, domain.guide.services)
            Warn.UNKNOWN_CHECK.at(self.get_location(), f"no service is {name}; {right}")
            return []
        if not service.checks:
            return [parts.told(_("%s has no checks.") % service.title)]
        docs = [domain.guide.checks[id] for id in service.checks]
        for doc in docs:
            domain.note_rendered(self.env.docname, f"row {doc.id}")
        table = parts.table(
            self,
            _("Checks of %s") % service.title,
            ("checks", name),
            (_("Check"), _("Title"), _("Needs"), _("Phase"), _("Since")),
            WIDTHS,
            (self._cells(doc) for doc in docs),
        )
        table["classes"].append(parts.SUMMARY)
        if "summary-only" in self.options:
            return [table]
        return [table, *self._in_full(docs)]

    def _cells(self, doc: CheckDoc) -> list[nodes.Node]:
        # A summary by itself may stand where no page shows the checks in full.
        link = parts.link(self, "check", doc.id, parts.here(self), is_loose=True)
        return [
            nodes.paragraph("", "", link),
            parts.paragraph(doc.title, doc.source),
            parts.told(", ".join(doc.needs)),
            parts.told(words.phase(doc.phase)),
            parts.told(doc.since),
        ]

    def _in_full(self, docs: list[CheckDoc]) -> list[nodes.Node]:
        options = {} if parts.is_listed(self) else {"no-index": None}
        found: list[nodes.Node] = []
        for doc in docs:
            found += CheckDirective(
                "upgrade:check",
                [doc.id],
                dict(options),
                StringList(),
                self.lineno,
                self.content_offset,
                self.block_text,
                self.state,
                self.state_machine,
            ).run()
        return found


def _domain(directive: SphinxDirective) -> UpgradeDomain:
    from upgradecheck_sphinx.domain import domain_of

    return domain_of(directive.env)
