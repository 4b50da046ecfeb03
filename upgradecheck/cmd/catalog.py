"""``upgrade catalog``: what the installed release of a service expects, as JSON."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from upgradecheck import catalogue_file
from upgradecheck import installed
from upgradecheck import registry as registries
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import add_json
from upgradecheck.report.terminal import plain

_DESCRIPTION = """\
Writes what the installed release of a service expects of a deployment: its options,
the revisions of its databases, its programs, the entry points that matter, its
policy rules. It is JSON, and the same release with the same libraries always gives
the same bytes, on every machine.
"""


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "catalog",
        prog=f"{prog} upgrade catalog",
        help="write what the installed release of a service expects, as JSON",
        description=_DESCRIPTION,
    )
    parser.add_argument(
        "services",
        nargs="?" if service else 1,
        metavar="SERVICE",
        default=[],
        type=lambda word: [word] if service else word,
        help=f"always {service} here" if service else "the service, as list shows it",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="the file to write; one that is there is replaced as a whole",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Write the catalogue."""
    (name,) = context.services(arguments)
    registry = registries.load([name])
    if name not in registry.services:
        raise UsageError(f"{name} has no definition that can be loaded here")
    catalogue = installed.whole_catalogue(registry.services[name])
    for subject, fault in sorted(catalogue.faults.items()):
        print(
            f"{context.prog}: not in the catalogue: {plain(subject)}: {plain(fault)}",
            file=sys.stderr,
        )
    write(catalogue_file.text(catalogue), arguments.output, "catalogue")
    return 0
