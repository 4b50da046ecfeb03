"""A JSON file is read, or it is told why not and on which line."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upgradecheck import jsonfile
from upgradecheck.jsonfile import Unreadable

LARGEST = 10_000


@pytest.mark.parametrize("value", [None, 1, "é", [], {"a": [1, {}]}])
def test_a_value_is_read(tmp_path: Path, value: object) -> None:
    file = tmp_path / "value.json"
    file.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    assert jsonfile.read(file, LARGEST) == value


@pytest.mark.parametrize(
    ("data", "what", "line"),
    [
        (b"", "is no JSON: ", 1),
        (b'{\n "a": 1,\n}', "is no JSON: ", 3),
        (b'[1,\n"\xff"]', "is no text: byte 5 is not UTF-8", 2),
        (b"[" * 9_000, "is nested too deeply", 0),
        (b"1" * 5_000, "holds a number that is too long", 0),
        (b" " * (LARGEST + 1), f"is larger than {LARGEST} bytes", 0),
    ],
    ids=lambda each: "" if isinstance(each, bytes) else None,
)
def test_what_is_none_is_told_with_its_line(
    tmp_path: Path, data: bytes, what: str, line: int
) -> None:
    file = tmp_path / "value.json"
    file.write_bytes(data)
    with pytest.raises(Unreadable, match="^" + what.replace(".", r"\.")) as raised:
        jsonfile.read(file, LARGEST)
    assert raised.value.line == line


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"^cannot be read: Is a directory$"):
        jsonfile.read(tmp_path, LARGEST)
    with pytest.raises(Unreadable, match=r"^cannot be read: No such file"):
        jsonfile.read(tmp_path / "absent.json", LARGEST)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_unreadable(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_bytes(data)
    with contextlib.suppress(Unreadable):
        jsonfile.read(file, LARGEST)
