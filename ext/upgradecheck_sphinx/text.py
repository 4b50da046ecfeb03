"""Text of plug-ins: reStructuredText, parsed where it stands, never trusted."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING
from typing import TypeAlias
from typing import cast

from docutils import nodes
from docutils.parsers.rst import states
from docutils.parsers.rst.languages import get_language
from docutils.parsers.rst.states import RSTState
from docutils.statemachine import StringList
from sphinx.util.docutils import switch_source_input
from sphinx.util.parsing import nested_parse_to_nodes

from upgradecheck.mistake import Source

if TYPE_CHECKING:
    from sphinx.util.docutils import SphinxDirective

#: A line of text, and where it is written.
Line: TypeAlias = tuple[str, Source]

_SCHEMES = ("", "http", "https", "mailto", "ftp")
_MARKS = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def clean(text: str) -> str:
    """Without what steers terminals, breaks XML or turns the writing round."""
    # What can be printed has none of that, and is most of what there is.
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    kind = unicodedata.category(character)
    is_unfit = kind in ("Cc", "Cs", "Cn") or character in _MARKS
    return "\N{REPLACEMENT CHARACTER}" if is_unfit else character


_MARKUP = re.compile(r"[\\*`|]|_(?!\w)")


def as_markup(text: str) -> str:
    """Plain text as reStructuredText that means it.

    Translators are asked for this: what they write is parsed.
    """
    return _MARKUP.sub(r"\\\g<0>", text)


def parsed(directive: SphinxDirective, lines: Iterable[Line]) -> list[nodes.Node]:
    """The nodes of a plug-in's text; faults in it are told with its own lines."""
    text = StringList()
    for line, source in lines:
        text.append(clean(line).expandtabs(), source.file, source.line - 1)
    if not text:
        return []
    state = _state_of(directive)
    with _kept_in_bounds(state.document), switch_source_input(state, text):
        found = nested_parse_to_nodes(state, text, allow_section_headings=False)
    holder = nodes.Element("", *found)
    for node in list(holder.findall(nodes.Element)):
        if _leads_astray(node):
            _disarm(node)
    found = list(holder.children)
    for each in found:
        each.parent = None
    return found


def _state_of(directive: SphinxDirective) -> RSTState:
    """What reads reStructuredText, also where the page is in another markup."""
    state: object = directive.state
    if isinstance(state, RSTState):
        return state
    document = directive.state.document
    settings = document.settings
    inliner = states.Inliner()
    inliner.init_customizations(settings)
    machine = states.RSTStateMachine(states.state_classes, "Body")
    machine.node = machine.document = document
    machine.memo = SimpleNamespace(
        document=document,
        reporter=document.reporter,
        language=get_language(settings.language_code, document.reporter),
        title_styles=[],
        section_level=0,
        section_bubble_up_kludge=False,
        inliner=inliner,
    )
    machine.runtime_init()
    return cast("RSTState", machine.states["Body"])


@contextlib.contextmanager
def _kept_in_bounds(document: nodes.document) -> Iterator[None]:
    """Neither raw HTML nor other files come in with the text of others."""
    settings = document.settings
    before = settings.raw_enabled, settings.file_insertion_enabled
    settings.raw_enabled = settings.file_insertion_enabled = False
    try:
        yield
    finally:
        settings.raw_enabled, settings.file_insertion_enabled = before


def _leads_astray(node: nodes.Element) -> bool:
    scheme, colon, _ = str(node.get("refuri", "")).partition(":")
    return bool(colon) and scheme.strip().lower() not in _SCHEMES


def _disarm(node: nodes.Element) -> None:
    if isinstance(node, nodes.reference) and node.parent is not None:
        node.parent.replace(node, node.children)
    else:
        node["refuri"] = "#"
