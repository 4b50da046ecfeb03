"""Databases of Octavia, made by Octavia's own commands."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.functional.servers import program
from tests.functional.servers import settings
from tests.functional.servers.directory import private_directory

#: Six revisions before the head of Octavia 19.
OLD_REVISION = "31f7653ded67"


def upgrade(url: str, programs: Path = program.PROGRAMS, revision: str = "head") -> str:
    """Bring the database to a revision, by the Octavia in ``programs``."""
    return _manage(url, programs, "upgrade", revision)


def stamp(url: str, revision: str = OLD_REVISION) -> str:
    """Make today's tables and claim that they are of an older revision.

    Octavia's revisions run on MariaDB alone; a reader of the revision has no
    way to tell.
    """
    make_tables = program.OWN_PROGRAMS / "octavia_tables.py"
    # The revision has a table of its own: neither waits for the other.
    with ThreadPoolExecutor() as together:
        tables = together.submit(program.run, sys.executable, make_tables, url)
        _manage(url, program.PROGRAMS, "stamp", revision)
        tables.result()
    return url


def _manage(url: str, programs: Path, *arguments: str) -> str:
    with private_directory() as directory:
        program.run(
            programs / "octavia-db-manage",
            "--config-file",
            settings.write(
                directory / "octavia.conf", {"database": {"connection": url}}
            ),
            *arguments,
        )
    return url
