"""Databases that cannot be asked: each is told clearly, and nothing is lost."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import socket
import sys
import threading
import urllib.parse
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from tests.functional.deployment import Answer
from tests.functional.deployment import OctaviaConf
from tests.functional.question import ask
from tests.functional.question import without_privileges
from tests.functional.servers.database import DatabaseServer
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL
from tests.functional.servers.server import LOOPBACK
from tests.functional.servers.server import free_port
from tests.unit.command import ServiceStatus

CHECK = "octavia.database-revision"

#: Asks about the database at a URL; more options of [database] may follow.
AskDatabase = Callable[..., Answer]


@pytest.fixture
def ask_database(status: ServiceStatus, octavia_conf: OctaviaConf) -> AskDatabase:
    """Asks where the database at a URL stands."""

    def asked(url: str, *words: str, **options: object) -> Answer:
        conf = octavia_conf({"database": {"connection": url, **options}})
        return ask(status, CHECK, conf, *words)

    return asked


@pytest.fixture(params=["mariadb", "postgresql"])
def server(request: pytest.FixtureRequest) -> DatabaseServer:
    """Each of the two servers."""
    started: DatabaseServer = request.getfixturevalue(request.param)
    return started


@pytest.fixture(scope="module")
def whole() -> dict[DatabaseServer, tuple[str, int]]:
    """A user of each server, and the bytes that an uncut answer takes."""
    return {}


def assert_not_verified(answer: Answer, *words: str) -> None:
    """The answer is an error that says these words, where and what to do."""
    assert (answer.status, answer.run.code) == ("error", 255)
    for word in words:
        assert word in answer.finding["message"]
    assert answer.finding["location"].endswith("octavia.conf:2")
    assert answer.finding["remedy"]
    assert "\n" not in answer.finding["message"]


class TestServers:
    def test_connection_refused(
        self, ask_database: AskDatabase, server: DatabaseServer
    ) -> None:
        url = elsewhere(server.url("octavia"), free_port())
        answer = ask_database(url)
        assert_not_verified(answer, "cannot connect", "Connection refused")
        assert "Look whether the server runs" in answer.finding["remedy"]

    def test_unknown_host(self, ask_database: AskDatabase) -> None:
        answer = ask_database("mysql+pymysql://octavia:hush-hush@nowhere.invalid/o")
        assert_not_verified(answer, "cannot connect", "nowhere.invalid")
        assert "hush-hush" not in answer.run.output

    def test_unknown_database(
        self, ask_database: AskDatabase, server: DatabaseServer
    ) -> None:
        answer = ask_database(server.url("missing"))
        assert_not_verified(answer, "cannot connect", "missing")

    @pytest.mark.parametrize("password", ["p@ss/w0rd%25", "räum:auf#1+2"])
    def test_a_denied_password_is_masked_however_it_is_written(
        self, ask_database: AskDatabase, server: DatabaseServer, password: str
    ) -> None:
        url = server.create_user(server.create(), password="the-right-one")
        wrong = (
            sqlalchemy.make_url(url)
            .set(password=password)
            .render_as_string(hide_password=False)
        )
        answer = ask_database(wrong)
        assert_not_verified(answer, "cannot connect", ":***@")
        assert "denied" in answer.details or "failed for user" in answer.details
        for form in (password, urllib.parse.quote(password, safe="")):
            assert form not in answer.run.output
        assert "the-right-one" not in answer.run.output

    def test_tls_demanded_of_a_server_without(
        self, ask_database: AskDatabase, server: DatabaseServer
    ) -> None:
        demand = "sslmode=require"
        if server.driver == "mysql+pymysql":
            demand = "ssl_verify_cert=true&ssl_verify_identity=true"
        answer = ask_database(f"{server.create()}?{demand}")
        assert_not_verified(answer, "cannot connect", "SSL", "support")

    @pytest.mark.parametrize(
        ("parameter", "said"),
        [("connect_timeout=soon", "invalid literal"), ("frobnicate=1", "frobnicate")],
    )
    def test_a_parameter_that_the_driver_refuses(
        self, ask_database: AskDatabase, mariadb: MariaDB, parameter: str, said: str
    ) -> None:
        assert_not_verified(ask_database(f"{mariadb.create()}?{parameter}"), said)

    def test_a_plugin_of_sqlalchemy_is_not_loaded(
        self, ask_database: AskDatabase, mariadb: MariaDB
    ) -> None:
        # As DevStack writes it; the plug-in is not installed here.
        answer = ask_database(f"{mariadb.create()}?plugin=dbcounter")
        assert "is empty: it is not initialised" in answer.details

    @pytest.mark.parametrize("more", ["", "?connect_timeout=5"])
    def test_connection_parameters_are_honoured(
        self, ask_database: AskDatabase, postgresql: PostgreSQL, more: str
    ) -> None:
        url = f"{postgresql.create()}{more}"
        answer = ask_database(url, connection_parameters="frobnicate=1")
        assert_not_verified(answer, 'invalid connection option "frobnicate"')

    def test_a_user_without_rights_to_the_database(
        self, ask_database: AskDatabase, mariadb: MariaDB
    ) -> None:
        stranger = sqlalchemy.make_url(mariadb.create_user(mariadb.create()))
        other = sqlalchemy.make_url(mariadb.create()).database
        url = stranger.set(database=other).render_as_string(hide_password=False)
        assert_not_verified(ask_database(url), "cannot connect", "Access denied")


class TestSilence:
    """Hosts that drop packets, and servers that never answer."""

    @pytest.fixture
    def mute(self) -> Iterator[int]:
        """The port of a server that takes connections and never speaks."""
        with socket.create_server((LOOPBACK, 0)) as listener:
            yield listener.getsockname()[1]

    @pytest.fixture
    def deaf(self) -> Iterator[int]:
        """The port of a server whose queue is full: packets to it are lost."""
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(
                socket.create_server((LOOPBACK, 0), backlog=0)
            )
            port: int = listener.getsockname()[1]
            for _ in range(4):
                caller = stack.enter_context(socket.socket())
                caller.setblocking(False)
                caller.connect_ex((LOOPBACK, port))
            yield port

    @pytest.mark.parametrize(
        ("driver", "host"),
        [("mysql+pymysql", "mute"), ("postgresql+psycopg", "deaf")],
    )
    def test_the_checks_own_time_ends_it(
        self,
        ask_database: AskDatabase,
        request: pytest.FixtureRequest,
        driver: str,
        host: str,
    ) -> None:
        port = request.getfixturevalue(host)
        url = f"{driver}://octavia:hush-hush@{LOOPBACK}:{port}/octavia"
        answer = ask_database(url, "--timeout", "1")
        assert (answer.status, answer.run.code) == ("error", 255)
        assert answer.details == "The check gave no answer within 1 seconds."
        assert answer.run.seconds < 20
        assert "hush-hush" not in answer.run.output

    @pytest.mark.parametrize(
        ("driver", "host"),
        [
            ("mysql+pymysql", "mute"),
            ("mysql+pymysql", "deaf"),
            ("postgresql+psycopg", "mute"),
        ],
    )
    def test_the_patience_of_the_connection_ends_it_before(
        self,
        ask_database: AskDatabase,
        request: pytest.FixtureRequest,
        driver: str,
        host: str,
    ) -> None:
        port = request.getfixturevalue(host)
        # psycopg waits no less than two seconds.
        patience = {"mysql+pymysql": "connect_timeout=1&read_timeout=1"}
        patience_of = patience.get(driver, "connect_timeout=2")
        url = f"{driver}://octavia:hush-hush@{LOOPBACK}:{port}/octavia?{patience_of}"
        answer = ask_database(url)
        assert_not_verified(answer, "cannot connect")
        assert "timed out" in answer.details or "timeout" in answer.details
        assert answer.run.seconds < 30
        assert "hush-hush" not in answer.run.output

    def test_other_checks_are_answered_all_the_same(
        self, status: ServiceStatus, octavia_conf: OctaviaConf, mute: int
    ) -> None:
        url = f"mysql+pymysql://octavia:hush-hush@{LOOPBACK}:{mute}/octavia"
        conf = octavia_conf({"database": {"connection": url}})
        others = ("octavia.config-options", "octavia.policy-file")
        asked = [word for id in (CHECK, *others) for word in ("--check", id)]
        # Half of the time is for the database that would tell where the upgrade starts.
        run = status(
            *("--config-file", conf, "upgrade", "check", "--json", "octavia"),
            *("--timeout", "12", *asked),
        )
        assert run.statuses[CHECK] == "error"
        assert run.statuses["octavia.config-options"] == "success"
        assert run.statuses["octavia.policy-file"] == "success"
        assert run.code == 255


class TestNoServerOfThatKind:
    """Something answers, and it is no database."""

    @pytest.mark.parametrize(
        ("driver", "said"),
        [
            ("mysql+pymysql", b"HTTP/1.0 400 No\r\n\r\n"),
            ("mysql+pymysql", bytes(200)),
            ("postgresql+psycopg", b"HTTP/1.0 400 No\r\n\r\n"),
        ],
    )
    def test_what_it_says_is_not_understood(
        self, ask_database: AskDatabase, driver: str, said: bytes
    ) -> None:
        with socket.create_server((LOOPBACK, 0)) as listener:

            def speak() -> None:
                with contextlib.suppress(OSError):
                    while True:
                        client, _ = listener.accept()
                        client.sendall(said)
                        client.close()

            threading.Thread(target=speak, daemon=True).start()
            port = listener.getsockname()[1]
            url = f"{driver}://octavia:hush-hush@{LOOPBACK}:{port}/octavia"
            answer = ask_database(url)
            listener.shutdown(socket.SHUT_RDWR)
        assert_not_verified(answer, "cannot connect")
        assert "hush-hush" not in answer.run.output


class TestCutConnections:
    """The connection ends half-way through."""

    #: While it logs in, while it asks, shortly before the answer is whole.
    @pytest.mark.parametrize("kept", [0.05, 0.6, 0.95])
    def test_it_is_not_verified(
        self,
        ask_database: AskDatabase,
        server: DatabaseServer,
        whole: dict[DatabaseServer, tuple[str, int]],
        kept: float,
    ) -> None:
        if server not in whole:
            user = server.create_user(version_table(server))
            with Cut(server.port) as uncut:
                answer = ask_database(elsewhere(user, uncut.port))
            assert "4 revisions behind" in answer.details
            whole[server] = user, uncut.passed
        user, passed = whole[server]
        with Cut(server.port, int(passed * kept)) as cut:
            answer = ask_database(elsewhere(user, cut.port))
        assert cut.passed == int(passed * kept)
        assert_not_verified(answer, "the database of [database] connection")
        assert "p@ss" not in answer.run.output
        assert "p%40ss" not in answer.run.output


class TestURLs:
    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("oracle8://u:sesame00@h/d", ("not known here: oracle8",)),
            ("mssql+pyodbc://u:sesame00@h/d", ("needs the driver pyodbc",)),
            ("postgresql+psycopg_async://u:sesame00@h/d", ("asynchronous",)),
            ("sesame00", ("no database URL: it cannot be parsed",)),
            ("mysql+pymysql://octavia:sesame00/octavia", ("cannot be parsed",)),
            ("mysql+pymysql://u:pa@sesame00/x@h/d", ("more than one @",)),
            ("sqlite://", ("an in-memory SQLite database",)),
            ("sqlite:///:memory:", ("an in-memory SQLite database",)),
            ("", ("[database] connection is empty",)),
        ],
    )
    def test_it_is_told_what_is_wrong(
        self, ask_database: AskDatabase, url: str, words: tuple[str, ...]
    ) -> None:
        answer = ask_database(url)
        assert_not_verified(answer, *words)
        assert "sesame00" not in answer.run.output

    def test_a_missing_driver_is_named_as_pip_names_it(
        self, ask_database: AskDatabase
    ) -> None:
        answer = ask_database("mysql+mysqldb://u:sesame00@h/d")
        assert_not_verified(answer, "needs the driver MySQLdb")
        assert "Install mysqlclient" in answer.finding["remedy"]

    def test_no_connection_is_set(
        self, status: ServiceStatus, octavia_conf: OctaviaConf
    ) -> None:
        answer = ask(status, CHECK, octavia_conf({"DEFAULT": {"debug": True}}))
        assert (answer.status, answer.run.code) == ("error", 255)
        assert "[database] connection is not set" in answer.finding["message"]


class TestSQLite:
    def test_a_wrong_path_creates_no_file(
        self, ask_database: AskDatabase, tmp_path: Path
    ) -> None:
        missing = tmp_path / "missing.sqlite"
        answer = ask_database(f"sqlite:///{missing}")
        assert_not_verified(answer, "cannot open", "no such file or directory")
        assert "misspelt path" in answer.finding["remedy"]
        assert not missing.exists()
        assert [each.name for each in tmp_path.iterdir()] == ["octavia.conf"]

    def test_a_path_below_a_folder_that_is_not_there(
        self, ask_database: AskDatabase, tmp_path: Path
    ) -> None:
        answer = ask_database(f"sqlite:///{tmp_path}/no/octavia.sqlite")
        assert_not_verified(answer, "no such file or directory")
        assert not (tmp_path / "no").exists()

    def test_a_directory(self, ask_database: AskDatabase, tmp_path: Path) -> None:
        assert_not_verified(ask_database(f"sqlite:///{tmp_path}"), "is a directory")

    def test_a_path_that_is_no_file(self, ask_database: AskDatabase) -> None:
        answer = ask_database("sqlite:////dev/null")
        assert_not_verified(answer, "is no regular file")

    @pytest.mark.parametrize(
        "content", [b"[DEFAULT]\ndebug = true\n", os.urandom(9999)]
    )
    def test_a_file_that_is_no_database(
        self, ask_database: AskDatabase, tmp_path: Path, content: bytes
    ) -> None:
        file = tmp_path / "octavia.sqlite"
        file.write_bytes(content)
        answer = ask_database(f"sqlite:///{file}")
        assert_not_verified(answer, "file is not a database")
        assert file.read_bytes() == content

    def test_a_database_that_breaks_off(
        self, ask_database: AskDatabase, tmp_path: Path, octavia_sqlite_old: str
    ) -> None:
        whole = Path(str(sqlalchemy.make_url(octavia_sqlite_old).database))
        file = tmp_path / "octavia.sqlite"
        file.write_bytes(whole.read_bytes()[:5000])
        assert_not_verified(ask_database(f"sqlite:///{file}"), "malformed")

    def test_a_file_that_may_not_be_read(
        self,
        status: ServiceStatus,
        octavia_conf: OctaviaConf,
        tmp_path: Path,
        octavia_sqlite_old: str,
    ) -> None:
        whole = Path(str(sqlalchemy.make_url(octavia_sqlite_old).database))
        file = tmp_path / "octavia.sqlite"
        shutil.copy(whole, file)
        file.chmod(0)
        conf = octavia_conf({"database": {"connection": f"sqlite:///{file}"}})
        run = status(
            *("--config-file", conf, "upgrade", "check", "--json", "octavia"),
            *("--check", CHECK),
            preexec_fn=without_privileges,
        )
        answer = Answer(run.rows[CHECK], run)
        assert_not_verified(answer, "cannot open", "permission denied")
        assert "whether the user may read" in answer.finding["remedy"]

    def test_any_character_may_stand_in_its_name(
        self, ask_database: AskDatabase, tmp_path: Path, octavia_sqlite_old: str
    ) -> None:
        whole = Path(str(sqlalchemy.make_url(octavia_sqlite_old).database))
        file = tmp_path / "100% #1 ä;$x&y.sqlite"
        shutil.copy(whole, file)
        assert "6 revisions behind" in ask_database(f"sqlite:///{file}").details


def version_table(server: DatabaseServer) -> str:
    """A database that says that Octavia 13 left it."""
    url = server.create()
    change(
        url,
        "CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)",
        "INSERT INTO alembic_version VALUES ('632152d2d32e')",
    )
    return url


def change(url: str, *statements: str) -> None:
    """Write to a database of the test's own."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sqlalchemy.text(statement))


def elsewhere(url: str, port: int) -> str:
    """The URL with another port."""
    return sqlalchemy.make_url(url).set(port=port).render_as_string(hide_password=False)


class Cut:
    """A way to a server that ends after some bytes of its answers.

    :param port: the server's.
    :param after: how many bytes come through; None for all.
    """

    def __init__(self, port: int, after: int | None = None) -> None:
        self._target = port
        self._after = sys.maxsize if after is None else after
        self.passed = 0

    def __enter__(self) -> Cut:
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            for _ in itertools.count():
                client, _ = self._listener.accept()
                server = socket.create_connection((LOOPBACK, self._target))
                with client, server:
                    self._answers(client, server)

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
        with contextlib.suppress(OSError):
            while self.passed < self._after:
                part = server.recv(min(65536, self._after - self.passed))
                if not part:
                    break
                client.sendall(part)
                self.passed += len(part)
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
