"""``upgrade snapshot`` and ``--baseline``, through the console script."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest

from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.plugins import CHECKS
from tests.unit.plugins import OPTIONS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from upgradecheck import baseline

SECRET = "hunter2-hunter2"
WIDGET = """
    from oslo_config import cfg
    from upgradecheck import Code, NotVerified, Result, Service, check
    from upgradecheck.service import Database

    service = Service(
        name="widget", namespaces=("widget",),
        databases=(Database("widget", "widget_parts:scripts", "widget-manage"),),
        normal_forms=(
            ("gears", "widget_parts:gears"), ("belts", "widget_parts:belts")
        ),
    )

    def options():
        return [
            (None, [cfg.BoolOpt("debug"), cfg.StrOpt("key_of_all", secret=True),
                    cfg.MultiStrOpt("gear"), cfg.StrOpt("link")]),
            ("database", [cfg.StrOpt("connection", secret=True)]),
        ]

    def gears(upgrade):
        return sorted(upgrade.deployment.configuration.value(
            "DEFAULT", "gear", cfg.MultiStrOpt("gear")))

    def belts(upgrade):
        raise NotVerified("belts.yaml:3: is torn")

    @check("widget.same", title="The same", needs=("baseline",),
           procedures=("widget.slow",))
    def same(upgrade):
        '''The gears are the same.'''
        old = upgrade.baseline
        return Result(
            Code.SUCCESS if old.form("gears") == gears(upgrade) else Code.FAILURE,
            f"as of {old.version}",
        )
"""


@pytest.fixture
def widget(plugins: Plugins) -> None:
    """Widget, installed."""
    plugins.write("widget_parts/scripts/env.py", "")
    plugins.write("widget_parts/scripts/versions/one.py", "")
    plugins.install(
        "widget",
        {"widget_parts/__init__.py": WIDGET},
        {
            CHECKS: {"widget.same": "widget_parts:same"},
            SERVICES: {"widget": "widget_parts:service"},
            OPTIONS: {"widget": "widget_parts:options"},
        },
    )


@pytest.fixture
def file(conf: WriteConf, tmp_path: Path) -> Path:
    """A widget.conf, with a database that stands at ``abc``."""
    with sqlite3.connect(tmp_path / "db") as database:
        database.execute("create table alembic_version (version_num text)")
        database.execute("insert into alembic_version values ('abc')")
    return conf(f"""
        [DEFAULT]
        debug = true
        gear = two
        gear = one
        link = http://user:{SECRET}3@host/
        key_of_all = {SECRET}1
        passwrod = {SECRET}2
        [database]
        connection = sqlite:///{tmp_path}/db
        """)


def taken(status: ServiceStatus, file: Path, *words: str | Path) -> Any:
    """The snapshot of Widget."""
    return status("--config-file", file, "upgrade", "snapshot", "widget", *words)


@pytest.mark.usefixtures("widget")
class TestSnapshot:
    def test_it_records_version_options_database_and_forms_by_its_schema(
        self, status: ServiceStatus, file: Path
    ) -> None:
        done = taken(status, file)
        data = done.json
        jsonschema.validate(data, baseline.schema())
        assert (data["service"], data["version"]) == ("widget", "1.0")
        assert data["config_files"] == [str(file)]
        assert data["databases"] == {"widget": ["abc"]}
        assert data["forms"] == {"gears": ["one", "two"]}
        assert [each["name"] for each in data["options"]] == [
            *("debug", "gear", "key_of_all", "link", "passwrod", "connection")
        ]

    def test_what_cannot_be_recorded_is_told_and_the_rest_is_there(
        self, status: ServiceStatus, file: Path
    ) -> None:
        done = taken(status, file)
        assert done.code == 255
        assert "form belts is not recorded: belts.yaml:3: is torn" in done.stderr
        assert done.json["faults"] == {"form belts": "belts.yaml:3: is torn"}

    def test_no_value_is_in_it_and_no_digest_of_a_secret(
        self, status: ServiceStatus, file: Path
    ) -> None:
        done = taken(status, file)
        assert SECRET not in done.output
        kept = {each["name"]: each["digest"] for each in done.json["options"]}
        assert [name for name, each in kept.items() if each] == ["debug", "gear"]

    def test_two_of_one_node_share_no_digest(
        self, status: ServiceStatus, file: Path
    ) -> None:
        digests = [
            {each["digest"] for each in taken(status, file).json["options"]}
            for _ in range(2)
        ]
        assert digests[0] & digests[1] == {None}

    def test_a_database_that_cannot_be_reached_is_told_without_its_password(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        url = f"mysql+pymysql://user:{SECRET}@127.0.0.1:1/db"
        file = conf(f"[DEFAULT]\ngear = one\n[database]\nconnection = {url}\n")
        done = taken(status, file)
        assert done.code == 255
        assert "database widget" in done.json["faults"]
        assert SECRET not in done.output

    def test_without_a_configuration_there_is_nothing_to_record(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        done = taken(status, tmp_path / "absent.conf", "--output", tmp_path / "old")
        assert done.code == 255
        assert "absent.conf: no such file" in done.stderr
        assert not (tmp_path / "old").exists()

    @pytest.mark.parametrize("words", [(), ("widget", "octavia")])
    def test_it_takes_exactly_one_service(
        self, status: ServiceStatus, words: tuple[str, ...]
    ) -> None:
        done = status("upgrade", "snapshot", *words)
        assert done.code == 255
        assert "takes exactly one service" in done.stderr


@pytest.mark.usefixtures("widget")
class TestBaseline:
    @pytest.fixture
    def old(self, status: ServiceStatus, file: Path, tmp_path: Path) -> Path:
        """What ``file`` was once."""
        old = tmp_path / "old.json"
        taken(status, file, "--output", old)
        return old

    def check(self, status: ServiceStatus, file: Path, *words: str | Path) -> Any:
        """Ask what compares with a baseline."""
        given = ("--config-file", file, "upgrade", "check", "widget", "--json")
        return status(*given, *words)

    def test_with_one_a_check_that_compares_is_asked(
        self, status: ServiceStatus, file: Path, old: Path
    ) -> None:
        done = self.check(status, file, "--baseline", old)
        assert done.rows["widget.same"]["details"] == "as of 1.0"
        assert done.statuses["widget.same"] == "success"
        file.write_text(file.read_text().replace("gear = one", "gear = none"))
        done = self.check(status, file, "--baseline", old)
        assert done.statuses["widget.same"] == "failure"

    def test_without_one_it_is_not_asked_and_says_so(
        self, status: ServiceStatus, file: Path
    ) -> None:
        row = self.check(status, file).rows["widget.same"]
        assert row["status"] == "skipped"
        assert "widget.slow" in row["details"]
        assert "--baseline FILE" in row["details"]

    def test_asked_without_one_it_is_an_error_that_says_how_to_make_one(
        self, status: ServiceStatus, file: Path
    ) -> None:
        done = self.check(status, file, "--check", "widget.same")
        assert done.code == 255
        assert done.statuses == {"widget.same": "error"}
        (finding,) = done.rows["widget.same"]["findings"]
        assert "upgrade snapshot widget --output FILE" in finding["remedy"]

    def test_one_of_another_service_is_refused_with_both_names(
        self, status: ServiceStatus, file: Path, old: Path
    ) -> None:
        data = json.loads(old.read_text()) | {"service": "gadget"}
        old.write_text(json.dumps(data))
        done = self.check(status, file, "--baseline", old)
        assert done.code == 255
        assert done.stdout == ""
        assert f"{old}: is a baseline of gadget" in done.stderr
        assert "widget" in done.stderr

    @pytest.mark.parametrize("text", ["{}", "no JSON", '{"schema": 9}'])
    def test_a_file_that_is_none_is_refused_with_its_name_and_what_to_do(
        self, status: ServiceStatus, file: Path, tmp_path: Path, text: str
    ) -> None:
        broken = tmp_path / "broken.json"
        broken.write_text(text)
        done = self.check(status, file, "--baseline", broken)
        assert done.code == 255
        assert str(broken) in done.stderr
        assert "upgrade snapshot" in done.stderr
