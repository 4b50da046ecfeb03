"""The steps of a procedure: their links, their numbers, the keyboard, the copy button."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.reader import DESK
from tests.browser.reader import PHONE
from tests.browser.reader import Reader

#: How what has the focus differs from how it looks without.
LOOK = """each => {
  const style = getComputedStyle(each);
  const line = style.outlineStyle === "none" ? "" : style.outline;
  return line + "|" + style.boxShadow + "|" + style.borderColor;
}"""
COMMAND = "octavia-db-manage upgrade head"


def line_of(page: Page, text: str = COMMAND) -> Locator:
    """A command and its button."""
    return page.locator(".upgrade-run", has_text=text).first


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize(
    ("page", "step", "title"),
    [
        ("octavia", "octavia.cold.database", "Upgrade the database"),
        ("glance", "glance.rolling.expand", "Expand the database"),
        ("ceilometer", "ceilometer.full.database", "Upgrade the storage"),
    ],
)
def test_a_permalink_lands_on_its_step(
    reader: Reader, page: str, step: str, title: str, width: int
) -> None:
    shown = reader.open(f"{page}.html", width)
    line = shown.locator(f'p.upgrade-step:has([id="step-{step}"])')
    line.hover()
    line.locator("a.headerlink").click()
    landed = reader.open(shown.url.removeprefix(reader.site), width)
    assert landed.url.endswith(f"#step-{step}")
    expect(landed.locator(":target")).to_have_attribute("id", f"step-{step}")
    heading = landed.locator("p.upgrade-step:has(:target)")
    expect(heading).to_contain_text(title)
    expect(heading).to_be_in_viewport()


def test_a_step_of_the_diagram_leads_to_the_step_of_the_list(reader: Reader) -> None:
    page = reader.open("octavia.html")
    page.locator('.upgrade-diagram a[href="#step-octavia.cold.stop.api"]').click()
    expect(page.locator("p.upgrade-step:has(:target)")).to_contain_text("Stop the API")
    expect(page.locator("p.upgrade-step:has(:target)")).to_be_in_viewport()


def test_diagrams_of_the_guides_fit_a_desk(reader: Reader) -> None:
    for name in ("octavia", "glance", "ceilometer"):
        boxes = reader.open(f"{name}.html").locator(".upgrade-diagram-box").all()
        assert boxes
        for box in boxes:
            assert box.evaluate("each => each.scrollWidth <= each.clientWidth")


def test_a_step_within_a_step_has_the_number_that_links_say_read_aloud_too(
    reader: Reader,
) -> None:
    page = reader.open("octavia.html")
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    numbers = {
        node["name"]["value"].strip(" .")
        for node in tree["nodes"]
        if node["role"]["value"] in ("ListMarker", "StaticText")
    }
    drawn = page.locator(".upgrade-diagram").first.inner_text()
    assert "2.3. Stop the API" in drawn
    assert {"2", "2.1", "2.2", "2.3"} <= numbers


def test_the_keyboard_reaches_links_and_buttons_in_their_order(reader: Reader) -> None:
    page = reader.open("octavia.html")
    expect(page.locator("button.upgrade-copy").first).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "guide-skip"
    expect(page.locator(".guide-skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    reached = []
    for _step in range(80):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "[...document.querySelectorAll('main *')]"
                ".indexOf(document.activeElement)"
            )
        )
        if page.evaluate("document.activeElement.matches('.upgrade-copy')"):
            break
    else:
        pytest.fail("Tab reaches no copy button")
    assert reached == sorted(reached)
    assert -1 not in reached


def test_the_focus_is_seen_wherever_it_is(reader: Reader) -> None:
    page = reader.open("octavia.html")
    expect(page.locator("button.upgrade-copy").first).to_be_visible()
    unseen = []
    for _step in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle("document.activeElement").as_element()
        assert focused is not None
        name = focused.evaluate("each => each.outerHTML.slice(0, 100)")
        with_focus = focused.evaluate(LOOK)
        focused.evaluate("each => each.blur()")
        without = focused.evaluate(LOOK)
        focused.focus()
        if with_focus == without:
            unseen.append(name)
    assert unseen == []


@pytest.mark.parametrize("key", ["mouse", "keyboard"])
def test_the_button_copies_exactly_the_command_and_says_so(
    reader: Reader, key: str
) -> None:
    page = reader.open("octavia.html", permissions=["clipboard-read"])
    line = line_of(page)
    button = line.locator("button")
    told = line.locator("[role=status]")
    expect(button).to_have_accessible_name(f"Copy the command {COMMAND}")
    if key == "mouse":
        button.click()
    else:
        button.focus()
        page.keyboard.press("Enter")
    expect(told).to_have_text("Copied")
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == COMMAND
    assert page.evaluate("document.activeElement.matches('.upgrade-copy')")


def test_every_button_copies_what_stands_beside_it(reader: Reader) -> None:
    for name in ("octavia", "glance", "ceilometer"):
        page = reader.open(f"{name}.html", permissions=["clipboard-read"])
        lines = page.locator(".upgrade-run").all()
        assert lines
        for line in lines:
            line.locator("button").click()
            expect(line.locator("[role=status]")).to_have_text("Copied")
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied == line.locator("pre").inner_text().rstrip("\n")


def test_where_the_clipboard_is_refused_a_selection_copies(reader: Reader) -> None:
    page = reader.open("octavia.html", permissions=["clipboard-read"])
    page.evaluate("delete Navigator.prototype.clipboard")
    line = line_of(page)
    button = line.locator("button")
    told = line.locator("[role=status]")
    button.click()
    expect(told).to_have_text("Copied")
    area = page.get_by_role("searchbox")
    area.focus()
    page.keyboard.press("Control+V")
    expect(area).to_have_value(COMMAND)


def test_a_printed_page_has_no_buttons_and_cuts_nothing(reader: Reader) -> None:
    page = reader.open("octavia.html", 720)
    page.emulate_media(media="print")
    assert page.locator("button.upgrade-copy:visible").count() == 0
    assert not page.locator(".docs-sidebar").is_visible()
    for block in page.locator("pre").all():
        assert block.evaluate("each => each.scrollWidth <= each.clientWidth")
