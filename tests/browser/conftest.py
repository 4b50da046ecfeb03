"""The guide as it is published: built for real, served on loopback, in Chromium."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import sync_playwright

from tests.browser.reader import Reader

SOURCE = Path(__file__).parents[2] / "doc" / "source"
#: Debian's browser; the tests bring none of their own.
CHROMIUM = shutil.which("chromium")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)


class Handler(SimpleHTTPRequestHandler):
    """Serves files and keeps quiet about it."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the guide's pages."""
    folder = tmp_path_factory.mktemp("guide")
    return build(SOURCE, folder)


def build(source: Path, folder: Path) -> Path:
    """The pages of a guide, made from its sources; a warning is an error."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html"),
            *("-d", str(folder / "trees"), str(source), str(folder / "html")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "html"


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address under which a folder is served, for as long as it is."""
    handler = functools.partial(Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    """The address under which the guide is served."""
    with served(built) as found:
        yield found


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Chromium, without a window and with a profile that is thrown away."""
    if CHROMIUM is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    home = {**os.environ, "HOME": str(tmp_path_factory.mktemp("home"))}
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(QUIET), env=dict(home)
        )
        try:
            yield found
        finally:
            found.close()


@pytest.fixture
def reader(browser: Browser, site: str) -> Iterator[Reader]:
    """Who opens pages; the test fails if one of them had a fault."""
    found = Reader(browser, site)
    try:
        yield found
        assert found.faults == []
    finally:
        found.close()
