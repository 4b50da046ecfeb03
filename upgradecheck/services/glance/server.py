"""``glance.database-server``: can this database server take a rolling upgrade?"""

from __future__ import annotations

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.services.glance.standing import STEPWISE
from upgradecheck.services.glance.standing import kind_of

#: The oldest MySQL and MariaDB, after Glance's guide to rolling upgrades.
_OLDEST = (5, 5)
_TITLES = {
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "sqlite": "SQLite",
    "postgresql": "PostgreSQL",
}
_COLD = (
    "Make a cold upgrade, glance.cold, whose glance-manage db sync takes every "
    "database; or move Glance's data to MySQL or MariaDB first."
)


@check(
    "glance.database-server",
    title="Database server",
    added="0.1.0",
    needs=("config", "database"),
    procedures=("glance.rolling",),
)
def database_server(upgrade: Upgrade) -> Result:
    """The database server is of a kind and version that rolling upgrades work with.

    While old and new nodes run side by side Glance expands, migrates and contracts
    its database step by step, and its own commands do that on MySQL, MariaDB and
    SQLite alone. Of the first two Glance's guide asks for 5.5 or later.

    A **failure** means that ``glance-manage db expand`` would refuse: take the
    procedure :upgrade:procedure:`glance.cold`, which works with every database, or
    change the server first. MariaDB must be named ``mysql+pymysql://`` in ``[database]
    connection``: of ``mariadb+pymysql://`` ``glance-manage`` makes a kind that it does
    not take. An **error** means that the server could not be asked.
    """
    database = upgrade.service.databases[0]
    configuration = upgrade.deployment.configuration_of(database)
    where = configuration.where(*database.option)
    try:
        with upgrade.deployment.database(database) as connection:
            named = connection.dialect.name
            is_mariadb = getattr(connection.dialect, "is_mariadb", False)
            version = tuple(connection.dialect.server_version_info or ())
    except NotVerified:
        # Of a kind that is not taken no version matters.
        kind = kind_of(upgrade.deployment.database_url(database))
        if kind is None or kind in (*STEPWISE, "mariadb"):
            raise
        return _refused(_TITLES.get(kind, kind), where)
    # What more there is counts a distribution's packages.
    numbers = [str(each) for each in version if isinstance(each, int)][:3]
    kind = "mariadb" if is_mariadb else named
    spoken = f"{_TITLES.get(kind, kind)} {'.'.join(numbers)}".rstrip()
    if kind not in (*STEPWISE, "mariadb"):
        return _refused(spoken, where)
    findings = []
    if named not in STEPWISE:
        findings.append(
            Finding(
                f"[{database.option[0]}] {database.option[1]} names the database "
                f"{named}://, which glance-manage refuses to expand",
                where,
                "Write mysql+pymysql:// in place of mariadb+pymysql://; it is the same "
                "server.",
                Status.FAILURE,
            )
        )
    if kind != "sqlite" and not numbers:
        raise NotVerified(
            f"{spoken} does not tell its version; rolling upgrades need 5.5 or later",
            where,
            "Ask the server: SELECT VERSION();",
        )
    if kind != "sqlite" and version[:2] < _OLDEST:
        findings.append(
            Finding(
                f"the database server is {spoken}; rolling upgrades need 5.5 or later",
                where,
                "Upgrade the database server first, or make a cold upgrade, "
                "glance.cold.",
                Status.FAILURE,
            )
        )
    verdict = "do not work" if findings else "work"
    return Result.judged(
        f"The database server is {spoken}: rolling upgrades {verdict} with it.",
        findings,
    )


def _refused(spoken: str, where: str | None) -> Result:
    finding = Finding(
        f"the database server is {spoken}; glance-manage expands, migrates and "
        "contracts on MySQL, MariaDB and SQLite alone",
        where,
        _COLD,
        Status.FAILURE,
    )
    return Result.judged(
        f"The database server is {spoken}: rolling upgrades do not work with it.",
        [finding],
    )
