"""Wall time and peak memory, side by side: ``tox -e bench``.

Each pair of commands is run in turns, in one session on one machine: a, b, a, b. What
is told are medians, and ratios of medians of the same session. No figure is asserted.
``--write`` puts the table into the guide.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import importlib.metadata
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from tools import bench_amphorae
from tools.old_octavia import NO_MISTAKES
from tools.old_octavia import OldOctavia
from tools.old_octavia import made
from upgradecheck import registry

PAGE = Path(__file__).parents[1] / "doc" / "source" / "benchmarks.rst"
STARTS, ENDS = ".. benchmark starts\n", ".. benchmark ends\n"


@dataclasses.dataclass(frozen=True)
class Command:
    """A command to measure.

    :param words: its words; the first one is the program.
    :param spoken: how the table calls it.
    :param fresh: whether the catalogue is removed before each run.
    :param takes_file: whether ``--config-file`` comes before its words.
    :param configuration: the file that comes with it.
    """

    words: tuple[str, ...]
    spoken: str
    fresh: bool = False
    takes_file: bool = True
    configuration: str = "octavia.conf"


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run cost.

    :param seconds: of wall time.
    :param largest: the peak memory of the largest of its processes, in MiB.
    :param together: the peak memory of all its processes together, in MiB, where
        what they share counts once.
    """

    seconds: float
    largest: float
    together: float


_CHECK = ("service-status", "upgrade", "check", "octavia")
OURS = Command(_CHECK, "``service-status upgrade check octavia``")
COLD = Command(_CHECK, "the same, with no catalogue kept yet", fresh=True)
LIST = Command(
    ("service-status", "upgrade", "list"),
    "``service-status upgrade list``",
    takes_file=False,
)
THEIRS = Command(
    ("octavia-status", "upgrade", "check"), "``octavia-status upgrade check``"
)


def _amphorae(count: int) -> Command:
    return Command(
        (*_CHECK, "--check", "octavia.amphora-versions"),
        f"``octavia.amphora-versions``, {count} amphorae on MariaDB",
        configuration=bench_amphorae.configuration(count),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=7, help="of each, after warming up")
    parser.add_argument("--write", action="store_true", help="into the guide")
    arguments = parser.parse_args()
    with (
        made(NO_MISTAKES, tell=_tell) as deployment,
        bench_amphorae.made(deployment),
    ):
        table = "\n".join(_table(deployment, arguments.runs)) + "\n"
    print(table)
    if arguments.write:
        text = PAGE.read_text(encoding="utf-8")
        before, rest = text.split(STARTS)
        _, after = rest.split(ENDS)
        PAGE.write_text(f"{before}{STARTS}\n{table}\n{ENDS}{after}", encoding="utf-8")
        _tell(f"written into {PAGE.name}")
    return 0


def _tell(step: str) -> None:
    print(step, file=sys.stderr, flush=True)


def pairs() -> list[tuple[Command, Command]]:
    """What is compared with what; ours first."""
    few, many = map(_amphorae, (bench_amphorae.FEW, bench_amphorae.MANY))
    return [
        (OURS, THEIRS),
        (OURS, _validator()),
        (LIST, THEIRS),
        (OURS, COLD),
        (many, few),
    ]


def _validator() -> Command:
    """oslo-config-validator, with the namespaces that we know."""
    service = registry.load(["octavia"]).services["octavia"]
    installed = importlib.metadata.entry_points(group="oslo.config.opts")
    names = {entry.name for entry in installed} & set(service.namespaces)
    words = [word for name in sorted(names) for word in ("--namespace", name)]
    return Command(
        ("oslo-config-validator", *words, "--input-file", "octavia.conf"),
        f"``oslo-config-validator``, {len(names)} namespaces",
        takes_file=False,
    )


def _table(deployment: OldOctavia, runs: int) -> Iterator[str]:
    yield f"{datetime.date.today():%Y-%m-%d}, {_machine()}."
    yield f"Medians of {runs} runs each, in turns, after one to warm up."
    yield ""
    yield ".. list-table::"
    yield "   :header-rows: 1"
    yield "   :widths: 46 18 18 18"
    yield ""
    titles = ("Command", "Wall time, s", "Largest process, MiB", "All together, MiB")
    yield from _row(titles)
    for ours, other in pairs():
        a, b = _measured(deployment, ours, other, runs)
        for command, cost in ((ours, a), (other, b)):
            figures = (
                f"{cost.seconds:.2f}",
                f"{cost.largest:.0f}",
                f"{cost.together:.0f}",
            )
            yield from _row((command.spoken, *figures))
        ratios = (
            a.seconds / b.seconds,
            a.largest / b.largest,
            a.together / b.together,
        )
        yield from _row(("**ratio**", *(f"**{ratio:.2f}**" for ratio in ratios)))


def _row(cells: Sequence[str]) -> Iterator[str]:
    for mark, cell in zip("*   ", cells, strict=True):
        yield f"   {mark} - {cell}"


def _measured(
    deployment: OldOctavia, ours: Command, other: Command, runs: int
) -> tuple[Cost, Cost]:
    """The median cost of each of two commands, run in turns."""
    _tell(f"{ours.spoken} against {other.spoken}")
    found: tuple[list[Cost], list[Cost]] = ([], [])
    for turn in range(runs + 1):
        for command, costs in zip((ours, other), found, strict=True):
            cost = _run(deployment, command)
            if turn:
                costs.append(cost)
    return _median(found[0]), _median(found[1])


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        *(
            statistics.median(getattr(cost, field.name) for cost in costs)
            for field in dataclasses.fields(Cost)
        )
    )


def _run(deployment: OldOctavia, command: Command) -> Cost:
    """Run a command twice: for time alone, and to watch its memory."""
    seconds, largest = _timed(deployment, command)
    return Cost(seconds, largest, _watched(deployment, command))


def _timed(deployment: OldOctavia, command: Command) -> tuple[float, float]:
    started = time.perf_counter()
    process = _started(deployment, command)
    # The kernel's figure is that of the largest of the process and of the children
    # that it has waited for.
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    # What it finds is no matter, but it must have asked.
    if process.returncode not in (0, 1, 2):
        raise SystemExit(f"{command.spoken} ended with {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def _watched(deployment: OldOctavia, command: Command) -> float:
    """The peak of all its processes together, looked at every few milliseconds."""
    process = _started(deployment, command)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_share, _family(process.pid))))
        time.sleep(0.003)
    return peak / 1024


def _started(deployment: OldOctavia, command: Command) -> subprocess.Popen[bytes]:
    variables = deployment.variables()
    words = deployment.command(*command.words)
    if command.takes_file:
        words[words.index("--config-file") + 1] = command.configuration
    else:
        words = [words[0], *command.words[1:]]
    if command.fresh:
        kept = Path(variables["XDG_CACHE_HOME"]) / "upgradecheck"
        shutil.rmtree(kept, ignore_errors=True)
    return subprocess.Popen(
        words,
        cwd=deployment.directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for each in found:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{each}/task/{each}/children").read_text()
            found += map(int, text.split())
    return found


def _share(pid: int) -> int:
    """A process's proportional share of memory, in KiB; 0 if it has ended."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _machine() -> str:
    model = platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.is_file():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}"
        for name in ("octavia", "oslo.config", "upgradecheck")
    )
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"


if __name__ == "__main__":
    sys.exit(main())
