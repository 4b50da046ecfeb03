"""PostgreSQL."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from tests.functional.servers import program
from tests.functional.servers.database import DatabaseServer
from tests.functional.servers.server import LOOPBACK

#: Debian keeps each version's programs in a directory of their own.
_DEBIAN = Path("/usr/lib/postgresql")


class PostgreSQL(DatabaseServer):
    """A PostgreSQL server of its own, that forgets everything."""

    account = "postgres"
    driver = "postgresql+psycopg"
    superuser = "postgres"
    first_database = "postgres"
    # SIGTERM would wait for clients to leave.
    stop_signal = signal.SIGINT

    def __init__(self) -> None:
        super().__init__()
        self._installer = _binary("initdb")
        self._server = _binary("postgres")

    def prepare(self) -> None:
        program.run(
            self._installer,
            f"--pgdata={self._data}",
            f"--username={self.superuser}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
            cwd=self.directory,
            variables=self.variables(),
            account=self.account,
        )
        # Written in place, so the file keeps the owner that initdb gave it.
        (self._data / "pg_hba.conf").write_text(
            f"host all {self.superuser} {LOOPBACK}/32 trust\n"
            f"host all all {LOOPBACK}/32 scram-sha-256\n"
        )

    def command(self) -> list[str | Path]:
        return [
            self._server,
            "-D",
            self._data,
            "-h",
            LOOPBACK,
            "-p",
            str(self.port),
            "-k",
            self.directory,
            "-F",  # no fsync: what a power failure would lose, nobody misses
        ]

    def _creation(self, database: str) -> str:
        return f'CREATE DATABASE "{database}"'

    def _user(self, user: str, database: str, read_only: bool) -> list[str]:
        rights = "pg_read_all_data"
        if not read_only:
            rights += ", pg_write_all_data"
        return [
            f"CREATE USER {user} PASSWORD :password",
            f"GRANT {rights} TO {user}",
        ]

    @property
    def _data(self) -> Path:
        return self.directory / "data"


def _binary(name: str) -> str:
    versions = sorted(_DEBIAN.glob("*/bin"), key=lambda place: float(place.parent.name))
    places = [str(place) for place in reversed(versions)]
    found = shutil.which(name) or shutil.which(name, path=":".join(places))
    if found is None:
        pytest.skip(f"{name} is missing: install Debian's postgresql")
    return found
