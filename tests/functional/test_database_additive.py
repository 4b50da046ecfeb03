"""``database-additive`` on real databases, and effects recorded by the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy

from tests.functional.deployment import Answer
from tests.functional.question import ask
from tests.functional.servers import octavia
from tests.functional.servers import settings
from tests.functional.servers.mariadb import MariaDB
from tests.unit.command import ServiceStatus

Ask = Callable[..., Answer]


@pytest.fixture
def where(status: ServiceStatus, tmp_path: Path) -> Ask:
    """Asks about the database at a URL."""

    def asked(service: str, url: str, *words: str) -> Answer:
        conf = settings.write(
            tmp_path / f"{service}.conf", {"database": {"connection": url}}
        )
        return ask(status, f"{service}.database-additive", conf, *words)

    return asked


def stand(url: str, *rows: str) -> str:
    """Make a database say that it stands at these revisions."""
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        for statement in (
            "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))",
            "DELETE FROM alembic_version",
        ):
            connection.execute(sqlalchemy.text(statement))
        for row in rows:
            connection.execute(
                sqlalchemy.text("INSERT INTO alembic_version VALUES (:row)"),
                {"row": row},
            )
    engine.dispose()
    return url


class TestOctavia:
    def test_from_13_every_revision_is_safe(
        self, where: Ask, octavia_mariadb_old: str
    ) -> None:
        row = where("octavia", octavia_mariadb_old).row
        assert (row["status"], row["findings"]) == ("success", [])
        assert (
            "has 4 pending revisions: 4 safe while old services run" in row["details"]
        )
        for revision in ("db2a73e82626", "3097e55493ae", "8db7a6443785"):
            assert revision in row["details"]

    def test_at_the_head_it_says_that_nothing_is_pending(
        self, where: Ask, octavia_mariadb_head: str
    ) -> None:
        row = where("octavia", octavia_mariadb_head).row
        assert row["status"] == "success"
        assert "has no pending revision" in row["details"]

    def test_after_the_migration_nothing_is_left(
        self, where: Ask, mariadb: MariaDB, octavia_13: Path
    ) -> None:
        url = octavia.upgrade(mariadb.create(), octavia_13)
        assert "4 safe" in where("octavia", url).row["details"]
        octavia.upgrade(url)
        assert "has no pending revision" in where("octavia", url).row["details"]

    def test_of_old_revisions_those_that_drop_or_alter_are_a_warning(
        self, where: Ask, mariadb: MariaDB
    ) -> None:
        row = where("octavia", stand(mariadb.create(), "dcf88e59aae4")).row
        assert row["status"] == "warning"
        told = {each["location"] for each in row["findings"]}
        assert {"revision e37941b010db", "revision 8ac4ed24df3a"} <= told
        assert any(
            "load_balancer.availability_zone: a new foreign key" in each["message"]
            for each in row["findings"]
        )
        assert all(
            "octavia-db-manage upgrade head" in each["remedy"]
            for each in row["findings"]
        )


class TestGlance:
    @pytest.mark.parametrize(
        ("rows", "words"),
        [
            (
                ["2023_1_contract01"],
                "has 1 pending revision: 1 safe while old services run "
                "(2024_1_expand01). 1 pending revision of the contract branch",
            ),
            (
                ["2023_1_contract01", "2024_1_expand01"],
                "has no pending revision that runs while old services run",
            ),
            (
                ["2024_1_contract01"],
                "has no pending revision that runs while old services run",
            ),
        ],
        ids=["before", "expanded", "after"],
    )
    def test_the_expand_branch_alone_is_judged(
        self, where: Ask, mariadb: MariaDB, rows: list[str], words: str
    ) -> None:
        row = where("glance", stand(mariadb.create(), *rows)).row
        assert (row["status"], row["findings"]) == ("success", [])
        assert words in row["details"]

    def test_triggers_gate_a_rolling_upgrade_and_inform_elsewhere(
        self, where: Ask, mariadb: MariaDB
    ) -> None:
        url = stand(mariadb.create(), "mitaka02")
        alone = where("glance", url).row
        rolling = where("glance", url, "--procedure", "glance.rolling").row
        assert (alone["status"], rolling["status"]) == ("warning", "failure")
        assert "1 not to be judged (ocata_expand01)" in rolling["details"]
        assert "CREATE TRIGGER" in rolling["findings"][0]["message"]

    def test_a_cold_upgrade_is_informed(self, where: Ask, mariadb: MariaDB) -> None:
        url = stand(mariadb.create(), "mitaka02")
        row = where("glance", url, "--procedure", "glance.cold").row
        assert row["status"] == "warning"


class TestRecordingByTheCommand:
    """A third party records what its own revisions do."""

    def test_the_catalogue_tells_what_each_revision_does(
        self, status: ServiceStatus, mariadb: MariaDB
    ) -> None:
        url = mariadb.create()
        run = status("upgrade", "catalog", "glance", "--scratch", url)
        assert run.code == 0, run.stderr
        effects = json.loads(run.stdout)["effects"]["main"]
        assert len(effects) == 29
        assert ["column-dropped", "images", "is_public", ""] in effects[
            "ocata_contract01"
        ]
        again = status("upgrade", "catalog", "glance", "--scratch", url)
        assert (again.code, again.stdout) == (255, "")
        assert "not empty" in again.stderr

    def test_a_database_of_the_deployment_is_never_written_to(
        self, status: ServiceStatus, mariadb: MariaDB, tmp_path: Path
    ) -> None:
        url = mariadb.create()
        conf = settings.write(
            tmp_path / "glance.conf", {"database": {"connection": url}}
        )
        other = url.replace("root@127.0.0.1", "glance:secret@localhost")
        run = status(
            *("--config-file", conf, "upgrade", "catalog", "glance"),
            *("--scratch", other),
        )
        assert (run.code, run.stdout) == (255, "")
        assert "names the database of [database] connection" in run.stderr
        assert "secret" not in run.stderr
        engine = sqlalchemy.create_engine(url)
        assert sqlalchemy.inspect(engine).get_table_names() == []

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--scratch", "nonsense"], "is no database URL"),
            (["--scratch", "mian=sqlite:///x"], "Did you mean"),
            (["--scratch", "sqlite:///x", "--scratch", "main=sqlite:///y"], "twice"),
        ],
    )
    def test_mistakes_are_usage_errors(
        self, status: ServiceStatus, words: list[str], told: str
    ) -> None:
        run = status("upgrade", "catalog", "glance", *words)
        assert (run.code, run.stdout) == (255, "")
        assert told in run.stderr
