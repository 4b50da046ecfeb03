"""``database-additive``, on real SQLite databases and catalogues in files."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.checks.test_revision import BRANCHES
from tests.unit.checks.test_revision import LINE
from tests.unit.checks.test_revision import SERVICE
from tests.unit.checks.test_revision import database_at
from tests.unit.plugins import Plugins
from upgradecheck import catalogue_file
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Revision
from upgradecheck.check import Finding
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks import AdditiveCheck
from upgradecheck.deployment import Deployment
from upgradecheck.release import Release
from upgradecheck.service import Database
from upgradecheck.service import Service

ID = "widget.database-additive"
Effects = dict[str, list[list[str]]]
SAFE = [
    ["column-added", "bolt", "size", "INTEGER"],
    ["index-added", "bolt", "size", ""],
]
UNSAFE = [
    ["column-added", "nut", "size", "INTEGER"],
    ["column-dropped", "nut", "a", ""],
]
RAW = [["raw-sql", "", "", "CREATE TRIGGER x"]]


@dataclasses.dataclass
class Asker:
    """Asks about a database in a folder of its own."""

    folder: Path
    service: Service = SERVICE

    def __call__(
        self,
        rows: Sequence[str],
        effects: Effects,
        history: Sequence[Revision] = LINE,
        gating: bool = False,
    ) -> Result:
        """What the check says of a database with these rows."""
        database = database_at(self.folder / "w.sqlite", *rows)
        file = self.folder / "w.conf"
        file.write_text(f"[database]\nconnection = sqlite:///{database}\n")
        known = Catalogue(
            "2.0", revisions={"main": [*history]}, effects={"main": effects}
        )
        upgrade = Upgrade(
            self.service,
            Deployment(self.service, ((str(file),),)),
            Release(self.service, "2.0", known),
            gates=frozenset({ID} if gating else ()),
        )
        return AdditiveCheck("widget")(upgrade)


@pytest.fixture
def ask(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


class TestPending:
    def test_nothing_pending_is_a_success_and_says_so(self, ask: Asker) -> None:
        result = ask(["c3"], {})
        assert (result.status, result.findings) == (Status.SUCCESS, ())
        assert result.details == "The database has no pending revision."

    def test_additions_alone_are_a_success_that_names_them(self, ask: Asker) -> None:
        result = ask(["a1"], {"b2": SAFE, "c3": []})
        assert (result.status, result.findings) == (Status.SUCCESS, ())
        assert result.details == (
            "The database has 2 pending revisions: 2 safe while old services run "
            "(b2, c3)."
        )

    def test_what_ran_already_is_not_looked_at(self, ask: Asker) -> None:
        assert ask(["b2"], {"b2": UNSAFE, "c3": SAFE}).status is Status.SUCCESS

    def test_an_unsafe_revision_informs_with_title_column_and_reason(
        self, ask: Asker
    ) -> None:
        result = ask(["a1"], {"b2": SAFE, "c3": UNSAFE})
        (finding,) = result.findings
        assert result.status is Status.WARNING
        assert "1 safe while old services run (b2); 1 not safe (c3)" in str(
            result.details
        )
        assert finding == Finding(
            "c3 Drop nuts is not safe: column nut.a: the column is dropped; old code "
            "names it",
            "revision c3",
            "Stop every old service before this runs: widget-db upgrade",
            Status.WARNING,
        )

    def test_it_gates_on_the_way_of_a_procedure_that_it_gates(self, ask: Asker) -> None:
        result = ask(["a1"], {"b2": SAFE, "c3": UNSAFE}, gating=True)
        assert result.status is Status.FAILURE
        assert [each.status for each in result.findings] == [Status.FAILURE]

    def test_raw_sql_is_told_and_never_taken_for_safe(self, ask: Asker) -> None:
        result = ask(["b2"], {"c3": RAW}, gating=True)
        (finding,) = result.findings
        assert result.status is Status.FAILURE
        assert "c3 Drop nuts cannot be judged: the database: raw SQL" in finding.message
        assert "CREATE TRIGGER x" in finding.message
        assert str(finding.remedy).startswith("Read the revision's script.")
        assert "1 not to be judged (c3)" in str(result.details)

    def test_a_kind_of_effect_that_is_not_known_is_never_taken_for_safe(
        self, ask: Asker
    ) -> None:
        result = ask(["b2"], {"c3": [["column-teleported", "bolt", "a", ""]]})
        assert result.status is Status.WARNING
        assert "does not know" in result.findings[0].message


class TestNotVerified:
    def test_a_revision_that_no_catalogue_covers_is_an_error(self, ask: Asker) -> None:
        result = ask(["a1"], {"b2": SAFE})
        (finding,) = result.findings
        assert (result.status, finding.status) == (Status.ERROR, Status.ERROR)
        assert finding.location == "revision c3"
        assert "no catalogue of Widget tells what it does" in finding.message
        assert "1 in no catalogue (c3)" in str(result.details)

    def test_an_error_does_not_hide_what_is_not_safe(self, ask: Asker) -> None:
        result = ask(["a1"], {"b2": UNSAFE}, gating=True)
        assert result.status is Status.ERROR
        assert {each.status for each in result.findings} == {
            Status.ERROR,
            Status.FAILURE,
        }

    def test_a_foreign_revision_is_an_error(self, ask: Asker) -> None:
        result = ask(["zz"], {"b2": SAFE, "c3": SAFE})
        assert result.status is Status.ERROR
        assert "does not know, zz" in result.findings[0].message
        assert "widget.database-revision" in str(result.findings[0].remedy)

    def test_a_database_that_is_not_initialised_is_an_error(self, ask: Asker) -> None:
        result = ask([], {"b2": SAFE, "c3": SAFE})
        assert result.status is Status.ERROR
        assert "is not initialised" in result.findings[0].message

    def test_a_service_without_a_database_is_an_error(self, ask: Asker) -> None:
        ask.service = dataclasses.replace(SERVICE, databases=())
        assert "names no database" in str(ask(["a1"], {}).details)


class TestBranches:
    """Revisions of the contract branch run when no old service is left."""

    def test_they_are_left_out_and_that_is_said(self, ask: Asker) -> None:
        result = ask(
            ["contract1"],
            {"expand2": SAFE, "contract2": UNSAFE},
            history=BRANCHES,
            gating=True,
        )
        assert (result.status, result.findings) == (Status.SUCCESS, ())
        assert "has 1 pending revision: 1 safe" in str(result.details)
        assert "1 pending revision of the contract branch is not looked at" in str(
            result.details
        )

    def test_an_expand_revision_that_drops_is_a_failure(self, ask: Asker) -> None:
        result = ask(
            ["contract1"],
            {"expand2": UNSAFE, "contract2": []},
            history=BRANCHES,
            gating=True,
        )
        assert result.status is Status.FAILURE

    def test_after_the_expansion_nothing_is_left_that_matters(self, ask: Asker) -> None:
        result = ask(["expand2", "contract1"], {}, history=BRANCHES, gating=True)
        assert result.status is Status.SUCCESS
        assert "no pending revision that runs while old services run" in str(
            result.details
        )

    def test_what_comes_before_both_branches_runs_early(self, ask: Asker) -> None:
        history = [
            Revision("first", (), (), (), "First"),
            Revision("second", ("first",), (), (), "Second"),
            Revision("e1", ("second",), (), ("expand",), "Expand"),
            Revision("c1", ("second",), ("e1",), ("contract",), "Contract"),
        ]
        result = ask(["first"], {"second": RAW, "e1": SAFE, "c1": UNSAFE}, history)
        assert [f.location for f in result.findings] == ["revision second"]


class TestOptionalDatabases:
    SECOND = Database(
        "second", "widget:second", "widget-db second", ("two", "url"), optional=True
    )

    def ask(self, folder: Path, *rows: str, tables: Sequence[str] = ()) -> Result:
        database = database_at(folder / "two.sqlite", *rows, tables=tables)
        file = folder / "two.conf"
        file.write_text(f"[two]\nurl = sqlite:///{database}\n")
        service = dataclasses.replace(SERVICE, databases=(self.SECOND,))
        known = Catalogue(
            "2.0", revisions={"second": LINE}, effects={"second": {"c3": UNSAFE}}
        )
        deployment = Deployment(service, ((str(file),),))
        release = Release(service, "2.0", known)
        return AdditiveCheck("widget")(Upgrade(service, deployment, release))

    def test_an_empty_one_has_no_old_service(self, tmp_path: Path) -> None:
        result = self.ask(tmp_path)
        assert result.status is Status.SUCCESS
        assert "The second database is empty" in str(result.details)

    def test_one_that_is_behind_is_judged(self, tmp_path: Path) -> None:
        assert self.ask(tmp_path, "b2", tables=["x"]).status is Status.WARNING

    def test_one_that_is_not_set_is_skipped(self, tmp_path: Path) -> None:
        file = tmp_path / "none.conf"
        file.write_text("")
        service = dataclasses.replace(SERVICE, databases=(self.SECOND,))
        deployment = Deployment(service, ((str(file),),))
        release = Release(service, "2.0", Catalogue("2.0"))
        result = AdditiveCheck("widget")(Upgrade(service, deployment, release))
        assert result.status is Status.SKIPPED


class TestOtherCatalogues:
    """A script does not change: the catalogue of any release tells what it does."""

    @pytest.fixture
    def releases(
        self, ask: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Path:
        folder = Plugins(tmp_path).write("widget_data/releases/none", "").parent
        monkeypatch.syspath_prepend(str(tmp_path))
        (tmp_path / "widget_data" / "__init__.py").touch()
        ask.service = dataclasses.replace(SERVICE, releases="widget_data:releases")
        return folder

    def ship(self, folder: Path, version: str, effects: Effects) -> None:
        known = Catalogue(version, service="widget", effects={"main": effects})
        (folder / f"{version}.json").write_text(catalogue_file.text(known))

    def test_each_revision_may_be_in_another_one(
        self, ask: Asker, releases: Path
    ) -> None:
        self.ship(releases, "2.1", {"b2": SAFE})
        self.ship(releases, "2.2", {"c3": UNSAFE})
        result = ask(["a1"], {})
        assert [f.location for f in result.findings] == ["revision c3"]
        assert result.status is Status.WARNING

    def test_one_that_is_damaged_is_told_where_it_might_have_helped(
        self, ask: Asker, releases: Path
    ) -> None:
        self.ship(releases, "3.1", {"b2": SAFE})
        (releases / "3.2.json").write_text("{")
        result = ask(["a1"], {})
        assert result.status is Status.ERROR
        (finding,) = result.findings
        assert "the catalogue is damaged" in finding.message

    def test_a_folder_that_is_not_there_is_told(self, ask: Asker) -> None:
        ask.service = dataclasses.replace(SERVICE, releases="widget_none:releases")
        result = ask(["b2"], {})
        assert "widget_none" in result.findings[0].message
