"""``glance.database-server``: versions of servers that nobody can start here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.deployment import Deployment
from upgradecheck.release import find
from upgradecheck.series import Timeline
from upgradecheck.services.glance import service
from upgradecheck.services.glance.server import database_server


def judged(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    version: tuple[Any, ...],
    is_mariadb: bool = False,
) -> Result:
    """What is said of a server to which SQLAlchemy gives this name and version."""

    @contextlib.contextmanager
    def connected(*_: Any) -> Iterator[Any]:
        yield SimpleNamespace(
            dialect=SimpleNamespace(
                name=name, server_version_info=version, is_mariadb=is_mariadb
            )
        )

    monkeypatch.setattr(Deployment, "database", connected)
    conf = folder / "glance-api.conf"
    conf.write_text("[database]\nconnection = mysql+pymysql://glance@db/glance\n")
    target = find(service, Timeline(service).read("2026.2"))
    return database_server(Upgrade(service, Deployment(service, [[str(conf)]]), target))


@pytest.mark.parametrize(
    ("version", "is_mariadb", "spoken"),
    [
        ((5, 5), False, "MySQL 5.5"),
        ((8, 4, 3), False, "MySQL 8.4.3"),
        ((5, 5, 68), True, "MariaDB 5.5.68"),
        ((11, 4, 2), True, "MariaDB 11.4.2"),
        # As SQLAlchemy reads 8.0.35-27 of Percona and 5.5.62-0ubuntu0.14.04.1.
        ((8, 0, 35, 27), False, "MySQL 8.0.35"),
        ((5, 5, 62, 14, 4, 1), False, "MySQL 5.5.62"),
    ],
)
def test_mysql_and_mariadb_will_do_from_5_5_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, ...],
    is_mariadb: bool,
    spoken: str,
) -> None:
    result = judged(tmp_path, monkeypatch, "mysql", version, is_mariadb)
    assert result.status is Status.SUCCESS
    assert f"is {spoken}: rolling upgrades work" in (result.details or "")


def test_an_older_one_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = judged(tmp_path, monkeypatch, "mysql", (5, 1, 73))
    assert result.status is Status.FAILURE
    (finding,) = result.findings
    assert finding.message == (
        "the database server is MySQL 5.1.73; rolling upgrades need 5.5 or later"
    )
    assert finding.location == f"{tmp_path}/glance-api.conf:2"


def test_a_version_that_the_server_does_not_tell_is_not_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = judged(tmp_path, monkeypatch, "mysql", ())
    assert result.status is Status.ERROR
    assert "does not tell its version" in (result.details or "")
