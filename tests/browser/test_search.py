"""The search, as a reader uses it: words into the box, a click on what is found."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from playwright.sync_api import expect

from tests.browser.reader import PHONE
from tests.browser.reader import Reader

IMAGE = "octavia.html#check-octavia.amphora-image"


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("octavia.amphora-image", IMAGE),
        ("Amphora image", IMAGE),
        ("amphora-image", IMAGE),
        ("Additive database changes", "glance.html#check-glance.database-additive"),
        ("octavia.cold", "octavia.html#procedure-octavia.cold"),
        ("Rolling upgrade", "glance.html#procedure-glance.rolling"),
        ("glance.rolling.expand", "glance.html#step-glance.rolling.expand"),
    ],
)
def test_ids_and_titles_are_found_and_the_result_leads_there(
    reader: Reader, words: str, place: str
) -> None:
    page = reader.open("start.html")
    search(page, words)
    result = page.locator(f'#search-results a[href="{place}"]').first
    result.click()
    page.wait_for_url(f"**/{place}")
    expect(page.locator(":target")).to_be_in_viewport()


def test_the_box_serves_on_a_phone(reader: Reader) -> None:
    page = reader.open("index.html", PHONE)
    search(page, "octavia.amphora-image")
    expect(page.locator(f'#search-results a[href="{IMAGE}"]').first).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE


def test_what_is_found_tells_where_the_words_stand(reader: Reader) -> None:
    page = reader.open("start.html")
    search(page, "failover_threshold")
    found = page.locator("#search-results li", has_text="Upgrading Octavia")
    expect(found.first).to_contain_text("failover_threshold")


def test_nothing_found_is_said(reader: Reader) -> None:
    page = reader.open("start.html")
    search(page, "xyzzyplugh")
    expect(page.locator("#search-results")).to_contain_text("did not match any")
