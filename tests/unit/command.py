"""The real console script, run as an operator runs it."""

from __future__ import annotations

import dataclasses
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

#: The console script that pip made, beside the interpreter of the tests.
PROGRAM = Path(sys.executable).parent / "service-status"


@dataclasses.dataclass(frozen=True)
class Finished:
    """How a run of the command ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def output(self) -> str:
        """All that the run let anybody see."""
        return self.stdout + self.stderr

    @property
    def json(self) -> Any:
        """The JSON document that is the whole of standard output."""
        return json.loads(self.stdout)

    @property
    def rows(self) -> dict[str, Any]:
        """The checks of the JSON report, by id, in the report's order."""
        return {row["id"]: row for row in self.json["checks"]}

    @property
    def statuses(self) -> dict[str, str]:
        """The status of each check of the JSON report."""
        return {id: row["status"] for id, row in self.rows.items()}


class ServiceStatus:
    """Runs ``service-status`` in an environment of its own.

    :param home: the user's home, and where caches are kept.
    :param plugins: the folder of installed distributions.
    """

    def __init__(self, home: Path, plugins: Path) -> None:
        self.home = home
        self.plugins = plugins
        self.program = PROGRAM

    @property
    def cache(self) -> Path:
        """The folder in which the command keeps its catalogues."""
        return self.home / "cache" / "upgradecheck"

    def environment(self, **more: str) -> dict[str, str]:
        """The tests' own environment without what would steer the command."""
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OS_", "PYTHON", "COV_")) and name != "NO_COLOR"
        }
        return {
            **own,
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "PYTHONPATH": str(self.plugins),
            "COLUMNS": "200",
            **more,
        }

    def __call__(
        self,
        *words: str | Path,
        env: dict[str, str] | None = None,
        timeout: float = 30,
        **popen: Any,
    ) -> Finished:
        """Run to the end; standard output and error are pipes."""
        started = time.monotonic()
        done = subprocess.run(
            [self.program, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment(**(env or {})),
            cwd=self.home,
            timeout=timeout,
            check=False,
            **popen,
        )
        seconds = time.monotonic() - started
        return Finished(done.returncode, done.stdout, done.stderr, seconds)

    def check(self, *words: str | Path, **more: Any) -> Finished:
        """``upgrade check``, reported as JSON."""
        return self("upgrade", "check", "--json", *words, **more)

    def start(self, *words: str | Path, **popen: Any) -> subprocess.Popen[str]:
        """Start a run and leave it running."""
        return subprocess.Popen(
            [self.program, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment(),
            cwd=self.home,
            **popen,
        )

    def on_terminal(
        self,
        *words: str | Path,
        env: dict[str, str] | None = None,
        piped: str = "",
    ) -> Finished:
        """Run on a terminal.

        :param piped: ``stdout`` or ``stderr``, which is a pipe instead.
        """
        started = time.monotonic()
        streams: dict[str, int] = {}
        readers: dict[int, str] = {}
        for name in ("stdout", "stderr"):
            reader, streams[name] = os.pipe() if name == piped else os.openpty()
            readers[reader] = name
        process = subprocess.Popen(
            [self.program, *words],
            stdin=subprocess.DEVNULL,
            env=self.environment(**{"TERM": "xterm-256color", **(env or {})}),
            cwd=self.home,
            stdout=streams["stdout"],
            stderr=streams["stderr"],
        )
        for stream in streams.values():
            os.close(stream)
        texts = _read_all(readers)
        code = process.wait(timeout=10)
        seconds = time.monotonic() - started
        return Finished(code, texts["stdout"], texts["stderr"], seconds)


def _read_all(readers: dict[int, str]) -> dict[str, str]:
    """What comes out of some descriptors until their writers are gone."""
    found = dict.fromkeys(readers.values(), b"")
    while readers:
        ready, _, _ = select.select(list(readers), [], [], 30)
        if not ready:
            raise TimeoutError("the command printed nothing for 30 seconds")
        for reader in ready:
            try:
                data = os.read(reader, 65536)
            except OSError:  # a terminal whose other side is closed
                data = b""
            if data:
                found[readers[reader]] += data
            else:
                os.close(reader)
                del readers[reader]
    return {name: data.decode(errors="replace") for name, data in found.items()}


def interrupt(
    process: subprocess.Popen[str], number: signal.Signals = signal.SIGINT
) -> Finished:
    """Press Ctrl-C on a run, and wait for its end."""
    started = time.monotonic()
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=30)
    return Finished(process.returncode, stdout, stderr, time.monotonic() - started)
