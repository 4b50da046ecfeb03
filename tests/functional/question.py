"""One question to the command: about a configuration, by a check's id."""

from __future__ import annotations

from pathlib import Path

from tests.functional.deployment import Answer
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
