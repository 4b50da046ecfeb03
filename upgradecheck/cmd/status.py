"""``service-status``: the command, and where exceptions become exit codes."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import re
import signal
import sys
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from upgradecheck import registry as registries
from upgradecheck.check import NotVerified
from upgradecheck.cmd import catalog
from upgradecheck.cmd import changes
from upgradecheck.cmd import check
from upgradecheck.cmd import explain
from upgradecheck.cmd import listing
from upgradecheck.cmd import notes
from upgradecheck.cmd import plan
from upgradecheck.cmd import snapshot
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import Unwritten
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import Command
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import build
from upgradecheck.cmd.parser import parse
from upgradecheck.isolation import Interrupted
from upgradecheck.report.terminal import plain
from upgradecheck.secret import mask_urls

#: The words after ``upgrade``.
COMMANDS: Mapping[str, Command] = {
    "check": check,
    "list": listing,
    "explain": explain,
    "plan": plan,
    "catalog": catalog,
    "changes": changes,
    "snapshot": snapshot,
    "notes": notes,
}

#: What is no verdict: misuse, unreadable settings, a crash, an interrupt.
NO_VERDICT = 255


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; every exception becomes an exit code here.

    :param argv: the words after the command's name; by default the process's.
    :returns: 0, 1, 2 or 255.
    """
    prog = os.path.basename(sys.argv[0]).removesuffix(".py")
    # Most of a run is importing, which makes much and throws little away.
    gc.set_threshold(100_000)
    # oslo.config warns of old names through logging; our findings say it.
    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(prog, list(sys.argv[1:] if argv is None else argv))
    except (UsageError, Unwritten) as fault:
        return _told(prog, str(fault))
    except NotVerified as fault:
        remedy = f"\nTry: {fault.remedy}" if fault.remedy else ""
        return _told(prog, f"{fault.reason}{remedy}")
    except KeyboardInterrupt:
        return _told(prog, "interrupted")
    except BrokenPipeError:
        return NO_VERDICT  # the reader went away: there is nobody to tell
    except Exception as fault:  # noqa: BLE001 - the last resort, told in a line
        return _told(
            prog,
            # Not its text: nobody knows what that quotes.
            f"this is a fault of upgradecheck: {type(fault).__name__} at "
            f"{_origin(fault)}\nPlease report it.",
        )


def _origin(fault: BaseException) -> str:
    trace = fault.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "unknown place"
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


def _interrupt(_number: int, _frame: Any) -> None:
    raise Interrupted


def _told(prog: str, message: str) -> int:
    with contextlib.suppress(OSError):
        print(f"{prog}: {plain(mask_urls(message))}", file=sys.stderr, flush=True)
    return NO_VERDICT


def _run(prog: str, argv: list[str]) -> int:
    known = registries.names()
    own = _own_service(prog, known)
    try:
        arguments = parse(build(prog, own, COMMANDS.values()), argv)
    except SystemExit:  # --help and --version have printed
        write("")
        return 0
    return COMMANDS[arguments.command].run(arguments, Context(prog, known, own))


def _own_service(prog: str, known: Sequence[str]) -> str | None:
    """The service of a ``<service>-status``."""
    found = re.fullmatch(r"(.+)-status", prog)
    return found[1] if found and found[1] in known else None


if __name__ == "__main__":
    sys.exit(main())
