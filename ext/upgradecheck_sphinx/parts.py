"""Small parts of a page: facts, links, tables, each with its source."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.parsers.rst.states import RSTState
from sphinx import addnodes
from sphinx.util.nodes import make_id

from upgradecheck.mistake import Source
from upgradecheck_sphinx.text import as_markup
from upgradecheck_sphinx.text import clean

if TYPE_CHECKING:
    from sphinx.util.docutils import SphinxDirective

#: The option that keeps what is shown out of the indices, by Sphinx's two names.
NO_INDEX = {"no-index": directives.flag, "noindex": directives.flag}
#: The class of our tables.
TABLE = "upgrade-table"
#: The class of a table that sums up checks.
SUMMARY = "upgrade-summary"
#: The class of our admonitions.
NOTE = "upgrade-note"
#: The class of a paragraph that is a row of links.
LINKS = "upgrade-links"
#: The class of the block of a command.
COMMAND = "upgrade-command"
#: The class of the paragraph that begins a step.
STEP = "upgrade-step"


def is_listed(directive: SphinxDirective) -> bool:
    """Whether what the directive shows is linked from elsewhere, and in the index."""
    return not NO_INDEX.keys() & directive.options.keys()


def is_among_sections(directive: SphinxDirective) -> bool:
    """Whether what the directive shows may be a section."""
    state: object = directive.state
    # On a page in another markup the state knows nothing of what is around.
    is_ours = isinstance(state, RSTState)
    parent = directive.state.parent if is_ours else directive.state_machine.node
    return isinstance(parent, nodes.document | nodes.section)


def here(directive: SphinxDirective) -> Source:
    """Where the directive is written."""
    file, line = directive.get_source_info()
    return Source(file, line)


def title_of(node: nodes.Element) -> str:
    """The title of an object, where a page shows it; in the end it is translated."""
    kind = nodes.title if isinstance(node, nodes.section) else nodes.strong
    return next(iter(node.findall(kind)), node).astext()


def paragraph(text: str, source: Source) -> nodes.paragraph:
    """A paragraph of plain text, which can be translated."""
    text = clean(text)
    node = nodes.paragraph(as_markup(text), text)
    node.source, node.line = source.file, source.line
    return node


def told(text: str) -> nodes.paragraph:
    """A paragraph that nobody translates: our own words are in the page's language."""
    text = clean(text)
    return nodes.paragraph(text, text, translatable=False)


def sentence(template: str, *pieces: nodes.Node) -> nodes.paragraph:
    """A paragraph of our own words around nodes: one in the place of each ``%s``."""
    found = nodes.paragraph("", translatable=False)
    first, *rest = template.split("%s")
    found += nodes.Text(first)
    for piece, text in zip(pieces, rest, strict=True):
        found += [piece, nodes.Text(text)]
    return found


def strong(text: str, source: Source) -> nodes.strong:
    """A title in a paragraph, which can be translated by itself."""
    text = clean(text)
    node = nodes.strong(as_markup(text), text, translatable=True)
    node.source, node.line = source.file, source.line
    return node


def facts(
    pairs: Iterable[tuple[str, nodes.paragraph | None]], source: Source
) -> list[nodes.Node]:
    """A list of facts, each with its name in our own words.

    Those without a value are left out.
    """
    found = nodes.field_list(classes=["upgrade-facts"])
    for name, value in pairs:
        if value is None:
            continue
        label = nodes.field_name(name, name, translatable=False)
        label.source, label.line = source.file, source.line
        found += nodes.field("", label, nodes.field_body("", value))
    return [found] if len(found) else []


def links(
    directive: SphinxDirective, kind: str, targets: Sequence[tuple[str, Source]]
) -> nodes.paragraph | None:
    """Links to objects in a row; None for none."""
    if not targets:
        return None
    found = nodes.paragraph(classes=[LINKS])
    for number, (name, source) in enumerate(targets):
        if number:
            found += nodes.Text(", ")
        found += link(directive, kind, name, source)
    return found


def link(
    directive: SphinxDirective,
    kind: str,
    name: str,
    source: Source,
    text: str = "",
    *,
    is_loose: bool = False,
) -> addnodes.pending_xref:
    """A link to an object; it is told where it is written if it leads nowhere.

    :param text: what it says; by default what is shown there.
    :param is_loose: whether it may lead nowhere, and is just its text then.
    """
    shown = clean(text or name)
    classes = ["xref", "upgrade", f"upgrade-{kind}"]
    inner = nodes.literal if kind == "check" else nodes.inline
    node = addnodes.pending_xref(
        "",
        inner(shown, shown, classes=classes),
        refdomain="upgrade",
        reftype=kind,
        reftarget=name,
        refexplicit=bool(text),
        refwarn=True,
        refdoc=directive.env.docname,
        upgrade_near=True,
        upgrade_loose=is_loose,
    )
    node.source, node.line = source.file, source.line
    return node


def division(
    name: str, content: Iterable[nodes.Node], markup: str = ""
) -> list[nodes.Node]:
    """Nodes with what makes one part of a page of them, for HTML alone.

    docutils' own container has a class that themes use for other things.

    :param markup: HTML that follows the content.
    """
    start = nodes.raw("", f'<div class="{name}">', format="html")
    end = nodes.raw("", f"{markup}</div>", format="html")
    return [start, *content, end]


def table(
    directive: SphinxDirective,
    title: str,
    id: tuple[str, str],
    heads: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[nodes.Node]],
) -> nodes.table:
    """A table with a caption, a head and an id of its own.

    :param title: the caption, and
    :param heads: the column's heads: our own words.
    """
    source = here(directive)
    caption = nodes.title(clean(title), clean(title), translatable=False)
    found = nodes.table("", caption, classes=[TABLE, "colwidths-given"])
    for node in (found, caption):
        node.source, node.line = source.file, source.line
    document = directive.state.document
    found["ids"].append(make_id(directive.env, document, *id))
    document.ids[found["ids"][0]] = found
    group = nodes.tgroup("", cols=len(heads))
    group += [nodes.colspec("", colwidth=width) for width in widths]
    group += nodes.thead("", _row(told(head) for head in heads))
    group += nodes.tbody("", *(_row(row) for row in rows))
    found += group
    return found


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", cell) for cell in cells))
