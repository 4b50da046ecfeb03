"""A baseline: what it tells, what it keeps to itself, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest

from upgradecheck import baseline
from upgradecheck.baseline import Baseline
from upgradecheck.baseline import Kept
from upgradecheck.baseline import digest
from upgradecheck.check import NotVerified

SALT = "00" * 16
DEBUG = ("DEFAULT", "debug")


def made(**more: Any) -> Baseline:
    """A baseline of Widget 1.0."""
    known: dict[str, Any] = {
        "service": "widget",
        "version": "1.0",
        "made": "2026-11-21T00:00:00+00:00",
        "config_files": ("/etc/widget.conf",),
        "salt": SALT,
        "options": (
            Kept(*DEBUG, digest(SALT, DEBUG, "true")),
            Kept("frame", "password", None),
        ),
        "databases": {"widget": ("abc",)},
        "forms": {"gears.yaml": {"gears": 3}},
        "faults": {"form belts.yaml": "belts.yaml:3: no YAML"},
    }
    return Baseline(**(known | more))


def written(folder: Path, **more: Any) -> tuple[Path, Any]:
    """The file of a baseline, and what is in it."""
    data = json.loads(json.dumps(baseline.to_data(made()))) | more
    file = folder / "old.json"
    file.write_text(json.dumps(data))
    return file, data


class TestDigests:
    def test_they_tell_whether_two_values_are_the_same(self) -> None:
        assert made().says(DEBUG, "true") is True
        assert made().says(DEBUG, "false") is False

    def test_an_option_that_was_not_set_is_the_same_while_it_is_not(self) -> None:
        assert made().says(("frame", "size"), None) is True
        assert made().says(("frame", "size"), "3") is False
        assert made().says(DEBUG, None) is False

    def test_of_a_secret_nothing_can_be_told(self) -> None:
        assert made().says(("frame", "password"), "hunter2") is None

    def test_equal_values_look_alike_in_no_other_option_nor_baseline(self) -> None:
        other = ("frame", "size")
        found = {
            digest(SALT, DEBUG, "3"),
            digest(SALT, other, "3"),
            digest("01" * 16, DEBUG, "3"),
        }
        assert len(found) == 3


class TestForms:
    def test_what_was_recorded_is_told(self) -> None:
        assert made().form("gears.yaml") == {"gears": 3}

    def test_what_could_not_be_recorded_is_no_verdict_and_says_why(self) -> None:
        with pytest.raises(NotVerified, match=r"belts.yaml:3: no YAML") as fault:
            made(file="old.json").form("belts.yaml")
        assert "snapshot widget" in str(fault.value.remedy)


class TestFiles:
    def test_what_is_written_is_read_back(self, tmp_path: Path) -> None:
        file, _ = written(tmp_path)
        assert baseline.load(str(file)) == made(file=str(file))

    def test_the_schema_is_one_and_fits(self, tmp_path: Path) -> None:
        jsonschema.Draft202012Validator.check_schema(baseline.schema())
        _, data = written(tmp_path)
        jsonschema.validate(data, baseline.schema())

    def test_every_key_is_described(self) -> None:
        properties = baseline.schema()["properties"]
        told = [key for key, each in properties.items() if "description" in each]
        assert told == [*properties]

    @pytest.mark.parametrize("key", baseline.schema()["required"])
    def test_each_key_is_needed_and_has_its_form(
        self, tmp_path: Path, key: str
    ) -> None:
        file, data = written(tmp_path)
        for broken in (
            {name: each for name, each in data.items() if name != key},
            data | {key: 5.5},
        ):
            file.write_text(json.dumps(broken))
            with pytest.raises(NotVerified) as fault:
                baseline.load(str(file))
            assert str(file) in fault.value.reason
            assert "snapshot" in str(fault.value.remedy)

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            (b"", r"old.json:1: is no JSON"),
            (b'{"schema": 1,\n  "tool"', r"old.json:2: is no JSON"),
            (b"\xff\xfe", "is not UTF-8"),
            (b"[" * 100_000, "is nested too deeply"),
            (b'"' + b"x" * 5_000_000 + b'"', "is larger than"),
            (b"[]", "is no baseline"),
            (b'{"schema": 2}', "of the form 2; this command reads the form 1"),
        ],
        ids=["empty", "cut off", "bytes", "deep", "huge", "a list", "another form"],
    )
    def test_a_file_that_is_none_is_refused_with_what_to_do(
        self, tmp_path: Path, text: bytes, what: str
    ) -> None:
        file = tmp_path / "old.json"
        file.write_bytes(text)
        with pytest.raises(NotVerified, match=what) as fault:
            baseline.load(str(file))
        assert "snapshot" in str(fault.value.remedy)

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(NotVerified, match=r"absent\.json: cannot be read: No such"):
            baseline.load(str(tmp_path / "absent.json"))
