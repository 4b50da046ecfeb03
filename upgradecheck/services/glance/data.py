"""Glance's data migrations: which are still to be done.

Glance's own functions tell, of the installed release, on a connection that cannot
write. Where the release is not installed its catalogue tells which there are.
"""

from __future__ import annotations

import collections
import dataclasses
import sqlite3
import warnings
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from sqlalchemy import event
from sqlalchemy import exc

from upgradecheck.check import NotVerified
from upgradecheck.check import Upgrade
from upgradecheck.services.glance.standing import Standing

MODULES = "glance.db.sqlalchemy.alembic_migrations.data_migrations"
#: How Glance names modules that migrate nothing.
_EMPTY = "_empty"
#: Releases whose question has an answer only while their revisions are pending.
#: Ocata's asks for private images that have members; an image that was shared and was
#: made private later has them too.
_ONCE = ("ocata",)


@dataclasses.dataclass(frozen=True)
class Known:
    """The data migrations that a release has.

    :param own: its own release, as it names itself in their modules.
    :param modules: the modules by release, those of all releases that it still has.
    """

    own: str
    modules: Mapping[str, list[str]]

    @property
    def releases(self) -> list[str]:
        """The releases, oldest first: names came before years."""
        return sorted(self.modules, key=lambda each: (each[:1].isdigit(), each))

    def matters(self, release: str, standing: Standing) -> bool:
        """Whether the data migrations of a release may be asked for."""
        return release not in _ONCE or standing.crosses(release)

    def real(self, release: str) -> list[str]:
        """The modules of a release that migrate anything."""
        found = self.modules.get(release, [])
        return [each for each in found if not each.endswith(_EMPTY)]


def known(upgrade: Upgrade) -> Known:
    """The data migrations of the release to upgrade to.

    :raises NotVerified: if nothing tells.
    """
    catalogue = upgrade.target.catalogue
    facts = catalogue.facts
    if {"current_release", "data_migrations"} <= facts.keys():
        return Known(str(facts["current_release"]), facts["data_migrations"])
    faults = [
        f"{name}: {text}"
        for name, text in sorted(catalogue.faults.items())
        if name in ("fact current_release", "fact data_migrations")
    ]
    raise NotVerified(
        f"{upgrade.target.source or 'nothing'} does not tell which data migrations "
        f"{upgrade.target.spoken} has" + (f" ({'; '.join(faults)})" if faults else ""),
        f"release {upgrade.target.short}",
        f"Ask where {upgrade.target.spoken} is installed whole.",
    )


def left(upgrade: Upgrade, standing: Standing, found: Known) -> list[str]:
    """The releases, oldest first, some of whose data is not migrated.

    :raises NotVerified: if Glance's functions cannot be asked.
    """
    data_migrations = _functions(upgrade)
    with upgrade.deployment.database(upgrade.service.databases[0]) as connection:
        engine = connection.engine
        if engine.dialect.name == "sqlite":
            event.listen(engine, "do_connect", _count_rows)
        try:
            return [
                release
                for release in found.releases
                if found.matters(release, standing)
                and data_migrations.has_pending_migrations(engine, release=release)
            ]
        except (exc.DBAPIError, OSError):
            raise  # told by the connection, with its place
        except Exception as fault:  # noqa: BLE001 - of Glance's, whichever it is
            raise NotVerified(
                "Glance's own functions could not tell whether data are left to "
                f"migrate: {type(fault).__name__}: {fault}",
                f"module {MODULES}",
                "Look whether glance-manage db check works here.",
            ) from None


def _functions(upgrade: Upgrade) -> Any:
    try:
        with warnings.catch_warnings():
            # Of the libraries that it imports, which say nothing of the upgrade.
            warnings.simplefilter("ignore")
            from glance.db.sqlalchemy.alembic_migrations import data_migrations
    except Exception as fault:  # noqa: BLE001 - of Glance's, whichever it is
        raise NotVerified(
            f"the code of {upgrade.target.spoken} cannot be imported: "
            f"{type(fault).__name__}: {fault}",
            f"module {MODULES}",
            "Look whether glance-manage starts.",
        ) from None
    return data_migrations


def unasked(standing: Standing, found: Known) -> Iterator[str]:
    """The modules on the way that only the release's own code can ask for."""
    for release in found.releases:
        if release == found.own or standing.crosses(release):
            yield from found.real(release)


def _count_rows(
    _dialect: Any, _record: Any, _arguments: Any, parameters: dict[str, Any]
) -> None:
    # Glance's functions read rowcount after a SELECT, which MySQL's drivers give and
    # SQLite's does not: its -1 would pass for "nothing left".
    parameters["factory"] = _Connection


class _Cursor(sqlite3.Cursor):
    """A cursor that knows how many rows a query has, as those of MySQL do."""

    _rows: collections.deque[Any] | None = None
    _count = 0

    def execute(self, statement: str, parameters: Any = (), /) -> _Cursor:
        super().execute(statement, parameters)
        self._rows = None
        if self.description:
            self._rows = collections.deque(super().fetchall())
            self._count = len(self._rows)
        return self

    @property
    def rowcount(self) -> int:  # type: ignore[override, unused-ignore]
        return super().rowcount if self._rows is None else self._count

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return [self.fetchone() for _ in range(min(size or 1, len(self._rows or ())))]

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self._rows or ()) or 1)


class _Connection(sqlite3.Connection):
    def cursor(self, factory: type[sqlite3.Cursor] = _Cursor) -> sqlite3.Cursor:  # type: ignore[override]
        return super().cursor(factory)
