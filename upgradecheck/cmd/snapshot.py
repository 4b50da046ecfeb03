"""``upgrade snapshot``: record on an old node what a later check compares with."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from upgradecheck import registry as registries
from upgradecheck import settings
from upgradecheck.cmd.check import chosen
from upgradecheck.cmd.check import seconds
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import assign
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import UsageError
from upgradecheck.question import Given
from upgradecheck.question import question
from upgradecheck.report.terminal import plain

_EPILOG = """\
exit codes:
  0    all is recorded
  255  not, or not as a whole: the output says what is missing, and why

No value of an option is recorded, only salted digests, and those of no secret.
Give the file to a later check: service-status upgrade check SERVICE --baseline FILE
"""


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "snapshot",
        prog=f"{prog} upgrade snapshot",
        help="record on an old node what a later check compares with",
        description="Records what this node of the old release has, as JSON.",
        epilog=_EPILOG,
    )
    parser.add_argument(
        "services",
        nargs="*",
        metavar="SERVICE",
        default=[],
        help=f"always {service} here" if service else "the service; exactly one",
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        help="how long each part of it may take (default: 60)",
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="write to this file; it is replaced as a whole or not at all",
    )


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Record what is here."""
    names = context.services(arguments)
    if len(names) != 1:
        raise UsageError(
            f"snapshot takes exactly one service, and these are "
            f"{', '.join(names) or 'none'}\nTry: {context.prog} upgrade snapshot "
            f"{names[0] if names else 'octavia'}"
        )
    given = context.given(arguments)
    registry = registries.load(names)
    services = chosen(names, registry, given)
    assign(given, services)
    for problem in registry.problems:
        if problem.entry == names[0]:
            raise UsageError(f"{problem.reason}\nTry: {problem.remedy}")
    from upgradecheck import baseline
    from upgradecheck import snapshot

    timeout = arguments.timeout or settings.load().timeout
    upgrade = question(services[0], given.get(names[0], Given()), timeout)
    taken = snapshot.take(upgrade, timeout)
    write(json.dumps(baseline.to_data(taken), indent=2) + "\n", arguments.output)
    for what, why in taken.faults.items():
        print(
            f"{context.prog}: {plain(what)} is not recorded: {plain(why)}",
            file=sys.stderr,
        )
    return 255 if taken.faults else 0
