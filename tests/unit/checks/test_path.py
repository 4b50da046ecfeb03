"""``release-path`` and where an upgrade starts, told by catalogues that ship."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.unit import releases
from tests.unit.conftest import WriteConf
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks import ReleasePathCheck
from upgradecheck.service import Service

check = ReleasePathCheck("gadget")


@pytest.fixture(autouse=True)
def _shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    releases.ship_all(tmp_path / "packages")
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))


@pytest.fixture
def standing_at(tmp_path: Path, conf: WriteConf) -> AtRevision:
    return AtRevision(tmp_path, conf)


@dataclasses.dataclass
class AtRevision:
    """Makes the question about a database at some revisions."""

    folder: Path
    conf: WriteConf

    def __call__(self, *rows: str, to: str = "2026.2") -> Upgrade:
        path = releases.database_at(self.folder / "gadget.sqlite", *rows)
        text = f"[database]\nconnection = sqlite:///{path}\n"
        return releases.upgrade(self.conf(text, "gadget.conf"), to)


def answer(to: str, start: str) -> Result:
    return check(releases.upgrade(to=to, start=start))


def series_of(upgrade: Upgrade) -> list[str | None]:
    return [each.series for each in upgrade.origins]


class TestTheWayThatTheOperatorNames:
    @pytest.mark.parametrize(
        ("start", "to"),
        [
            ("2026.1", "2026.2"),
            ("gazpacho", "Hibiscus"),
            ("8.2.1", "9.0.0"),
            ("zed", "antelope"),
            ("2024.1", "2025.1"),
            ("2025.1", "2026.1"),
            ("2026.2", "2026.2"),
            ("9.0.0", "9.1.0"),
            ("9.0.0.0rc1", "9.0.0"),
        ],
    )
    def test_one_may_go_to_the_next_release_or_the_next_slurp(
        self, start: str, to: str
    ) -> None:
        result = answer(to, start)
        assert (result.status, result.findings) == (Status.SUCCESS, ())

    @pytest.mark.parametrize(
        ("start", "to", "path"),
        [
            ("2024.1", "2026.2", "2024.1 -> 2025.1 -> 2026.1 -> 2026.2"),
            ("4.0.0", "2026.2", "2024.1 -> 2025.1 -> 2026.1 -> 2026.2"),
            ("2024.2", "2025.2", "2024.2 -> 2025.1 -> 2025.2"),
            ("2023.2", "2025.1", "2023.2 -> 2024.1 -> 2025.1"),
            ("zed", "2024.1", "zed -> 2023.1 -> 2024.1"),
        ],
    )
    def test_any_other_jump_is_a_failure_with_the_path_to_take(
        self, start: str, to: str, path: str
    ) -> None:
        result = answer(to, start)
        (finding,) = result.findings
        assert finding.status is result.status is Status.FAILURE
        assert path in (finding.remedy or "")
        assert path in (result.details or "")

    @pytest.mark.parametrize(
        ("start", "to"), [("2026.2", "2026.1"), ("9.0.0", "2023.1"), ("9.1.0", "9.0.2")]
    )
    def test_a_downgrade_is_a_failure(self, start: str, to: str) -> None:
        result = answer(to, start)
        assert result.status is Status.FAILURE
        assert "downgrade" in (result.details or "")

    @pytest.mark.parametrize(
        ("start", "to"),
        [("2026.1", "12.0.0"), ("12.0.0", "2026.2"), ("2026.1", "2031.1")],
    )
    def test_a_release_that_is_newer_than_the_facts_is_never_guessed_at(
        self, start: str, to: str
    ) -> None:
        result = answer(to, start)
        (finding,) = result.findings
        assert finding.status is result.status is Status.ERROR
        assert "12.0.0" in finding.message or "2031.1" in finding.message
        assert "newer version" in (finding.remedy or "")

    def test_of_bundled_facts_it_says_when_they_were_compiled_and_how_to_renew_them(
        self,
    ) -> None:
        octavia = Service("octavia", title="Octavia")
        result = check(releases.upgrade(to="99.0.0", start="2026.1", service=octavia))
        (finding,) = result.findings
        assert result.status is Status.ERROR
        assert "compiled on 2026-11-21" in finding.message
        assert "pip install --upgrade upgradecheck" in (finding.remedy or "")

    def test_a_service_whose_series_nobody_tells_is_not_verified(self) -> None:
        unknown = Service("gizmo", title="Gizmo")
        result = check(releases.upgrade(to="2.0", start="1.0", service=unknown))
        (finding,) = result.findings
        assert result.status is Status.ERROR
        assert "Service(..., series=" in (finding.remedy or "")


class TestWhereTheDatabaseStands:
    @pytest.mark.parametrize(
        ("row", "known"),
        [
            ("r9", ["2026.1", "2026.2"]),  # two releases with one head
            ("r8", ["2025.2"]),
            ("r5", ["2024.2"]),
            ("r6", ["2024.2"]),  # between two heads: an upgrade is under way
            ("r4", ["2023.2", "2024.1"]),  # no catalogue of 2023.2 says more
            ("r3", ["2023.2"]),
            ("r1", ["zed"]),
        ],
    )
    def test_its_revision_tells_the_releases_that_it_fits(
        self, standing_at: AtRevision, row: str, known: list[str]
    ) -> None:
        upgrade = standing_at(row)
        assert series_of(upgrade) == known
        assert row in upgrade.basis.told_by

    def test_no_origin_is_newer_than_the_target(self, standing_at: AtRevision) -> None:
        assert series_of(standing_at("r9", to="2026.1")) == ["2026.1"]

    def test_success_if_all_of_them_may_jump(self, standing_at: AtRevision) -> None:
        result = check(standing_at("r9"))
        assert result.status is Status.SUCCESS
        assert "2026.1 or 2026.2" in (result.details or "")

    def test_failure_if_none_may(self, standing_at: AtRevision) -> None:
        result = check(standing_at("r4"))
        (finding,) = result.findings
        assert finding.status is result.status is Status.FAILURE
        assert "2024.1 -> 2025.1 -> 2026.1 -> 2026.2" in (finding.remedy or "")

    def test_else_a_warning_that_asks_which_it_is(
        self, standing_at: AtRevision
    ) -> None:
        result = check(standing_at("r4", to="2025.1"))
        (finding,) = result.findings
        assert finding.status is result.status is Status.WARNING
        assert "from 2024.1, but not from 2023.2" in finding.message
        assert "--from" in (finding.remedy or "")

    def test_one_of_a_newer_release_alone_would_be_a_downgrade(
        self, standing_at: AtRevision
    ) -> None:
        upgrade = standing_at("r9", to="2025.1")
        result = check(upgrade)
        assert upgrade.origins == ()
        assert result.status is Status.FAILURE
        assert "8.0.0 (2026.1) or 9.0.0 (2026.2)" in (result.details or "")

    @pytest.mark.parametrize("rows", [["bogus"], []])
    def test_one_at_no_known_revision_is_not_verified(
        self, standing_at: AtRevision, rows: list[str]
    ) -> None:
        upgrade = standing_at(*rows)
        result = check(upgrade)
        assert result.status is Status.ERROR
        assert "--from" in (result.findings[0].remedy or "")
        assert len(upgrade.origins) == len(releases.SERIES)

    def test_one_that_cannot_be_asked_is_not_verified(self, conf: WriteConf) -> None:
        file = conf("[database]\nconnection = sqlite:////nowhere/x\n", "gadget.conf")
        upgrade = releases.upgrade(file)
        assert check(upgrade).status is Status.ERROR
        assert len(upgrade.origins) == len(releases.SERIES)

    def test_it_is_not_asked_where_the_operator_names_the_release(
        self, conf: WriteConf
    ) -> None:
        file = conf("[database]\nconnection = sqlite:////nowhere/x\n", "gadget.conf")
        result = check(releases.upgrade(file, start="2026.1"))
        assert result.status is Status.SUCCESS

    def test_a_service_without_one_may_come_from_any_release(self) -> None:
        service = dataclasses.replace(releases.SERVICE, databases=())
        upgrade = releases.upgrade(service=service)
        assert series_of(upgrade) == [id for id, _ in reversed(releases.SERIES)]
        result = check(upgrade)
        assert result.status is Status.WARNING
        assert "--from" in (result.findings[0].remedy or "")
