"""A program that serves on a loopback port for as long as it is needed."""

from __future__ import annotations

import abc
import contextlib
import ctypes
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar
from typing import Self

from tests.functional.servers import directory
from tests.functional.servers import program

LOOPBACK = "127.0.0.1"


class Server(abc.ABC):
    """A private server: entered it answers, left nothing of it remains."""

    #: Who runs it when root starts the tests.
    account: ClassVar[str | None] = None
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    start_seconds: ClassVar[float] = 60
    stop_seconds: ClassVar[float] = 20

    directory: Path
    port: int
    process: subprocess.Popen[bytes]

    def prepare(self) -> None:  # noqa: B027 - not every server has files
        """Make the files that the program starts with."""

    @abc.abstractmethod
    def command(self) -> list[str | Path]:
        """The program that serves, and its arguments."""

    def variables(self) -> dict[str, str]:
        """What the program finds in its environment beside our own."""
        # Its account need not be let into a TMPDIR of ours.
        return {"TMPDIR": str(self.directory)}

    def answers(self) -> bool:
        """Whether a client would be served now."""
        return accepts(self.port)

    def furnish(self) -> None:  # noqa: B027 - nor content
        """Put in what clients expect to find, when the program answers."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            self.directory = undo.enter_context(
                directory.private_directory(self.account)
            )
            self.port = free_port()
            self.prepare()
            undo.enter_context(self._running())
            self.furnish()
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._undo.close()

    @property
    def log(self) -> Path:
        return self.directory / "log"

    @contextlib.contextmanager
    def _running(self) -> Iterator[None]:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=program.environment(self.variables()),
                # Ctrl-C is for pytest, which then stops the server in turn.
                start_new_session=True,
                # Unsafe beside threads: those of prepare() have ended.
                preexec_fn=_stop_with_parent(  # noqa: PLW1509
                    self.stop_signal
                ),
                **directory.identity_of(self.account),
            )
        try:
            self._wait()
            yield
        finally:
            self._stop()

    def _wait(self) -> None:
        deadline = time.monotonic() + self.start_seconds
        while not self.answers():
            if self.process.poll() is not None:
                self._fail(f"ended with {self.process.returncode}")
            if time.monotonic() > deadline:
                self._fail(f"no answer after {self.start_seconds:.0f} s")
            time.sleep(0.02)

    def _fail(self, reason: str) -> None:
        raise program.ProgramFailure(
            self.command(), reason, self.log.read_text(errors="replace")
        )

    def _stop(self) -> None:
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A port that nobody listens on.

    It lies below the ports that kernels give to clients: one of those could
    be taken by any connection before the server has bound it.
    """
    while True:
        port = random.randint(10_000, 32_000)
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind((LOOPBACK, port))
            except OSError:
                continue
            return port


def accepts(port: int) -> bool:
    """Whether somebody listens on the port."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


def _stop_with_parent(
    stop_signal: signal.Signals,
) -> Callable[[], object] | None:
    """What a child runs first, to be told when pytest dies.

    A killed pytest (a CI job that takes too long, a pytest-xdist worker)
    tears no fixture down. Linux alone can tell; elsewhere nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)
    parent_death_signal = 1  # PR_SET_PDEATHSIG
    return lambda: libc.prctl(parent_death_signal, int(stop_signal))
