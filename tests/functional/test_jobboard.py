"""``octavia.jobboard`` says what ``octavia-status`` says, and writes nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.deployment import Answer
from tests.functional.deployment import OctaviaConf
from tests.functional.deployment import joined
from tests.functional.fakes import Authority
from tests.functional.fakes import Fake
from tests.functional.fakes import deaf
from tests.functional.fakes import says
from tests.functional.question import ask
from tests.functional.servers import program
from tests.functional.servers.etcd import Etcd
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.redis import Redis
from tests.functional.servers.redis import Sentinel
from tests.functional.servers.server import free_port
from tests.functional.servers.settings import Sections
from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins

CHECK = "octavia.jobboard"
ORACLE = program.OWN_PROGRAMS / "octavia_status.py"
PASSWORD = "hush-hush-board"

#: Asks about the job board of a configuration, of us and of Octavia.
Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def board() -> Iterator[Redis]:
    """A Redis that lets everybody in."""
    with Redis() as server:
        yield server


@pytest.fixture(scope="module")
def guarded() -> Iterator[Redis]:
    """A Redis with a password, and a user who may not ask who it is."""
    with Redis(PASSWORD) as server:
        with server.client() as client:
            client.execute_command(
                *("ACL", "SETUSER", "octavia", "on", f">{PASSWORD}", "~*", "+@all")
            )
            client.execute_command(
                *("ACL", "SETUSER", "weak", "on", f">{PASSWORD}", "~*", "+ping")
            )
        yield server


@pytest.fixture(scope="module")
def persistence(mariadb: MariaDB) -> str:
    """A database for the flows; its user needs a password."""
    return mariadb.create_user(mariadb.create())


@pytest.fixture
def using(persistence: str) -> dict[str, dict[str, object]]:
    """An octavia.conf with a job board, whose backend each test names."""
    return {
        "task_flow": {"jobboard_enabled": True, "persistence_connection": persistence}
    }


@pytest.fixture
def ask_board(status: ServiceStatus, octavia_conf: OctaviaConf, using: Sections) -> Ask:
    """Asks ``octavia.jobboard`` alone."""

    def question(port: int, **more: object) -> Answer:
        sections = joined(using, at(port, **more))
        return ask(status, CHECK, octavia_conf(sections))

    return question


@pytest.fixture
def verdict(octavia_conf: OctaviaConf, using: Sections) -> Callable[..., str]:
    """What Octavia's own check says of the same configuration."""

    def question(port: int, **more: object) -> str:
        # Otherwise it tries for many minutes to reach a database.
        hasty = {"database": {"max_retries": 1}}
        conf = octavia_conf(joined(using, at(port, **more), hasty))
        return program.run(sys.executable, ORACLE, conf).split()[-1]

    return question


def at(port: int, **more: object) -> dict[str, dict[str, object]]:
    """The options of a job board on this port of ours."""
    options = {f"jobboard_{name}": value for name, value in more.items()}
    if "persistence" in more:
        options["persistence_connection"] = options.pop("jobboard_persistence")
    return {"task_flow": {"jobboard_backend_port": port, **options}}


class TestRedis:
    def test_that_answers_is_fine(
        self, ask_board: Ask, verdict: Callable[..., str], board: Redis
    ) -> None:
        answer = ask_board(board.port)

        assert (answer.status, answer.findings, answer.run.code) == ("success", [], 0)
        assert "[task_flow] persistence_connection answers." in answer.details
        assert f"at 127.0.0.1:{board.port}." in answer.details
        assert verdict(board.port) == "success"

    def test_that_does_not_run_is_a_failure(
        self, ask_board: Ask, verdict: Callable[..., str]
    ) -> None:
        port = free_port()

        answer = ask_board(port)

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert f"Redis at 127.0.0.1:{port} does not answer" in answer.finding["message"]
        assert "octavia.conf:" in answer.finding["location"]
        assert verdict(port) == "failure"

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, "failure"),
            ({"backend_password": "hush-but-wrong"}, "failure"),
            ({"backend_password": PASSWORD}, "success"),
            ({"backend_username": "octavia"}, "failure"),
            (
                {"backend_username": "octavia", "backend_password": PASSWORD},
                "success",
            ),
            ({"backend_username": "weak", "backend_password": PASSWORD}, "failure"),
            ({"backend_password": PASSWORD, "redis_backend_db": 3}, "success"),
            ({"backend_password": PASSWORD, "redis_backend_db": 99}, "failure"),
        ],
    )
    def test_that_wants_a_password_gets_it_and_nobody_sees_it(
        self,
        ask_board: Ask,
        verdict: Callable[..., str],
        guarded: Redis,
        options: dict[str, object],
        expected: str,
    ) -> None:
        answer = ask_board(guarded.port, **options)

        assert answer.status == expected
        assert "hush" not in answer.run.output
        assert verdict(guarded.port, **options) == expected

    def test_speaks_tls_with_those_it_trusts(
        self, ask_board: Ask, verdict: Callable[..., str], tmp_path: Path
    ) -> None:
        known, other = (Authority(tmp_path, name) for name in ("known", "other"))
        answers = {}
        with Redis(tls=known.server_file) as server:
            for name, options in {
                "plain": "ssl:False",
                "trusting": f"ssl:True,ssl_ca_certs:{known.file}",
                "distrusting": f"ssl:True,ssl_ca_certs:{other.file}",
                "careless": "ssl:True,ssl_cert_reqs:none",
            }.items():
                given = {"redis_backend_ssl_options": options}
                answers[name] = (
                    ask_board(server.port, **given).status,
                    verdict(server.port, **given),
                )

        assert answers == {
            "plain": ("failure", "failure"),
            "trusting": ("success", "success"),
            "distrusting": ("failure", "failure"),
            "careless": ("success", "success"),
        }

    def test_is_found_by_its_sentinels(
        self, ask_board: Ask, verdict: Callable[..., str], board: Redis
    ) -> None:
        with Sentinel(board, "octavia") as sentinel:
            right = {"redis_sentinel": "octavia"}
            wrong = {"redis_sentinel": "nova"}
            found = ask_board(sentinel.port, **right)
            lost = ask_board(sentinel.port, **wrong)

            assert (found.status, verdict(sentinel.port, **right)) == (
                "success",
                "success",
            )
            assert (lost.status, verdict(sentinel.port, **wrong)) == (
                "failure",
                "failure",
            )
        assert "No master found for 'nova'" in lost.finding["message"]

    def test_that_is_a_replica_takes_no_jobs(
        self, ask_board: Ask, board: Redis
    ) -> None:
        with Redis(options={"replicaof": f"127.0.0.1 {board.port}"}) as replica:
            answer = ask_board(replica.port)

        assert answer.status == "failure"
        assert "replica that may only be read" in answer.finding["message"]

    def test_that_never_answers_is_not_waited_for_long(self, ask_board: Ask) -> None:
        with deaf() as url:
            answer = ask_board(int(url.rpartition(":")[2]))

        assert answer.status == "failure"
        assert "does not answer" in answer.finding["message"]
        assert answer.run.seconds < 45

    def test_is_not_written_to(self, ask_board: Ask, board: Redis) -> None:
        with board.client() as client:
            client.set("mine", "kept")
            client.config_resetstat()
            ask_board(board.port)
            commands = client.info("commandstats")
            assert client.dbsize() == 1

        asked = {name.removeprefix("cmdstat_") for name in commands}
        assert asked <= {
            *("ping", "info", "hello", "select", "auth", "config|resetstat"),
            *("client|setinfo", "client|setname", "client|id"),
        }

    def test_without_its_library_is_not_verified(
        self,
        status: ServiceStatus,
        octavia_conf: OctaviaConf,
        using: Sections,
        tmp_path: Path,
    ) -> None:
        plugins = Plugins(tmp_path / "plugins")
        plugins.write(
            "redis.py", "raise ModuleNotFoundError('No module', name='redis')\n"
        )
        own = ServiceStatus(status.home, plugins.folder)

        answer = ask(own, CHECK, octavia_conf(joined(using, at(1))))

        assert (answer.status, answer.run.code) == ("error", 255)
        assert answer.finding["remedy"] == "pip install 'upgradecheck[redis]'"


class TestPersistence:
    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///{}/flows.sqlite", None])
    def test_in_sqlite_is_a_warning_and_no_file_is_made(
        self,
        ask_board: Ask,
        verdict: Callable[..., str],
        board: Redis,
        tmp_path: Path,
        url: str | None,
    ) -> None:
        given = {"persistence": url and url.format(tmp_path)}

        answer = ask_board(board.port, **given)

        assert (answer.status, answer.run.code) == ("warning", 1)
        assert not (tmp_path / "flows.sqlite").exists()
        assert verdict(board.port, **given) == "warning"

    def test_that_cannot_be_reached_is_a_failure_beside_the_backends(
        self, ask_board: Ask, verdict: Callable[..., str], mariadb: MariaDB
    ) -> None:
        gone = "mysql+pymysql://octavia:S3cret-Word@127.0.0.1:1/flows"

        answer = ask_board(free_port(), persistence=gone)

        assert answer.status == "failure"
        assert len(answer.findings) == 2
        assert "Can't connect" in answer.findings[0]["message"]
        assert "S3cret-Word" not in answer.run.output
        assert verdict(free_port(), persistence=gone) == "failure"

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("mysql+pymysql://nobody:wrong@127.0.0.1:{port}/flows", "failure"),
            ("no url at all", "failure"),
            ("oracle://u:p@127.0.0.1/x", "error"),
            ("mysql+mysqlconnector://u:p@127.0.0.1/x", "error"),
        ],
    )
    def test_that_refuses_or_cannot_be_asked_is_told(
        self,
        ask_board: Ask,
        verdict: Callable[..., str],
        board: Redis,
        mariadb: MariaDB,
        url: str,
        expected: str,
    ) -> None:
        given = {"persistence": url.format(port=mariadb.port)}

        answer = ask_board(board.port, **given)

        assert answer.status == expected
        assert "octavia.conf:" in answer.finding["location"]
        # Octavia cannot use a driver that is not there either.
        assert verdict(board.port, **given) == "failure"


class TestOtherBackends:
    @pytest.mark.parametrize("kind", ["zookeeper", "etcd"])
    def test_that_do_not_run_are_failures(
        self, ask_board: Ask, verdict: Callable[..., str], kind: str
    ) -> None:
        port, chosen = free_port(), {"backend_driver": f"{kind}_taskflow_driver"}

        answer = ask_board(port, **chosen)

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert f"at 127.0.0.1:{port} does not answer" in answer.finding["message"]
        assert verdict(port, **chosen) == "failure"

    def test_an_etcd_that_answers_is_fine_as_octavia_finds_it(
        self, ask_board: Ask, verdict: Callable[..., str]
    ) -> None:
        chosen = {"backend_driver": "etcd_taskflow_driver"}
        with Etcd() as etcd:
            answer = ask_board(etcd.port, **chosen)
            theirs = verdict(etcd.port, **chosen)

        assert (answer.status, theirs) == ("success", "success")
        assert "backend answers: etcd 3." in answer.details

    def test_etcd_is_asked_under_the_path_that_is_configured(
        self, ask_board: Ask
    ) -> None:
        # Paths differ between versions of etcd, and one alone is installed.
        with Fake(says(200, b'{"version": "3.5.9", "etcdserver": "3.5.9"}')) as etcd:
            answer = ask_board(
                int(etcd.url.rpartition(":")[2]),
                backend_driver="etcd_taskflow_driver",
                etcd_api_path="/v3/",
            )

        assert answer.status == "success"
        assert "etcd 3.5.9 at 127.0.0.1" in answer.details
        assert etcd.asked == ["/v3/maintenance/status"]


class TestNoJobBoard:
    @pytest.mark.parametrize(
        "sections",
        [
            {"DEFAULT": {"debug": "false"}},
            {"task_flow": {"engine": "serial"}},
            {"api_settings": {"enabled_provider_drivers": "ovn: OVN"}},
            {
                "task_flow": {
                    "jobboard_enabled": False,
                    "persistence_connection": "mysql+pymysql://u:p@127.0.0.1:1/x",
                }
            },
        ],
        ids=[
            "none of its options",
            "an option of flows",
            "no amphorae",
            "switched off",
        ],
    )
    def test_is_asked_about_where_there_is_none(
        self, status: ServiceStatus, octavia_conf: OctaviaConf, sections: Sections
    ) -> None:
        answer = ask(status, CHECK, octavia_conf(sections))

        assert (answer.status, answer.run.code) == ("skipped", 0)

    def test_that_is_prepared_is_asked_about_as_octavia_does(
        self, ask_board: Ask, verdict: Callable[..., str], board: Redis
    ) -> None:
        ready = ask_board(board.port, enabled=None)
        gone = ask_board(1, enabled=None)

        assert "it is not in use yet" in ready.details
        assert (ready.status, gone.status) == ("success", "failure")
        assert verdict(board.port, enabled=None) == "success"
        assert verdict(1, enabled=None) == "failure"
