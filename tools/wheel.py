"""The wheel of upgradecheck, as pip builds it of a copy of the sources."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from packaging.version import Version

ROOT = Path(__file__).parents[1]
_FOLDERS = ("upgradecheck", "ext")
_FILES = ("setup.cfg", "pyproject.toml", "README.rst", "LICENSE")


def build(folder: Path) -> Path:
    """Build the wheel in a folder.

    :raises RuntimeError: if pip does not; the message is what pip said.
    """
    source = folder / "source"
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    for name in _FOLDERS:
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    for name in _FILES:
        shutil.copy(ROOT / name, source / name)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        + (["--no-build-isolation"] if _builder_is_here() else [])
        + ["--wheel-dir", str(folder), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    (file,) = folder.glob("upgradecheck-*.whl")
    return file


def _builder_is_here() -> bool:
    """Whether no network is needed, as what builds the wheel is installed."""
    try:
        return Version(importlib.metadata.version("setuptools")) >= Version("77")
    except importlib.metadata.PackageNotFoundError:
        return False
