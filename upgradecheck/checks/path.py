"""``release-path``: from what to what, and may one jump?"""

from __future__ import annotations

from collections.abc import Sequence

from packaging.version import Version

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks.family import Family
from upgradecheck.release import Release
from upgradecheck.series import Timeline

TEXT = """\
The upgrade may go to the new release in one go, from where it starts.

From one release to the next is always possible. From 2023.1 on every second release
is a SLURP release (the Skip Level Upgrade Release Process), and one may go from a
SLURP release straight to the next one. Any other jump skips releases that nobody has
tested together: code that converts data may be gone, and options with it. A patch
update within a release series is no jump at all.

Where the upgrade starts is what ``--from`` names; else the check asks which releases
the database's revision fits. Without either, all releases are possible.

A **failure** is a jump that is not possible, and names the path to take, such as
``2024.1 -> 2025.1 -> 2026.1 -> 2026.2``; or a way back to an older release, which no
service supports. A **warning** means that some of the possible releases may jump and
others may not: name yours with ``--from``. An **error** means that the database could
not be asked, or that a release is newer than the facts of the release series that
this check has.
"""

#: As many releases are named one by one.
_MANY = 8


def judge(upgrade: Upgrade) -> Result:
    """Judge the way from each release that the upgrade may start from.

    :raises NotVerified: if one of the releases is not known.
    """
    timeline = Timeline(upgrade.service)
    end = _series(timeline, upgrade.target)
    basis = upgrade.basis
    if basis.fault is not None:
        raise basis.fault
    known = f"known by {basis.told_by}"
    starts = list(dict.fromkeys(_series(timeline, each) for each in basis.releases))
    if basis.newer or _is_back(timeline, upgrade, starts):
        return _back(upgrade, basis.newer or basis.releases, known)
    paths = {start: timeline.path(start, end) for start in starts}
    allowed = [start for start, path in paths.items() if len(path) <= 2]
    refused = [start for start in starts if start not in allowed]
    to = f"to {upgrade.service.title} {upgrade.target.short}"
    if not refused:
        what = f"From {_listed(starts, 'or')} one may go {to}"
        if starts == [end]:
            what = f"An update within {end}, {to}"
        return Result.judged(f"{what} ({known}).", ())
    # The newest has the shortest path, which the older ones meet sooner or later.
    path = " -> ".join(paths[refused[-1]])
    if not allowed:
        finding = Finding(
            f"one may not go from {_listed(refused, 'or')} {to} in one go",
            _place(upgrade),
            f"Upgrade step by step: {path}.",
            Status.FAILURE,
        )
        details = f"No way in one go from {_listed(refused, 'or')} {to} ({known})"
        return Result.judged(f"{details}; the path to take: {path}.", [finding])
    finding = Finding(
        f"one may go {to} from {_listed(allowed, 'or')}, but not from "
        f"{_listed(refused, 'or')}",
        _place(upgrade),
        f"Name the release that you have: --from RELEASE. From {refused[-1]} the path "
        f"is {path}.",
        Status.WARNING,
    )
    details = f"It is not settled which release the upgrade {to} starts from ({known})."
    return Result.judged(details, [finding])


def _series(timeline: Timeline, release: Release) -> str:
    series = release.series
    if series is None or timeline.position(series) is None:
        reason, remedy = timeline.unknown(release.spoken)
        raise NotVerified(reason, None, remedy)
    return series


def _is_back(timeline: Timeline, upgrade: Upgrade, starts: Sequence[str]) -> bool:
    """Whether the upgrade that the operator names would be a downgrade."""
    origin, target = upgrade.origin, upgrade.target
    if origin is None:
        return False
    end = _series(timeline, target)
    if starts[0] != end:
        return (timeline.position(starts[0]) or 0) > (timeline.position(end) or 0)
    # Within a series the versions tell, where both are given as versions.
    if origin.named or target.named or not origin.version or not target.version:
        return False
    return Version(origin.version) > Version(target.version)


def _back(upgrade: Upgrade, newer: Sequence[Release], known: str) -> Result:
    names = _listed([each.short for each in newer], "or")
    finding = Finding(
        f"{upgrade.target.spoken} is older than what is there: {names}",
        _place(upgrade),
        "No service can go back. Install a release that is not older, or restore the "
        "backup that was made before the upgrade.",
        Status.FAILURE,
    )
    return Result.judged(
        f"A downgrade, from {names} to {upgrade.target.short} ({known}).", [finding]
    )


def _place(upgrade: Upgrade) -> str | None:
    if upgrade.origin is not None:
        return "option --from"
    if not upgrade.service.databases:
        return None
    return f"table {upgrade.service.databases[0].version_table}"


def _listed(words: Sequence[str], last: str) -> str:
    """``a, b or c``; of many the first and the last ones."""
    if len(words) > _MANY:
        return f"{words[0]}, {words[1]} ... {last} {words[-1]}"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


class ReleasePathCheck(Family):
    """The check ``<service>.release-path`` of a service."""

    slug = "release-path"
    heading = "Release path"
    # Neither configuration nor database where --from tells the way.
    wants = ()
    prose = TEXT
    ask = staticmethod(judge)
