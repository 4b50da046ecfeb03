"""``upgrade changes``: what changed from one release of a service to another."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import upgradecheck
from upgradecheck import changes as reader
from upgradecheck.changes import Changes
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import release
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import add_json
from upgradecheck.cmd.parser import add_service
from upgradecheck.default import contrasted
from upgradecheck.default import default_of
from upgradecheck.default import spoken
from upgradecheck.report.terminal import plain

_DESCRIPTION = """\
Shows what changed from one release of a service to another: options that are new,
removed, renamed, newly deprecated or have another default, the revisions of its
databases, and the plug-ins, programs and policy rules that came and went. It reads
the catalogues that ship; neither release need be installed.

A release is a version (18.0.0), a series (2026.1) or its name (gazpacho).
"""
#: The width of a line, in columns.
_WIDTH = 78


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "changes",
        prog=f"{prog} upgrade changes",
        help="show what changed from one release of a service to another",
        description=_DESCRIPTION,
    )
    add_service(parser, service)
    parser.add_argument(
        "--from",
        metavar="RELEASE",
        dest="origin",
        required=True,
        help="the release that the upgrade starts from",
    )
    parser.add_argument(
        "--to",
        metavar="RELEASE",
        dest="target",
        help="the release that it goes to (default: the installed one, or else the "
        "newest that has a catalogue)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Show the changes."""
    service = context.service(arguments)
    for option, word in (("--from", arguments.origin), ("--to", arguments.target)):
        if word is not None:
            release(option, word, [service])
    target = arguments.target or reader.usual_target(service)
    found = reader.between(service, arguments.origin, target)
    write(document(found) if arguments.json else text(found))
    return 0


def document(changes: Changes) -> str:
    """The changes as JSON."""
    tool = {"name": "upgradecheck", "version": upgradecheck.__version__}
    data = {"schema": 1, "tool": tool, **reader.data(changes)}
    return json.dumps(data, indent=2) + "\n"


def text(changes: Changes) -> str:
    """The changes for people."""
    title = changes.target.service.title
    heading = f"{title}: from {changes.origin.short} to {changes.target.short}"
    lines = [plain(heading), "=" * len(plain(heading))]
    parts = [(what, [*entries]) for what, entries in _parts(changes)]
    for what, entries in parts:
        if entries:
            lines += ["", f"{plain(what)} ({len(entries)})"]
            for entry in entries:
                lines += textwrap.wrap(
                    plain(entry),
                    _WIDTH,
                    initial_indent="  ",
                    subsequent_indent="      ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
    missing = [what for what, entries in parts if not entries]
    if missing:
        lines += [
            "",
            *textwrap.wrap(f"None: {'; '.join(map(plain, missing))}.", _WIDTH),
        ]
    return "\n".join(lines) + "\n"


def _parts(changes: Changes) -> Iterator[tuple[str, Iterable[str]]]:
    yield (
        "Removed options",
        (
            f"{known.spoken}{removed.told if removed else ''}"
            for known, removed in changes.removed
        ),
    )
    yield (
        "Renamed options",
        (f"{each.old.spoken} is now {each.new.spoken}" for each in changes.renamed),
    )
    yield (
        "Options with another default",
        (
            f"{each.known.spoken}: {', now '.join(contrasted(each.old, each.new))}"
            for each in changes.defaults
        ),
    )
    yield (
        "Newly deprecated options",
        (f"{known.spoken}{reader.deprecation(known)}" for known in changes.deprecated),
    )
    yield (
        "New options",
        (
            f"{known.spoken} (default: {spoken(default_of(known))})"
            for known in changes.new
        ),
    )
    if changes.unlisted:
        yield (
            "Options that were not compared",
            (f"{each.namespace}{each.told}" for each in changes.unlisted),
        )
    for name, revisions in changes.revisions.items():
        yield (
            f"Revisions of the {name} database",
            (f"{each.revision} {each.title}".rstrip() for each in revisions),
        )
    for group, names in changes.entry_points.items():
        yield f"Added to {group}", names.added
        yield f"Removed from {group}", names.removed
    yield "New programs", changes.programs.added
    yield "Removed programs", changes.programs.removed
    yield "New policy rules", changes.policies.added
    yield "Removed policy rules", changes.policies.removed
    yield (
        "Policy rules with another default",
        (
            f"{name}: {', now '.join(contrasted(old, new))}"
            for name, old, new in changes.rules
        ),
    )
