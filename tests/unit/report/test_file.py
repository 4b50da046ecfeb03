"""A report's file is replaced as a whole, or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from upgradecheck.report import file


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    file.write(str(tmp_path / "report"), "text")
    assert (tmp_path / "report").read_text() == "text"
    assert (tmp_path / "report").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_old_file_keeps_its_permissions(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.write_text("old")
    report.chmod(0o604)
    file.write(str(report), "new")
    assert (report.read_text(), stat.S_IMODE(report.stat().st_mode)) == ("new", 0o604)


def test_a_text_that_cannot_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    report = folder / "report"
    report.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        file.write(str(report), "\udcff")
    assert report.read_text() == "old"
    assert os.listdir(folder) == ["report"]


def test_a_path_without_a_folder_is_in_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file.write("report", "text")
    assert (tmp_path / "report").read_text() == "text"


def test_a_link_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("report")
    file.write(str(link), "text")
    assert link.is_symlink()
    assert (tmp_path / "report").read_text() == "text"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="directory"):
        file.write(str(tmp_path), "text")


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    file.write(f"/dev/fd/{writer}", "text")
    os.close(writer)
    assert os.read(reader, 10) == b"text"
    os.close(reader)
