"""The journal: what people said survives crashes, and what is no journal is told."""

from __future__ import annotations

import json
import multiprocessing
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies

from upgradecheck.check import NotVerified
from upgradecheck.plan import journal
from upgradecheck.plan.journal import Entry


def entry(
    step: str = "widget.cold.stop", note: str = "", is_done: bool = True
) -> Entry:
    """An entry of now."""
    return Entry.now(step, is_done, note, "widget.cold", "2.0")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "widget.cold.jsonl"


class TestAppend:
    def test_what_is_appended_is_read_in_order(self, file: Path) -> None:
        said = [entry("a.b.c", "one"), entry("a.b.d", "two", False)]
        for each in said:
            journal.append(str(file), [each])
        assert journal.read(str(file)) == said

    @given(note=strategies.text())
    def test_any_note_comes_back(
        self, tmp_path_factory: pytest.TempPathFactory, note: str
    ) -> None:
        path = str(tmp_path_factory.mktemp("journal") / "x.jsonl")
        said = entry(note=note.encode("utf-8", "ignore").decode())
        journal.append(path, [said])
        assert journal.read(path) == [said]

    def test_it_is_one_json_object_a_line_for_its_owner_alone(self, file: Path) -> None:
        journal.append(str(file), [entry(note="a\nb"), entry()])
        lines = file.read_text().splitlines()
        assert [json.loads(line)["note"] for line in lines] == ["a\nb", ""]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_earlier_lines_are_never_touched(self, file: Path) -> None:
        journal.append(str(file), [entry(note="first")])
        before = file.read_bytes()
        journal.append(str(file), [entry(note="second")])
        assert file.read_bytes().startswith(before)

    def test_writers_do_not_mix_their_lines(self, file: Path) -> None:
        method = multiprocessing.get_context("spawn")
        writers = [
            method.Process(target=_many, args=(str(file), f"{number}" * 5000))
            for number in range(4)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join(60)
        notes = [each.note for each in journal.read(str(file))]
        assert len(notes) == 40
        assert {len(set(note)) for note in notes} == {1}

    def test_a_place_that_cannot_be_written_is_told(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(NotVerified, match="cannot be used") as told:
            journal.append(str(tmp_path / "file" / "journal"), [entry()])
        assert "--journal" in (told.value.remedy or "")


def _many(path: str, note: str) -> None:
    for _ in range(10):
        journal.append(path, [entry(note=note)])


class TestAfterACrash:
    def test_what_is_left_of_a_last_entry_is_passed_over(self, file: Path) -> None:
        journal.append(str(file), [entry(note="kept"), entry(note="torn")])
        whole = file.read_bytes()
        second = whole.index(b"\n") + 1
        for length in range(second, len(whole) - 1):
            file.write_bytes(whole[:length])
            assert [each.note for each in journal.read(str(file))] == ["kept"]

    def test_the_next_entry_takes_its_place(self, file: Path) -> None:
        journal.append(str(file), [entry(note="kept"), entry(note="torn")])
        file.write_bytes(file.read_bytes()[:-9])
        journal.append(str(file), [entry(note="new")])
        assert [each.note for each in journal.read(str(file))] == ["kept", "new"]

    def test_an_entry_that_lacks_its_line_end_alone_counts(self, file: Path) -> None:
        journal.append(str(file), [entry(note="whole")])
        file.write_bytes(file.read_bytes()[:-1])
        assert [each.note for each in journal.read(str(file))] == ["whole"]
        journal.append(str(file), [entry(note="new")])
        assert [each.note for each in journal.read(str(file))] == ["whole", "new"]

    def test_what_is_no_beginning_of_an_entry_is_told_and_never_lost(
        self, file: Path
    ) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("my own notes")
        with pytest.raises(NotVerified, match=rf"{file.name}:1: .*no entry"):
            journal.read(str(file))
        journal.append(str(file), [entry(note="new")])
        assert file.read_text().startswith("my own notes\n")


class TestRead:
    def test_no_file_is_no_entry(self, file: Path) -> None:
        assert journal.read(str(file)) == []

    @pytest.mark.parametrize(
        "line",
        [
            b"x",
            b"[]",
            b"{}",
            b'{"schema": 2}',
            b"\xff\xfe",
            b"[" * 100_000,
            b"null",
            b'"text"',
        ],
    )
    def test_a_line_that_is_no_entry_is_told_with_its_number(
        self, file: Path, line: bytes
    ) -> None:
        journal.append(str(file), [entry()])
        file.write_bytes(file.read_bytes() + line + b"\n")
        with pytest.raises(NotVerified, match=rf"{file.name}:2: .*no entry"):
            journal.read(str(file))

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("time", "yesterday"),
            ("time", "2026-11-21T03:00:00"),
            ("done", "yes"),
            ("note", None),
            ("target", 2),
            ("step", ["a"]),
        ],
    )
    def test_a_value_of_another_kind_is_no_entry(
        self, file: Path, key: str, value: object
    ) -> None:
        journal.append(str(file), [entry()])
        data = {**json.loads(file.read_text()), key: value}
        file.write_text(json.dumps(data) + "\n")
        with pytest.raises(NotVerified, match="no entry"):
            journal.read(str(file))

    def test_a_huge_file_is_no_journal(self, file: Path) -> None:
        file.parent.mkdir()
        with file.open("wb") as huge:
            huge.truncate(journal.LARGEST + 1)
        with pytest.raises(NotVerified, match="larger than"):
            journal.read(str(file))

    def test_a_folder_is_no_journal(self, tmp_path: Path) -> None:
        with pytest.raises(NotVerified, match="directory"):
            journal.read(str(tmp_path))


class TestPlace:
    def test_it_is_where_the_base_directory_specification_wants_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", "/var/lib/me")
        found = journal.default_place("widget.cold")
        assert found == "/var/lib/me/upgradecheck/widget.cold.jsonl"
        monkeypatch.delenv("XDG_STATE_HOME")
        monkeypatch.setenv("HOME", "/home/me")
        found = journal.default_place("widget.cold")
        assert found == "/home/me/.local/state/upgradecheck/widget.cold.jsonl"
