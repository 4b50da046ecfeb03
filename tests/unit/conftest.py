"""What unit tests stand on: real files, real distributions, the real command."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins
from upgradecheck import entries

# No test is timed, and none leaves a folder behind.
hypothesis.settings.register_profile("unit", deadline=None, database=None)
hypothesis.settings.load_profile("unit")

#: Writes a configuration file: its text, and its name if it is not widget.conf.
WriteConf = Callable[..., Path]


@pytest.fixture(autouse=True)
def _nothing_from_outside(home: Path) -> None:
    """Every unit test has a home of its own."""


@pytest.fixture(autouse=True)
def _nothing_of_another_test(tmp_path: Path) -> Iterator[None]:
    """No test sees a module that another one wrote."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        module = vars(sys.modules[name])
        places = (module.get("__file__") or "", *module.get("__path__", ()))
        if any(Path(each).is_relative_to(tmp_path) for each in places):
            del sys.modules[name]


@pytest.fixture
def plugins_here(
    plugins: Plugins, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Plugins]:
    """The same, seen by the tests' own process as well."""
    monkeypatch.syspath_prepend(str(plugins.folder))
    entries._all.cache_clear()
    yield plugins
    entries._all.cache_clear()


@pytest.fixture
def status(home: Path, plugins: Plugins) -> ServiceStatus:
    """The real ``service-status``, which sees the installed plug-ins."""
    return ServiceStatus(home, plugins.folder)


@pytest.fixture
def conf(tmp_path: Path) -> WriteConf:
    """Writes a configuration file."""

    def write(text: str, name: str = "widget.conf") -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        return file

    return write


def line_of(file: Path, text: str) -> int:
    """The number of the first line that holds a text."""
    lines = file.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
