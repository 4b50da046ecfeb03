"""DESIGN's list of what is never done, a class a line."""

from __future__ import annotations

import ast
import importlib.resources
import sqlite3
from pathlib import Path

import pytest

from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins

ROOT = Path(__file__).parents[2]
SECRET = "hunter2-hunter2"
FINE = "return Result(Code.SUCCESS, 'All is fine.')"


class TestNeverASilentPass:
    def test_every_plugin_check_and_file_that_fails_is_reported(
        self, status: ServiceStatus, plugins: Plugins, tmp_path: Path
    ) -> None:
        plugins.install(
            "sprocket",
            {},
            {
                CHECKS: {"widget.absent": "absent:check"},
                SERVICES: {"widget": "absent:service"},
            },
        )
        plugins.install_checks("widget", fine=FINE, raises="raise OSError")
        plugins.install_checks(
            "widget", distribution="reader", needs=("config",), reads=FINE
        )
        missing = str(tmp_path / "missing.conf")
        done = status("--config-file", missing, "upgrade", "check", "widget", "--json")
        assert done.statuses == {
            "widget": "error",
            "widget.absent": "error",
            "widget.raises": "error",
            "widget.reads": "error",
            "widget.fine": "success",
        }
        assert done.code == 255


class TestNeverASecretInAnyOutput:
    CONF = f"""
    [DEFAULT]
    transport_url = rabbit://user:{SECRET}1@host:5672//
    misspelt_passwrod_of_db = {SECRET}2
    password = {SECRET}2
    [keystone_authtoken]
    password = {SECRET}3
    [database]
    connection = mysql+pymysql://user:{SECRET}4@127.0.0.1:1/db
    """
    LEAKS = """
    import os
    texts = [s.value for s in upgrade.deployment.configuration.settings]
    texts.append(os.environ["OS_SERVICE_AUTH__PASSWORD"])
    texts.append(os.environ["MY_DB_PASSWORD"])
    text = " ".join(texts)
    """
    ENV = {
        "OS_SERVICE_AUTH__PASSWORD": f"{SECRET}5",
        "MY_DB_PASSWORD": f"{SECRET}6",
    }

    @pytest.fixture
    def leaky(self, plugins: Plugins) -> None:
        source = "\n".join(
            [
                "from upgradecheck import Code, Finding, NotVerified, Result, check",
                "class Leak(Exception): pass",
                "def text_of(upgrade):",
                *(f"    {line.strip()}" for line in self.LEAKS.splitlines()),
                "    return text",
            ]
        )
        bodies = {
            "raises": "raise Leak(text_of(upgrade))",
            "raises_from": "raise Leak('x') from ValueError(text_of(upgrade))",
            "exits": "raise SystemExit(text_of(upgrade))",
            "prints": "print(text_of(upgrade)); return Result(Code.SUCCESS)",
            "answers": "return Result(Code.WARNING, text_of(upgrade))",
            "not_verified": "t = text_of(upgrade); raise NotVerified(t, t, t)",
            "finds": "t = text_of(upgrade)\n"
            "    return Result(Code.FAILURE, 'x', [Finding(t, t, t)])",
        }
        for name, body in bodies.items():
            id = f"widget.{name.replace('_', '-')}"
            source += f"\n@check({id!r}, title='T')\ndef {name}(upgrade):\n    {body}\n"
        plugins.install(
            "widget",
            {"widget_leaks.py": source},
            {
                CHECKS: {
                    f"widget.{name.replace('_', '-')}": f"widget_leaks:{name}"
                    for name in bodies
                }
            },
        )

    @pytest.mark.usefixtures("leaky")
    @pytest.mark.parametrize("words", [["--json"], []], ids=["json", "table"])
    def test_it_is_masked_whatever_a_check_does_with_it(
        self, status: ServiceStatus, conf: WriteConf, words: list[str]
    ) -> None:
        done = status(
            *("--config-file", str(conf(self.CONF))),
            *("upgrade", "check", "widget", *words),
            env=self.ENV,
        )
        assert done.code == 2
        assert "***" in done.stdout
        assert SECRET not in done.output

    @pytest.mark.parametrize("words", [["--json"], []], ids=["json", "table"])
    def test_it_is_masked_in_the_bundled_checks(
        self, status: ServiceStatus, conf: WriteConf, words: list[str]
    ) -> None:
        done = status(
            *("--config-file", conf(self.CONF, "octavia.conf")),
            *("upgrade", "check", "octavia", *words),
            env=self.ENV,
        )
        assert done.code in (2, 255)
        assert "misspelt_passwrod_of_db" in done.stdout
        assert SECRET not in done.output

    def test_it_is_masked_in_what_the_command_says_of_itself(
        self, status: ServiceStatus
    ) -> None:
        url = f"mysql://user:{SECRET}@host/db"
        for words in ([url], ["upgrade", "check", url], ["upgrade", "explain", url]):
            done = status(*words)
            assert done.code == 255
            assert SECRET not in done.output

    def test_it_is_not_kept_in_the_cache(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        file = conf(self.CONF, "octavia.conf")
        status("--config-file", file, "upgrade", "check", "octavia", env=self.ENV)
        kept = list(status.cache.glob("*"))
        assert kept
        assert all(SECRET not in each.read_text() for each in kept)


class TestNeverAWriteToADeployment:
    def test_files_and_database_stay_as_they_are(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        deployment = tmp_path / "deployment"
        deployment.mkdir()
        database = deployment / "octavia.sqlite"
        with sqlite3.connect(database) as connection:
            connection.execute("create table alembic_version (version_num text)")
            connection.execute("insert into alembic_version values ('632152d2d32e')")
        connection.close()
        file = deployment / "octavia.conf"
        file.write_text(f"[database]\nconnection = sqlite:///{database}\n")
        before = {
            p: (p.read_bytes(), p.stat().st_mtime_ns) for p in deployment.iterdir()
        }
        done = status("--config-file", file, "upgrade", "check", "octavia", "--json")
        after = {
            p: (p.read_bytes(), p.stat().st_mtime_ns) for p in deployment.iterdir()
        }
        assert done.statuses["octavia.database-revision"] == "success"
        assert after == before

    def test_a_check_that_tries_is_refused_by_the_database(
        self, status: ServiceStatus, plugins: Plugins, conf: WriteConf, tmp_path: Path
    ) -> None:
        database = tmp_path / "w.sqlite"
        with sqlite3.connect(database) as connection:
            connection.execute("create table widgets (id integer)")
        connection.close()
        plugins.install(
            "widget",
            {
                "widget_upgrade.py": """
                import sqlalchemy
                from upgradecheck import Code, Database, Result, Service, check
                service = Service("widget", databases=(
                    Database("main", "widget_upgrade:none", "none"),))

                @check("widget.writes", title="Writes", needs=("config", "database"))
                def writes(upgrade):
                    with upgrade.deployment.database() as connection:
                        connection.execute(
                            sqlalchemy.text("insert into widgets values (1)"))
                        connection.commit()
                    return Result(Code.SUCCESS, "written")
                """
            },
            {
                SERVICES: {"widget": "widget_upgrade:service"},
                CHECKS: {"widget.writes": "widget_upgrade:writes"},
            },
        )
        file = conf(f"[database]\nconnection = sqlite:///{database}\n")
        done = status("--config-file", file, "upgrade", "check", "widget", "--json")
        row = done.rows["widget.writes"]
        assert row["status"] == "error"
        assert "readonly" in row["details"]
        with sqlite3.connect(database) as connection:
            assert connection.execute("select * from widgets").fetchall() == []
        connection.close()


class TestNeverAHomeMadeCopy:
    """Of oslo.config, alembic, SQLAlchemy, openstacksdk, docutils or reno."""

    def test_no_module_parses_ini_or_speaks_sql_by_itself(self) -> None:
        forbidden = {"configparser", "sqlite3", "pymysql", "psycopg", "http", "urllib3"}
        # Gives SQLAlchemy a cursor that counts rows; it speaks no SQL.
        drivers = {ROOT / "upgradecheck/services/glance/data.py": {"sqlite3"}}
        for file in (ROOT / "upgradecheck").rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                names = (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [node.module or ""]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
                found = {name.partition(".")[0] for name in names} & forbidden
                assert found <= drivers.get(file, set()), f"{file}: {found}"

    def test_lines_are_found_by_oslos_own_parser(self) -> None:
        from oslo_config import cfg

        from upgradecheck.deployment import configuration

        assert issubclass(configuration._Lines, cfg.ConfigParser)


class TestNeverAClaimThatNoTestRuns:
    def test_every_exit_code_and_status_of_the_schema_is_reached(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        import json

        file = importlib.resources.files("upgradecheck.report") / "report.schema.json"
        schema = json.loads(file.read_text())["properties"]
        plugins.install_checks(
            "widget",
            success=FINE,
            warning="return Result(Code.WARNING, 'Hm.')",
            failure="return Result(Code.FAILURE, 'No.')",
            error="raise OSError",
            skipped="return Result.skipped('Not here.')",
        )
        words = ["success", "warning", "failure", "error", "skipped"]
        codes, statuses, numbers = set(), set(), set()
        for word in words:
            done = status.check("--check", f"widget.{word}")
            codes.add(done.code)
            statuses |= set(done.statuses.values())
            numbers |= {row["result"] for row in done.json["checks"]}
        check = schema["checks"]["items"]["properties"]
        assert codes == set(schema["exit_code"]["enum"])
        assert numbers == set(check["result"]["enum"])
        # Waived ones are reached in test_waiver.
        assert statuses == set(check["status"]["enum"]) - {"waived"}


class TestNeverTrustInTextOfOthers:
    def test_no_text_of_a_plugin_steers_the_terminal(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        evil = "\x1b]0;owned\x07\x1b[2J\u202e"
        plugins.install_checks(
            "widget",
            evil=f"""
            print({evil!r})
            return Result(Code.WARNING, {evil!r}, [Finding({evil!r}, {evil!r})])
            """,
        )
        for words in (["--json"], []):
            done = status("upgrade", "check", "widget", *words)
            assert done.code == 1
            assert not {"\x1b", "\x07", "\u202e"} & set(done.output)

    def test_an_id_is_not_used_as_a_path(self, status: ServiceStatus) -> None:
        done = status("upgrade", "explain", "../../etc/passwd.x")
        assert done.code == 255
        assert "no check" in done.stderr
