"""The amphorae that run, counted by the database server.

Whatever their number, no query here returns more rows than there are images,
flavor profiles or load balancers to tell.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import sqlalchemy
from sqlalchemy import Connection

from upgradecheck.check import NotVerified

#: What no longer or not yet runs, after ``octavia.common.constants``.
GONE = ("DELETED",)
PASSING = ("PENDING_DELETE", "PENDING_CREATE", "BOOTING")
#: The status of an amphora that serves a load balancer.
HEALTHY = "ALLOCATED"
PAIR = "ACTIVE_STANDBY"
#: The status of a load balancer whose amphorae go with it.
LEAVING = "PENDING_DELETE"
#: The statuses in which a load balancer can be failed over.
SETTLED = ("ACTIVE", "ERROR")


@dataclasses.dataclass(frozen=True)
class Totals:
    """How many amphorae run.

    :param all: all of them.
    :param outdated: those on another image than would be booted now.
    :param unknown: those whose image is not recorded.
    :param balancers: the load balancers that must be failed over.
    """

    all: int
    outdated: int
    unknown: int
    balancers: int


@dataclasses.dataclass(frozen=True)
class Group:
    """Outdated amphorae of one image, topology and expected image.

    :param image: the image they run on.
    :param topology: their load balancers'; None for those that have none.
    :param expected: the image that would be booted now.
    :param amphorae: how many they are.
    :param balancers: how many load balancers they serve.
    """

    image: str
    topology: str | None
    expected: str
    amphorae: int
    balancers: int

    def with_more(self, amphorae: int, balancers: int) -> Group:
        """The same group with some more of each."""
        return dataclasses.replace(
            self,
            amphorae=self.amphorae + amphorae,
            balancers=self.balancers + balancers,
        )


@dataclasses.dataclass(frozen=True)
class Balancer:
    """A load balancer with an outdated amphora.

    :param id: its id.
    :param topology: ``SINGLE`` or ``ACTIVE_STANDBY``.
    :param status: its provisioning status.
    :param present: how many amphorae it has.
    :param outdated: how many of them are outdated.
    :param half: the only outdated amphora of a pair whose other one is new and
        healthy; None if all must be replaced.
    """

    id: str
    topology: str
    status: str
    present: int
    outdated: int
    half: str | None

    @property
    def busy(self) -> bool:
        """Whether it cannot be failed over at the moment."""
        return self.status not in SETTLED


class Running:
    """Asks a database of Octavia about the amphorae that run.

    :param connection: to that database.
    :raises NotVerified: if the database is none of Octavia's, or so old that no
        image is recorded in it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        inspector = sqlalchemy.inspect(connection)
        have = {
            name: {column["name"] for column in inspector.get_columns(name)}
            for name in ("amphora", "load_balancer", "flavor")
            if inspector.has_table(name)
        }
        if not {"id", "load_balancer_id", "status"} <= have.get("amphora", set()):
            raise NotVerified(
                "the database has no table of amphorae that Octavia made",
                "table amphora",
                "Look whether [database] connection names Octavia's database.",
            )
        if "image_id" not in have["amphora"]:
            raise NotVerified(
                "the database is older than revision 034756a182a2 of Octavia 3.0, from "
                "which on the images of amphorae are recorded",
                "table amphora",
                "Upgrade the database: octavia-db-manage upgrade head",
            )
        flavored = "flavor" in have and "flavor_id" in have.get("load_balancer", ())
        self._rows = _rows(flavored)
        self._compared: Any = None

    def profiles(self) -> dict[str | None, int]:
        """How many amphorae run by flavor profile; None is for no flavor."""
        rows = self._rows.subquery()
        query = sqlalchemy.select(rows.c.profile, sqlalchemy.func.count()).group_by(
            rows.c.profile
        )
        found = self._connection.execute(query.order_by(rows.c.profile))
        return {profile: int(count) for profile, count in found}

    def others(self) -> dict[str, int]:
        """How many amphorae are neither running nor deleted, by status."""
        status = _AMPHORA.c.status
        query = (
            sqlalchemy.select(status, sqlalchemy.func.count())
            .where(status.in_(PASSING))
            .group_by(status)
            .order_by(status)
        )
        return {each: int(count) for each, count in self._connection.execute(query)}

    def compare(
        self, default: str | None, by_profile: Mapping[str, str | None]
    ) -> None:
        """Say which images would be booted now, before the rest is asked.

        :param default: the image of load balancers without a tag of their own;
            None if there is none.
        :param by_profile: the images of flavor profiles that name a tag.
        """
        self._expected = dict[str | None, str | None](by_profile) | {None: default}
        rows = self._rows.subquery()
        # Images are compared with literals alone: a column made of literals would
        # have a collation of its own, which MariaDB may refuse to compare.
        outdated, current = _by_profile(rows, self._expected)
        self._compared = sqlalchemy.select(
            rows, outdated.label("outdated"), current.label("current")
        ).subquery()

    def totals(self) -> Totals:
        """How many run, in all."""
        rows = self._compared
        unknown = sqlalchemy.case((rows.c.image.is_(None), 1), else_=0)
        due = sqlalchemy.case((rows.c.outdated == 1, rows.c.balancer))
        query = sqlalchemy.select(
            sqlalchemy.func.count(),
            _sum(rows.c.outdated),
            _sum(unknown),
            sqlalchemy.func.count(due.distinct()),
        ).select_from(rows)
        return Totals(*map(int, self._connection.execute(query).one()))

    def groups(self, limit: int) -> list[Group]:
        """The outdated ones by image and topology, the most first."""
        rows = self._compared
        keys = (rows.c.image, rows.c.topology, rows.c.profile)
        query = (
            sqlalchemy.select(
                *keys,
                sqlalchemy.func.count().label("amphorae"),
                sqlalchemy.func.count(rows.c.balancer.distinct()),
            )
            .where(rows.c.outdated == 1)
            .group_by(*keys)
            .order_by(sqlalchemy.desc("amphorae"), *keys)
            .limit(limit)
        )
        found: dict[tuple[str, ...], Group] = {}
        for image, topology, profile, amphorae, balancers in self._connection.execute(
            query
        ):
            expected = self._expected.get(profile, self._expected[None]) or ""
            group = Group(image, topology, expected, amphorae, balancers)
            key = (image, topology, expected)
            if key in found:
                # Another flavor profile that leads to the same image.
                group = found[key].with_more(amphorae, balancers)
            found[key] = group
        return list(found.values())

    def balancers(self, limit: int) -> list[Balancer]:
        """The first load balancers to fail over.

        Those that cannot be failed over at the moment come last, pairs before
        single ones.
        """
        rows = self._compared
        keys = (rows.c.balancer, rows.c.topology, rows.c.provisioning_status)
        new = sqlalchemy.and_(rows.c.current == 1, rows.c.status == HEALTHY)
        busy = sqlalchemy.case((rows.c.provisioning_status.in_(SETTLED), 0), else_=1)
        query = (
            sqlalchemy.select(
                *keys,
                sqlalchemy.func.count(),
                _sum(rows.c.outdated),
                _sum(sqlalchemy.case((new, 1), else_=0)),
                sqlalchemy.func.min(sqlalchemy.case((rows.c.outdated == 1, rows.c.id))),
            )
            .where(rows.c.balancer.is_not(None))
            .group_by(*keys)
            .having(_sum(rows.c.outdated) > 0)
            .order_by(sqlalchemy.func.min(busy), rows.c.topology, rows.c.balancer)
            .limit(limit)
        )
        return [
            Balancer(
                id,
                topology,
                status,
                present,
                int(outdated),
                half
                if topology == PAIR and (present, outdated, healthy) == (2, 1, 1)
                else None,
            )
            for id, topology, status, present, outdated, healthy, half in (
                self._connection.execute(query)
            )
        ]


def _table(name: str, *columns: str) -> sqlalchemy.TableClause:
    return sqlalchemy.table(
        name, *(sqlalchemy.column(each, sqlalchemy.String) for each in columns)
    )


_AMPHORA = _table("amphora", "id", "load_balancer_id", "status", "image_id")
_BALANCER = _table(
    "load_balancer", "id", "topology", "provisioning_status", "flavor_id"
)
_FLAVOR = _table("flavor", "id", "flavor_profile_id")


def _rows(flavored: bool) -> sqlalchemy.Select[Any]:
    """A row for each amphora that runs.

    :param flavored: whether load balancers have flavors: from Octavia 4.0 on.
    """
    # One that was deleted stays in its table for a while.
    deleted = _BALANCER.c.provisioning_status.in_(GONE)
    tables = _AMPHORA.outerjoin(
        _BALANCER,
        sqlalchemy.and_(
            _AMPHORA.c.load_balancer_id == _BALANCER.c.id, sqlalchemy.not_(deleted)
        ),
    )
    profile: Any = sqlalchemy.null()
    if flavored:
        tables = tables.outerjoin(_FLAVOR, _BALANCER.c.flavor_id == _FLAVOR.c.id)
        profile = _FLAVOR.c.flavor_profile_id
    status = sqlalchemy.func.coalesce(_AMPHORA.c.status, "")
    return (
        sqlalchemy.select(
            _AMPHORA.c.id,
            _AMPHORA.c.status,
            _AMPHORA.c.image_id.label("image"),
            _BALANCER.c.id.label("balancer"),
            _BALANCER.c.topology,
            _BALANCER.c.provisioning_status,
            profile.label("profile"),
        )
        .select_from(tables)
        .where(
            status.not_in((*GONE, *PASSING)),
            sqlalchemy.func.coalesce(_BALANCER.c.provisioning_status, "") != LEAVING,
        )
    )


def _by_profile(rows: Any, expected: Mapping[str | None, str | None]) -> list[Any]:
    """Whether an amphora's image differs from the expected one, and is that one.

    Neither an image that is not recorded nor one that is not there does either.
    """

    def chosen(judge: Callable[[str], Any]) -> Any:
        answers = {
            profile: 0 if image is None else sqlalchemy.case((judge(image), 1), else_=0)
            for profile, image in expected.items()
        }
        default = answers.pop(None)
        cases = [(rows.c.profile == each, answer) for each, answer in answers.items()]
        if cases:
            return sqlalchemy.case(*cases, else_=default)
        return default if expected[None] is not None else sqlalchemy.literal(0)

    return [
        chosen(lambda image: rows.c.image != image),
        chosen(lambda image: rows.c.image == image),
    ]


def _sum(column: Any) -> Any:
    return sqlalchemy.func.coalesce(sqlalchemy.func.sum(column), 0)
