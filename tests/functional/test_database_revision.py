"""Where real databases stand, told through the real console script."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy

from tests.functional.deployment import Answer
from tests.functional.deployment import OctaviaConf
from tests.functional.question import ask
from tests.functional.servers import octavia
from tests.functional.servers import program
from tests.functional.servers import settings
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL
from tests.unit.command import ServiceStatus
from upgradecheck.making import folder_of

BEFORE = "database-revision"
AFTER = "database-at-head"

#: The head of Octavia 19.
HEAD = "fabf4983846b"

#: The rows of a version table.
Rows = tuple[str, ...]
#: How many of Glance's revisions are pending, by the rows.
PENDING: dict[Rows, int] = {
    (): 29,
    ("2023_1_contract01",): 2,
    ("2023_1_contract01", "2024_1_expand01"): 1,
    ("2024_1_expand01",): 13,
    ("2024_1_contract01",): 0,
    ("liberty",): 28,
}


@dataclasses.dataclass(frozen=True)
class Asker:
    """Asks about the database at a URL."""

    status: ServiceStatus
    folder: Path

    def __call__(
        self,
        service: str,
        url: str,
        check: str = BEFORE,
        persistence: str | None = None,
    ) -> Answer:
        sections: dict[str, dict[str, object]] = {"database": {"connection": url}}
        if persistence is not None:
            sections["task_flow"] = {"persistence_connection": persistence}
        conf = settings.write(self.folder / f"{service}.conf", sections)
        return ask(self.status, f"{service}.{check}", conf)

    def before_and_after(self, service: str, url: str) -> tuple[Answer, Answer]:
        """Both checks, asked in one run."""
        conf = settings.write(
            self.folder / f"{service}.conf", {"database": {"connection": url}}
        )
        after = f"{service}.{AFTER}"
        answer = ask(self.status, f"{service}.{BEFORE}", conf, "--check", after)
        return answer, Answer(answer.run.rows[after], answer.run)


@pytest.fixture
def where(status: ServiceStatus, tmp_path: Path) -> Asker:
    """Asks where a database stands."""
    return Asker(status, tmp_path)


@pytest.fixture(scope="module")
def oracle() -> dict[Rows, list[str]]:
    """What alembic says is pending, in the order in which it applies it."""
    answers = pending_at("glance", *PENDING)
    return {
        rows: [name for name, _ in reversed(answer or [])]
        for rows, answer in zip(PENDING, answers, strict=True)
    }


class TestOctaviaOnMariaDB:
    def test_one_that_octavia_13_left_is_behind(
        self, where: Asker, octavia_mariadb_old: str
    ) -> None:
        answer = where("octavia", octavia_mariadb_old)
        assert (answer.status, answer.run.code) == ("success", 0)
        assert "4 revisions behind: at revision 632152d2d32e" in answer.details
        assert "octavia-db-manage upgrade head" in answer.details
        assert answer.findings == []

    def test_each_pending_revision_is_named_with_its_title(
        self, where: Asker, octavia_mariadb_old: str
    ) -> None:
        (pending,) = pending_at("octavia", ["632152d2d32e"])
        assert pending is not None
        assert len(pending) == 4
        named = "; ".join(f"{name} {title}" for name, title in reversed(pending))
        details = where("octavia", octavia_mariadb_old).details
        assert f"Pending: {named}. To apply" in details

    def test_after_the_upgrade_it_is_a_failure_to_be_behind(
        self, where: Asker, octavia_mariadb_old: str
    ) -> None:
        answer = where("octavia", octavia_mariadb_old, AFTER)
        assert (answer.status, answer.run.code) == ("failure", 2)
        assert answer.finding["message"] == "4 revisions pending"
        assert answer.finding["location"] == "table alembic_version"
        assert answer.finding["remedy"] == "octavia-db-manage upgrade head"

    def test_the_real_upgrade_brings_it_to_the_head(
        self, where: Asker, mariadb: MariaDB, octavia_13: Path
    ) -> None:
        url = octavia.upgrade(mariadb.create(), octavia_13)
        octavia.upgrade(url)
        for answer in where.before_and_after("octavia", url):
            assert (answer.status, answer.run.code) == ("success", 0)
            assert f"up to date, at revision {HEAD}" in answer.details

    def test_the_phase_after_asks_for_the_head(
        self, status: ServiceStatus, octavia_conf: OctaviaConf, octavia_mariadb_old: str
    ) -> None:
        conf = octavia_conf({"database": {"connection": octavia_mariadb_old}})
        run = status(
            *("--config-file", conf, "upgrade", "check", "--json", "octavia"),
            *("--phase", "after"),
        )
        assert run.statuses["octavia.database-at-head"] == "failure"
        assert "octavia.database-revision" not in run.statuses
        assert run.code == 2

    def test_a_user_who_may_only_read_is_enough(
        self, where: Asker, mariadb: MariaDB, octavia_mariadb_old: str
    ) -> None:
        url = mariadb.create_user(octavia_mariadb_old, read_only=True)
        assert "4 revisions behind" in where("octavia", url).details


@pytest.mark.parametrize("server", ["sqlite", "postgresql"])
def test_a_database_stamped_old_is_six_revisions_behind(
    where: Asker, request: pytest.FixtureRequest, server: str
) -> None:
    url = request.getfixturevalue(f"octavia_{server}_old")
    before, after = where.before_and_after("octavia", url)
    assert before.status == "success"
    assert f"6 revisions behind: at revision {octavia.OLD_REVISION}" in before.details
    assert after.status == "failure"


class TestGlance:
    @pytest.mark.parametrize("server", ["sqlite", "mariadb", "postgresql"])
    def test_a_database_at_head_is_not_behind_although_there_are_two_heads(
        self, where: Asker, request: pytest.FixtureRequest, server: str
    ) -> None:
        url = request.getfixturevalue(f"glance_{server}_head")
        for answer in where.before_and_after("glance", url):
            assert (answer.status, answer.findings) == ("success", [])
            assert "up to date, at revision 2024_1_contract01" in answer.details
            assert "heads 2024_1_contract01, 2024_1_expand01" in answer.details

    def test_alembic_says_the_same_of_every_state(
        self, oracle: dict[Rows, list[str]]
    ) -> None:
        assert {rows: len(oracle[rows]) for rows in oracle} == PENDING

    @pytest.mark.parametrize("rows", [rows for rows in PENDING if rows])
    def test_what_is_pending_is_what_alembic_says(
        self,
        where: Asker,
        tmp_path: Path,
        oracle: dict[Rows, list[str]],
        rows: Rows,
    ) -> None:
        url = f"sqlite:///{tmp_path}/glance.sqlite"
        write_rows(url, rows)
        answer = where("glance", url)
        assert answer.status == "success"
        assert pending_in(answer.details, PENDING[rows]) == oracle[rows][:12]

    @pytest.mark.parametrize("server", ["mariadb", "postgresql"])
    def test_a_database_that_is_half_expanded_is_told_on_servers_too(
        self, where: Asker, request: pytest.FixtureRequest, server: str
    ) -> None:
        own: MariaDB | PostgreSQL = request.getfixturevalue(server)
        url = own.create()
        write_rows(url, ["2023_1_contract01", "2024_1_expand01"])
        details = where("glance", url).details
        assert "at revisions 2023_1_contract01, 2024_1_expand01" in details
        assert pending_in(details, 1) == ["2024_1_contract01"]

    def test_every_pending_revision_is_a_failure_afterwards(
        self, where: Asker, tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path}/glance.sqlite"
        write_rows(url, ["2024_1_expand01"])
        answer = where("glance", url, AFTER)
        assert (answer.status, answer.run.code) == ("failure", 2)
        assert answer.finding["message"] == "13 revisions pending"

    def test_no_row_is_no_initialised_database(
        self, where: Asker, tmp_path: Path
    ) -> None:
        url = f"sqlite:///{tmp_path}/glance.sqlite"
        write_rows(url, ())
        answer = where("glance", url)
        assert (answer.status, answer.run.code) == ("failure", 2)
        assert "it is not initialised" in answer.finding["message"]
        assert "glance-manage db sync" in answer.finding["remedy"]


class TestNoDatabaseOfTheService:
    """What is there is no database that the release could upgrade."""

    @pytest.mark.parametrize("server", ["mariadb", "postgresql"])
    def test_an_empty_database_is_not_initialised(
        self, where: Asker, request: pytest.FixtureRequest, server: str
    ) -> None:
        own: MariaDB | PostgreSQL = request.getfixturevalue(server)
        for answer in where.before_and_after("octavia", own.create()):
            assert (answer.status, answer.run.code) == ("failure", 2)
            assert "is empty: it is not initialised" in answer.finding["message"]
            assert answer.finding["location"].endswith("octavia.conf:2")
            assert "octavia-db-manage upgrade head" in answer.finding["remedy"]

    @pytest.mark.parametrize("server", ["sqlite", "mariadb", "postgresql"])
    def test_tables_without_a_revision_may_be_anybodys(
        self,
        where: Asker,
        request: pytest.FixtureRequest,
        tmp_path: Path,
        server: str,
    ) -> None:
        url = f"sqlite:///{tmp_path}/other.sqlite"
        if server != "sqlite":
            own: MariaDB | PostgreSQL = request.getfixturevalue(server)
            url = own.create()
        change(url, "CREATE TABLE widgets (id INTEGER)")
        answer = where("octavia", url)
        assert answer.status == "failure"
        assert "not the database of Octavia" in answer.finding["message"]

    @pytest.mark.parametrize("server", ["sqlite", "mariadb", "postgresql"])
    def test_the_database_of_glance_is_not_octavias(
        self, where: Asker, request: pytest.FixtureRequest, server: str
    ) -> None:
        url = request.getfixturevalue(f"glance_{server}_head")
        answer = where("octavia", url)
        assert (answer.status, answer.run.code) == ("failure", 2)
        message = answer.finding["message"]
        assert "does not know the revision 2024_1_contract01" in message
        assert "another service's" in message
        assert "octavia.conf:2" in answer.finding["remedy"]

    @pytest.mark.parametrize("rows", [("9999_bogus",), ("2024_1_contract01", "9999")])
    def test_a_revision_of_a_newer_release_is_named(
        self, where: Asker, tmp_path: Path, rows: Rows
    ) -> None:
        url = f"sqlite:///{tmp_path}/glance.sqlite"
        write_rows(url, rows)
        for answer in where.before_and_after("glance", url):
            assert answer.status == "failure"
            message = answer.finding["message"]
            assert f"does not know the revision {rows[-1]}:" in message
            assert "newer release's" in message

    def test_alembic_does_not_know_it_either(self) -> None:
        assert pending_at("glance", ("9999_bogus",)) == [None]


class TestPersistenceDatabase:
    """The optional database of Octavia's task flows."""

    def test_it_is_not_asked_where_it_is_not_set(
        self, where: Asker, octavia_mariadb_old: str
    ) -> None:
        assert "persistence" not in where("octavia", octavia_mariadb_old).run.stdout

    def test_made_by_octavia_it_is_told_beside_the_main_one(
        self, where: Asker, mariadb: MariaDB, octavia_mariadb_old: str
    ) -> None:
        persistence = mariadb.create()
        conf = settings.write(
            where.folder / "octavia-persistence.conf",
            {"task_flow": {"persistence_connection": persistence}},
        )
        manage = program.PROGRAMS / "octavia-db-manage"
        program.run(manage, "--config-file", conf, "upgrade_persistence")
        answer = where("octavia", octavia_mariadb_old, persistence=persistence)
        assert (answer.status, answer.findings) == ("success", [])
        assert "The database is 4 revisions behind" in answer.details
        assert "The task-flow persistence database is up to date" in answer.details

    def test_an_empty_one_is_a_warning(
        self, where: Asker, mariadb: MariaDB, octavia_mariadb_head: str
    ) -> None:
        empty = mariadb.create()
        answer = where("octavia", octavia_mariadb_head, persistence=empty)
        assert (answer.status, answer.run.code) == ("warning", 1)
        assert "The database is up to date" in answer.details
        assert "persistence database is empty" in answer.finding["message"]
        assert answer.finding["location"].endswith("octavia.conf:4")
        remedy = answer.finding["remedy"]
        assert "octavia-db-manage upgrade_persistence" in remedy

    def test_one_that_cannot_be_asked_hides_not_the_main_one(
        self, where: Asker, mariadb: MariaDB, octavia_mariadb_old: str
    ) -> None:
        missing = mariadb.url("missing")
        answer = where("octavia", octavia_mariadb_old, persistence=missing)
        assert (answer.status, answer.run.code) == ("error", 255)
        assert "The database is 4 revisions behind" in answer.details
        assert "[task_flow] persistence_connection" in answer.finding["message"]


SCRIPTS = {
    "glance": "glance.db.sqlalchemy:alembic_migrations",
    "octavia": "octavia.db.migration:alembic_migrations",
}


def pending_at(service: str, *tables: Sequence[str]) -> list[list[list[str]] | None]:
    """What alembic itself says is pending, the last one first.

    :param tables: the rows of a version table, for each answer.
    :returns: revisions and titles; None where alembic does not know a row.
    """
    ask_alembic = program.OWN_PROGRAMS / "alembic_pending.py"
    folder = folder_of(SCRIPTS[service])
    said = program.run(sys.executable, ask_alembic, folder, json.dumps(tables))
    answers: list[list[list[str]] | None] = json.loads(said.splitlines()[-1])
    return answers


def pending_in(details: str, count: int) -> list[str]:
    """The revisions that a sentence names as pending."""
    if not count:
        assert "up to date" in details
        return []
    assert f"{count} revision{'' if count == 1 else 's'} behind" in details
    named = details.partition("Pending: ")[2].partition(". To apply")[0]
    names = [each.split()[0] for each in named.split("; ")]
    return names[:-1] if names[-1] == "and" else names


def write_rows(url: str, rows: Sequence[str]) -> None:
    """Make a version table that holds these rows."""
    change(
        url,
        "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)",
        *(f"INSERT INTO alembic_version VALUES ('{row}')" for row in rows),
    )


def change(url: str, *statements: str) -> None:
    """Write to a database of the test's own."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sqlalchemy.text(statement))
