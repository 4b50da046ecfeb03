"""Older releases, each in a virtual environment of its own.

They take half a minute to install, so they are kept between runs.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.functional.servers import program

_REPOSITORY = Path(__file__).parents[3]

#: Octavia 13 broke with what SQLAlchemy and oslo.db became since.
OCTAVIA_13 = (
    "octavia==13.0.1",
    "SQLAlchemy<2",
    "oslo.db<16",
    "PyMySQL",
)

#: So did Glance 27; its libraries import what setuptools had until 80.
GLANCE_27 = (
    "glance==27.1.1",
    "SQLAlchemy<2",
    "oslo.db<16",
    "setuptools<81",
    "PyMySQL",
)


def programs_of(*requirements: str) -> Path:
    """Where the programs of a release are; it is installed when it is not.

    The first requirement names the release.
    """
    python = "py{}.{}".format(*sys.version_info[:2])
    home = _cache() / f"{requirements[0].replace('==', '-')}-{python}"
    # What is written is what it was made of: something else is made anew.
    made_of = "\n".join((*requirements, sys.version, str(home)))
    with _alone(home.parent / f"{home.name}.lock"):
        marker = home / "complete"
        if not marker.exists() or marker.read_text() != made_of:
            shutil.rmtree(home, ignore_errors=True)
            _install(home, requirements)
            marker.write_text(made_of)
    return home / "bin"


def _install(home: Path, requirements: tuple[str, ...]) -> None:
    program.run(sys.executable, "-m", "venv", home)
    program.run(
        home / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        # Of all that comes along little is ever imported.
        "--no-compile",
        *requirements,
        timeout=900,
    )


def _cache() -> Path:
    chosen = os.environ.get("UPGRADECHECK_TEST_CACHE")
    cache = Path(chosen) if chosen else _REPOSITORY / ".cache" / "tests"
    if not cache.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # Wherever it is, it is not to be committed.
        (cache / ".gitignore").write_text("*\n")
    return cache.resolve()


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let other workers of pytest-xdist wait here."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
