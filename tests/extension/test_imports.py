"""The extension knows the values and the registry; nothing but it knows Sphinx."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import upgradecheck_sphinx

import upgradecheck

READERS = ("cmd", "runner", "deployment", "checks", "plan", "settings", "waiver")


def imported(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each module that the files of a folder import by name."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield from ((file, f"{node.module}.{each.name}") for each in node.names)
            elif isinstance(node, ast.Import):
                yield from ((file, each.name) for each in node.names)


def test_the_extension_imports_no_reader_of_the_registry_but_itself() -> None:
    folder = Path(upgradecheck_sphinx.__file__).parent
    names = [name for _, name in imported(folder)]
    assert "upgradecheck.registry" in names
    barred = tuple(f"upgradecheck.{each}" for each in READERS)
    assert [name for name in names if f"{name}.".startswith(barred)] == []


def test_only_the_extension_imports_sphinx() -> None:
    found = imported(Path(upgradecheck.__file__).parent)
    assert [each for each in found if each[1].split(".")[0] == "sphinx"] == []


def test_loading_the_extension_loads_no_service_and_no_database() -> None:
    program = (
        "import sys, upgradecheck_sphinx; upgradecheck_sphinx.guide.load([]);"
        "print(*{'sqlalchemy', 'openstack', 'alembic', 'octavia', 'glance',"
        " 'upgradecheck.cmd', 'upgradecheck.runner'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"
