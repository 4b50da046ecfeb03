"""The main job on embedded defaults: ``tox -e demo``.

Makes an old Octavia, asks ``service-status upgrade check octavia`` about it, shows
what it answers, and ends with 0 if the answer is the one that is due.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from tools.old_octavia import MANY_MISTAKES
from tools.old_octavia import PASSWORDS
from tools.old_octavia import OldOctavia
from tools.old_octavia import made
from upgradecheck.report import MEANINGS

FAMILIES = (
    "octavia.config-options",
    "octavia.database-revision",
    "octavia.amphora-image",
)
TABLE = ("service-status", "upgrade", "check", "octavia")


def main() -> int:
    started = time.monotonic()

    def tell(step: str) -> None:
        print(f"[{time.monotonic() - started:5.1f} s] {step}", flush=True)

    print(
        "An old Octavia is made here, for real, in a private directory, and asked\n"
        "whether it may be upgraded to the Octavia that is installed.\n"
    )
    with made(MANY_MISTAKES, images=2, tell=tell) as deployment:
        tell("ready. This is its octavia.conf, line by line:\n")
        text = deployment.configuration.read_text()
        for number, line in enumerate(text.splitlines(), 1):
            print(f"{number:5}  {line}".rstrip())
        print("\nIts passwords are fake; look whether you find one from here on.\n")
        tell("asking the checks; the first time, what the new Octavia expects is read")
        table = _shown(deployment, *TABLE)
        print()
        tell("asking once more, for a tool that reads JSON")
        report = _shown(deployment, *TABLE, "--json")
        print()
        tell("stopping Glance, removing the directory")
    faults = list(_faults(table, report))
    for fault in faults:
        print(f"The demo came out wrong: {fault}", file=sys.stderr)
    if not faults:
        tell(
            "done. As it should be: findings of all three families, exit code 2, and "
            "no password in either output."
        )
    return 1 if faults else 0


def _shown(deployment: OldOctavia, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command, print what it prints, its exit code and its meaning."""
    name, *rest = words
    spoken = (name, "--config-file", deployment.configuration.name, *rest)
    print(f"\n$ {' '.join(spoken)}", flush=True)
    done = deployment.ask(*words)
    print(done.stdout, done.stderr, sep="", end="")
    meaning = MEANINGS.get(done.returncode, "unknown")
    print(f"\nExit code {done.returncode}, {meaning}.")
    return done


def _faults(
    table: subprocess.CompletedProcess[str], report: subprocess.CompletedProcess[str]
) -> Iterator[str]:
    """Whatever is not as it should be."""
    for name, done in (("table", table), ("JSON", report)):
        if done.returncode != 2:
            yield f"the {name} has exit code {done.returncode} where 2 is due"
        if done.stderr:
            yield f"the {name} has something on standard error"
        for password in PASSWORDS:
            if password in done.stdout + done.stderr:
                yield f"the {name} shows a password"
    try:
        data: Any = json.loads(report.stdout)
    except ValueError:
        yield "the JSON is none"
        return
    findings = {check["id"]: check["findings"] for check in data["checks"]}
    for family in FAMILIES:
        if not findings.get(family):
            yield f"{family} has no finding"
        if family not in table.stdout:
            yield f"{family} is not in the table"


if __name__ == "__main__":
    sys.exit(main())
