"""Databases of Glance."""

from __future__ import annotations

from pathlib import Path

from tests.functional.servers import program
from tests.functional.servers import settings
from tests.functional.servers.directory import private_directory


def sync(url: str) -> str:
    """Bring the database to what the installed Glance wants."""
    with private_directory() as directory:
        configuration = {"database": {"connection": url}}
        manage(
            settings.write(directory / "glance.conf", configuration),
            "db",
            "sync",
        )
    return url


def manage(configuration: Path, *arguments: str) -> str:
    return program.run(
        program.PROGRAMS / "glance-manage",
        "--config-file",
        configuration,
        *arguments,
    )
