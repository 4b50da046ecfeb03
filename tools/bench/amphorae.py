"""Octavia's databases with few and with very many amphorae, on MariaDB."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.functional.servers import octavia
from tests.functional.servers.amphorae import Amphorae
from tests.functional.servers.mariadb import MariaDB
from tools.old_octavia import OldOctavia

#: How many amphorae there are, half of them on an old image.
FEW, MANY = 10, 100_000
_IMAGES = [f"00000000-0000-4000-8000-{number:012}" for number in range(4)]


def configuration(count: int) -> str:
    """The name of the configuration whose database has so many amphorae."""
    return f"amphorae-{count}.conf"


@contextlib.contextmanager
def made(deployment: OldOctavia) -> Iterator[None]:
    """Make both databases, and beside ``octavia.conf`` a configuration for each."""
    text = deployment.configuration.read_text()
    sqlite = f"sqlite:///{deployment.directory}/octavia.sqlite"
    assert sqlite in text
    with MariaDB() as server:
        for count in (FEW, MANY):
            url = octavia.upgrade(server.create())
            Amphorae(url).many(count // 2, _IMAGES)
            path = deployment.directory / configuration(count)
            path.write_text(text.replace(sqlite, url))
        yield
