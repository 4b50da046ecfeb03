"""Every builder of Sphinx shows checks and procedures, and is quiet."""

from __future__ import annotations

import zlib

import pytest

from tests.extension.guide import Checks
from tests.extension.guide import Guide

ALL = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold",
    "codes": ".. upgrade:exit-codes::",
    "man": ".. upgrade:checks:: widget\n   :summary-only:",
    "links": """
    :upgrade:check:`widget.ready` :upgrade:procedure:`widget.cold`
    :upgrade:step:`widget.cold.nodes.install` :any:`widget.done`
    """,
    "nested": "* .. upgrade:procedure:: widget.cold\n     :no-index:",
}
BUILDERS = "html dirhtml singlehtml man latex text epub texinfo gettext pseudoxml xml json pickle linkcheck"  # fmt: skip


@pytest.mark.parametrize("builder", BUILDERS.split())
def test_every_builder_is_quiet(guide: Guide, checks: Checks, builder: str) -> None:
    done = guide.build(builder, **ALL)
    assert done.warnings == ""
    assert done.code == 0


def test_serial_and_parallel_html_are_the_same(guide: Guide, checks: Checks) -> None:
    more = {f"page{number}": "See :upgrade:check:`widget.done`." for number in range(9)}
    serial = guide.build("html", **ALL, **more)
    parallel = guide.build("html", "-j2")
    assert (serial.code, parallel.code) == (0, 0)
    files = sorted(
        each.relative_to(serial.folder)
        for each in serial.folder.rglob("*")
        if each.suffix in (".html", ".js", ".css")
    )
    assert len(files) > 15
    for file in files:
        first, second = ((each.folder / file) for each in (serial, parallel))
        assert first.read_bytes() == second.read_bytes(), file


class TestHtml:
    def test_a_step_has_a_permalink_and_its_number_in_links(
        self, guide: Guide, checks: Checks
    ) -> None:
        done = guide.build("html", **ALL)
        cold, links = done["cold.html"], done["links.html"]
        assert 'href="#step-widget.cold.nodes.install"' in cold
        assert 'id="step-widget.cold.nodes.install"' in cold
        assert "step 2.1 of Cold upgrade: Install</span></a>" in links
        assert 'href="checks.html#check-widget.done" title="Done"' in links

    def test_each_command_is_one_block(self, guide: Guide, checks: Checks) -> None:
        html = guide.build("html", **ALL)["cold.html"]
        assert html.count("upgrade-command") == 2

    def test_checks_are_in_inventory_index_and_search(
        self, guide: Guide, checks: Checks
    ) -> None:
        done = guide.build("html", **ALL)
        inventory = (done.folder / "objects.inv").read_bytes().split(b"\n", 4)[4]
        lines = zlib.decompress(inventory).decode().splitlines()
        found = {tuple(line.split()[:2]) for line in lines}
        assert ("widget.ready", "upgrade:check") in found
        assert ("widget.done", "upgrade:check") in found
        assert ("widget.cold", "upgrade:procedure") in found
        assert ("widget.cold.nodes.install", "upgrade:step") in found
        assert "widget.ready (upgrade check)" in done["genindex.html"]
        assert "checks.html#check-widget.ready" in done["upgrade-checks.html"]
        assert '"widget.cold":[[' in done["searchindex.js"].replace(" ", "")

    def test_releases_are_words(self, guide: Guide, checks: Checks) -> None:
        html = guide.build("html", **ALL)["cold.html"]
        assert "Only for releases of Widget before 3.0.0." in html


class TestMan:
    def test_the_name_stays_that_of_the_page(
        self, guide: Guide, checks: Checks
    ) -> None:
        page = guide.build("man", **ALL)["service-status.1"]
        assert ".SH NAME\nservice-status \\- ask whether\n" in page
        assert "widget.ready" in page.replace("\\&", "")


class TestText:
    def test_notes_keep_their_paragraphs_apart(
        self, guide: Guide, checks: Checks
    ) -> None:
        text = guide.build("text", **ALL)["cold.txt"]
        assert "  First.\n\n  Second.\n" in text

    def test_exit_codes_are_those_of_the_code(
        self, guide: Guide, checks: Checks
    ) -> None:
        text = guide.build("text", **ALL)["codes.txt"]
        rows = {
            cells[0]: cells[1:]
            for line in text.splitlines()
            if len(cells := [each.strip() for each in line.split("|")[1:-1]]) == 4
        }
        assert rows["failure"][:2] == ["2", "2"]
        assert rows["error"][:2] == ["255", "255"]
        assert rows["waived"][:2] == ["0", "0"]
        assert all(cells[2] for cells in rows.values())
        assert "no check was asked" in text


class TestGettext:
    def test_titles_and_texts_can_be_translated(
        self, guide: Guide, checks: Checks
    ) -> None:
        done = guide.build("gettext", **ALL)
        for text in ("Stop the widgets", "They stop.", "every node", "Plan it"):
            assert f'msgid "{text}"' in done["cold.pot"]
        assert 'msgid "Widgets are done."' in done["checks.pot"]
