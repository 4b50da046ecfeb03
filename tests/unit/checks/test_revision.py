"""``database-revision`` and ``database-at-head``, on real SQLite databases."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import pytest
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import reject
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Revision
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks import AtHeadCheck
from upgradecheck.checks import RevisionCheck
from upgradecheck.deployment import Deployment
from upgradecheck.release import Release
from upgradecheck.service import Database
from upgradecheck.service import Service

#: Where alembic's own ``upgrade`` runs; it notes each revision it applies.
ENV = """
from alembic import context
import sqlalchemy

config = context.config
engine = sqlalchemy.create_engine(config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        on_version_apply=lambda step, **_: config.attributes["applied"].append(
            step.up_revision_id
        ),
    )
    with context.begin_transaction():
        context.run_migrations()
"""


@dataclasses.dataclass
class Scripts:
    """An alembic script directory, written by a test."""

    folder: Path

    def write(self, *revisions: Revision) -> None:
        versions = self.folder / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        (self.folder / "env.py").write_text(ENV)
        for each in revisions:
            (versions / f"{each.revision}.py").write_text(
                f'"""{each.title}"""\n'
                f"revision = {each.revision!r}\n"
                f"down_revision = {each.down_revision or None!r}\n"
                f"depends_on = {each.depends_on or None!r}\n"
                f"branch_labels = {each.branch_labels or None!r}\n"
                "def upgrade(): pass\n"
            )

    def upgrade(self, database: Path, to: str = "heads") -> list[str]:
        """Have alembic itself upgrade a database; the revisions it applied."""
        config = alembic.config.Config()
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("sqlalchemy.url", f"sqlite:///{database}")
        config.attributes["applied"] = []
        alembic.command.upgrade(config, to)
        return list(config.attributes["applied"])


def revision(
    name: str,
    *down: str,
    depends_on: Sequence[str] = (),
    label: str = "",
    title: str = "",
) -> Revision:
    labels = (label,) if label else ()
    return Revision(name, down, tuple(depends_on), labels, title or f"Add {name}")


LINE = [
    revision("a1", title="First tables"),
    revision("b2", "a1", title="Add bolts"),
    revision("c3", "b2", title="Drop nuts"),
]
#: As Glance's: each contract revision depends on its expand revision.
BRANCHES = [
    revision("root"),
    revision("expand1", "root", label="expand"),
    revision("contract1", "root", depends_on=["expand1"], label="contract"),
    revision("expand2", "expand1"),
    revision("contract2", "contract1", depends_on=["expand2"]),
]

DATABASE = Database("main", "widget:migrations", "widget-db upgrade")
SERVICE = Service("widget", title="Widget", databases=(DATABASE,))


@pytest.fixture
def scripts(tmp_path: Path) -> Scripts:
    return Scripts(tmp_path / "migrations")


def database_at(path: Path, *rows: str, tables: Sequence[str] = ("widgets",)) -> Path:
    """A database with some tables, in which alembic says where it stands."""
    with sqlite3.connect(path) as connection:
        for table in tables:
            connection.execute(f"create table {table} (id integer)")
        connection.execute("create table alembic_version (version_num text not null)")
        for row in rows:
            connection.execute("insert into alembic_version values (?)", [row])
    connection.close()
    return path


def judged(
    database: Path,
    history: Sequence[Revision] = LINE,
    after: bool = False,
    service: Service = SERVICE,
    faults: Mapping[str, str] | None = None,
) -> Result:
    """What the check says of a database."""
    file = database.with_suffix(".conf")
    file.write_text(f"[database]\nconnection = sqlite:///{database}\n")
    known = Catalogue("2.0", revisions={"main": [*history]}, faults=faults or {})
    question = Upgrade(
        service,
        Deployment(service, ((str(file),),)),
        Release(service, "2.0", known),
    )
    return (AtHeadCheck if after else RevisionCheck)("widget")(question)


class TestBehind:
    def test_pending_revisions_are_named_with_titles_and_command(
        self, tmp_path: Path
    ) -> None:
        result = judged(database_at(tmp_path / "w.sqlite", "a1"))
        assert result.status is Status.SUCCESS
        for word in ("2 revisions", "a1", "b2 Add bolts", "c3 Drop nuts"):
            assert word in (result.details or "")
        assert "widget-db upgrade" in (result.details or "")

    def test_they_are_named_in_the_order_in_which_they_apply(
        self, tmp_path: Path
    ) -> None:
        details = judged(database_at(tmp_path / "w.sqlite", "a1")).details or ""
        assert details.index("Add bolts") < details.index("Drop nuts")

    def test_one_is_said_in_the_singular(self, tmp_path: Path) -> None:
        details = judged(database_at(tmp_path / "w.sqlite", "b2")).details or ""
        assert "1 revision behind" in details

    def test_after_the_upgrade_it_is_a_failure(self, tmp_path: Path) -> None:
        result = judged(database_at(tmp_path / "w.sqlite", "b2"), after=True)
        (finding,) = result.findings
        assert (result.status, finding.status) == (Status.FAILURE, Status.FAILURE)
        assert finding.location == "table alembic_version"
        assert finding.remedy == "widget-db upgrade"


class TestRowsThatIncludeOthers:
    """No command of alembic writes them; people who repair a table by hand do."""

    @pytest.mark.parametrize("rows", [("a1", "b2"), ("expand1", "contract1")])
    def test_where_something_is_pending_it_is_a_failure_as_alembic_refuses_them(
        self, tmp_path: Path, rows: tuple[str, ...]
    ) -> None:
        history = LINE if rows[0] == "a1" else BRANCHES
        result = judged(database_at(tmp_path / "w.sqlite", *rows), history)
        assert result.status is Status.FAILURE
        (finding,) = result.findings
        assert finding.message == (
            f"alembic_version holds {rows[0]} beside {rows[1]}, which comes after and "
            "includes it"
        )
        assert "widget-db upgrade would fail" in (finding.remedy or "")

    @pytest.mark.parametrize("after", [False, True])
    def test_where_nothing_is_pending_they_do_no_harm(
        self, tmp_path: Path, after: bool
    ) -> None:
        database = database_at(tmp_path / "w.sqlite", "contract2", "expand2")
        result = judged(database, BRANCHES, after=after)
        assert (result.status, result.findings) == (Status.SUCCESS, ())


class TestAtHead:
    @pytest.mark.parametrize("after", [False, True])
    def test_it_is_a_success(self, tmp_path: Path, after: bool) -> None:
        result = judged(database_at(tmp_path / "w.sqlite", "c3"), after=after)
        assert (result.status, result.findings) == (Status.SUCCESS, ())
        assert "c3" in (result.details or "")


@pytest.mark.parametrize("after", [False, True])
class TestForeign:
    def test_an_unknown_revision_is_a_failure(
        self, tmp_path: Path, after: bool
    ) -> None:
        result = judged(database_at(tmp_path / "w.sqlite", "zz"), after=after)
        assert result.status is Status.FAILURE
        assert "zz" in (result.details or "")
        assert result.findings[0].location == "table alembic_version"
        remedy = result.findings[0].remedy or ""
        assert "whether Widget 2.0 is the release to upgrade to" in remedy

    def test_of_two_rows_the_unknown_one_is_named(
        self, tmp_path: Path, after: bool
    ) -> None:
        result = judged(database_at(tmp_path / "w.sqlite", "a1", "zz"), after=after)
        assert result.status is Status.FAILURE
        assert "zz" in result.findings[0].message
        assert "a1" not in result.findings[0].message

    @pytest.mark.parametrize("name", ["a", "", "head", "base", "a1@b2", "a1:c3"])
    def test_words_of_alembics_own_are_no_revisions(
        self, tmp_path: Path, after: bool, name: str
    ) -> None:
        result = judged(database_at(tmp_path / "w.sqlite", name), after=after)
        assert result.status is Status.FAILURE

    def test_an_empty_database_is_not_initialised(
        self, tmp_path: Path, after: bool
    ) -> None:
        path = tmp_path / "w.sqlite"
        sqlite3.connect(path).close()
        result = judged(path, after=after)
        assert result.status is Status.FAILURE
        assert "not initialised" in (result.details or "")
        assert result.findings[0].location == f"{path.with_suffix('.conf')}:2"
        assert "widget-db upgrade" in (result.findings[0].remedy or "")

    def test_a_database_of_others_is_told_by_its_tables(
        self, tmp_path: Path, after: bool
    ) -> None:
        path = database_at(tmp_path / "w.sqlite", tables=("cogs", "gears"))
        result = judged(path, after=after)
        assert result.status is Status.FAILURE
        assert "2 tables" in (result.details or "")


class TestBranches:
    @pytest.mark.parametrize(
        ("rows", "pending"),
        [
            (["root"], ["expand1", "expand2", "contract1", "contract2"]),
            (["expand1"], ["expand2", "contract1", "contract2"]),
            (["expand2"], ["contract1", "contract2"]),
            (["contract1"], ["expand2", "contract2"]),
            (["contract1", "expand2"], ["contract2"]),
            (["contract2"], []),
        ],
    )
    def test_what_is_pending_is_what_alembic_applies(
        self, tmp_path: Path, scripts: Scripts, rows: list[str], pending: list[str]
    ) -> None:
        scripts.write(*BRANCHES)
        path = database_at(tmp_path / "w.sqlite", *rows)
        details = judged(path, BRANCHES).details or ""
        applied = scripts.upgrade(path)
        assert sorted(applied) == sorted(pending)
        assert all(f"Add {name}" in details for name in applied)
        assert details.count("Add ") == len(applied)

    def test_every_row_is_named(self, tmp_path: Path) -> None:
        path = database_at(tmp_path / "w.sqlite", "contract1", "expand2")
        details = judged(path, BRANCHES).details or ""
        assert "contract1" in details
        assert "expand2" in details

    def test_heads_without_dependencies_are_all_named(self, tmp_path: Path) -> None:
        history = [revision("root"), revision("x1", "root"), revision("y1", "root")]
        details = judged(database_at(tmp_path / "w.sqlite", "root"), history).details
        assert "heads x1, y1" in (details or "")
        both = database_at(tmp_path / "v.sqlite", "x1", "y1")
        assert judged(both, history, after=True).status is Status.SUCCESS

    def test_one_of_two_independent_heads_is_behind(self, tmp_path: Path) -> None:
        history = [revision("root"), revision("x1", "root"), revision("y1", "root")]
        path = database_at(tmp_path / "w.sqlite", "x1")
        assert judged(path, history, after=True).status is Status.FAILURE


class TestRandomHistories:
    @settings(
        max_examples=25,
        suppress_health_check=[
            HealthCheck.function_scoped_fixture,
            HealthCheck.too_slow,
        ],
    )
    @given(data=st.data())
    def test_what_is_pending_is_what_alembic_applies(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        folder = tmp_path_factory.mktemp("history")
        scripts = Scripts(folder / "migrations")
        history: list[Revision] = []
        for number in range(data.draw(st.integers(1, 7))):
            earlier = [each.revision for each in history]
            down = data.draw(
                st.lists(st.sampled_from(earlier), max_size=2, unique=True)
                if earlier
                else st.just([])
            )
            rest = [name for name in earlier if name not in down]
            depends_on = data.draw(
                st.lists(st.sampled_from(rest), max_size=1) if rest else st.just([])
            )
            history.append(revision(f"r{number}x", *down, depends_on=depends_on))
        scripts.write(*history)
        path = folder / "w.sqlite"
        start = data.draw(st.sampled_from([each.revision for each in history]))
        try:
            scripts.upgrade(path, start)
            details = judged(path, history).details or ""
            applied = scripts.upgrade(path)
            after = judged(path, history, after=True)
        except KeyError:  # alembic's own fault in some tangled histories
            reject()
        assert details.count("Add ") == len(applied)
        assert all(f"{name} Add {name}" in details for name in applied)
        assert after.status is Status.SUCCESS


class TestSeveralDatabases:
    SECOND = Database(
        "second",
        "widget:second",
        "widget-db upgrade-second",
        option=("second", "connection"),
        optional=True,
        version_table="second_version",
    )

    def _judged(self, path: Path, more: str = "", second: Database = SECOND) -> Result:
        service = dataclasses.replace(SERVICE, databases=(DATABASE, second))
        file = path.with_suffix(".conf")
        file.write_text(f"[database]\nconnection = sqlite:///{path}\n{more}")
        known = Catalogue("2.0", revisions={"main": LINE, "second": [revision("s1")]})
        deployment = Deployment(service, ((str(file),),))
        upgrade = Upgrade(service, deployment, Release(service, "2.0", known))
        return RevisionCheck("widget")(upgrade)

    def test_an_optional_one_that_is_not_set_is_not_asked(self, tmp_path: Path) -> None:
        result = self._judged(database_at(tmp_path / "w.sqlite", "c3"))
        assert result.status is Status.SUCCESS
        assert "second" not in (result.details or "")

    def test_an_optional_one_that_is_set_is_asked_too(self, tmp_path: Path) -> None:
        second = tmp_path / "second.sqlite"
        with sqlite3.connect(second) as connection:
            connection.execute("create table second_version (version_num text)")
            connection.execute("insert into second_version values ('s1')")
        connection.close()
        result = self._judged(
            database_at(tmp_path / "w.sqlite", "c3"),
            f"[second]\nconnection = sqlite:///{second}\n",
        )
        assert result.status is Status.SUCCESS
        assert "s1" in (result.details or "")
        assert "c3" in (result.details or "")

    def test_each_of_two_that_must_be_there_is_called_by_its_name(
        self, tmp_path: Path
    ) -> None:
        path = database_at(tmp_path / "w.sqlite", "c3")
        second = dataclasses.replace(
            self.SECOND,
            optional=False,
            option=DATABASE.option,
            version_table="alembic_version",
        )
        details = self._judged(path, second=second).details or ""
        assert "The main database is up to date" in details
        assert "The second database" in details

    def test_one_that_cannot_be_asked_hides_not_what_the_other_says(
        self, tmp_path: Path
    ) -> None:
        result = self._judged(
            database_at(tmp_path / "w.sqlite", "zz"),
            f"[second]\nconnection = sqlite:///{tmp_path}/missing.sqlite\n",
        )
        statuses = {finding.status for finding in result.findings}
        assert statuses == {Status.FAILURE, Status.ERROR}
        assert result.status is Status.FAILURE or result.status is Status.ERROR
        assert "zz" in (result.details or "")


class TestNotVerified:
    def test_a_history_that_could_not_be_read_is_told(self, tmp_path: Path) -> None:
        path = database_at(tmp_path / "w.sqlite", "a1")
        result = judged(path, [], faults={"database main": "SyntaxError: rust"})
        assert result.status is Status.ERROR
        assert "rust" in (result.details or "")

    def test_a_definition_without_database_is_told(self, tmp_path: Path) -> None:
        path = database_at(tmp_path / "w.sqlite", "a1")
        result = judged(path, service=Service("widget", title="Widget"))
        assert result.status is Status.ERROR
        assert "Widget" in (result.details or "")


WIDGET = """
from upgradecheck import Database, Service
from upgradecheck.checks import AtHeadCheck, RevisionCheck
service = Service("widget", title="Widget", databases=(
    Database("main", "widget:migrations", "widget-db upgrade"),))
revision, at_head = RevisionCheck("widget"), AtHeadCheck("widget")
"""


def install(folder: Path) -> ServiceStatus:
    """Widget 2.0 and its revisions, and the command that sees it."""
    (folder / "home").mkdir()
    plugins = Plugins(folder / "site-packages")
    plugins.install(
        "widget",
        {
            "widget/__init__.py": "raise RuntimeError('imported')",
            "widget_upgrade.py": WIDGET,
        },
        {
            SERVICES: {"widget": "widget_upgrade:service"},
            CHECKS: {
                "widget.database-revision": "widget_upgrade:revision",
                "widget.database-at-head": "widget_upgrade:at_head",
            },
        },
        version="2.0",
    )
    Scripts(plugins.folder / "widget" / "migrations").write(*LINE)
    return ServiceStatus(folder / "home", plugins.folder)


class TestThroughTheCommand:
    @pytest.fixture(scope="class")
    @staticmethod
    def widget(tmp_path_factory: pytest.TempPathFactory) -> ServiceStatus:
        return install(tmp_path_factory.mktemp("widget"))

    @pytest.fixture(autouse=True)
    def _at_hand(self, widget: ServiceStatus, conf: WriteConf) -> None:
        self.status, self.conf = widget, conf

    def _check(self, url: str, *words: str, **more: Any) -> Finished:
        file = self.conf(f"[database]\nconnection = {url}\n")
        done = self.status(
            *("--config-file", str(file)),
            *("upgrade", "check", "widget", "--json", *words),
            **more,
        )
        assert "Traceback" not in done.output
        return done

    def test_before_and_after_the_upgrade(self, tmp_path: Path) -> None:
        path = database_at(tmp_path / "w.sqlite", "a1")
        before = self._check(f"sqlite:///{path}")
        after = self._check(f"sqlite:///{path}", "--phase", "after")
        assert (before.code, before.statuses) == (
            0,
            {"widget.database-revision": "success"},
        )
        assert "2 revisions behind" in str(before.rows)
        assert (after.code, after.statuses) == (
            2,
            {"widget.database-at-head": "failure"},
        )

    def test_the_database_is_not_written_to(self, tmp_path: Path) -> None:
        path = database_at(tmp_path / "w.sqlite", "a1")
        before = path.read_bytes(), path.stat().st_mtime_ns
        self._check(f"sqlite:///{path}")
        assert (path.read_bytes(), path.stat().st_mtime_ns) == before
        assert [p.name for p in tmp_path.glob("w.sqlite*")] == ["w.sqlite"]

    def test_a_wrong_path_creates_no_file(self, tmp_path: Path) -> None:
        done = self._check(f"sqlite:///{tmp_path}/wrong.sqlite")
        row = done.rows["widget.database-revision"]
        assert (done.code, row["status"]) == (255, "error")
        assert "wrong.sqlite" in row["details"]
        assert row["findings"][0]["location"] == f"{tmp_path / 'widget.conf'}:2"
        assert not (tmp_path / "wrong.sqlite").exists()

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("", ["[database] connection", "empty"]),
            ("nosuch://u:hunter2-hunter2@h/d", ["nosuch"]),
            ("mysql+nosuch://u:hunter2-hunter2@h/d", ["nosuch"]),
            ("mysql+oursql_driver://u:hunter2-hunter2@h/d", ["oursql_driver"]),
            ("hunter2-hunter2", ["no database URL"]),
            ("mysql+pymysql://u:hunter2-hunter2@h:port/d", ["[database] connection"]),
            ("mysql+pymysql://u:hunter2-hunter2@127.0.0.1:1/d", ["connect"]),
            ("postgresql+psycopg://u:hunter2-hunter2@127.0.0.1:1/d", ["connect"]),
            ("mysql+pymysql://u:hunter2-hunter2@nowhere.invalid/d", ["connect"]),
            ("mysql+pymysql://u:p%zz/hunter2-hunter2@h:1/d", ["[database] connection"]),
            ("mysql+mysqldb://u:hunter2-hunter2@h/d", ["MySQLdb"]),
            ("oracle://u:hunter2-hunter2@h/d", []),
            ("mssql+pyodbc://u:hunter2-hunter2@h/d", []),
            ("sqlite://", ["memory"]),
            ("sqlite:///:memory:", ["memory"]),
            ("sqlite:////", []),
            ("sqlite:////proc/self/mem", []),
            ("$nowhere", ["[database] connection"]),
        ],
    )
    def test_a_connection_that_is_no_good_is_an_error(
        self, url: str, words: list[str]
    ) -> None:
        done = self._check(url)
        row = done.rows["widget.database-revision"]
        assert (done.code, row["status"]) == (255, "error")
        assert all(word in row["details"] for word in words)
        assert "raised" not in row["details"]
        assert row["findings"][0]["remedy"]
        assert "hunter2" not in done.output

    def test_no_connection_is_an_error(self) -> None:
        file = self.conf("[database]\n")
        done = self.status(
            "--config-file", file, "upgrade", "check", "widget", "--json"
        )
        row = done.rows["widget.database-revision"]
        assert (done.code, row["status"]) == (255, "error")
        assert "[database] connection is not set" in row["details"]

    def test_the_environment_names_the_database_too(self, tmp_path: Path) -> None:
        path = database_at(tmp_path / "w.sqlite", "zz")
        done = self._check(
            "sqlite:////nowhere",
            env={"OS_DATABASE__CONNECTION": f"sqlite:///{path}"},
        )
        row = done.rows["widget.database-revision"]
        assert row["status"] == "failure"
        assert "environment OS_DATABASE__CONNECTION" in str(row["findings"])

    def test_a_file_that_is_no_database_is_an_error(self, tmp_path: Path) -> None:
        path = tmp_path / "w.sqlite"
        path.write_text("this is no database, and long enough to be sure of it" * 20)
        done = self._check(f"sqlite:///{path}")
        row = done.rows["widget.database-revision"]
        assert (done.code, row["status"]) == (255, "error")
        assert "not a database" in row["details"]

    def test_a_script_that_raises_is_not_verified(
        self, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
    ) -> None:
        self.status = install(tmp_path_factory.mktemp("broken"))
        script = self.status.plugins / "widget" / "migrations" / "versions" / "d4.py"
        script.write_text("raise ValueError('rust')")
        path = database_at(tmp_path / "w.sqlite", "a1")
        done = self._check(f"sqlite:///{path}")
        row = done.rows["widget.database-revision"]
        assert (done.code, row["status"]) == (255, "error")
        assert "rust" in row["details"]

    def test_a_locked_database_is_an_error(self, tmp_path: Path) -> None:
        path = database_at(tmp_path / "w.sqlite", "a1")
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("begin exclusive")
        done = self._check(f"sqlite:///{path}?timeout=0.2")
        holder.close()
        row = done.rows["widget.database-revision"]
        assert row["status"] == "error"
        assert "locked" in row["details"]


def test_the_history_is_alembics_own_for_the_bundled_services() -> None:
    from upgradecheck import installed
    from upgradecheck import making
    from upgradecheck.services.octavia import service

    main = service.databases[0]
    script = ScriptDirectory(str(making.folder_of(main.scripts)))
    kept = installed.catalogue_of(service).revisions[main.name]
    assert [each.revision for each in kept] == [
        each.revision for each in script.walk_revisions()
    ]
