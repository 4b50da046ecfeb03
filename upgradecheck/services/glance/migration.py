"""How far the migration of Glance's database has come: a check for each state.

The rules are those of ``glance-manage db expand``, ``migrate``, ``contract`` and
``check`` of Glance 33.0.0.
"""

from __future__ import annotations

import dataclasses
import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from upgradecheck.catalogue import Revision
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Phase
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.checks.revision import NAMED
from upgradecheck.services.glance import standing as standings
from upgradecheck.services.glance.standing import Standing

if TYPE_CHECKING:
    from upgradecheck.services.glance.data import Known

_MODULES = "glance.db.sqlalchemy.alembic_migrations.data_migrations"


@dataclasses.dataclass(frozen=True)
class _Command:
    """A command of the migration.

    :param line: what to run.
    :param before: what must be true before it, as a clause.
    """

    line: str
    before: str

    @property
    def next(self) -> str:
        return f"Next: {self.line}; before it, {self.before}."

    @property
    def remedy(self) -> str:
        return f"Run {self.line}. Before it, {self.before}."


#: The rest of the migration in one, where the server takes no single steps.
_SYNC = _Command(
    "glance-manage db sync",
    "no node may run Glance, and the database must be backed up; on this kind of "
    "database glance-manage refuses expand, migrate and contract",
)
_EXPAND = _Command(
    "glance-manage db expand",
    "the new release is installed on the node that runs it and not started there, no "
    "earlier upgrade is left halfway, and the database is backed up",
)
_MIGRATE = _Command(
    "glance-manage db migrate",
    "nothing but the expansion must be done; nodes of the old release may go on",
)
_CONTRACT = _Command(
    "glance-manage db contract",
    "all data must be migrated, every node must run the new release, and no process "
    "of the old one may be left, which no check sees",
)


@check(
    "glance.database-expanded",
    title="Database expanded",
    added="0.1.0",
    phase=Phase.DURING,
    needs=("config", "database"),
)
def database_expanded(upgrade: Upgrade) -> Result:
    """The database has all that the new release needs, beside what the old one has.

    Asks whether the head of the release's ``expand`` branch is applied. A database
    whose ``contract`` branch is done has been expanded too: each contraction comes
    after its expansion.

    A **failure** means that ``glance-manage db expand`` is still to be run, or that
    the database is not one that the release can upgrade. The result names the
    command that comes next and what must be true before it. An **error** means that
    the database could not be asked.
    """
    standing = standings.find(upgrade)
    if isinstance(standing, Result):
        return standing
    if not standing.is_expanded:
        return _not_expanded(upgrade, standing, "The database is not expanded")
    text = (
        f"The database is expanded for {upgrade.target.spoken}: "
        f"{standing.expand_head}, the head of the expand branch, is applied "
        f"({standing.at})."
    )
    if standing.is_contracted:
        return Result.judged(f"{text} It is contracted too: nothing comes next.", ())
    return Result.judged(f"{text} {_next(standing, _MIGRATE).next}", ())


@check(
    "glance.database-migrated",
    title="Data migrated",
    added="0.1.0",
    phase=Phase.DURING,
    needs=("config", "database"),
)
def database_migrated(upgrade: Upgrade) -> Result:
    """The database is expanded, and its data are where the new release looks for them.

    Glance's own functions tell whether data are left to migrate, on a connection that
    cannot write. ``glance-manage`` asks them for the migrations of its own release
    alone: what an older release left undone, because it was skipped, stays undone
    and untold. This check asks for those of older releases too, such as Train's,
    which renames the key ``backend`` to ``store`` in the metadata of locations. (Of
    Ocata's it asks only while the database comes from before Ocata: later on an
    image may well look as if it were left.)

    A **failure** means that data are left, or that the database is not expanded. The
    result names the command to run and what must be true before it; for migrations
    of older releases, which ``glance-manage`` no longer runs, a command that calls
    Glance's own code. An **error** means that the question could not be asked: the
    database did not answer, or the release has migrations of which only its code,
    which is not installed here, can tell whether they are done.
    """
    from upgradecheck.services.glance import data

    standing = standings.find(upgrade)
    if isinstance(standing, Result):
        return standing
    if not standing.is_expanded:
        what = "The data cannot be migrated yet: the database is not expanded"
        return _not_expanded(upgrade, standing, what)
    known = data.known(upgrade)
    target = upgrade.target.spoken
    if upgrade.target.is_installed:
        left = data.left(upgrade, standing, known)
        if left:
            return _data_left(upgrade, standing, known, left)
        others = [
            each
            for each in known.releases
            if known.real(each) and known.matters(each, standing)
        ]
        note = "Glance's own functions find no data that are left to migrate" + (
            f", those of {', '.join(others)} included." if others else "."
        )
    else:
        open_ = [*data.unasked(standing, known)]
        if open_ and not standing.is_contracted:
            raise NotVerified(
                f"only the code of {target} can tell whether the data migrations "
                f"{', '.join(open_)} are done, and it is not installed here",
                f"release {upgrade.target.short}",
                f"Ask it where {target} is installed.",
            )
        own = known.real(known.own)
        note = (
            "The database was contracted, before which data are migrated"
            if own
            else "The release has no data to migrate"
        ) + (
            f"; whether older releases left some cannot be told without the code of "
            f"{target}."
        )
    text = f"The database is expanded for {target}, and its data are migrated. {note}"
    if standing.is_contracted:
        return Result.judged(f"{text} It is contracted too: nothing comes next.", ())
    return Result.judged(f"{text} {_next(standing, _CONTRACT).next}", ())


@check(
    "glance.database-contracted",
    title="Database contracted",
    added="0.1.0",
    phase=Phase.DURING,
    needs=("config", "database"),
)
def database_contracted(upgrade: Upgrade) -> Result:
    """The database no longer has what only older releases needed.

    Asks whether the head of the release's ``contract`` branch is applied, which is
    the end of the migration.

    A **failure** means that a command is still to be run, or that the database is not
    one that the release can upgrade. The result names the command that comes next
    and what must be true before it. An **error** means that the database could not
    be asked.
    """
    standing = standings.find(upgrade)
    if isinstance(standing, Result):
        return standing
    if standing.is_contracted:
        return Result.judged(
            f"The database is contracted for {upgrade.target.spoken}: "
            f"{standing.contract_head}, the head of the contract branch, is applied "
            f"({standing.at}). Nothing comes next.",
            (),
        )
    what = "The database is not contracted"
    if not standing.is_expanded:
        return _not_expanded(upgrade, standing, f"{what}, and not even expanded")
    pending = _named(standing.to_contract)
    command = _next(standing, _CONTRACT)
    remedy = command.remedy
    if command is _CONTRACT:
        remedy += (
            " glance.database-migrated tells whether data are left to migrate; if so, "
            f"run {_MIGRATE.line} first."
        )
    finding = Finding(
        f"{_many(standing.to_contract)} of the contract branch pending: {pending}",
        standing.table,
        remedy,
        Status.FAILURE,
    )
    return Result.judged(
        f"{what} for {upgrade.target.spoken} ({standing.at}). Pending: {pending}. "
        f"{command.next}",
        [finding],
    )


def _next(standing: Standing, command: _Command) -> _Command:
    """The command to run where, step by step, this one would come next."""
    return command if standing.is_stepwise else _SYNC


def _not_expanded(upgrade: Upgrade, standing: Standing, what: str) -> Result:
    pending = _named(standing.to_expand)
    command = _next(standing, _EXPAND)
    findings = [
        Finding(
            f"{_many(standing.to_expand)} up to {standing.expand_head}, the head of "
            f"the expand branch, pending: {pending}",
            standing.table,
            command.remedy,
            Status.FAILURE,
        )
    ]
    if standing.halfway:
        findings.append(
            Finding(
                "an earlier upgrade was left halfway: the database was expanded and "
                f"never contracted; pending: {', '.join(standing.halfway)}",
                standing.table,
                "End that upgrade first, with the release that it went to: "
                f"{_MIGRATE.line}, then {_CONTRACT.line}.",
                Status.FAILURE,
            )
        )
    return Result.judged(
        f"{what} for {upgrade.target.spoken} ({standing.at}). Pending: {pending}. "
        f"{command.next}",
        findings,
    )


def _data_left(
    upgrade: Upgrade, standing: Standing, known: Known, left: Sequence[str]
) -> Result:
    findings = []
    command = _next(standing, _MIGRATE)
    for release in left:
        if release == known.own:
            message = f"data of {upgrade.target.spoken} are left to migrate"
            remedy = command.remedy
        else:
            message = (
                f"data are left that Glance of {release} would have migrated; "
                f"{command.line} of {upgrade.target.spoken} passes them over"
            )
            remedy = " ".join(
                (
                    "Let Glance's own code migrate them, on one node, as the user that "
                    "Glance runs as:",
                    *(_by_hand(upgrade, each) for each in known.real(release)),
                )
            )
        findings.append(
            Finding(
                f"{message} ({', '.join(known.modules[release])})",
                f"module {_MODULES}",
                remedy,
                Status.FAILURE,
            )
        )
    after = _next(standing, _CONTRACT).line
    then = "" if standing.is_contracted else f" Only then: {after}."
    return Result.judged(
        f"The data are not migrated ({standing.at}): Glance's own functions find data "
        f"left to migrate, of {', '.join(left)}.{then}",
        findings,
    )


def _by_hand(upgrade: Upgrade, module: str) -> str:
    """A shell command that runs one module, whatever release it is of."""
    database = upgrade.service.databases[0]
    files = upgrade.deployment.configuration_of(database).files
    words = json.dumps([word for file in files for word in ("--config-file", file)])
    return "python3 -c " + shlex.quote(
        "from oslo_config import cfg; from glance.db.sqlalchemy import api; "
        f"from {_MODULES} import {module} as data; "
        f'cfg.CONF({words}, project="glance"); '
        "print(data.migrate(api.get_engine()))"
    )


def _named(revisions: Sequence[Revision]) -> str:
    names = ", ".join(each.revision for each in revisions[:NAMED])
    more = len(revisions) - NAMED
    return f"{names} and {more} more" if more > 0 else names


def _many(revisions: Sequence[Revision]) -> str:
    count = len(revisions)
    return f"{count} revision{'' if count == 1 else 's'}"
