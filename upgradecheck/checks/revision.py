"""``database-revision`` and ``database-at-head``: where each database stands."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING

from oslo_upgradecheck.upgradecheck import Code

from upgradecheck.catalogue import Revision
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Phase
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks.family import Family
from upgradecheck.service import Database
from upgradecheck.service import Service

if TYPE_CHECKING:
    from alembic.script.revision import RevisionMap

BEFORE = """\
The database stands at a revision that the new release can upgrade.

Reads the revision out of the service's database, through a connection that the
server itself keeps from writing, and looks it up in the revision history of the
new release.

A database that is **behind** is fine before the upgrade: the result names the
pending revisions and the command that applies them.

A **failure** means that the database is not initialised, is another service's, or
stands at a revision that the new release does not know, because it belongs to a
newer release: look whether ``[database] connection`` names the right database, and
whether the right release is installed. An **error** means that the database could
not be asked.
"""

AFTER = """\
The database stands at the newest revision of the release.

Asks what ``database-revision`` asks, once the upgrade is done: a revision that is
still pending is a **failure** then. Run the command that the result names.
"""

#: As many pending revisions are named one by one.
NAMED = 12


def judge(upgrade: Upgrade, pending: Status) -> Result:
    """Judge every database of a service.

    :param pending: what a database that is behind means: success or failure.
    :raises NotVerified: if the definition of the service names no database.
    """
    return of_each_database(upgrade, functools.partial(_judge, pending=pending))


def of_each_database(
    upgrade: Upgrade, judge_one: Callable[[Upgrade, Database], Result]
) -> Result:
    """One answer for all databases of a service; optional ones count if they are set.

    :param judge_one: judges one of them; if it raises NotVerified, that is its answer.
    :raises NotVerified: if the definition of the service names no database.
    """
    if not upgrade.service.databases:
        raise NotVerified(
            f"the definition of {upgrade.service.title} names no database",
            f"service {upgrade.service.name}",
            "Define it as upgradecheck.Service(..., databases=(Database(...),)), in "
            "the entry-point group upgradecheck.services.",
        )
    answers = []
    for database in upgrade.service.databases:
        if database.optional and not _is_set(upgrade, database):
            continue
        try:
            answers.append(judge_one(upgrade, database))
        except NotVerified as fault:
            answers.append(Result.not_verified(fault))
    if not answers:
        return Result.skipped(
            f"None of the optional databases of {upgrade.service.title} is set."
        )
    if len(answers) == 1:
        return answers[0]
    worst = Status.worst(answer.status for answer in answers)
    details = " ".join(answer.details or "" for answer in answers)
    findings = [finding for answer in answers for finding in answer.findings]
    return Result.stated(worst, details, findings)


def _is_set(upgrade: Upgrade, database: Database) -> bool:
    """Whether the operator names the database."""
    return _where(upgrade, database) is not None


def _where(upgrade: Upgrade, database: Database) -> str | None:
    """Where the operator names the database; None if nowhere."""
    configuration = upgrade.deployment.configuration_of(database)
    return configuration.where(*database.option)


@dataclasses.dataclass(frozen=True)
class _State:
    """Where a database stands against the history of a release."""

    rows: tuple[str, ...]
    tables: int
    heads: tuple[str, ...]
    pending: tuple[Revision, ...]


def _judge(upgrade: Upgrade, database: Database, pending: Status) -> Result:
    history = history_of(upgrade, database)
    rows, tables = rows_of(upgrade, database)
    refused = unfit(upgrade, database, history, rows, tables)
    if refused is not None:
        return refused
    name = called(upgrade.service, database)
    table = f"table {database.version_table}"
    state = _compare(history, rows, tables)
    at = _named("revision", state.rows)
    head = _named("head", state.heads)
    if not state.pending:
        return Result(Code.SUCCESS, f"{name} is up to date, at {at} ({head}).")
    count = len(state.pending)
    many = f"{count} revision{'' if count == 1 else 's'}"
    named = "; ".join(each.spoken for each in state.pending[:NAMED])
    more = f"; and {count - NAMED} more" if count > NAMED else ""
    details = (
        f"{name} is {many} behind: at {at}, {head}. Pending: {named}{more}. "
        f"To apply: {database.command}."
    )
    if pending is Status.SUCCESS:
        return Result(Code.SUCCESS, details)
    finding = Finding(f"{many} pending", table, database.command, pending)
    return Result.judged(details, [finding])


def unfit(
    upgrade: Upgrade,
    database: Database,
    history: Sequence[Revision],
    rows: Sequence[str],
    tables: int,
) -> Result | None:
    """What is wrong with a database that a release cannot upgrade; None if nothing is.

    :param history: all revisions of the release.
    :param rows: the revisions in which the database stands.
    :param tables: how many tables it has.
    """
    where = _where(upgrade, database)
    name = called(upgrade.service, database)
    if not rows:
        return _not_initialised(upgrade, database, tables, where, name)
    known = {each.revision for each in history}
    unknown = [row for row in rows if row not in known]
    if not unknown:
        return _overlapping(upgrade, database, history, rows)
    finding = Finding(
        f"{upgrade.target.spoken} does not know the revision "
        f"{', '.join(unknown)}: the database is a newer release's or another "
        "service's",
        f"table {database.version_table}",
        f"Look whether [{database.option[0]}] {database.option[1]} "
        f"({where}) names the right database, and whether "
        f"{upgrade.target.spoken} is the release to upgrade to.",
        Status.FAILURE,
    )
    return Result.judged(
        f"{name} stands at a revision that {upgrade.target.spoken} does not "
        f"know: {', '.join(unknown)}.",
        [finding],
    )


def _overlapping(
    upgrade: Upgrade,
    database: Database,
    history: Sequence[Revision],
    rows: Sequence[str],
) -> Result | None:
    """That rows come before other rows, and alembic's upgrade so refuses what is pending.

    Alembic itself writes no such rows. None if there are none, or nothing is pending.
    """
    newest = newest_of(history, rows)
    if len(newest) == len(rows) or not pending_of(history, rows):
        return None
    older = sorted({*rows} - {*newest})
    finding = Finding(
        f"{database.version_table} holds {', '.join(older)} beside "
        f"{', '.join(newest)}, which "
        f"{'come after and include' if len(newest) > 1 else 'comes after and includes'} "
        f"{'them' if len(older) > 1 else 'it'}",
        f"table {database.version_table}",
        f"{database.command} would fail on this (alembic: rows that overlap). Find out, "
        "from a backup or from the tables, how far the database really is; then take "
        "the rows out that are too many.",
        Status.FAILURE,
    )
    return Result.judged(
        f"{called(upgrade.service, database)} stands at revisions of which one "
        f"includes another: {', '.join(rows)}.",
        [finding],
    )


def called(service: Service, database: Database) -> str:
    """How a sentence begins that tells of a database; by name if there are several."""
    several = sum(not each.optional for each in service.databases) > 1
    if several or database.optional:
        return f"The {database.name} database"
    return "The database"


def _named(word: str, revisions: Sequence[str]) -> str:
    return f"{word}{'' if len(revisions) == 1 else 's'} {', '.join(sorted(revisions))}"


def _not_initialised(
    upgrade: Upgrade, database: Database, tables: int, where: str | None, name: str
) -> Result:
    if tables:
        what = (
            f"holds {tables} tables and no revision in {database.version_table}: it "
            f"is not initialised, or not the database of {upgrade.service.title}"
        )
    else:
        what = "is empty: it is not initialised"
    finding = Finding(
        f"{name.lower()} {what}",
        where,
        f"Look whether [{database.option[0]}] {database.option[1]} names the "
        f"right database. A new one is initialised by: {database.command}",
        Status.WARNING if database.optional else Status.FAILURE,
    )
    return Result.judged(f"{name} {what}.", [finding])


def history_of(upgrade: Upgrade, database: Database) -> list[Revision]:
    """All revisions of a database that the target has.

    :raises NotVerified: if they are not known.
    """
    catalogue = upgrade.target.catalogue
    found = catalogue.revisions.get(database.name)
    if not found:
        fault = catalogue.faults.get(f"database {database.name}", "there are none")
        raise NotVerified(
            f"the revisions of {upgrade.target.spoken} ({database.scripts}) could not "
            f"be read: {fault}",
            remedy=f"Look whether {upgrade.service.distribution} is installed whole.",
        )
    return found


def rows_of(upgrade: Upgrade, database: Database) -> tuple[tuple[str, ...], int]:
    """The rows of the version table, and how many tables there are."""
    import sqlalchemy
    from alembic.migration import MigrationContext

    with upgrade.deployment.database(database) as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": database.version_table}
        )
        rows = tuple(sorted(context.get_current_heads()))
        tables = 0
        if not rows:
            inspector = sqlalchemy.inspect(connection)
            tables = len(set(inspector.get_table_names()) - {database.version_table})
        return rows, tables


def revisions_of(upgrade: Upgrade, database: Database | None = None) -> tuple[str, ...]:
    """The revisions in which a database of the service stands; sorted.

    :param database: by default the service's main one.
    :raises NotVerified: if there is no database or it cannot be asked.
    """
    if not upgrade.service.databases:
        raise NotVerified(f"{upgrade.service.title} has no database")
    try:
        return rows_of(upgrade, database or upgrade.service.databases[0])[0]
    except ImportError as fault:
        raise NotVerified(
            f"it needs {fault.name}, not installed here",
            remedy="pip install 'upgradecheck[db]'",
        ) from None


def pending_of(
    history: Sequence[Revision], rows: Sequence[str]
) -> tuple[Revision, ...]:
    """What is pending, by alembic's own reckoning, in the order in which it runs.

    The release's heads are walked down to the rows, depended-on branches
    included: a fully upgraded Glance holds one row while its scripts have two
    heads, of which one depends on the other.

    :param history: all revisions of a release.
    :param rows: the revisions in which a database stands; the history has them.
    """
    scripts = map_of(history)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ahead = [
            each.revision
            for each in scripts.iterate_revisions(
                "heads", newest_of(history, rows), implicit_base=True
            )
        ]
    titles = {each.revision: each for each in history}
    return tuple(titles[name] for name in reversed(ahead) if name in titles)


def newest_of(history: Sequence[Revision], rows: Sequence[str]) -> tuple[str, ...]:
    """The rows without those that other rows include, by hand put beside them.

    :param history: all revisions of a release; it has the rows.
    """
    before = {
        each.revision: {*each.down_revision, *each.depends_on} for each in history
    }
    included: set[str] = set()
    left = [name for row in rows for name in before[row]]
    while left:
        name = left.pop()
        if name not in included:
            included.add(name)
            left += before.get(name, ())
    return tuple(row for row in rows if row not in included)


def _compare(history: Sequence[Revision], rows: tuple[str, ...], tables: int) -> _State:
    heads = tuple(sorted(map_of(history).heads))
    return _State(rows, tables, heads, pending_of(history, rows))


def map_of(history: Sequence[Revision]) -> RevisionMap:
    """The revisions as alembic's own map, which knows branches and labels."""
    from alembic.script.revision import Revision as Script
    from alembic.script.revision import RevisionMap

    return RevisionMap(
        lambda: [
            Script(
                each.revision,
                each.down_revision or None,
                dependencies=each.depends_on or None,
                branch_labels=each.branch_labels or None,
            )
            for each in history
        ]
    )


class RevisionCheck(Family):
    """The check ``<service>.database-revision`` of a service."""

    slug = "database-revision"
    heading = "Database revision"
    wants = ("config", "database")
    prose = BEFORE
    ask = staticmethod(functools.partial(judge, pending=Status.SUCCESS))


class AtHeadCheck(Family):
    """The check ``<service>.database-at-head`` of a service."""

    slug = "database-at-head"
    heading = "Database at head"
    when = Phase.AFTER
    wants = ("config", "database")
    prose = AFTER
    ask = staticmethod(functools.partial(judge, pending=Status.FAILURE))
