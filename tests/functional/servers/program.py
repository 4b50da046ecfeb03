"""Programs of the environment that the tests run in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.functional.servers import directory

#: Where this environment has its programs: no PATH decides what is tested.
PROGRAMS = Path(sys.executable).parent

#: The small programs of ours that run in processes of their own.
OWN_PROGRAMS = Path(__file__).parent / "programs"


class ProgramFailure(RuntimeError):
    """A program did not do its work; the end of what it printed says why."""

    def __init__(self, command: Iterable[object], reason: str, output: str) -> None:
        self.command = [str(word) for word in command]
        self.reason = reason
        self.output = output
        super().__init__(f"{' '.join(self.command)}: {reason}\n{tail(output)}")


def run(
    *command: str | Path,
    timeout: float = 120,
    variables: dict[str, str] | None = None,
    cwd: Path | None = None,
    account: str | None = None,
) -> str:
    """Run a program to its end and return what it printed on stdout."""
    try:
        done = subprocess.run(
            command,
            check=False,  # ours says what was printed
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env=environment(variables),
            timeout=timeout,
            cwd=cwd,
            **directory.identity_of(account),
        )
    except FileNotFoundError as missing:
        raise ProgramFailure(command, "not installed", str(missing)) from None
    except subprocess.TimeoutExpired:
        raise ProgramFailure(
            command, f"not finished after {timeout:.0f} s", ""
        ) from None
    if done.returncode:
        raise ProgramFailure(
            command,
            f"exit code {done.returncode}",
            done.stdout + done.stderr,
        )
    return str(done.stdout)


def environment(variables: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment, without what would steer a service.

    oslo.config reads options from ``OS_<GROUP>__<OPTION>``, clients read
    credentials from ``OS_*``: those of whoever runs the tests must not leak
    in. PYTHONPATH would mix one environment's modules into another.
    """
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("OS_") and name != "PYTHONPATH"
    }
    return own | {"PYTHONWARNINGS": "ignore"} | (variables or {})


def tail(text: str, lines: int = 25) -> str:
    return "\n".join(text.splitlines()[-lines:])
