"""Connections that cannot write, by the server's own means; here SQLite's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import exc
from sqlalchemy.engine import URL
from sqlalchemy.engine import make_url

from upgradecheck.check import NotVerified
from upgradecheck.deployment.database import connect
from upgradecheck.deployment.database import read_only
from upgradecheck.secret import mask_urls

OPTION = "[database] connection"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "w.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table widgets (id integer)")
        connection.execute("insert into widgets values (7)")
    connection.close()
    return path


class TestReadOnly:
    def test_it_reads(self, database: Path) -> None:
        with connect(f"sqlite:///{database}", OPTION, None, mask_urls) as connection:
            rows = connection.execute(sqlalchemy.text("select id from widgets"))
            assert rows.scalar() == 7

    @pytest.mark.parametrize(
        "statement",
        [
            "insert into widgets values (8)",
            "update widgets set id = 8",
            "delete from widgets",
            "create table more (id integer)",
            "drop table widgets",
            "pragma user_version = 5",
            "vacuum",
        ],
    )
    def test_the_database_itself_refuses_to_write(
        self, database: Path, statement: str
    ) -> None:
        before = database.read_bytes()
        with (
            pytest.raises(NotVerified, match=r"readonly|read-only"),
            connect(f"sqlite:///{database}", OPTION, None, mask_urls) as connection,
        ):
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(
                sqlalchemy.text(statement)
            )
        assert database.read_bytes() == before

    def test_switching_it_off_does_not_help(self, database: Path) -> None:
        with connect(f"sqlite:///{database}", OPTION, None, mask_urls) as connection:
            connection.execute(sqlalchemy.text("pragma query_only = off"))
            with pytest.raises(exc.OperationalError, match="readonly"):
                connection.execute(sqlalchemy.text("insert into widgets values (8)"))

    def test_a_missing_file_is_not_created(self, tmp_path: Path) -> None:
        path = tmp_path / "missing.sqlite"
        with (
            pytest.raises(NotVerified, match=r"missing\.sqlite"),
            connect(f"sqlite:///{path}", OPTION, "f:1", mask_urls),
        ):
            pass
        assert not path.exists()

    @pytest.mark.parametrize(
        "name",
        ["a b", "a%41b", "a#b", "ä", "a&b", "a;b", "a=b", "a+b", "a'b", "mode=rwc"],
    )
    def test_any_name_of_a_file_is_that_file(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / f"{name}.sqlite"
        with sqlite3.connect(path) as connection:
            connection.execute("create table widgets (id integer)")
        connection.close()
        url = URL.create("sqlite", database=str(path)).render_as_string()
        with connect(url, OPTION, None, mask_urls) as reader:
            assert sqlalchemy.inspect(reader).get_table_names() == ["widgets"]
        assert list(tmp_path.glob("*.sqlite")) == [path]

    @pytest.mark.parametrize(
        "url",
        [
            "sqlite://",
            "sqlite:///:memory:",
            "sqlite:///file:x?mode=memory&uri=true",
        ],
    )
    def test_a_database_in_memory_is_none(self, url: str) -> None:
        with pytest.raises(ValueError, match="memory"):
            read_only(make_url(url))

    def test_a_mode_that_the_operator_wrote_is_overruled(self, database: Path) -> None:
        url = f"sqlite:///file:{database}?mode=rwc&uri=true"
        assert read_only(make_url(url)).query["mode"] == "ro"
        with (
            pytest.raises(NotVerified),
            connect(url, OPTION, None, mask_urls) as connection,
        ):
            connection.execute(sqlalchemy.text("delete from widgets"))

    def test_plugins_of_sqlalchemy_are_dropped(self) -> None:
        url = make_url("mysql+pymysql://u@h/d?plugin=dbcounter&charset=utf8")
        assert dict(read_only(url).query) == {"charset": "utf8"}


class TestFaults:
    @pytest.mark.parametrize("url", [None, "", "  "])
    def test_no_url_names_the_option(self, url: str | None) -> None:
        with (
            pytest.raises(NotVerified) as fault,
            connect(url, OPTION, "f:7", mask_urls),
        ):
            pass
        assert OPTION in fault.value.reason
        assert fault.value.remedy

    def test_a_question_that_fails_is_not_said_to_be_a_connection_that_fails(
        self, database: Path
    ) -> None:
        with (
            pytest.raises(NotVerified) as fault,
            connect(f"sqlite:///{database}", OPTION, "f:7", mask_urls) as connection,
        ):
            connection.execute(sqlalchemy.text("select * from absent"))
        assert "no such table" in fault.value.reason
        assert "cannot connect" not in fault.value.reason
        assert fault.value.location == "f:7"

    def test_the_programs_own_faults_pass_through(self, database: Path) -> None:
        with (
            pytest.raises(ZeroDivisionError),
            connect(f"sqlite:///{database}", OPTION, None, mask_urls),
        ):
            raise ZeroDivisionError
