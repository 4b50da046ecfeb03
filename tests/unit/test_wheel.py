"""The wheel holds both packages, whole, and nothing else."""

from __future__ import annotations

import configparser
import zipfile
from pathlib import Path

import pytest

from tools import wheel as wheels

SOURCES = {
    "upgradecheck": wheels.ROOT / "upgradecheck",
    "upgradecheck_sphinx": wheels.ROOT / "ext" / "upgradecheck_sphinx",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel that pip builds of a copy of the sources."""
    file = wheels.build(tmp_path_factory.mktemp("wheel"))
    return zipfile.ZipFile(file)


def _sources() -> set[str]:
    return {
        f"{name}/{path.relative_to(folder)}"
        for name, folder in SOURCES.items()
        for path in folder.rglob("*")
        if path.is_file() and not _is_made(path.relative_to(folder))
    }


def _is_made(path: Path) -> bool:
    """Whether a tool left it, as Python's and mypy's caches."""
    return any(part == "__pycache__" or part.startswith(".") for part in path.parts)


def test_it_holds_every_file_of_both_source_roots(wheel: zipfile.ZipFile) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == _sources()


def test_each_file_is_the_source(wheel: zipfile.ZipFile) -> None:
    for name in wheel.namelist():
        package, _, path = name.partition("/")
        if package in SOURCES:
            assert wheel.read(name) == (SOURCES[package] / path).read_bytes(), name


def test_it_is_typed(wheel: zipfile.ZipFile) -> None:
    assert {f"{name}/py.typed" for name in SOURCES} <= set(wheel.namelist())


def test_its_entry_points_lead_somewhere(wheel: zipfile.ZipFile) -> None:
    (name,) = (n for n in wheel.namelist() if n.endswith("/entry_points.txt"))
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.read_string(wheel.read(name).decode())
    assert parser["console_scripts"]["service-status"]
    for section in parser.sections():
        for value in parser[section].values():
            module, _, attribute = value.partition(":")
            assert hasattr(__import__(module, fromlist=[attribute]), attribute), value


def test_every_import_is_declared(wheel: zipfile.ZipFile) -> None:
    (name,) = (n for n in wheel.namelist() if n.endswith("/METADATA"))
    metadata = wheel.read(name).decode()
    assert "License-Expression: Apache-2.0" in metadata or "Apache-2.0" in metadata
    for distribution in (
        *("PyYAML", "oslo.config", "oslo.upgradecheck", "stevedore", "rich"),
        *("SQLAlchemy", "alembic", "keystoneauth1", "Sphinx", "reno"),
    ):
        assert f"Requires-Dist: {distribution}" in metadata


def test_all_catalogues_together_stay_small(wheel: zipfile.ZipFile) -> None:
    held = [info for info in wheel.infolist() if "/releases/" in info.filename]
    assert len(held) >= 3 * 8
    assert sum(info.compress_size for info in held) < 1_500_000
    assert sum(info.file_size for info in held) < 12_000_000
