"""The required order as a diagram beside the steps; without graphviz just in words."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET

import pytest

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Built
from tests.extension.guide import Checks
from tests.extension.guide import Guide
from tests.extension.test_builders import BUILDERS

PAGES = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold\n   :diagram:",
    "man": ".. upgrade:procedure:: widget.cold\n   :diagram:\n   :no-index:",
}
NO_DOT = 'graphviz_dot = "/nowhere/dot"'

needs_dot = pytest.mark.skipif(
    shutil.which("dot") is None, reason="dot is missing: apt-get install graphviz"
)


def drawn(done: Built, page: str = "cold.html") -> ET.Element:
    """The diagram of a page."""
    assert done.code == 0, done.warnings
    (found,) = re.findall(r"<svg.*?</svg>", done[page], re.DOTALL)
    return ET.fromstring(found)


def edges(svg: ET.Element) -> int:
    return sum(each.get("class") == "edge" for each in svg.iter("g"))


@needs_dot
class TestWithGraphviz:
    @pytest.mark.parametrize("builder", BUILDERS.split())
    def test_every_builder_is_quiet(
        self, guide: Guide, checks: Checks, builder: str
    ) -> None:
        done = guide.build(builder, **PAGES)
        assert (done.code, done.warnings) == (0, "")

    def test_each_step_is_linked_to_its_place_in_the_list(
        self, guide: Guide, checks: Checks
    ) -> None:
        done = guide.build(**PAGES)
        links = [each.get("href") for each in drawn(done).iter("a")]
        assert sorted(str(each) for each in links) == [
            "#step-widget.cold.nodes",
            "#step-widget.cold.nodes.install",
            "#step-widget.cold.stop",
        ]
        for link in links:
            assert f'id="{str(link)[1:]}"' in done["cold.html"]

    def test_each_requirement_is_an_arrow(self, guide: Guide, checks: Checks) -> None:
        assert edges(drawn(guide.build(**PAGES))) == 1
        more = PROCEDURE + "  - id: last\n    requires: [stop, nodes.install]\n"
        checks.install({"cold": more})
        assert edges(drawn(guide.build())) == 3

    def test_its_alternative_is_all_of_it_in_words(
        self, guide: Guide, checks: Checks
    ) -> None:
        label = drawn(guide.build(**PAGES)).get("aria-label") or ""
        assert label == (
            "The required order of the steps: 2 Each node requires 1 Stop the widgets."
        )

    def test_it_is_drawn_in_the_ink_of_the_page(
        self, guide: Guide, checks: Checks
    ) -> None:
        inks = {
            value
            for each in drawn(guide.build(**PAGES)).iter()
            for key, value in each.attrib.items()
            if key in ("fill", "stroke")
        }
        assert inks == {"currentColor", "none"}

    def test_two_on_a_page_share_no_id(self, guide: Guide, checks: Checks) -> None:
        two = f"{PAGES['cold']}\n\n{PAGES['man']}"
        html = guide.build(checks=PAGES["checks"], cold=two)["cold.html"]
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert html.count("<svg") == 2
        assert len(ids) == len(set(ids))

    def test_titles_of_others_stay_text(self, guide: Guide, checks: Checks) -> None:
        guide.more = "smartquotes = False"
        title = '"\\N <b>&lt; \\\\" ];'
        text = PROCEDURE.replace("title: Stop the widgets", f"title: '{title}'")
        checks.install({"cold": text})
        svg = drawn(guide.build(**PAGES))
        said = " ".join("".join(each.itertext()) for each in svg.iter("text"))
        assert f"1. {title}" in said

    def test_a_title_that_changes_is_drawn_anew(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.build(**PAGES)
        changed = PROCEDURE.replace("Stop the widgets", "Halt them")
        checks.install({"cold": changed})
        done = guide.build()
        assert done.read == {"cold", "man"}
        assert "2 Each node requires 1 Halt them." in str(drawn(done).attrib)

    def test_serial_and_parallel_pages_are_the_same(
        self, guide: Guide, checks: Checks
    ) -> None:
        more = {f"page{number}": "Nothing." for number in range(9)}
        serial, parallel = guide.build(**PAGES, **more), guide.build("html", "-j2")
        assert serial["cold.html"] == parallel["cold.html"]

    def test_a_diagram_that_cannot_be_drawn_is_a_warning_at_the_procedure(
        self, guide: Guide, checks: Checks
    ) -> None:
        guide.more = 'graphviz_dot_args = ["-Knothing"]'
        done = guide.build(**PAGES)
        assert done.code == 1
        assert "cold.yaml:1: WARNING: the diagram of widget.cold" in done.warnings
        assert "[upgradecheck.procedure]" in done.warnings

    def test_a_pdf_has_it(self, guide: Guide, checks: Checks) -> None:
        done = guide.build("latex", **PAGES)
        (tex,) = done.folder.glob("*.tex")
        assert "sphinxincludegraphics" in tex.read_text()
        assert list(done.folder.glob("graphviz-*.pdf"))


class TestWithoutGraphviz:
    @pytest.mark.parametrize("builder", ["html", "latex", "epub", "text", "man"])
    def test_it_is_left_out_without_a_word(
        self, guide: Guide, checks: Checks, builder: str
    ) -> None:
        guide.more = NO_DOT
        done = guide.build(builder, **PAGES)
        assert (done.code, done.warnings) == (0, "")
        pages = {each.suffix: each for each in done.folder.glob("*")}
        for page in pages.values():
            if page.suffix in (".html", ".tex", ".txt"):
                assert "upgrade-diagram" not in page.read_text()
                assert "graphviz-" not in page.read_text()


@pytest.mark.parametrize("more", ["", NO_DOT])
def test_the_list_says_all_that_the_diagram_says(
    guide: Guide, checks: Checks, more: str
) -> None:
    guide.more = more
    text = guide.build("text", **PAGES)["cold.txt"]
    assert re.search(r"2\. \*\*Each node\*\*.*Requires:\s+\*step 1: Stop", text, re.S)
    assert "[graph" not in text


def test_where_no_step_requires_another_the_page_says_so(
    guide: Guide, checks: Checks
) -> None:
    checks.install({"cold": PROCEDURE.replace("    requires: [stop]\n", "")})
    html = guide.build(**PAGES)["cold.html"]
    assert "No step requires another." in html
    assert "<svg" not in html
