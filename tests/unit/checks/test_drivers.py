"""Enabled drivers, against releases of an invented service."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.unit import releases
from upgradecheck.check import Status
from upgradecheck.checks import OptionsCheck
from upgradecheck.checks.drivers import names_in
from upgradecheck.service import DriverOption

GROUP = "gadget.motors"
OPTIONS = {"gadget": [("gears", releases.options("motors"))]}
#: The drivers of each release; that of 2024.2 does not tell.
MOTORS = {
    "2.0.0": ["steam", "wind", "oil"],
    "4.0.0": ["steam", "oil"],
    "5.0.0": None,
    "6.0.0": ["steam", "electric"],
    "9.0.0": ["electric"],
}
SERVICE = dataclasses.replace(
    releases.SERVICE,
    drivers=(
        DriverOption(
            GROUP, ("gears", "motors"), judged=True, gone=(("donkey", "1.0.0"),)
        ),
    ),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the catalogues ship, and a folder for everything else."""
    releases.ship(
        tmp_path,
        [
            releases.catalogue(
                version,
                1,
                options=OPTIONS,
                **({} if names is None else {"entry_points": {GROUP: names}}),
            )
            for version, names in MOTORS.items()
        ],
    )
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def found(folder: Path, value: str, to: str = "2026.2") -> list[tuple[str, Status]]:
    """What is found of these drivers, and how grave it is."""
    conf = folder / "gadget.conf"
    conf.write_text(f"[gears]\nmotors = {value}\n")
    question = releases.upgrade(conf, to, "2023.1", SERVICE)
    findings = OptionsCheck("gadget")(question).findings
    assert {each.location for each in findings} <= {f"{conf}:2"}
    return [(each.message, each.status or Status.SUCCESS) for each in findings]


def test_a_driver_that_the_release_has_passes(folder: Path) -> None:
    assert found(folder, "electric") == []


def test_a_driver_that_went_is_a_failure_that_says_when(folder: Path) -> None:
    ((message, status),) = found(folder, "electric, steam")
    assert status is Status.FAILURE
    assert message.startswith("[gears] motors enables the driver steam, which was ")
    assert "removed in 9.0.0 (2026.2)" in message


def test_the_first_release_without_it_counts(folder: Path) -> None:
    ((message, _),) = found(folder, "wind")
    assert "removed in 4.0.0 (2024.1)" in message


def test_a_release_that_does_not_tell_is_passed_over(folder: Path) -> None:
    ((message, _),) = found(folder, "oil")
    assert "removed in 6.0.0 (2025.1)" in message


def test_a_driver_that_went_before_all_catalogues_is_told_too(folder: Path) -> None:
    ((message, status),) = found(folder, "donkey")
    assert "removed in 1.0.0 (zed)" in message
    assert status is Status.FAILURE


def test_a_driver_that_no_catalogue_knows_may_be_a_third_partys(folder: Path) -> None:
    ((message, status),) = found(folder, "atomic")
    assert status is Status.ERROR
    assert "may be a third party's" in message


def test_a_catalogue_that_tells_of_no_drivers_verifies_none(folder: Path) -> None:
    ((message, status),) = found(folder, "electric", "2024.2")
    assert status is Status.ERROR
    assert "does not tell which drivers it has" in message


def test_a_release_that_still_has_it_takes_it(
    folder: Path,
) -> None:
    assert found(folder, "steam", "2025.1") == []


@pytest.mark.parametrize(
    ("value", "drivers"),
    [
        ("a", {"a": "a"}),
        ("a, b", {"a": "a", "b": "b"}),
        ("fast:file, slow:file", {"fast": "file", "slow": "file"}),
        ("fast:file,\n slow:rbd,", {"fast": "file", "slow": "rbd"}),
        ("fast:", {"fast": ""}),
        ("", {}),
    ],
)
def test_entries_are_names_or_pairs(value: str, drivers: dict[str, str]) -> None:
    assert names_in(value) == drivers
