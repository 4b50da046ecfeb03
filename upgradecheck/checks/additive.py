"""``database-additive``: can old services live with the revisions that are pending?"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

from upgradecheck import catalogue_file
from upgradecheck.catalogue import Revision
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks import revision as revisions
from upgradecheck.checks.family import Family
from upgradecheck.effect import Effect
from upgradecheck.effect import Verdict
from upgradecheck.effect import verdict_of
from upgradecheck.service import Database

PROSE = """\
Old services can live with the pending revisions.

An upgrade node by node stands on one rule: the database is added to, nothing in it is
deleted or modified, for services of the old release read and write it all the while.
This check looks at each revision between the database's and the target's, and says
which keep the rule and which do not, with the table, the column and the reason.

What a revision does was recorded when the release's catalogue was made: every script
was run on a real database server, and the schema before and after was compared.
SQL of which no comparison shows what it does is told as such, and never taken for
safe. Of a service whose revisions have a ``contract`` branch those of that branch are
left out: they run when no old service is left.

On the way of a procedure that it gates, as a rolling or a partial upgrade, a revision
that breaks the rule is a **failure**. Anywhere else it is a **warning**: stop every
service of the old release before the database is upgraded, and the revision does no
harm. An **error** means that the database could not be asked, or that no catalogue
covers a pending revision.
"""

SLUG = "database-additive"
#: The label of the branch that runs when no old service is left.
_CONTRACT = "contract"


def judge(upgrade: Upgrade) -> Result:
    """Judge what is pending in every database of a service."""
    return revisions.of_each_database(upgrade, _judge)


def _judge(upgrade: Upgrade, database: Database) -> Result:
    history = revisions.history_of(upgrade, database)
    rows, tables = revisions.rows_of(upgrade, database)
    name = revisions.called(upgrade.service, database)
    if not rows and database.optional and not tables:
        return Result.judged(f"{name} is empty: no old service uses it.", [])
    _require_known(upgrade, database, history, rows)
    pending = revisions.pending_of(history, rows)
    late = _late(history)
    early = [each for each in pending if each.revision not in late]
    left = len(pending) - len(early)
    are, run = ("is", "it runs") if left == 1 else ("are", "they run")
    rest = (
        f" {_many(left)} of the {_CONTRACT} branch {are} not looked at: no old service "
        f"may be left when {run}."
        if left
        else ""
    )
    if not early:
        what = " that runs while old services run" if late else ""
        return Result.judged(f"{name} has no pending revision{what}.{rest}", [])
    known = _Known(upgrade, database, [each.revision for each in early])
    findings = [f for each in early for f in _findings(upgrade, database, each, known)]
    return Result.judged(f"{name} has {_told(early, known)}{rest}", findings)


def _require_known(
    upgrade: Upgrade,
    database: Database,
    history: Sequence[Revision],
    rows: Sequence[str],
) -> None:
    """That the revision of the database tells what is pending.

    :raises NotVerified: if it does not.
    """
    known = {each.revision for each in history}
    unknown = [row for row in rows if row not in known]
    if rows and not unknown:
        return
    what = (
        f"stands at a revision that {upgrade.target.spoken} does not know, "
        f"{', '.join(unknown)}"
        if unknown
        else "is not initialised"
    )
    raise NotVerified(
        f"the {database.name} database {what}, so which revisions are pending cannot "
        "be told",
        f"table {database.version_table}",
        f"See what {upgrade.service.name}.database-revision says of it.",
    )


def _late(history: Sequence[Revision]) -> set[str]:
    """The revisions of the contract branch, by alembic's own reckoning of labels."""
    if not any(_CONTRACT in each.branch_labels for each in history):
        return set()
    scripts = revisions.map_of(history)
    labels = {
        each.revision: found.branch_labels
        for each in history
        if (found := scripts.get_revision(each.revision)) is not None
    }
    return {name for name, of in labels.items() if _CONTRACT in of}


class _Known:
    """What some revisions do, out of every catalogue that tells.

    A script does not change once it is released, so the catalogue of any release
    will do: the target's first, then those that ship with the service.

    :param wanted: the revisions that matter.
    """

    def __init__(
        self, upgrade: Upgrade, database: Database, wanted: Iterable[str]
    ) -> None:
        self._effects: dict[str, list[Effect]] = {}
        #: Catalogues that could not be read.
        self.faults: list[NotVerified] = []
        missing = set(wanted)
        for recorded in self._catalogues(upgrade, database):
            for name in missing & recorded.keys():
                self._effects[name] = [Effect(*each) for each in recorded[name]]
                missing.discard(name)
            if not missing:
                break

    def _catalogues(
        self, upgrade: Upgrade, database: Database
    ) -> Iterator[dict[str, list[list[str]]]]:
        yield dict(upgrade.target.catalogue.effects.get(database.name, {}))
        try:
            versions = list(catalogue_file.shipped(upgrade.service))
        except NotVerified as fault:
            self.faults.append(fault)
            return
        for version in reversed(versions):
            try:
                found = catalogue_file.shipped_catalogue(upgrade.service, version)
            except NotVerified as fault:
                self.faults.append(fault)
            else:
                yield dict(found.effects.get(database.name, {}))

    def of(self, revision: Revision) -> list[Effect] | None:
        """What a revision does; None if no catalogue tells."""
        return self._effects.get(revision.revision)

    def verdict(self, revision: Revision) -> Verdict | None:
        """Whether it is safe; None if no catalogue tells."""
        effects = self.of(revision)
        return None if effects is None else verdict_of(effects)


def _findings(
    upgrade: Upgrade, database: Database, each: Revision, known: _Known
) -> Iterator[Finding]:
    where = f"revision {each.revision}"
    effects = known.of(each)
    if effects is None:
        faults = "; ".join(fault.reason for fault in known.faults)
        yield Finding(
            f"{each.spoken}: no catalogue of {upgrade.service.title} tells what it does"
            + (f" ({faults})" if faults else ""),
            where,
            "Take it for not safe, and stop every old service before it runs; or ask "
            "with a version of the package that defines "
            f"{upgrade.service.name} whose catalogues cover it.",
            Status.ERROR,
        )
        return
    gating = f"{upgrade.service.name}.{SLUG}" in upgrade.gates
    for effect in effects:
        if effect.verdict is Verdict.SAFE:
            continue
        remedy = f"Stop every old service before this runs: {database.command}"
        if effect.verdict is Verdict.UNJUDGED:
            remedy = f"Read the revision's script. Unless it is harmless: {remedy}"
        yield Finding(
            f"{each.spoken} {_VERBS[effect.verdict]}: {effect.spoken}",
            where,
            remedy,
            Status.FAILURE if gating else Status.WARNING,
        )


_VERBS = {Verdict.UNSAFE: "is not safe", Verdict.UNJUDGED: "cannot be judged"}


def _told(early: Sequence[Revision], known: _Known) -> str:
    """One sentence: how many revisions there are, and what of each."""
    parts = []
    for verdict, words in (
        (Verdict.SAFE, "safe while old services run"),
        (Verdict.UNSAFE, "not safe"),
        (Verdict.UNJUDGED, "not to be judged"),
        (None, "in no catalogue"),
    ):
        names = [each.revision for each in early if known.verdict(each) is verdict]
        if names:
            named = ", ".join(names[: revisions.NAMED])
            more = len(names) - revisions.NAMED
            named += f" and {more} more" if more > 0 else ""
            parts.append(f"{len(names)} {words} ({named})")
    return f"{_many(len(early))}: {'; '.join(parts)}."


def _many(count: int) -> str:
    return f"{count} pending revision{'' if count == 1 else 's'}"


class AdditiveCheck(Family):
    """The check ``<service>.database-additive`` of a service."""

    slug = SLUG
    heading = "Additive database changes"
    wants = ("config", "database")
    prose = PROSE
    ask = staticmethod(judge)
