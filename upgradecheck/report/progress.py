"""Progress on a terminal while checks run; nothing of it remains."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

from upgradecheck.check import Check
from upgradecheck.report import Progress
from upgradecheck.report import Row


@contextlib.contextmanager
def shown(colour: bool) -> Iterator[Progress | None]:
    """A live line for each check that runs, on standard error.

    :returns: what the runner tells; None where standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True, no_color=not colour, highlight=False)
    started: dict[str, float] = {}
    done: list[str] = []

    def lines() -> Text:
        now = time.monotonic()
        head = "looking at the configuration and at what is installed"
        if started or done:
            head = f"{len(done)} answered, {len(started)} asked now"
        return Text(
            "\n".join(
                [
                    head,
                    *(f"  {id} ({now - since:.1f} s)" for id, since in started.items()),
                ]
            )
        )

    # Not refreshed by a thread of its own: checks run in forked processes, and
    # a process with threads is not to be forked.
    with Live(
        console=console, auto_refresh=False, transient=True, redirect_stdout=False
    ) as live:

        def tell(check: Check | None, row: Row | None) -> None:
            if check is not None and row is None:
                started[check.id] = time.monotonic()
            elif check is not None:
                started.pop(check.id, None)
                done.append(check.id)
            live.update(lines(), refresh=True)

        yield tell
