"""The directive ``command``: every word of the command, asked of its parser."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import TYPE_CHECKING

from sphinx.util.docutils import SphinxDirective
from sphinx.util.rst import escape

from upgradecheck.cmd import parser as parsers
from upgradecheck.cmd.status import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

_WIDTH = 78


class CommandDirective(SphinxDirective):
    """A section for the command itself, and one for each word after ``upgrade``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        for module in (parsers, *COMMANDS.values()):
            file = sys.modules[getattr(module, "__name__", __name__)].__file__
            self.env.note_dependency(str(file))
        parser = parsers.build(self.arguments[0], None, COMMANDS.values())
        text = "\n".join(line for each in _all(parser) for line in _section(each))
        return self.parse_text_to_nodes(text, allow_section_headings=True)


def _all(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A parser, and those of the words that follow; one for each way to end."""
    words = list(_words(parser))
    if not words or len(words) > 1 or parser.epilog:
        yield parser
    for word in words:
        yield from _all(word)


def _words(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def _section(parser: argparse.ArgumentParser) -> Iterator[str]:
    """What a parser knows, in reStructuredText."""
    formatter = argparse.HelpFormatter(parser.prog, width=_WIDTH)
    yield from (escape(parser.prog), "=" * 2 * len(parser.prog), "")
    yield from (escape(parser.description or ""), "")
    yield from _literal(_usage(parser))
    yield from (f".. program:: {parser.prog}", "")
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction | argparse._SubParsersAction):
            continue
        if action.help is argparse.SUPPRESS:
            continue
        yield f".. option:: {', '.join(_spellings(action))}"
        yield ""
        yield f"   {escape(formatter._expand_help(action))}" if action.help else ""
        yield ""
    if parser.epilog:
        yield from _literal(parser.epilog.replace("%(prog)s", parser.prog))


def _usage(parser: argparse.ArgumentParser) -> str:
    formatter = argparse.HelpFormatter(parser.prog, width=_WIDTH)
    groups = parser._mutually_exclusive_groups
    formatter.add_usage(parser.usage, parser._actions, groups, prefix="")
    return formatter.format_help()


def _spellings(action: argparse.Action) -> Iterator[str]:
    name = action.metavar if isinstance(action.metavar, str) else action.dest
    value = f" {name}" if action.nargs != 0 else ""
    if not action.option_strings:
        yield name
    for word in action.option_strings:
        yield f"{word}{value}"


def _literal(text: str) -> Iterator[str]:
    yield from (".. code-block:: text", "")
    yield from textwrap.indent(text.strip("\n"), "   ").splitlines()
    yield ""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive."""
    app.add_directive("command", CommandDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
