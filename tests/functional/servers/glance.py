"""Databases of Glance."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy

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


def manage(
    configuration: Path, *arguments: str, programs: Path = program.PROGRAMS
) -> str:
    """Run ``glance-manage`` of the Glance in ``programs``."""
    return program.run(
        programs / "glance-manage",
        "--config-file",
        configuration,
        *arguments,
    )


#: An image whose location has the key that Train renamed.
_IMAGE = """INSERT INTO images
    (id, size, status, created_at, deleted, min_disk, min_ram, protected, visibility,
     os_hidden)
    VALUES ('old', 1, 'active', '2019-01-01', 0, 0, 0, 0, 'private', 0)"""
_LOCATION = """INSERT INTO image_locations
    (image_id, value, created_at, deleted, meta_data, status)
    VALUES ('old', 'file:///old', '2019-01-01', 0, '{"backend": "fast"}', 'active')"""
#: As an image that was shared and then made private again keeps its members.
_MEMBER = """INSERT INTO image_members
    (image_id, member, can_share, created_at, deleted, status)
    VALUES ('old', 'someone', 0, '2019-01-01', 0, 'accepted')"""


def leave_data(url: str) -> None:
    """Put into a database what Train's data migration would have changed."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for statement in (_IMAGE, _LOCATION, _MEMBER):
            connection.exec_driver_sql(statement)
