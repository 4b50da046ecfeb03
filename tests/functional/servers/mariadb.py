"""MariaDB."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.functional.servers import program
from tests.functional.servers.database import DatabaseServer
from tests.functional.servers.server import LOOPBACK


class MariaDB(DatabaseServer):
    """A MariaDB server of its own, that forgets everything."""

    account = "mysql"
    driver = "mysql+pymysql"
    superuser = "root"
    first_database = "mysql"

    def __init__(self) -> None:
        super().__init__()
        self._installer = _binary("mariadb-install-db")
        self._server = _binary("mariadbd")

    def prepare(self) -> None:
        program.run(
            self._installer,
            "--no-defaults",
            f"--datadir={self._data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
            cwd=self.directory,
            variables=self.variables(),
            account=self.account,
        )

    def command(self) -> list[str | Path]:
        return [
            self._server,
            "--no-defaults",
            f"--datadir={self._data}",
            f"--socket={self.directory / 'socket'}",
            f"--pid-file={self.directory / 'pid'}",
            f"--bind-address={LOOPBACK}",
            f"--port={self.port}",
            "--character-set-server=utf8mb4",
            # A new user "at any host" would lose to the anonymous one at
            # localhost if addresses were turned into names.
            "--skip-name-resolve",
            # What a power failure would lose, nobody misses.
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-flush-method=nosync",
            "--innodb-doublewrite=0",
            "--innodb-fast-shutdown=2",
            "--skip-log-bin",
        ]

    def _creation(self, database: str) -> str:
        # Octavia's indexes do not fit into utf8mb4.
        return f"CREATE DATABASE `{database}` CHARACTER SET utf8mb3"

    def _user(self, user: str, database: str, read_only: bool) -> list[str]:
        rights = "SELECT" if read_only else "ALL"
        return [
            f"CREATE USER '{user}'@'%' IDENTIFIED BY :password",
            f"GRANT {rights} ON `{database}`.* TO '{user}'@'%'",
        ]

    @property
    def _data(self) -> Path:
        return self.directory / "data"


def _binary(name: str) -> str:
    # Debian keeps servers where a user's PATH does not look.
    places = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} is missing: install Debian's mariadb-server")
    return found
