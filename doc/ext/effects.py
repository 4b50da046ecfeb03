"""The directive ``effects``: what a revision may do, and what old code makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from upgradecheck import effect

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


class EffectsDirective(SphinxDirective):
    """A table of all rules of ``database-additive``, out of the code itself."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(effect.__file__)
        lines = [
            ".. list-table::",
            "   :header-rows: 1",
            "   :widths: 22 13 30 35",
            "",
            *_row("Effect", "Verdict", "What the revision does", "Why"),
        ]
        for kind, rule in effect.RULES.items():
            lines += _row(f"``{kind}``", rule.verdict, rule.what, rule.why)
        return self.parse_text_to_nodes("\n".join(lines))


def _row(*cells: str) -> list[str]:
    return [
        f"   {'*' if number == 0 else ' '} - {cell}"
        for number, cell in enumerate(cells)
    ]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive."""
    app.add_directive("effects", EffectsDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
