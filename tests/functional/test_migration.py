"""One upgrade of a real Octavia database, from 13 by way of 14 to 19, as it is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.functional.servers import octavia
from tests.functional.servers import settings
from tests.functional.servers.mariadb import MariaDB
from tests.unit.command import ServiceStatus

#: The head of Octavia 14, read off its scripts.
HEAD_14 = "db2a73e82626"
CHECKS = ("release-path", "database-revision", "database-additive", "database-at-head")


class Octavia:
    """An Octavia that is upgraded step by step."""

    def __init__(self, status: ServiceStatus, folder: Path, url: str) -> None:
        self.url = url
        self._status = status
        self._conf = settings.write(
            folder / "octavia.conf", {"database": {"connection": url}}
        )

    def seen(self, *words: str) -> dict[str, str]:
        """The statuses of the checks that look at the database."""
        named = [word for each in CHECKS for word in ("--check", f"octavia.{each}")]
        run = self._status(
            *("--config-file", self._conf),
            *("upgrade", "check", "octavia", "--json", *named, *words),
        )
        return {id.partition(".")[2]: row["status"] for id, row in run.rows.items()}

    def plan(self, *words: str) -> dict[str, str]:
        """Where the steps of the cold upgrade stand."""
        run = self._status(
            *("--config-file", self._conf),
            *("upgrade", "plan", "octavia.cold", "--json", *words),
        )
        return {
            step["id"].removeprefix("octavia.cold."): step["state"]
            for step in run.json["steps"]
        }

    def said(self, *steps: str, to: str) -> dict[str, str]:
        """The same, after a person has said that steps are done."""
        return self.plan("--to", to, *(w for step in steps for w in ("--done", step)))


@pytest.fixture
def upgraded(
    status: ServiceStatus, tmp_path: Path, mariadb: MariaDB, octavia_13: Path
) -> Octavia:
    """An Octavia whose database Octavia 13 left behind."""
    return Octavia(status, tmp_path, octavia.upgrade(mariadb.create(), octavia_13))


def test_every_state_between_the_migrations_is_told(upgraded: Octavia) -> None:
    before = upgraded.seen("--to", "2024.1")
    assert before == {
        "release-path": "success",
        "database-revision": "success",
        "database-additive": "success",
        "database-at-head": "failure",
    }
    assert upgraded.seen()["release-path"] == "failure"

    octavia.upgrade(upgraded.url, revision=HEAD_14)
    assert upgraded.seen("--to", "2024.1") == dict.fromkeys(CHECKS, "success")
    # From 2024.1 the next SLURP release is 2025.1, and 2026.2 is none.
    assert upgraded.seen("--to", "2025.1")["release-path"] == "success"
    on = upgraded.seen()
    assert (on["release-path"], on["database-at-head"]) == ("failure", "failure")

    octavia.upgrade(upgraded.url)
    after = upgraded.seen("--from", "2026.1")
    assert after == dict.fromkeys(CHECKS, "success")
    back = upgraded.seen("--to", "2024.1")
    assert (back["release-path"], back["database-revision"]) == ("failure", "failure")


def test_the_plan_follows_the_migration(upgraded: Octavia) -> None:
    to = "2024.1"
    first = upgraded.plan("--to", to)
    assert (first["database"], first["start"]) == ("waiting", "waiting")
    ready = upgraded.said("check", "stop", "install", to=to)
    assert ready["stop.worker"] == "done"
    assert (ready["database"], ready["start"]) == ("next", "waiting")

    octavia.upgrade(upgraded.url, revision=HEAD_14)
    migrated = upgraded.plan("--to", to)
    assert (migrated["database"], migrated["configuration"]) == ("done", "next")
    # What was said on the way to 2024.1 is nothing on the way to another release.
    assert upgraded.plan("--to", "2025.1")["install"] != "done"
