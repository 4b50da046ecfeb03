"""Every page, at every width: it loads, fits, can be used by all, and needs no script."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import SOURCE
from tests.browser.reader import DESK
from tests.browser.reader import PHONE
from tests.browser.reader import SMALL_PHONE
from tests.browser.reader import Reader

#: Those that Sphinx adds to what is written.
ADDED = {"genindex", "search", "upgrade-checks"}
PAGES = sorted({file.stem for file in SOURCE.glob("*.rst")} | ADDED)
GRAVE = ("serious", "critical")
#: What sticks out of the window and is in no box that scrolls or hides it.
OUTSIDE = """() => [...document.body.querySelectorAll("*")].filter(each => {
  const edge = document.documentElement.clientWidth + 1;
  if (each.getBoundingClientRect().right <= edge) return false;
  for (let around = each.parentElement; around; around = around.parentElement) {
    if (getComputedStyle(around).overflowX !== "visible") return false;
  }
  return true;
}).map(each => each.outerHTML.slice(0, 80))"""
SHOWN = """() => document.querySelector("main").innerText.replace(/\\s+/g, " ")"""


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with where it is."""
    return [
        f"{fault['id']}: {node['html']}: {node['failureSummary']}"
        for fault in Axe().run(page).response["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def test_no_page_is_left_out(built: Path) -> None:
    assert sorted(file.stem for file in built.glob("*.html")) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_loads_quietly_fits_and_is_accessible(reader: Reader, name: str) -> None:
    """That it asks no other host and tells the console nothing, the reader sees."""
    page = reader.open(f"{name}.html")
    assert page.locator("h1").first.is_visible()
    assert faults(page) == []
    for width in (DESK, PHONE, SMALL_PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width
        assert page.evaluate(OUTSIDE) == []
    page.set_viewport_size({"width": PHONE, "height": 800})
    assert faults(page) == []


def test_a_phone_shows_a_page_in_its_own_width(reader: Reader) -> None:
    page = reader.open("octavia.html", PHONE, is_mobile=True, has_touch=True)
    assert page.evaluate("[innerWidth, visualViewport.scale]") == [PHONE, 1]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("checks", "table"),
        ("octavia", ".upgrade-diagram-box"),
        ("operator", "pre"),
    ],
)
def test_what_is_wide_scrolls_in_its_own_box_by_keyboard_too(
    reader: Reader, name: str, part: str
) -> None:
    page = reader.open(f"{name}.html", SMALL_PHONE)
    wide = page.locator(f"{part}:visible").filter(visible=True)
    boxes = [
        each
        for each in wide.all()
        if each.evaluate("each => each.scrollWidth > each.clientWidth")
    ]
    assert boxes
    boxes[0].focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.activeElement.scrollLeft > 0 && window.scrollX === 0"
    )


@pytest.mark.parametrize("name", ["octavia", "glance", "ceilometer", "checks", "start"])
def test_without_scripts_all_is_there_but_the_copy_buttons(
    reader: Reader, name: str
) -> None:
    with_scripts = reader.open(f"{name}.html")
    without = reader.open(f"{name}.html", java_script_enabled=False)
    assert without.locator("button.upgrade-copy:visible").count() == 0
    hide = ".upgrade-copy { display: none !important }"
    with_scripts.add_style_tag(content=hide)
    said = " ".join(without.locator("main").inner_text().split())
    assert len(said) > 500
    assert said == with_scripts.evaluate(SHOWN).strip()
