"""What tests of every kind may stand on; nothing of it happens unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.plugins import Plugins


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home in place of that of who runs the test.

    Neither the cache nor the credentials of who runs it are seen.
    """
    for name in list(os.environ):
        if name.startswith("OS_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return folder


@pytest.fixture
def plugins(tmp_path: Path) -> Plugins:
    """Where a test installs distributions of services that it invents."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    return Plugins(folder)
