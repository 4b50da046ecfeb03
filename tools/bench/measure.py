"""What a command costs: wall time and peak memory, in turns with another's."""

from __future__ import annotations

import contextlib
import dataclasses
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

#: Runs a program, and writes down its seconds and KiB; ends with its exit code.
#: The kernel counts what a process was before it became its program: a fork of the
#: process that measures may be larger than what it measures, one of this is not.
#: The kernel's figure is that of the largest of the process and of the children that
#: it has waited for.
_WAITER = """\
import os, sys, time
file, *words = sys.argv[1:]
started = time.perf_counter()
process = os.posix_spawnp(words[0], words, os.environ)
_, status, usage = os.wait4(process, 0)
seconds = time.perf_counter() - started
with open(file, "w") as figures:
    print(seconds, usage.ru_maxrss, file=figures)
sys.exit(os.waitstatus_to_exitcode(status) & 255)
"""


class Failed(Exception):
    """What was to be measured did not do what it has to."""


@dataclasses.dataclass(frozen=True)
class Cost:
    """What one run cost.

    :param seconds: of wall time.
    :param largest: the peak memory of the largest of its processes, in MiB.
    :param together: the peak memory of all its processes together, in MiB, where
        what they share counts once; 0 if nobody looked.
    """

    seconds: float
    largest: float
    together: float = 0.0


@dataclasses.dataclass(frozen=True)
class Run:
    """A command to run, and the file that its output goes to.

    :param ends: the exit codes that it may end with.
    """

    words: Sequence[str]
    variables: Mapping[str, str]
    folder: Path
    log: Path
    ends: Sequence[int] = (0,)

    def timed(self) -> Cost:
        """Run it, and look at the time and at the largest process.

        :raises Failed: if it ends with another exit code.
        """
        figures = self.log.with_suffix(".figures")
        process = self._started(sys.executable, "-IS", "-c", _WAITER, str(figures))
        self._judge(process.wait())
        seconds, largest = figures.read_text().split()
        return Cost(float(seconds), int(largest) / 1024)

    def watched(self) -> float:
        """Run it; the peak of all its processes together, in MiB.

        They are looked at every few milliseconds.
        """
        process = self._started()
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(map(_share, _family(process.pid))))
            time.sleep(0.003)
        self._judge(process.returncode)
        return peak / 1024

    def _started(self, *before: str) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as output:
            return subprocess.Popen(
                [*before, *self.words],
                cwd=self.folder,
                env=dict(self.variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _judge(self, code: int) -> None:
        if code not in self.ends:
            said = self.log.read_text(errors="replace")[-2000:]
            raise Failed(f"{' '.join(self.words)} ended with {code}:\n{said}")


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


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(
        *(
            statistics.median(getattr(cost, field.name) for cost in costs)
            for field in dataclasses.fields(Cost)
        )
    )


def seconds(costs: Sequence[Cost]) -> str:
    """The median of the wall times, and from where to where they go."""
    every = [cost.seconds for cost in costs]
    middle = statistics.median(every)
    return f"{middle:.2f} ({min(every):.2f} to {max(every):.2f})"
