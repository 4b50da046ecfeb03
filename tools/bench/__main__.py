"""Wall time and peak memory, side by side: ``tox -e bench``.

What is compared runs in turns, in one session on one machine: a, b, a, b. What is
told are medians, and ratios of medians of the same session. No figure is asserted.
``--write`` puts the tables into the guide.
"""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
from pathlib import Path

from tools.bench import amphorae
from tools.bench import builds
from tools.bench import commands
from tools.bench import page
from tools.bench.measure import Failed
from tools.old_octavia import NO_MISTAKES
from tools.old_octavia import made


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=7, help="of each command, after warming up"
    )
    parser.add_argument("--rounds", type=int, default=3, help="of builds of a guide")
    parser.add_argument("--write", action="store_true", help="into the guide")
    arguments = parser.parse_args()
    parts: dict[str, list[str]] = {}
    try:
        with (
            made(NO_MISTAKES, tell=_tell) as deployment,
            amphorae.made(deployment),
        ):
            found = commands.lines(deployment, arguments.runs, _tell)
            parts["commands"] = [*_measured("octavia", "oslo.config"), *found]
        with tempfile.TemporaryDirectory() as folder:
            size = builds.Size()
            found = builds.lines(Path(folder), size, arguments.rounds, _tell)
            parts["builds"] = [*_measured("Sphinx", "docutils"), *found]
    except Failed as fault:
        raise SystemExit(f"bench: {fault}") from None
    for part, lines in parts.items():
        print("\n".join(lines), end="\n\n")
        if arguments.write:
            page.write(part, lines)
    return 0


def _measured(*distributions: str) -> list[str]:
    today = f"{datetime.date.today():%Y-%m-%d}"
    return [f"{today}, {page.machine(*distributions)}."]


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
