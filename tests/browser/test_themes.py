"""What the extension brings to a page fits themes that know nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import build
from tests.browser.conftest import served
from tests.browser.reader import DESK
from tests.browser.reader import PHONE
from tests.browser.reader import Reader

SETTINGS = """\
extensions = ["sphinx.ext.graphviz", "upgradecheck_sphinx"]
project = "Guide"
upgradecheck_services = ["octavia"]
html_theme = "{theme}"
"""
PAGE = """\
Guide
=====

.. upgrade:checks:: octavia

.. upgrade:procedure:: octavia.cold
   :diagram:

.. upgrade:procedure:: octavia.amphora
   :diagram:

.. upgrade:exit-codes::
"""
OURS = [".upgrade-order", ".upgrade-table"]
WIDE = """() => [...document.querySelectorAll(
  ".upgrade-table, .upgrade-order, .upgrade-run, .upgrade-diagram"
)].filter(each => each.getBoundingClientRect().right > innerWidth)
 .map(each => each.className)"""


@pytest.mark.parametrize("theme", ["alabaster", "bizstyle"])
def test_our_parts_of_a_page_fit_and_are_accessible(
    browser: Browser, tmp_path: Path, theme: str
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "conf.py").write_text(SETTINGS.format(theme=theme))
    (source / "index.rst").write_text(PAGE)
    with served(build(source, tmp_path)) as site:
        reader = Reader(browser, site)
        for width in (DESK, PHONE):
            page = reader.open("index.html", width)
            assert page.locator("button.upgrade-copy:visible").count() > 5
            assert page.evaluate(WIDE) == []
            found = Axe().run(page, context=OURS).response["violations"]
            # The colours of text are the theme's own.
            grave = [
                (each["id"], [node["html"] for node in each["nodes"]])
                for each in found
                if each["impact"] in ("serious", "critical")
                and each["id"] != "color-contrast"
            ]
            assert grave == []
        reader.close()
