"""A real Glance 27.1.1 becomes Glance 33, step by step, and each state is told."""

from __future__ import annotations

import dataclasses
import shlex
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from tests.functional.servers import glance
from tests.functional.servers import program
from tests.functional.servers import settings
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL
from tests.functional.servers.program import ProgramFailure
from tests.unit.command import ServiceStatus

STATES = ("expanded", "migrated", "contracted")
IDS = [f"glance.database-{state}" for state in STATES]
AROUND = ["glance.database-revision", "glance.database-at-head"]
SERVER = "glance.database-server"


@dataclasses.dataclass(frozen=True)
class Seen:
    """What is told of a deployment at one moment.

    :param rows: the checks' rows, by id.
    :param steps: the plan's steps, by id.
    :param check: the exit code of ``glance-manage db check``.
    """

    rows: dict[str, Any]
    steps: dict[str, Any]
    check: int

    @property
    def states(self) -> list[str]:
        """The statuses of expanded, migrated and contracted."""
        return [self.rows[id]["status"] for id in IDS]

    def details(self, state: str) -> str:
        return str(self.rows[f"glance.database-{state}"]["details"])

    def finding(self, state: str) -> dict[str, str]:
        (found,) = self.rows[f"glance.database-{state}"]["findings"]
        return dict(found)

    def state_of(self, step: str) -> str:
        return str(self.steps[f"glance.rolling.{step}"]["state"])


class Watched:
    """A Glance whose database is migrated by Glance's own commands."""

    def __init__(self, status: ServiceStatus, folder: Path, url: str) -> None:
        self.status = status
        self.conf = settings.write(
            folder / "glance-api.conf", {"database": {"connection": url}}
        )
        self.journal = folder / "journal"

    def plan(self, *words: str) -> Any:
        return self.status(
            *("--config-file", self.conf, "upgrade", "plan", "glance.rolling"),
            *("--json", "--journal", self.journal),
            *words,
            timeout=60,
        ).json

    def ask(self, *ids: str, words: tuple[str, ...] = ()) -> dict[str, Any]:
        run = self.status(
            *("--config-file", self.conf, "upgrade", "check", "--json", "glance"),
            *[word for id in ids for word in ("--check", id)],
            *words,
        )
        assert run.stderr == ""
        assert "Traceback" not in run.stdout
        return run.rows

    def see(self) -> Seen:
        rows = self.ask(*IDS, *AROUND, SERVER)
        steps = {each["id"]: each for each in self.plan()["steps"]}
        return Seen(rows, steps, self.exit_code("db", "check"))

    def run(self, *words: str) -> None:
        glance.manage(self.conf, *words)

    def exit_code(self, *words: str) -> int:
        return subprocess.run(
            [program.PROGRAMS / "glance-manage", "--config-file", self.conf, *words],
            capture_output=True,
            check=False,
            env=program.environment(),
        ).returncode


def do_remedy(seen: Seen) -> None:
    """Run the command that the finding names, as whoever upgrades would."""
    remedy = seen.finding("migrated")["remedy"]
    command = shlex.split(remedy[remedy.index("python3 ") :])
    program.run(program.PROGRAMS / "python", *command[1:])


@pytest.fixture(scope="module")
def way(
    status: ServiceStatus,
    mariadb: MariaDB,
    glance_27: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Seen]:
    """What is told before, between and after the commands, on MariaDB."""
    url = mariadb.create()
    glance_ = Watched(status, tmp_path_factory.mktemp("rolling"), url)
    glance.manage(glance_.conf, "db", "sync", programs=glance_27)
    seen = {"before": glance_.see()}
    glance_.plan(*done("check", "backup", "new-node", "install"))
    seen["ready"] = glance_.see()
    glance.leave_data(url)
    glance_.run("db", "expand")
    seen["expanded"] = glance_.see()
    glance_.run("db", "migrate")
    seen["left"] = glance_.see()
    do_remedy(seen["left"])
    seen["migrated"] = glance_.see()
    glance_.plan(*done("start", *(f"remaining-nodes.{s}" for s in NODE)))
    seen["served"] = glance_.see()
    glance_.run("db", "contract")
    seen["contracted"] = glance_.see()
    return seen


NODE = ("stop", "upgrade", "start")


def done(*steps: str) -> list[str]:
    return [word for step in steps for word in ("--done", step)]


class TestOnTheWayFrom27To33:
    def test_before_the_commands_nothing_is_done(self, way: dict[str, Seen]) -> None:
        seen = way["before"]
        assert seen.states == ["failure"] * 3
        assert seen.rows["glance.database-revision"]["status"] == "success"
        assert seen.check == 3
        finding = seen.finding("expanded")
        assert "2024_1_expand01" in finding["message"]
        assert finding["location"] == "table alembic_version"
        for state in STATES:
            assert "Next: glance-manage db expand; before it, " in seen.details(state)

    def test_before_the_commands_the_plan_waits_for_people(
        self, way: dict[str, Seen]
    ) -> None:
        seen = way["before"]
        # Nobody may jump from 2023.2 to 2026.2; the plan says so and does not forbid it.
        step = seen.steps["glance.rolling.check"]
        assert (step["state"], step["blocked_by"]) == (
            "blocked",
            ["glance.release-path"],
        )
        for step in ("expand", "migrate", "contract"):
            assert seen.state_of(step) == "waiting"

    def test_when_the_new_node_is_ready_expanding_is_next(
        self, way: dict[str, Seen]
    ) -> None:
        assert way["ready"].state_of("expand") == "next"
        assert way["ready"].state_of("migrate") == "waiting"

    def test_after_expanding_data_that_are_left_are_seen(
        self, way: dict[str, Seen]
    ) -> None:
        seen = way["expanded"]
        assert seen.states == ["success", "failure", "failure"]
        assert "Next: glance-manage db migrate; before it" in seen.details("expanded")
        assert "train_migrate01_backend_to_store" in seen.finding("migrated")["message"]
        assert "Next: glance-manage db contract" in seen.details("contracted")
        assert "2024_1_contract01" in seen.finding("contracted")["message"]
        assert seen.state_of("expand") == "done"
        assert seen.state_of("migrate") == "next"

    def test_ocata_is_not_asked_of_a_newer_database(self, way: dict[str, Seen]) -> None:
        # The image has a member and is private: Ocata's question would be answered
        # with yes.
        assert "of train." in way["expanded"].details("migrated")

    def test_the_new_glance_itself_passes_old_data_over(
        self, way: dict[str, Seen]
    ) -> None:
        seen = way["left"]
        assert seen.check == 5  # it advises to contract
        assert seen.states == ["success", "failure", "failure"]
        assert "passes them over" in seen.finding("migrated")["message"]

    def test_the_command_that_the_remedy_names_migrates_them(
        self, way: dict[str, Seen]
    ) -> None:
        seen = way["migrated"]
        assert seen.states == ["success", "success", "failure"]
        assert "no data that are left" in seen.details("migrated")
        assert "Next: glance-manage db contract" in seen.details("migrated")
        assert "no process of the old one" in seen.details("migrated")
        assert seen.state_of("migrate") == "done"
        assert seen.state_of("start") == "next"
        assert seen.state_of("contract") == "waiting"

    def test_contracting_is_next_when_people_say_that_every_node_is_new(
        self, way: dict[str, Seen]
    ) -> None:
        assert way["served"].state_of("contract") == "next"
        assert way["served"].rows["glance.database-at-head"]["status"] == "failure"

    def test_after_contracting_nothing_is_left_to_do(
        self, way: dict[str, Seen]
    ) -> None:
        seen = way["contracted"]
        assert seen.states == ["success"] * 3
        assert seen.rows["glance.database-at-head"]["status"] == "success"
        assert seen.check == 0
        for state in STATES:
            assert "othing comes next" in seen.details(state)
        assert {each["state"] for each in seen.steps.values()} == {"done"}

    def test_the_server_is_fit_for_it_all_the_way(self, way: dict[str, Seen]) -> None:
        for seen in way.values():
            assert seen.rows[SERVER]["status"] == "success"
            assert "MariaDB 10." in seen.rows[SERVER]["details"]


def at(folder: Path, *rows: str) -> str:
    """A database that says it stands at these revisions."""
    file = folder / "glance.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("create table images (id text)")
        for row in rows:
            connection.execute("insert into alembic_version values (?)", [row])
    connection.close()
    return f"sqlite:///{file}"


class TestOnSqlite:
    def test_data_that_are_left_are_seen_though_its_driver_counts_no_rows(
        self, status: ServiceStatus, tmp_path: Path, glance_27: Path
    ) -> None:
        url = f"sqlite:///{tmp_path}/glance.sqlite"
        watched = Watched(status, tmp_path, url)
        glance.manage(watched.conf, "db", "sync", programs=glance_27)
        glance.leave_data(url)
        watched.run("db", "expand")
        watched.run("db", "migrate")
        before = (tmp_path / "glance.sqlite").read_bytes()
        seen = watched.see()
        assert seen.states == ["success", "failure", "failure"]
        assert (tmp_path / "glance.sqlite").read_bytes() == before
        do_remedy(seen)
        assert watched.ask(IDS[1])[IDS[1]]["status"] == "success"
        watched.run("db", "contract")
        assert watched.see().states == ["success"] * 3

    def test_a_new_database_that_is_expanded_alone(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        watched = Watched(status, tmp_path, f"sqlite:///{tmp_path}/glance.sqlite")
        watched.run("db", "expand")
        seen = watched.see()
        assert seen.states == ["success", "success", "failure"]
        assert "13 revisions" in seen.finding("contracted")["message"]
        assert seen.check == 5

    def test_nothing_is_left_to_do_from_30_on(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        rows = Watched(status, tmp_path, at(tmp_path, "2024_1_contract01")).ask(
            IDS[0], IDS[2]
        )
        assert {row["status"] for row in rows.values()} == {"success"}

    def test_a_database_of_liberty(self, status: ServiceStatus, tmp_path: Path) -> None:
        rows = Watched(status, tmp_path, at(tmp_path, "liberty")).ask(*IDS)
        assert {row["status"] for row in rows.values()} == {"failure"}
        assert "15 revisions up to" in rows[IDS[0]]["findings"][0]["message"]

    def test_an_earlier_upgrade_that_was_left_halfway(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        url = at(tmp_path, "zed_contract01", "2023_1_expand01")
        rows = Watched(status, tmp_path, url).ask(IDS[0])
        (_, halfway) = rows[IDS[0]]["findings"]
        assert halfway["message"].endswith("pending: 2023_1_contract01")
        assert "End that upgrade first" in halfway["remedy"]

    def test_a_database_without_a_revision(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        rows = Watched(status, tmp_path, at(tmp_path)).ask(*IDS)
        assert {row["status"] for row in rows.values()} == {"failure"}
        for row in rows.values():
            assert "1 tables and no revision" in row["details"]

    def test_an_empty_database(self, status: ServiceStatus, tmp_path: Path) -> None:
        sqlite3.connect(tmp_path / "empty").close()
        rows = Watched(status, tmp_path, f"sqlite:///{tmp_path}/empty").ask(*IDS)
        assert {row["status"] for row in rows.values()} == {"failure"}
        for row in rows.values():
            assert "is empty: it is not initialised" in row["details"]

    def test_a_database_of_a_newer_release(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        rows = Watched(status, tmp_path, at(tmp_path, "2027_1_contract01")).ask(*IDS)
        assert {row["status"] for row in rows.values()} == {"failure"}
        for row in rows.values():
            assert "does not know: 2027_1_contract01" in row["details"]

    def test_tables_that_are_not_glances_are_no_answer(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        rows = Watched(status, tmp_path, at(tmp_path, "2024_1_contract01")).ask(IDS[1])
        assert rows[IDS[1]]["status"] == "error"
        assert "no such table: image_locations" in rows[IDS[1]]["details"]


def test_a_user_that_may_only_read_can_ask_all(
    status: ServiceStatus,
    tmp_path: Path,
    mariadb: MariaDB,
    glance_database: Callable[[str], str],
) -> None:
    url = glance_database(mariadb.create())
    glance.leave_data(url)
    reader = mariadb.create_user(url, read_only=True)
    rows = Watched(status, tmp_path, reader).ask(*IDS)
    assert [rows[id]["status"] for id in IDS] == ["success", "failure", "success"]
    # Nothing comes next, so nothing is advised to come only then.
    assert "Only then" not in rows[IDS[1]]["details"]


class TestWithoutTheTargetsCode:
    def test_a_release_that_has_no_data_to_migrate_can_be_answered(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        url = at(tmp_path, "2023_1_contract01", "2024_1_expand01")
        rows = Watched(status, tmp_path, url).ask(*IDS, words=("--to", "2026.1"))
        assert [rows[id]["status"] for id in IDS] == ["success", "success", "failure"]
        told = rows[IDS[1]]["details"]
        assert "has no data to migrate; whether older releases left some" in told

    def test_data_on_the_way_that_only_code_can_tell_are_not_verified(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        url = at(tmp_path, "rocky_contract02", "2024_1_expand01")
        rows = Watched(status, tmp_path, url).ask(*IDS, words=("--to", "2026.1"))
        assert [rows[id]["status"] for id in IDS] == ["success", "error", "failure"]
        assert "train_migrate01_backend_to_store" in rows[IDS[1]]["details"]


class TestTheDatabaseServer:
    def test_postgresql_is_refused_as_glance_refuses_it(
        self, status: ServiceStatus, tmp_path: Path, postgresql: PostgreSQL
    ) -> None:
        watched = Watched(status, tmp_path, postgresql.create())
        with pytest.raises(ProgramFailure, match="supported only for"):
            watched.run("db", "expand")
        row = watched.ask(SERVER)[SERVER]
        assert row["status"] == "failure"
        assert "PostgreSQL 1" in row["details"]
        assert row["findings"][0]["location"] == f"{watched.conf}:2"
        assert "glance.cold" in row["findings"][0]["remedy"]
        steps = {each["id"]: each for each in watched.plan()["steps"]}
        assert SERVER in steps["glance.rolling.check"]["blocked_by"]

    def test_on_postgresql_what_comes_next_is_what_glance_takes_there(
        self,
        status: ServiceStatus,
        tmp_path: Path,
        postgresql: PostgreSQL,
    ) -> None:
        url = postgresql.create()
        watched = Watched(status, tmp_path, url)
        watched.run("db", "sync")
        rows = watched.ask(*IDS)
        assert {row["status"] for row in rows.values()} == {"success"}
        # Glance 27 itself cannot be had with the driver that is at hand here.
        with sqlalchemy.create_engine(url).begin() as connection:
            connection.execute(
                sqlalchemy.text("update alembic_version set version_num = :old"),
                {"old": "2023_1_contract01"},
            )
        for row in watched.ask(*IDS).values():
            assert row["status"] == "failure"
            assert "Next: glance-manage db sync; before it, no node" in row["details"]
            assert "Run glance-manage db sync." in row["findings"][0]["remedy"]

    def test_postgresql_is_refused_even_while_it_is_down(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        url = "postgresql+psycopg://glance:hush-hush@127.0.0.1:1/glance"
        row = Watched(status, tmp_path, url).ask(SERVER)[SERVER]
        assert row["status"] == "failure"
        assert "hush-hush" not in str(row)

    def test_mysql_that_is_down_is_not_verified(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        url = "mysql+pymysql://glance:hush-hush@127.0.0.1:1/glance"
        row = Watched(status, tmp_path, url).ask(SERVER)[SERVER]
        assert row["status"] == "error"
        assert "hush-hush" not in str(row)

    def test_mariadb_by_its_own_name_is_refused_as_glance_refuses_it(
        self, status: ServiceStatus, tmp_path: Path, glance_mariadb_head: str
    ) -> None:
        url = glance_mariadb_head.replace("mysql+pymysql", "mariadb+pymysql")
        watched = Watched(status, tmp_path, url)
        with pytest.raises(ProgramFailure, match="supported only for"):
            watched.run("db", "check")
        (finding,) = watched.ask(SERVER)[SERVER]["findings"]
        assert finding["status"] == "failure"
        assert "Write mysql+pymysql://" in finding["remedy"]

    def test_sqlite_will_do(self, status: ServiceStatus, tmp_path: Path) -> None:
        row = Watched(status, tmp_path, at(tmp_path, "liberty")).ask(SERVER)[SERVER]
        assert row["status"] == "success"

    def test_it_is_asked_on_the_way_of_a_rolling_upgrade_alone(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        conf = Watched(status, tmp_path, at(tmp_path, "liberty")).conf
        asked = ("--config-file", conf, "upgrade", "check", "--json")
        assert status(*asked, "glance").statuses[SERVER] == "skipped"
        rolling = status(*asked, "--procedure", "glance.rolling")
        assert rolling.statuses[SERVER] == "success"
        assert SERVER not in status(*asked, "--procedure", "glance.cold").rows
