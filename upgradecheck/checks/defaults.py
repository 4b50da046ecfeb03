"""Options that are not set, and whose default changes on the way."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator

from upgradecheck.catalogue import KnownOption
from upgradecheck.changes import Default
from upgradecheck.changes import changed_defaults
from upgradecheck.check import Finding
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.default import contrasted
from upgradecheck.place import Place
from upgradecheck.release import Release
from upgradecheck.release import as_shipped


def judge(upgrade: Upgrade, used: Collection[Place]) -> tuple[str, list[Finding]]:
    """A note about the options whose default changes, and findings if they are wanted.

    :param used: the options that the operator sets.
    """
    told = [each for each in upgrade.origins if each.is_known]
    if not told:
        names = ", ".join(each.short for each in upgrade.origins[-3:])
        finding = Finding(
            "which defaults change is not verified: there is no catalogue of "
            f"{upgrade.service.title} {names or 'the release that it comes from'}",
            None,
            "Name a release that has one: --from RELEASE.",
            Status.ERROR,
        )
        return "", [finding] if upgrade.strict else []
    target = as_shipped(upgrade.target) or upgrade.target
    found: dict[Place, tuple[Release, Default]] = {}
    for origin in told:  # the oldest counts: its default is what may be relied on
        for each in changed_defaults(_pairs(target, origin)):
            if each.known.place not in used:
                found.setdefault(each.known.place, (origin, each))
    if not found:
        return "", []
    if upgrade.strict:
        return "", [_finding(upgrade, *each) for each in found.values()]
    one = len(found) == 1
    since = "than in" if len(told) == 1 else "than in one of the releases since"
    note = (
        f" {len(found)} option{'' if one else 's'} that {'is' if one else 'are'} not "
        f"set {'has' if one else 'have'} another default {since} {told[0].short}; "
        f"see: service-status upgrade changes {upgrade.service.name} --from "
        f"{told[0].version} --to {upgrade.target.version}."
    )
    return note, []


def _pairs(
    target: Release, origin: Release
) -> Iterator[tuple[KnownOption, KnownOption]]:
    """The options of both releases, each as it was and as it is."""
    before = origin.options.current
    for place, now in target.options.current.items():
        for each in (place, *now.old_places):
            if each in before:
                yield before[each], now
                break


def _finding(upgrade: Upgrade, origin: Release, change: Default) -> Finding:
    old, new = contrasted(change.old, change.new)
    return Finding(
        f"{change.known.spoken} is not set, and its default changes from {old} in "
        f"{origin.short} to {new}",
        change.known.spoken,
        f"Set {change.known.name} in [{change.known.group}] to the value that you want.",
        Status.WARNING,
    )
