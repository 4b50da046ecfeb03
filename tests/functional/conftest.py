"""Real servers and real databases, made once for all tests of a run.

Tests only read from them, which is all that the command ever does. What a
test wants to change it makes for itself: ``mariadb.create()``, or
``tests.functional.servers.octavia`` with the URL of a database of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.deployment import ask_image
from tests.functional.deployment import octavia_conf
from tests.functional.deployment import status
from tests.functional.servers import glance
from tests.functional.servers import octavia
from tests.functional.servers import release
from tests.functional.servers.identity import Identity
from tests.functional.servers.image import Image
from tests.functional.servers.image import ImageWithIdentity
from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL

__all__ = ["ask_image", "octavia_conf", "status"]


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A MariaDB server."""
    with MariaDB() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server."""
    with PostgreSQL() as server:
        yield server


@pytest.fixture(scope="session")
def image_service() -> Iterator[Image]:
    """Glance without authentication: whoever asks may do everything."""
    with Image() as server:
        yield server


@pytest.fixture(scope="session")
def identity_service() -> Iterator[Identity]:
    """Keystone, with the users octavia and glance in the project service."""
    with Identity() as server:
        yield server


@pytest.fixture(scope="session")
def image_service_with_identity(
    identity_service: Identity,
) -> Iterator[ImageWithIdentity]:
    """Glance that wants a token, and is in the catalog of Keystone."""
    with ImageWithIdentity(identity_service) as server:
        yield server


@pytest.fixture(scope="session")
def octavia_13() -> Path:
    """Where the programs of a real Octavia 13.0.1 are."""
    return release.programs_of(*release.OCTAVIA_13)


@pytest.fixture(scope="session")
def glance_27() -> Path:
    """Where the programs of a real Glance 27.1.1 are."""
    return release.programs_of(*release.GLANCE_27)


@pytest.fixture(scope="session")
def octavia_mariadb_head(mariadb: MariaDB) -> str:
    """A database at the head of the installed Octavia."""
    return octavia.upgrade(mariadb.create())


@pytest.fixture(scope="session")
def octavia_mariadb_old(mariadb: MariaDB, octavia_13: Path) -> str:
    """A database that Octavia 13 left behind: four revisions to go."""
    return octavia.upgrade(mariadb.create(), octavia_13)


@pytest.fixture(scope="session")
def octavia_sqlite_old(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that says it is six revisions behind."""
    file = tmp_path_factory.mktemp("octavia") / "octavia.sqlite"
    return octavia.stamp(f"sqlite:///{file}")


@pytest.fixture(scope="session")
def octavia_postgresql_old(postgresql: PostgreSQL) -> str:
    """A database that says it is six revisions behind."""
    return octavia.stamp(postgresql.create())


@pytest.fixture(scope="session")
def glance_database() -> Callable[[str], str]:
    """Bring the database at a URL to the head of the installed Glance."""
    return glance.sync


@pytest.fixture(scope="session")
def glance_sqlite_head(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database at the head of the installed Glance."""
    file = tmp_path_factory.mktemp("glance") / "glance.sqlite"
    return glance.sync(f"sqlite:///{file}")


@pytest.fixture(scope="session")
def glance_mariadb_head(mariadb: MariaDB) -> str:
    """A database at the head of the installed Glance."""
    return glance.sync(mariadb.create())


@pytest.fixture(scope="session")
def glance_postgresql_head(postgresql: PostgreSQL) -> str:
    """A database at the head of the installed Glance."""
    return glance.sync(postgresql.create())
