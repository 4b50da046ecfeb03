"""Where an upgrade starts: the releases that a database's revision fits."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence

from upgradecheck import isolation
from upgradecheck import release as releases
from upgradecheck.catalogue import Revision
from upgradecheck.check import NotVerified
from upgradecheck.check import Upgrade
from upgradecheck.release import Release
from upgradecheck.release import same
from upgradecheck.series import Timeline


@dataclasses.dataclass(frozen=True)
class Basis:
    """The releases from which an upgrade may start, and how they are known.

    :param releases: the releases, oldest first; none is newer than the target.
    :param told_by: what tells them, in words.
    :param newer: newer releases than the target, where the database fits them alone.
    :param fault: why nothing could be told, where something should; the releases are
        then all that are known.
    """

    releases: tuple[Release, ...]
    told_by: str
    newer: tuple[Release, ...] = ()
    fault: NotVerified | None = None


def find(upgrade: Upgrade) -> Basis:
    """The releases from which an upgrade may start."""
    if upgrade.origin is not None:
        old = upgrade.baseline
        is_told = old is not None and same(old.version, upgrade.origin.version)
        told_by = f"the baseline {old.file}" if old and is_told else "--from"
        return Basis((upgrade.origin,), told_by)
    try:
        older, newer = _split(upgrade)
    except NotVerified as lost:
        return Basis((), "nothing: the catalogues are missing", fault=lost)
    title = upgrade.service.title
    if not upgrade.service.databases:
        return Basis(older, f"nothing: {title} has no database that would tell")
    try:
        rows = _rows(upgrade)
        fitting = _fitting(upgrade, rows, (*older, *newer))
    except NotVerified as mute:
        return Basis(older, "nothing: the database could not be asked", fault=mute)
    told_by = f"the database's revision {', '.join(rows)}"
    if not fitting:
        fault = NotVerified(
            f"no release of {title} that is known here has a database at "
            f"{', '.join(rows)}",
            f"table {upgrade.service.databases[0].version_table}",
            "Name the release that it comes from: --from RELEASE.",
        )
        return Basis(older, "nothing: the revision is unknown", fault=fault)
    reachable = tuple(each for each in fitting if each in older)
    return Basis(reachable, told_by, newer=() if reachable else fitting)


def _split(upgrade: Upgrade) -> tuple[tuple[Release, ...], tuple[Release, ...]]:
    """All releases up to the target, the target in its place, and all newer ones."""
    target = upgrade.target
    timeline = Timeline(upgrade.service)
    place = timeline.position(target.series or "")
    older: list[Release] = []
    newer: list[Release] = []
    for each in releases.every(upgrade.service):
        position = timeline.position(each.series or "")
        if each.series == target.series and each.series is not None:
            continue
        if same(each.version or "", target.version):
            continue
        is_newer = place is not None and position is not None and position > place
        (newer if is_newer else older).append(each)
    return (*older, target), tuple(newer)


def _rows(upgrade: Upgrade) -> tuple[str, ...]:
    """The revisions of the main database.

    Asked in a process of its own, with a time limit of its own: a database that never
    answers must not cost the answer of a check that can do without.

    :raises NotVerified: if it cannot be asked, or has none.
    """
    outcome = isolation.run(functools.partial(_asked, upgrade), upgrade.patience)
    if outcome.answer is None:
        end = outcome.fault or f"ended with {outcome.raised and outcome.raised.kind}"
        raise NotVerified(
            f"reading the database's revision {end}",
            f"table {upgrade.service.databases[0].version_table}",
            "Look whether the database answers, or name the release: --from RELEASE.",
        )
    rows, fault = outcome.answer
    if fault is not None:
        raise NotVerified(*fault)
    if not rows:
        database = upgrade.service.databases[0]
        raise NotVerified(
            "the database has no revision, so it does not tell which release it is of",
            f"table {database.version_table}",
            "Name the release that it comes from: --from RELEASE.",
        )
    return tuple(rows)


def _asked(upgrade: Upgrade) -> tuple[tuple[str, ...], tuple[str | None, ...] | None]:
    """The revisions, or why they are not known, as JSON can hold it."""
    from upgradecheck.checks.revision import revisions_of

    try:
        return revisions_of(upgrade), None
    except NotVerified as fault:
        return (), (fault.reason, fault.location, fault.remedy)
    except ImportError as fault:
        return (), (
            f"reading the database needs {fault.name}, not installed here",
            "extra db",
            "pip install 'upgradecheck[db]', or name the release: --from RELEASE.",
        )


def _fitting(
    upgrade: Upgrade, rows: Sequence[str], candidates: Sequence[Release]
) -> tuple[Release, ...]:
    """Those of some releases, oldest first, whose database stands at these rows.

    A database between the heads of two releases is one whose upgrade is under way:
    it fits the older of them. A release of which no catalogue tells the revisions
    may have any between those of its neighbours.
    """
    name = upgrade.service.databases[0].name
    own = [_history(each, name) for each in candidates]
    applied = _applied(rows, [each for each in own if each])
    if applied is None:
        return ()
    heads = [frozenset(r.revision for r in each) if each else None for each in own]
    least: list[frozenset[str]] = []
    lower: frozenset[str] = frozenset()
    for head in heads:
        lower = lower if head is None else head
        least.append(lower)
    most: list[frozenset[str] | None] = []
    upper: frozenset[str] | None = None
    for head in reversed(heads):
        upper = upper if head is None else head
        most.insert(0, upper)
    bounds = list(zip(candidates, least, most, strict=True))
    fitting = [
        release
        for release, low, high in bounds
        if low <= applied and (high is None or applied <= high)
    ]
    if fitting:
        return tuple(fitting)
    behind = [low for low in least if low <= applied]
    return tuple(release for release, low, _ in bounds if behind and low == behind[-1])


def _history(release: Release, database: str) -> list[Revision]:
    return release.catalogue.revisions.get(database, []) if release.is_known else []


def _applied(
    rows: Sequence[str], histories: Sequence[list[Revision]]
) -> frozenset[str] | None:
    """All revisions that a database has been through; None if no history knows it."""
    from upgradecheck.checks.revision import pending_of

    for revisions in reversed(histories):
        names = frozenset(each.revision for each in revisions)
        if names.issuperset(rows):
            return names - {each.revision for each in pending_of(revisions, rows)}
    return None
