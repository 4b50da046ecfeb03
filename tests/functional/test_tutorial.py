"""The tutorial, followed word for word, with the real wheel in a fresh environment."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tools import tutorial
from tools.tutorial import Follower


@pytest.fixture(scope="module")
def follower(tmp_path_factory: pytest.TempPathFactory) -> Follower:
    """Somebody before an empty folder."""
    return tutorial.follower(tmp_path_factory.mktemp("t"))


def test_whoever_follows_the_tutorial_sees_what_it_says(follower: Follower) -> None:
    text = tutorial.PAGE.read_text()
    # "tox -e examples" writes it anew.
    assert follower.follow(text) == text
    assert _installed(follower) == _built(follower)


def _installed(follower: Follower) -> dict[str, bytes]:
    (site,) = follower.folder.glob(".venv/lib/python3*/site-packages")
    return {
        str(file.relative_to(site)): file.read_bytes()
        for name in ("upgradecheck", "upgradecheck_sphinx")
        for file in (site / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def _built(follower: Follower) -> dict[str, bytes]:
    (file,) = follower.links.glob("upgradecheck-*.whl")
    with zipfile.ZipFile(file) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" not in name]
        return {name: wheel.read(name) for name in names}


def test_what_is_printed_otherwise_is_seen(tmp_path: Path) -> None:
    page = ".. code-block:: console\n\n   $ echo one two; echo\n   one\n\nOn.\n"
    followed = Follower(tmp_path, tmp_path).follow(page)
    assert followed == page.replace("   one\n", "   one two\n")


def test_a_block_with_a_caption_is_a_file_and_each_line_knows_the_last_exit_code(
    tmp_path: Path,
) -> None:
    page = (
        ".. code-block:: ini\n   :caption: a/b.conf\n\n   [x]\n\n   y = 1\n\n"
        "Text.\n\n.. code-block:: console\n\n   $ grep -c y a/b.conf\n   1\n"
        "   $ grep z a/b.conf\n   $ echo $?\n   1\n"
    )
    assert Follower(tmp_path, tmp_path).follow(page) == page
    assert (tmp_path / "a" / "b.conf").read_text() == "[x]\n\ny = 1\n"
