"""Who reads the guide in a browser: pages opened for real, and what went wrong there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import ConsoleMessage
from playwright.sync_api import Page
from playwright.sync_api import Response
from playwright.sync_api import Route

#: The widths of a window, in pixels: on a desk, and those of telephones.
DESK = 1280
PHONE = 390
SMALL_PHONE = 320


class Reader:
    """Opens pages, and keeps a list of all faults that the browser tells.

    :param browser: what shows the pages.
    :param site: the address under which they are served, which ends with a slash.
    """

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser = browser
        self.site = site
        self.faults: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(self, page: str, width: int = DESK, **settings: Any) -> Page:
        """Show a page in a window of its own.

        :param page: its file, with what follows it in an address.
        :param settings: of the window, in Playwright's words.
        """
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, **settings
        )
        self._contexts.append(context)
        context.route("**/*", self._only_here)
        found = context.new_page()
        found.on("console", self._heard)
        found.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        found.on("response", self._answered)
        found.goto(self.site + page)
        return found

    def close(self) -> None:
        """Close all windows."""
        for context in self._contexts:
            context.close()

    def _only_here(self, route: Route) -> None:
        address = route.request.url
        if address.startswith(self.site):
            route.continue_()
        else:
            self.faults.append(f"another host: {address}")
            route.abort()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"{response.status}: {response.url}")
