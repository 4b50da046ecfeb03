"""A deployment is only ever read: the servers themselves see to that."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy.exc import DBAPIError

from tests.functional.deployment import OctaviaConf
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL
from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins
from upgradecheck.deployment import Deployment
from upgradecheck.services.octavia import service

WRITING = {
    "insert": "INSERT INTO widgets VALUES (8, 'new')",
    "update": "UPDATE widgets SET name = 'changed'",
    "delete": "DELETE FROM widgets",
    "create": "CREATE TABLE more (id INTEGER)",
    "alter": "ALTER TABLE widgets ADD COLUMN weight INTEGER",
    "index": "CREATE INDEX widgets_by_name ON widgets (name)",
    "drop": "DROP TABLE widgets",
}
#: What each server answers to who tries.
REFUSALS = {
    "sqlite": "attempt to write a readonly database",
    "mariadb": "Cannot execute statement in a READ ONLY transaction",
    "postgresql": "in a read-only transaction",
}


@pytest.fixture(params=list(REFUSALS), scope="module")
def server(request: pytest.FixtureRequest) -> str:
    """Each kind of server."""
    return str(request.param)


@pytest.fixture(scope="module")
def url(
    server: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """A database with a table, and a user who may do everything there."""
    if server == "sqlite":
        made = f"sqlite:///{tmp_path_factory.mktemp('widgets') / 'widgets.sqlite'}"
    else:
        own: MariaDB | PostgreSQL = request.getfixturevalue(server)
        made = own.create()
    with engine(made).begin() as connection:
        for statement in (
            "CREATE TABLE widgets (id INTEGER, name VARCHAR(20))",
            "INSERT INTO widgets VALUES (7, 'old')",
        ):
            connection.execute(sqlalchemy.text(statement))
    return made


@pytest.fixture
def deployment(url: str, octavia_conf: OctaviaConf) -> Deployment:
    """An Octavia whose database that is."""
    conf = octavia_conf({"database": {"connection": url}})
    return Deployment(service, [[str(conf)]])


class TestThroughADeployment:
    @pytest.mark.parametrize("statement", list(WRITING))
    def test_the_server_refuses_to_write(
        self, deployment: Deployment, url: str, server: str, statement: str
    ) -> None:
        before = content(url)
        with deployment.database() as connection:
            refused = pytest.raises(DBAPIError, match=REFUSALS[server])
            with refused:
                connection.execute(sqlalchemy.text(WRITING[statement]))
            connection.rollback()
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            with refused:
                alone.execute(sqlalchemy.text(WRITING[statement]))
        assert content(url) == before

    def test_the_next_transactions_are_refused_as_well(
        self, deployment: Deployment, url: str, server: str
    ) -> None:
        before = content(url)
        with deployment.database() as connection:
            for end in (connection.rollback, connection.commit):
                assert connection.scalar(sqlalchemy.text("SELECT id FROM widgets")) == 7
                with pytest.raises(DBAPIError, match=REFUSALS[server]):
                    connection.execute(sqlalchemy.text(WRITING["update"]))
                end()
        assert content(url) == before

    def test_the_same_user_may_write_where_it_is_not_read_only(self, url: str) -> None:
        with engine(url).begin() as connection:
            connection.execute(sqlalchemy.text(WRITING["update"]))
            connection.execute(sqlalchemy.text("UPDATE widgets SET name = 'old'"))


class TestThroughTheCommand:
    """A plug-in's check that writes costs its own row, and nothing else."""

    @pytest.fixture
    def writer(self, status: ServiceStatus, tmp_path: Path) -> ServiceStatus:
        """The command, with a plug-in that writes."""
        plugins = Plugins(tmp_path / "plugins")
        plugins.install_checks(
            "octavia",
            distribution="writer",
            needs=("config", "database"),
            writes=f"""
                import sqlalchemy
                with upgrade.deployment.database() as connection:
                    connection.execute(sqlalchemy.text({WRITING["update"]!r}))
                    connection.commit()
                return Result(Code.SUCCESS, "written")
            """,
            writes_alone=f"""
                import sqlalchemy
                with upgrade.deployment.database() as connection:
                    alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                    alone.execute(sqlalchemy.text({WRITING["drop"]!r}))
                return Result(Code.SUCCESS, "written")
            """,
        )
        return ServiceStatus(status.home, plugins.folder)

    def test_it_is_an_error_and_the_data_stay(
        self, writer: ServiceStatus, octavia_conf: OctaviaConf, url: str, server: str
    ) -> None:
        before = content(url)
        conf = octavia_conf({"database": {"connection": url}})
        run = writer(
            *("--config-file", conf, "upgrade", "check", "--json", "octavia"),
            *("--check", "octavia.writes", "--check", "octavia.writes-alone"),
        )
        assert run.statuses == {
            "octavia.writes": "error",
            "octavia.writes-alone": "error",
        }
        for row in run.rows.values():
            assert REFUSALS[server] in row["details"]
        assert run.code == 255
        assert content(url) == before

    def test_the_real_databases_are_as_they_were(
        self,
        status: ServiceStatus,
        octavia_conf: OctaviaConf,
        octavia_sqlite_old: str,
        tmp_path: Path,
    ) -> None:
        original = str(sqlalchemy.make_url(octavia_sqlite_old).database)
        copy = Path(shutil.copy(original, tmp_path / "octavia.sqlite"))
        before = copy.read_bytes()
        conf = octavia_conf({"database": {"connection": f"sqlite:///{copy}"}})
        run = status("--config-file", conf, "upgrade", "check", "--json", "octavia")
        assert run.statuses["octavia.database-revision"] == "success"
        assert copy.read_bytes() == before
        assert sorted(each.name for each in tmp_path.iterdir()) == [
            "octavia.conf",
            "octavia.sqlite",
        ]


def engine(url: str) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)


def content(url: str) -> dict[str, Any]:
    """All that is in a database, seen through a connection of its own."""
    with engine(url).connect() as connection:
        inspector = sqlalchemy.inspect(connection)
        rows = connection.execute(sqlalchemy.text("SELECT * FROM widgets"))
        return {
            "rows": [tuple(row) for row in rows],
            "tables": inspector.get_table_names(),
            "columns": [each["name"] for each in inspector.get_columns("widgets")],
            "indexes": [each["name"] for each in inspector.get_indexes("widgets")],
        }
