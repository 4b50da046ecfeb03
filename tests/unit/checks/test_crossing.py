"""``config-options`` over several releases: what each of them removed and renamed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit import releases
from tests.unit.conftest import WriteConf
from tests.unit.conftest import line_of
from tests.unit.releases import options
from upgradecheck.check import Finding
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.checks import OptionsCheck

check = OptionsCheck("gadget")

#: Lets catalogues ship: the options of some releases, as ``v5`` for 5.0.0.
Ship = Callable[..., None]


@pytest.fixture
def ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ship:
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))

    def shipped(**known: Any) -> None:
        releases.ship_all(tmp_path / "packages", **known)

    return shipped


def own(*names: str, **more: Any) -> dict[str, Any]:
    """Gadget's own options, in a group."""
    return {"gadget": [("gears", options("teeth", *names, **more))]}


def judged(file: Path, start: str | None = None, **more: Any) -> Result:
    return check(releases.upgrade(file, start=start, **more))


def only(result: Result) -> Finding:
    (finding,) = result.findings
    return finding


@pytest.fixture
def spokes(conf: WriteConf) -> Path:
    """A configuration that sets an option of old."""
    return conf("[gears]\nteeth = 3\nspokes = 4\n", "gadget.conf")


class TestRemoved:
    def test_one_deprecated_and_removed_in_releases_that_were_never_run_is_explained(
        self, ship: Ship, spokes: Path
    ) -> None:
        reason = {"deprecated_for_removal": True, "deprecated_reason": "Out of use."}
        ship(v4=own("spokes"), v5=own("spokes", spokes=reason))
        finding = only(judged(spokes, "2024.1"))
        assert finding.status is Status.FAILURE
        assert finding.location == f"{spokes}:{line_of(spokes, 'spokes')}"
        assert "[gears] spokes was removed in 6.0.0 (2025.1)" in finding.message
        assert "Out of use" in finding.message

    def test_what_took_its_place_is_named_where_the_reason_names_it(
        self, ship: Ship, spokes: Path
    ) -> None:
        reason = {"deprecated_reason": "Superseded by rim_size and rim_width option."}
        rims = ("rim_size", "rim_width")
        ship(
            v5=own("spokes", *rims, spokes={"deprecated_for_removal": True, **reason}),
            **{f"v{n}": own(*rims) for n in (6, 7, 8, 9)},
        )
        finding = only(judged(spokes, "2024.1"))
        assert finding.remedy == "Set rim_size and rim_width in [gears] instead."

    def test_an_old_name_that_is_no_longer_read_is_told_with_the_new_one(
        self, ship: Ship, spokes: Path
    ) -> None:
        renamed = own("rays", rays={"deprecated": [[None, "spokes"]]})
        ship(v4=own("spokes"), v5=renamed, v6=renamed, **NEXT_RAYS)
        finding = only(judged(spokes, "2024.1"))
        assert finding.status is Status.FAILURE
        assert "old name of [gears] rays, which 7.0.0 (2025.2)" in finding.message
        assert finding.remedy == "Set [gears] rays instead."

    def test_one_renamed_twice_on_the_way_is_told_with_its_last_name(
        self, ship: Ship, spokes: Path
    ) -> None:
        last = own("beams", beams={"deprecated": [[None, "rays"]]})
        ship(
            v4=own("spokes"),
            v5=own("rays", rays={"deprecated": [[None, "spokes"]]}),
            v6=last,
            v7=own("beams"),
            v8=own("beams"),
            v9=own("beams"),
        )
        finding = only(judged(spokes, "2024.1"))
        assert "which 6.0.0 (2025.1)" in finding.message
        assert finding.remedy == "Set [gears] beams instead."

    def test_one_that_went_before_the_upgrade_starts_has_no_effect_already(
        self, ship: Ship, spokes: Path
    ) -> None:
        ship(v4=own("spokes"))
        finding = only(judged(spokes, "2026.1"))
        assert finding.status is Status.WARNING
        assert "removed in 5.0.0 (2024.2)" in finding.message
        assert "no effect already" in finding.message

    def test_where_the_database_cannot_be_asked_it_may_be_crossed(
        self, ship: Ship, spokes: Path
    ) -> None:
        ship(v4=own("spokes"))
        result = judged(spokes)
        assert result.status is only(result).status is Status.FAILURE

    def test_the_database_tells_whether_it_is_crossed(
        self, ship: Ship, conf: WriteConf, tmp_path: Path
    ) -> None:
        ship(v5=own("spokes"))
        known = {"r5": Status.FAILURE, "r9": Status.WARNING}
        for row, status in known.items():
            path = releases.database_at(tmp_path / f"{row}.sqlite", row)
            text = f"[database]\nconnection = sqlite:///{path}\n[gears]\nspokes = 1\n"
            found = judged(conf(text, "gadget.conf")).findings
            (finding,) = (each for each in found if "spokes" in each.message)
            assert finding.status is status

    def test_one_that_no_release_had_is_unknown(self, ship: Ship, spokes: Path) -> None:
        ship()
        finding = only(judged(spokes, "2024.1"))
        assert finding.status is Status.WARNING
        assert "does not know [gears] spokes" in finding.message


NEXT_RAYS = {f"v{n}": own("rays") for n in (7, 8, 9)}


class TestALibrary:
    TOOLS = {"oslo.tools": [("tools", options("hammer"))]}

    @pytest.fixture
    def hammer(self, conf: WriteConf) -> Path:
        return conf("[tools]\nhammer = 1\n", "gadget.conf")

    def test_that_a_release_gave_up_took_its_options_with_it(
        self, ship: Ship, hammer: Path
    ) -> None:
        ship(v8=own() | self.TOOLS)
        finding = only(judged(hammer, "2026.1"))
        assert finding.status is Status.FAILURE
        assert "removed in 9.0.0 (2026.2)" in finding.message
        assert "no longer reads the options of oslo.tools" in finding.message

    def test_that_is_merely_not_installed_here_removed_nothing(
        self, ship: Ship, hammer: Path
    ) -> None:
        ship(v8=own() | self.TOOLS, v9=own() | self.TOOLS)
        upgrade = releases.upgrade(hammer, start="2026.1")
        # As where the release is installed without the library.
        upgrade.target.known = releases.catalogue("9.0.0", 9)
        upgrade.target.__dict__.pop("options")
        finding = only(check(upgrade))
        assert finding.status is Status.WARNING
        assert "does not know the group [tools]" in finding.message

    def test_of_which_nobody_can_say_that_it_is_gone_removed_nothing(
        self, ship: Ship, hammer: Path
    ) -> None:
        ship(v8=own() | self.TOOLS, v9=own() | self.TOOLS)
        upgrade = releases.upgrade(hammer, to="2027.1", start="2026.1")
        upgrade.target.known = releases.catalogue("10.0.0", 9)
        finding = only(check(upgrade))
        assert finding.status is Status.WARNING


class TestChangedDefaults:
    """Options that the operator did not set."""

    @pytest.fixture
    def file(self, conf: WriteConf, ship: Ship) -> Path:
        def size(default: Any, **more: Any) -> dict[str, Any]:
            return own("size", size={"default": default, **more})

        ship(v6=size("1"), v7=size("2"), v8=size("2"), v9=size("2"))
        return conf("[gears]\nteeth = 3\n", "gadget.conf")

    def test_they_are_a_note(self, file: Path) -> None:
        result = judged(file, "2025.1")
        assert (result.status, result.findings) == (Status.SUCCESS, ())
        assert "1 option that is not set has another default" in (result.details or "")
        words = "upgrade changes gadget --from 6.0.0 --to 9.0.0"
        assert words in (result.details or "")

    def test_and_a_warning_where_they_are_asked_for(self, file: Path) -> None:
        result = judged(file, "2025.1", strict=True)
        finding = only(result)
        assert finding.status is result.status is Status.WARNING
        assert "[gears] size" in finding.message
        assert "'1' in 6.0.0 (2025.1)" in finding.message
        assert "'2'" in finding.message

    def test_one_that_is_set_keeps_its_value(self, file: Path) -> None:
        file.write_text("[gears]\nteeth = 3\nsize = 1\n")
        result = judged(file, "2025.1", strict=True)
        assert (result.status, result.findings) == (Status.SUCCESS, ())
        assert "default" not in (result.details or "")

    def test_one_that_changed_before_the_upgrade_starts_is_none(
        self, file: Path
    ) -> None:
        result = judged(file, "2025.2", strict=True)
        assert (result.status, result.findings) == (Status.SUCCESS, ())

    def test_a_change_since_any_of_the_possible_releases_counts(
        self, file: Path, tmp_path: Path
    ) -> None:
        path = releases.database_at(tmp_path / "gadget.sqlite", "r7")
        file.write_text(f"[database]\nconnection = sqlite:///{path}\n")
        result = judged(file, strict=True)
        assert "'1' in 6.0.0" in "".join(each.message for each in result.findings)

    def test_where_no_catalogue_tells_the_old_ones_that_is_not_verified(
        self, file: Path
    ) -> None:
        result = judged(file, "2023.2", strict=True)
        finding = only(result)
        assert finding.status is result.status is Status.ERROR
        assert "3.0.0 (2023.2)" in finding.message
        assert judged(file, "2023.2").status is Status.SUCCESS
