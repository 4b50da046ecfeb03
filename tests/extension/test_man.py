"""The manual page and the plain text: read in a terminal, without markup."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Checks
from tests.extension.guide import Guide
from upgradecheck import registry
from upgradecheck.cmd.status import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold",
    "man": ".. upgrade:checks:: widget\n   :summary-only:",
}
SUMMARY = """\
Checks of Widget:

"widget.done"
      Done
      Phase: after; Since: widget 2.0

"widget.ready"
      Ready
      Phase: before; Since: widget 2.0
"""


def test_a_summary_is_a_list_in_plain_text(guide: Guide, checks: Checks) -> None:
    done = guide.build("text", **PAGES)
    assert done.code == 0, done.warnings
    assert SUMMARY in done["man.txt"]


def test_a_summary_is_a_table_on_a_page(guide: Guide, checks: Checks) -> None:
    assert "upgrade-summary" in guide.build("html", **PAGES)["man.html"]


def test_plain_text_fits_a_terminal(guide: Guide, checks: Checks) -> None:
    done = guide.build("text", **PAGES, codes=".. upgrade:exit-codes::")
    for file in done.folder.glob("*.txt"):
        longest = max(map(len, file.read_text().splitlines()))
        assert longest <= 80, file


def test_no_id_of_a_check_that_gates_is_broken_in_plain_text(
    guide: Guide, checks: Checks
) -> None:
    ids = ["ready", "a-check-with-many-words", "another-one-with-more-of-them"]
    for slug in ids[1:]:
        checks.add(slug, "Fine.")
    gate = ", ".join(f"widget.{slug}" for slug in ids)
    text = PROCEDURE.replace("gate: [widget.ready]", f"gate: [{gate}]")
    checks.install({"cold": text})
    done = guide.build("text", **PAGES)
    assert (done.code, done.warnings) == (0, "")
    lines = "".join(f'\n         "widget.{slug}"' for slug in ids)
    assert f"These must pass before:{lines}\n" in done["cold.txt"]


def test_any_project_has_a_manual_page_of_its_checks(
    guide: Guide, checks: Checks
) -> None:
    page = plain(guide.build("man", **PAGES).folder / "service-status.1")
    assert re.search(r"widget\.ready\n.*Ready\n.*Phase: before; Since", page, re.S)


def test_ours_lists_every_check_and_every_command(tmp_path: Path) -> None:
    pytest.importorskip("openstackdocstheme", reason="the theme is not installed")
    words = ("-W", "--keep-going", "-q", "-b", "man", "doc/source", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    page = plain(tmp_path / "service-status.1")
    assert "service-status - ask whether" in page
    ours = [
        id
        for id, each in registry.load().providers.items()
        if "." in id and each.name == registry.OURS
    ]
    assert len(ours) > 5
    assert [id for id in ours if id not in page] == []
    assert [
        each for each in COMMANDS if f"service-status upgrade {each}" not in page
    ] == []
    if shutil.which("groff"):
        shown = subprocess.run(
            ["groff", "-man", "-t", "-ww", "-Tutf8", tmp_path / "service-status.1"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "SERVICE-STATUS(1)" in shown.stdout
        assert "service-status.1" not in shown.stderr


def plain(file: Path) -> str:
    """A manual page without the most of its markup."""
    text = file.read_text().replace("\\&", "").replace("\\-", "-")
    return re.sub(r"\\f[A-Z]", "", text)
