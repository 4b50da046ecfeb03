"""``upgrade explain``: what a check proves, what its results mean."""

from __future__ import annotations

import argparse
from typing import Any

from upgradecheck import registry as registries
from upgradecheck.check import Check
from upgradecheck.check import NotVerified
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import require
from upgradecheck.cmd.context import write
from upgradecheck.registry import Registry
from upgradecheck.report.terminal import plain


def add(commands: Any, prog: str, _service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "explain",
        prog=f"{prog} upgrade explain",
        help="explain a check: what it proves, what its results mean",
        description="Explains one check.",
    )
    parser.add_argument("id", metavar="ID", help="the check's id, as list shows it")


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Print all that is known of a check."""
    service = arguments.id.partition(".")[0]
    registry = registries.load([service] if service in context.known else None)
    require([arguments.id], registry)
    if arguments.id not in registry.checks:
        problem = next(p for p in registry.problems if p.entry == arguments.id)
        raise NotVerified(problem.reason, remedy=problem.remedy)
    write(text(registry, registry.checks[arguments.id]))
    return 0


def text(registry: Registry, check: Check) -> str:
    """One check, for an operator who wants to know what it means."""
    provider = registry.providers[check.id]
    facts = [
        ("id", check.id),
        ("phase", str(check.phase)),
        ("needs", ", ".join(check.needs)),
        ("applies to", check.applies_to),
        ("procedures", ", ".join(check.procedures)),
        ("added in", f"{provider.name} {check.added}" if check.added else ""),
        ("changed in", ", ".join(check.changed)),
        ("provided by", str(provider)),
    ]
    lines = [check.title, "=" * len(check.title), ""]
    lines += [f"{name + ':':13}{value}" for name, value in facts if value]
    lines += ["", check.text.strip()]
    if check.remedy:
        lines += ["", "What to do: " + check.remedy]
    ask = f"{check.service} --check {check.id}"
    lines += ["", f"Ask it: service-status upgrade check {ask}"]
    return plain("\n".join(lines)) + "\n"
