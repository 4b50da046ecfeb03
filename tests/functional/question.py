"""One question to the command: about a configuration, by a check's id."""

from __future__ import annotations

import ctypes
from pathlib import Path

from tests.functional.deployment import Answer
from tests.functional.servers import directory
from tests.unit.command import ServiceStatus


def ask(
    status: ServiceStatus,
    check: str,
    conf: Path,
    *words: str | Path,
    given: tuple[str | Path, ...] = (),
    env: dict[str, str] | None = None,
) -> Answer:
    """Ask one check of a service whose configuration is ``conf``.

    :param words: more words for the command, after ``upgrade check``.
    :param given: more words that name configuration, before it.
    """
    service = check.partition(".")[0]
    run = status(
        *("--config-file", conf, *given),
        *("upgrade", "check", "--json", service, "--check", check, *words),
        env=env,
    )
    assert run.stderr == ""
    assert "Traceback" not in run.stdout
    return Answer(run.rows[check], run)


def without_privileges() -> None:
    """What a child runs first, to be held to permissions though it is root's."""
    if directory.is_root():
        libc = ctypes.CDLL(None)
        drop_from_bounding_set = 24  # PR_CAPBSET_DROP
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            libc.prctl(drop_from_bounding_set, capability)
