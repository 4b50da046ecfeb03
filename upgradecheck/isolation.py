"""Foreign code in a process of its own, so that it can harm only itself.

What runs there may raise, exit, crash, print or hang: its parent learns which
and goes on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from collections.abc import Iterable
from typing import IO
from typing import Any

#: More than this no check writes: neither an answer nor what it prints.
LARGEST_FILE = 64 * 1024 * 1024
#: As much of what a check printed is kept, in characters.
KEPT_OUTPUT = 4000


class Interrupted(KeyboardInterrupt):
    """The user or the system ends the run; a plug-in cannot mean this one."""


@dataclasses.dataclass(frozen=True)
class Raised:
    """An exception that ended the function.

    :param kind: the exception's class.
    :param message: its text.
    :param location: ``file:line`` where it was raised.
    :param trace: the whole traceback.
    """

    kind: str
    message: str
    location: str | None
    trace: str


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a function in a process of its own came out.

    Exactly one of ``answer``, ``raised`` and ``fault`` tells.

    :param answer: what the function returned, as JSON holds it.
    :param raised: the exception that it raised.
    :param fault: another end, as a sentence's tail: ``died by SIGSEGV``.
    :param late: whether its time was over.
    :param output: what it printed.
    :param seconds: how long it took.
    """

    answer: Any = None
    raised: Raised | None = None
    fault: str | None = None
    late: bool = False
    output: str = ""
    seconds: float = 0.0


class Process:
    """One function that runs in a forked process.

    :param function: returns what JSON can hold; runs in the new process.
    :param timeout: seconds it may take.
    """

    def __init__(self, function: Callable[[], Any], timeout: float) -> None:
        self._timeout = timeout
        self._answer = tempfile.TemporaryFile()  # noqa: SIM115
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        self._started = time.monotonic()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _be_child(function, self._answer, self._output, timeout)
        # So that a kill finds the group even if the child has not run yet.
        with contextlib.suppress(OSError):
            os.setpgid(self.pid, self.pid)
        self.pidfd = os.pidfd_open(self.pid)

    @property
    def remaining(self) -> float:
        """Seconds until its time is over; never negative."""
        return max(0.0, self._started + self._timeout - time.monotonic())

    def finish(self) -> Outcome:
        """The outcome of a process that ended, or that is ended now."""
        late = not _ended(self.pidfd)
        seconds = time.monotonic() - self._started
        self._kill()
        _, status = os.waitpid(self.pid, 0)
        os.close(self.pidfd)
        with self._answer, self._output:
            output = _text(self._output)
            if late:
                fault = f"gave no answer within {self._timeout:g} seconds"
                return Outcome(fault=fault, late=True, output=output, seconds=seconds)
            self._answer.seek(0)
            outcome = _read(self._answer.read(), status)
        return dataclasses.replace(outcome, output=output, seconds=seconds)

    def _kill(self) -> None:
        """End the process and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def wait(processes: list[Process], seconds: float) -> list[Process]:
    """Those that ended or whose time is over, after at most ``seconds``."""
    poll = select.poll()
    for process in processes:
        poll.register(process.pidfd, select.POLLIN)
    patience = min([seconds, *(process.remaining for process in processes)])
    poll.poll(patience * 1000)
    return [p for p in processes if p.remaining == 0 or _ended(p.pidfd)]


def run(function: Callable[[], Any], timeout: float) -> Outcome:
    """Run one function in a process of its own and wait for it."""
    return run_all([function], timeout)[0]


def run_all(functions: Iterable[Callable[[], Any]], timeout: float) -> list[Outcome]:
    """Run functions at once, each in a process of its own, and wait for all.

    :param timeout: seconds that each may take.
    """
    processes = [Process(function, timeout) for function in functions]
    outcomes: dict[Process, Outcome] = {}
    try:
        while left := [each for each in processes if each not in outcomes]:
            outcomes |= {each: each.finish() for each in wait(left, 1)}
    except BaseException:
        for each in processes:
            if each not in outcomes:
                each.finish()
        raise
    return [outcomes[each] for each in processes]


def _ended(pidfd: int) -> bool:
    return bool(select.select([pidfd], [], [], 0)[0])


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(4 * KEPT_OUTPUT).decode(errors="replace")[:KEPT_OUTPUT]


def _read(written: bytes, status: int) -> Outcome:
    if written:
        try:
            kind, data = json.loads(written)
        except ValueError:
            return Outcome(fault="gave an answer that was cut off")
        if kind == "raised":
            return Outcome(raised=Raised(**data))
        if kind == "exit":
            return Outcome(fault=f"called sys.exit({data})")
        return Outcome(answer=data)
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        # Real-time signals have no names of their own.
        names = {each.value: each.name for each in signal.Signals}
        return Outcome(fault=f"died by {names.get(number, f'signal {number}')}")
    code = os.waitstatus_to_exitcode(status)
    return Outcome(fault=f"ended its process with status {code} and no answer")


def _be_child(
    function: Callable[[], Any], answer: IO[bytes], output: IO[bytes], timeout: float
) -> None:
    """Run the function and leave the process; never returns."""
    try:
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Should the parent be killed, nobody else would end a check that hangs.
        signal.setitimer(signal.ITIMER_REAL, timeout + 5)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        written = json.dumps(_outcome_of(function)).encode()
        answer.write(written)
        answer.flush()
    finally:
        # Neither atexit hooks nor another's buffers may run a second time.
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(0)


def _outcome_of(function: Callable[[], Any]) -> tuple[str, Any]:
    try:
        return "answer", function()
    except SystemExit as end:
        return "exit", repr(end.code)
    except BaseException as fault:  # noqa: BLE001 - this is what we are for
        frames = traceback.extract_tb(fault.__traceback__)
        last = frames[-1] if frames else None
        location = f"{last.filename}:{last.lineno}" if last else None
        return "raised", {
            "kind": type(fault).__name__,
            "message": _message(fault),
            "location": location,
            "trace": "".join(traceback.format_exception(fault))[-20000:],
        }


def _message(fault: BaseException) -> str:
    try:
        return str(fault)
    except Exception:  # noqa: BLE001 - an exception may fail to print itself
        return "(its text cannot be had)"
