"""Links to checks, procedures and steps: what they say, and where they lead."""

from __future__ import annotations

import html
import re

import pytest

from tests.extension.guide import Built
from tests.extension.guide import Checks
from tests.extension.guide import Guide

ALL = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold",
}


def links(done: Built, page: str) -> list[tuple[str, str]]:
    """The links in a page's text, and what they say."""
    assert (done.code, done.warnings) == (0, "")
    body = done[page].split('<div class="body"')[1].split("sphinxsidebar")[0]
    found = re.findall(r'<a class="reference [^>]*?href="([^"]+)".*?>(.*?)</a>', body)
    return [(to, html.unescape(re.sub("<[^>]+>", "", said))) for to, said in found]


@pytest.mark.parametrize(
    ("role", "said"),
    [
        ("check:`~widget.done`", "done"),
        ("procedure:`~widget.cold`", "Cold upgrade"),
        ("step:`~widget.cold.nodes.install`", "Install"),
        ("step:`widget.cold.nodes.install`", "step 2.1 of Cold upgrade: Install"),
        ("step:`the last one <widget.cold.nodes.install>`", "the last one"),
    ],
)
def test_what_a_link_says(guide: Guide, checks: Checks, role: str, said: str) -> None:
    done = guide.build(**ALL, page=f":upgrade:{role}")
    assert [text for _, text in links(done, "page.html")] == [said]


def test_an_exclamation_mark_makes_no_link(guide: Guide, checks: Checks) -> None:
    text = ":upgrade:check:`!widget.gone` :upgrade:step:`!widget.cold.gone`"
    done = guide.build(**ALL, page=text)
    assert links(done, "page.html") == []
    assert "widget.cold.gone" in done["page.html"]


def test_a_summary_may_stand_alone(guide: Guide, checks: Checks) -> None:
    guide.services = []
    page = ".. upgrade:checks:: widget\n   :summary-only:"
    done = guide.build(page=page, checks="Nothing.")
    assert links(done, "page.html") == []
    assert "widget.ready" in done["page.html"]
    assert guide.build().written == set()
    more = guide.build(checks=".. upgrade:check:: widget.done")
    assert "page" in more.written
    assert links(more, "page.html") == [
        ("checks.html#check-widget.done", "widget.done")
    ]


class TestNotInTheIndex:
    """What is shown with ``:no-index:`` leads nobody there, but is whole in itself."""

    PAGE = ".. upgrade:procedure:: widget.cold\n   :{}:"

    @pytest.mark.parametrize("option", ["no-index", "noindex"])
    def test_its_links_stay_on_its_page(
        self, guide: Guide, checks: Checks, option: str
    ) -> None:
        done = guide.build(**ALL, page=self.PAGE.format(option))
        assert [each for each in links(done, "page.html") if each[0][0] == "#"] == [
            ("#step-widget.cold.stop", "step 1: Stop the widgets"),
            ("#note-widget.cold.backup", "Backups"),
        ]

    @pytest.mark.parametrize(
        "builder", ["html", "singlehtml", "man", "latex", "text", "epub"]
    )
    def test_it_needs_no_other_page(
        self, guide: Guide, checks: Checks, builder: str
    ) -> None:
        checks.add("ready", "Widgets are ready.")
        checks.install()
        pages = {"checks": ALL["checks"], "man": self.PAGE.format("no-index")}
        done = guide.build(builder, "-j2", **pages)
        assert (done.code, done.warnings) == (0, "")

    def test_links_from_elsewhere_do_not_lead_there(
        self, guide: Guide, checks: Checks
    ) -> None:
        done = guide.build(checks=ALL["checks"], page=self.PAGE.format("no-index"))
        assert "the link to the step widget.cold.stop leads nowhere" in done.warnings

    @pytest.mark.parametrize("option", ["no-index", "noindex"])
    def test_checks_shown_twice(
        self, guide: Guide, checks: Checks, option: str
    ) -> None:
        again = f".. upgrade:checks:: widget\n   :{option}:"
        assert guide.build(**ALL, again=again).code == 0
