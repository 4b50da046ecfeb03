"""What only one kind of page needs, done when it is written."""

from __future__ import annotations

import html
from typing import Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from upgradecheck_sphinx import parts
from upgradecheck_sphinx.parts import COMMAND
from upgradecheck_sphinx.parts import NOTE
from upgradecheck_sphinx.parts import STEP
from upgradecheck_sphinx.parts import SUMMARY
from upgradecheck_sphinx.parts import TABLE
from upgradecheck_sphinx.words import _


class UntitledTables(SphinxPostTransform):
    """docutils takes a table's title for the name of a man page."""

    default_priority = 400
    builders = ("man",)

    def run(self, **kwargs: Any) -> None:
        for table in list(self.document.findall(nodes.table)):
            if TABLE in table["classes"] and isinstance(table[0], nodes.title):
                del table[0]


class SummariesAsLists(SphinxPostTransform):
    """A summary of checks is read as a list where a line has no room for a table."""

    default_priority = 399
    builders = ("man", "text")

    def run(self, **kwargs: Any) -> None:
        for table in list(self.document.findall(nodes.table)):
            if SUMMARY in table["classes"]:
                table.replace_self(_listed(table))


def _listed(table: nodes.table) -> list[nodes.Node]:
    """A caption, then each row: its first cell, and what the others say below."""
    head, *rows = table.findall(nodes.row)
    labels = [cell.astext() for cell in head.findall(nodes.entry)]
    found = nodes.definition_list()
    for row in rows:
        first, title, *others = row.findall(nodes.entry)
        inline = [each for node in first.children for each in node.children]
        term = nodes.term("", "", *inline)
        facts = "; ".join(
            f"{label}: {cell.astext()}"
            for label, cell in zip(labels[2:], others, strict=True)
            if cell.astext()
        )
        lines = [nodes.line("", text) for text in (title.astext(), facts) if text]
        body = nodes.definition("", nodes.line_block("", *lines))
        found += nodes.definition_list_item("", term, body)
    caption = next(iter(table.findall(nodes.title))).astext()
    return [nodes.paragraph("", f"{caption}:"), found]


class StepPermalinks(SphinxPostTransform):
    """Steps have a permalink, as headings have."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        config = self.config
        if not config.html_permalinks or not getattr(
            self.app.builder, "add_permalinks", False
        ):
            return
        for step in list(self.document.findall(nodes.paragraph)):
            if STEP not in step["classes"]:
                continue
            target = next(iter(step.findall(nodes.target)))
            link = nodes.reference(
                "", "", internal=True, refid=target["ids"][0], classes=["headerlink"]
            )
            link["reftitle"] = _("Link to this step")
            # The icon is markup of the project's own settings.
            link += nodes.raw("", config.html_permalinks_icon, format="html")
            step.append(link)


class CopyButtons(SphinxPostTransform):
    """Each command has a button that copies it; a script shows and serves it."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        if self.app.builder.name == "epub":
            return
        words = [_("Copy"), _("Copied"), _("Not copied"), _("Copy the command %s")]
        copy, copied, failed, command = (html.escape(each) for each in words)
        for block in list(self.document.findall(nodes.literal_block)):
            if COMMAND not in block["classes"]:
                continue
            label = command.replace("%s", html.escape(block.astext().strip()))
            button = (
                f'<button type="button" class="upgrade-copy" hidden'
                f' aria-label="{label}" data-done="{copied}" data-failed="{failed}">'
                f'{copy}</button><span class="upgrade-unseen" role="status"></span>'
            )
            wrapped = parts.division("upgrade-run", [block], button)
            around = block.parent
            place = around.index(block)
            around[place : place + 1] = wrapped


class IdsByLine(SphinxPostTransform):
    """Sphinx's text writer breaks lines within an id: each check has one of its own."""

    default_priority = 400
    formats = ("text",)

    def run(self, **kwargs: Any) -> None:
        for row in list(self.document.findall(nodes.paragraph)):
            ids = [each.astext() for each in row.findall(nodes.literal)]
            if parts.LINKS in row["classes"] and ids:
                text = "\n".join(f'"{id}"' for id in ids)
                row.replace_self(nodes.raw("", text, format="text"))


class ApartInNotes(SphinxPostTransform):
    """Sphinx's text writer runs the paragraphs of an admonition together."""

    default_priority = 400
    formats = ("text",)

    def run(self, **kwargs: Any) -> None:
        for note in list(self.document.findall(nodes.Element)):
            if NOTE in note["classes"]:
                inner = nodes.compound("", *note.children)
                note.children = []
                note.append(inner)
