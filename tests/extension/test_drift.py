"""What the registry holds and what the pages show cannot drift apart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Checks
from tests.extension.guide import Guide
from tests.unit.plugins import Plugins

ALL = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold",
}


def line_of(file: Path, text: str) -> int:
    lines = file.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


class TestUndocumented:
    def test_a_check_that_no_page_shows_fails_where_it_is_defined(
        self, guide: Guide, checks: Checks
    ) -> None:
        done = guide.build(
            page=".. upgrade:check:: widget.ready\n\n.. upgrade:procedure:: widget.cold"
        )
        line = line_of(checks.module, "def done")
        assert done.code == 1
        assert f"{checks.module}:{line}: WARNING: no page shows" in done.warnings
        assert "the check widget.done [upgradecheck.undocumented]" in done.warnings

    def test_a_procedure_that_no_page_shows_fails(
        self, guide: Guide, checks: Checks
    ) -> None:
        done = guide.build(page=".. upgrade:checks:: widget")
        assert done.code == 1
        assert "cold.yaml:1: WARNING: no page shows the procedure" in done.warnings

    def test_a_summary_shows_no_check(self, guide: Guide, checks: Checks) -> None:
        text = ".. upgrade:checks:: widget\n   :summary-only:\n"
        done = guide.build(page=text, cold=ALL["cold"])
        assert done.warnings.count("upgradecheck.undocumented") == 2

    def test_it_is_told_again_in_the_next_build(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.build(checks=ALL["checks"])
        again = guide.build()
        assert again.code == 1
        assert "upgradecheck.undocumented" in again.warnings

    def test_what_others_add_is_shown_and_not_demanded(
        self, guide: Guide, checks: Checks, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", distribution="gadget", extra="return None")
        some = ".. upgrade:check:: widget.ready\n\n.. upgrade:check:: widget.done"
        assert guide.build(checks=some, cold=ALL["cold"]).code == 0
        done = guide.build(checks=ALL["checks"])
        assert done.code == 0
        assert "check-widget.extra" in done["checks.html"]

    def test_a_service_that_is_not_installed_is_told(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.services = ["widget", "wigdet"]
        done = guide.build(**ALL)
        assert (
            "names wigdet, which is no service; did you mean widget? "
            "[upgradecheck.load]"
        ) in done.warnings

    def test_a_service_that_is_no_list_is_told_once(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.more = 'upgradecheck_services = "widget"'
        done = guide.build(**ALL)
        assert done.warnings.count("WARNING") == 1
        assert "has type `str'; expected `list'" in done.warnings


class TestUnknown:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            (".. upgrade:check:: widget.redy", "unknown-check"),
            (".. upgrade:checks:: wigdet", "unknown-check"),
            (".. upgrade:procedure:: widget.cald", "procedure"),
            (":upgrade:check:`widget.redy`", "unknown-check"),
            (":upgrade:procedure:`widget.cald`", "procedure"),
            (":upgrade:step:`widget.cold.stp`", "procedure"),
        ],
    )
    def test_a_page_that_names_what_is_not_there_fails_each_time(
        self, guide: Guide, checks: Checks, text: str, kind: str
    ) -> None:
        for done in (guide.build(**ALL, page=text), guide.build()):
            assert done.code == 1
            assert "page.rst:4: WARNING: " in done.warnings
            assert "did you mean widget" in done.warnings
            assert f"[upgradecheck.{kind}]" in done.warnings

    def test_a_procedure_that_names_a_removed_check_is_refused(
        self, guide: Guide, checks: Checks
    ) -> None:
        del checks.checks["done"]
        checks.install()
        done = guide.build(**ALL)
        line = line_of(checks.module.parent / "procedures/cold.yaml", "widget.done")
        assert done.code == 1
        assert re.search(
            rf"cold\.yaml:{line}: WARNING: widget\.cold is refused: .*widget\.done.*"
            r"\[upgradecheck\.procedure\]",
            done.warnings,
        )

    def test_a_check_that_does_not_load_is_a_warning(
        self, guide: Guide, checks: Checks, plugins: Plugins
    ) -> None:
        plugins.install(
            "gadget",
            {"gadget.py": "raise OSError('no')"},
            {"upgradecheck.checks": {"widget.gadget": "gadget:check"}},
        )
        done = guide.build(**ALL)
        assert done.code == 1
        assert "gadget.py:1: WARNING: widget.gadget: " in done.warnings
        assert "[upgradecheck.load]" in done.warnings
        assert (done.folder / "checks.html").exists()


@pytest.mark.parametrize("words", [(), ("-j2",)])
def test_a_check_on_two_pages_fails(
    guide: Guide, checks: Checks, words: tuple[str, ...]
) -> None:
    pages = {f"page{number}": "Nothing." for number in range(8)}
    pages["zebra"] = ".. upgrade:check:: widget.done"
    done = guide.build("html", *words, **ALL, **pages)
    assert done.code == 1
    assert (
        "zebra.rst:4: WARNING: the check widget.done is shown on the page checks"
        in (done.warnings)
    )
    assert done.warnings.count("[upgradecheck.duplicate]") == 1


def test_the_table_has_the_ids_of_the_list(guide: Guide, checks: Checks) -> None:
    html = guide.build(**ALL)["checks.html"]
    table = html[html.index("<tbody>") : html.index("</tbody>")]
    listed = subprocess.run(
        [Path(sys.executable).parent / "service-status", "upgrade", "list", "--json"],
        env=guide.environment(),
        capture_output=True,
        check=True,
    )
    services = json.loads(listed.stdout)["services"]
    widget = next(each for each in services if each["name"] == "widget")
    ids = re.findall(r'href="#check-([^"]+)"', table)
    assert ids == [each["id"] for each in widget["checks"]]
    assert len(ids) == 2


class TestText:
    def test_a_fault_in_a_docstring_is_told_at_its_own_line(
        self, guide: Guide, checks: Checks
    ) -> None:
        checks.add("ready", "Fine.\n\nMore.\n\nBad ``literal here.")
        checks.install()
        done = guide.build(**ALL)
        line = line_of(checks.module, "Bad")
        assert f"{checks.module}:{line}: WARNING: Inline literal" in done.warnings

    def test_a_fault_in_a_procedure_is_told_at_its_own_line(
        self, guide: Guide, checks: Checks
    ) -> None:
        text = PROCEDURE.replace("      They stop.", "      They.\n\n      Bad *one.")
        checks.install({"cold": text})
        done = guide.build(**ALL)
        line = text.splitlines().index("      Bad *one.") + 1
        assert f"cold.yaml:{line}: WARNING: Inline emphasis" in done.warnings

    def test_a_dangling_role_in_a_docstring_is_told_at_its_own_line(
        self, guide: Guide, checks: Checks
    ) -> None:
        checks.add("ready", "Fine.\n\nMore.\n\nSee :upgrade:check:`widget.gone`.")
        checks.install()
        done = guide.build(**ALL)
        line = line_of(checks.module, "widget.gone")
        assert f":{line}: WARNING: the link to the check widget.gone" in done.warnings

    def test_a_check_without_a_word_is_shown(
        self, guide: Guide, checks: Checks
    ) -> None:
        checks.add("mute", "", title=" ")
        checks.install()
        done = guide.build(**ALL)
        assert (done.code, done.warnings) == (0, "")
        assert 'id="check-widget.mute"' in done["checks.html"]
        assert "<strong>widget.mute</strong>" in done["checks.html"]

    def test_roles_in_docstrings_are_links(self, guide: Guide, checks: Checks) -> None:
        html = guide.build(**ALL)["checks.html"]
        assert 'href="cold.html#step-widget.cold.stop"' in html

    def test_text_of_others_is_escaped(self, guide: Guide, checks: Checks) -> None:
        evil = "<script>alert(1)</script>\x1b[2J\u202e; !x"
        text = "Fine.\n\n<b>x</b> `y <javascript:alert(1)>`_ is shown."
        checks.add("ready", text, title=evil)
        checks.install()
        for builder in ("html", "xml"):
            done = guide.build(builder, **ALL)
            assert done.code == 0, done.warnings
            for file in done.folder.glob("*.[hx]*ml"):
                page = file.read_text()
                assert "<script>alert" not in page, file
                assert "javascript:" not in page, file
                assert "<b>x" not in page, file
                assert not {"\x1b", "\u202e"} & set(page), file

    def test_neither_raw_html_nor_files_come_in(
        self, guide: Guide, checks: Checks
    ) -> None:
        text = "Fine.\n\n.. raw:: html\n\n   <i>raw</i>\n\n.. include:: /etc/passwd\n"
        checks.add("ready", text)
        checks.install()
        done = guide.build(**ALL)
        assert done.code == 1
        assert '"raw" directive disabled' in done.warnings
        assert "<i>raw" not in done["checks.html"]
        assert "root:" not in done["checks.html"]
