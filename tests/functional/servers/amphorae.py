"""Load balancers and amphorae in a database of Octavia."""

from __future__ import annotations

import dataclasses
import itertools
import uuid
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

import sqlalchemy

_BALANCER = (
    "id",
    "project_id",
    "name",
    "provisioning_status",
    "operating_status",
    "topology",
    "enabled",
    "provider",
    "flavor_id",
)
_AMPHORA = ("id", "load_balancer_id", "role", "status", "image_id", "cert_busy")
#: As many rows are written by one statement.
_AT_ONCE = 5000


@dataclasses.dataclass(frozen=True)
class Balancer:
    """A load balancer that was written.

    :param id: its id.
    :param amphorae: the ids of its amphorae; of a pair the master's first.
    """

    id: str
    amphorae: tuple[str, ...]


class Amphorae:
    """Writes load balancers and amphorae, as Octavia would have.

    :param url: of the database; its user may write.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)

    def single(self, image: str | None, status: str = "ALLOCATED") -> Balancer:
        """A load balancer with one amphora."""
        return self._balancer("SINGLE", [("STANDALONE", status, image)])

    def pair(
        self,
        master: str | None,
        backup: str | None,
        statuses: tuple[str, str] = ("ALLOCATED", "ALLOCATED"),
        flavor: str | None = None,
        status: str = "ACTIVE",
    ) -> Balancer:
        """A load balancer with two amphorae, on these images.

        :param statuses: the master's and the backup's.
        :param flavor: the id of its flavor.
        :param status: its own.
        """
        halves = list(
            zip(("MASTER", "BACKUP"), statuses, (master, backup), strict=True)
        )
        return self._balancer("ACTIVE_STANDBY", halves, flavor, status)

    def spare(self, image: str, status: str = "READY") -> str:
        """An amphora without a load balancer."""
        row = (str(uuid.uuid4()), None, None, status, image, False)
        self._insert("amphora", _AMPHORA, [row])
        return row[0]

    def flavor(self, data: str) -> str:
        """A flavor, with a profile of its own; its id."""
        profile, flavor = str(uuid.uuid4()), str(uuid.uuid4())
        self._insert(
            "flavor_profile",
            ("id", "name", "provider_name", "flavor_data"),
            [(profile, f"profile-{profile[:8]}", "amphora", data)],
        )
        self._insert(
            "flavor",
            ("id", "name", "enabled", "flavor_profile_id"),
            [(flavor, f"flavor-{flavor[:8]}", True, profile)],
        )
        return flavor

    def many(self, pairs: int, images: list[str]) -> None:
        """Very many pairs; their images take turns."""
        turns = itertools.cycle(images)
        ids = [str(uuid.uuid4()) for _ in range(pairs)]
        self._insert("load_balancer", _BALANCER, map(_row_of_pair, ids))
        self._insert(
            "amphora",
            _AMPHORA,
            (
                (str(uuid.uuid4()), id, role, "ALLOCATED", next(turns), False)
                for id in ids
                for role in ("MASTER", "BACKUP")
            ),
        )

    def execute(self, statement: str) -> None:
        """Run one statement."""
        with self._engine.begin() as connection:
            connection.execute(sqlalchemy.text(statement))

    def _balancer(
        self,
        topology: str,
        amphorae: list[tuple[str, str, str | None]],
        flavor: str | None = None,
        status: str = "ACTIVE",
    ) -> Balancer:
        id = str(uuid.uuid4())
        row = (*_row_of_pair(id)[:3], status, "ONLINE", topology, True, "amphora")
        self._insert("load_balancer", _BALANCER, [(*row, flavor)])
        rows = [
            (str(uuid.uuid4()), id, role, state, image, False)
            for role, state, image in amphorae
        ]
        self._insert("amphora", _AMPHORA, rows)
        return Balancer(id, tuple(row[0] for row in rows))

    def _insert(
        self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        target = sqlalchemy.table(table, *map(sqlalchemy.column, columns))
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Octavia's models make the tables there without what they refer to.
                connection.execute(
                    sqlalchemy.text("SET session_replication_role = replica")
                )
            for some in _batches(rows):
                connection.execute(
                    sqlalchemy.insert(target),
                    [dict(zip(columns, row, strict=True)) for row in some],
                )


def _row_of_pair(id: str) -> tuple[Any, ...]:
    state = ("ACTIVE", "ONLINE", "ACTIVE_STANDBY", True, "amphora", None)
    return (id, "a-project", f"balancer-{id[:8]}", *state)


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(itertools.islice(left, _AT_ONCE)):
        yield batch
