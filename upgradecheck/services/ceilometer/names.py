"""Names that a release of Ceilometer knows, and patterns that ask for them."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from upgradecheck.check import NotVerified
from upgradecheck.release import Release

_POLL = "ceilometer.poll."
_DISCOVER = "ceilometer.discover."


@dataclasses.dataclass(frozen=True)
class Names:
    """What a release names.

    :param pollsters: its static pollsters, by namespace.
    :param meters: the further meters that it makes.
    :param publishers: its publishers, by ``sample`` and ``event``.
    :param discoveries: its ways to discover resources.
    :param plugins: its plug-ins that make values of traits.
    """

    pollsters: Mapping[str, Collection[str]]
    meters: Collection[str]
    publishers: Mapping[str, Collection[str]]
    discoveries: Collection[str]
    plugins: Collection[str]


def of(release: Release) -> Names:
    """What a release names.

    :raises NotVerified: if its catalogue does not tell.
    """
    catalogue = release.catalogue
    groups = catalogue.entry_points
    fault = catalogue.faults.get("fact meters")
    if fault or "meters" not in catalogue.facts:
        raise NotVerified(
            f"which meters {release.spoken} makes is not known"
            + (f": {fault}" if fault else ""),
            remedy=f"Ask it where {release.spoken} is installed.",
        )
    return Names(
        pollsters(groups),
        tuple(catalogue.facts["meters"]),
        {
            kind: tuple(groups.get(f"ceilometer.{kind}.publisher", ()))
            for kind in ("sample", "event")
        },
        tuple(
            n for group in groups if group.startswith(_DISCOVER) for n in groups[group]
        ),
        tuple(groups.get("ceilometer.event.trait_plugin", ())),
    )


def pollsters(groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """The static pollsters of each namespace, out of groups of entry points."""
    return {
        group.removeprefix(_POLL): tuple(sorted(names))
        for group, names in sorted(groups.items())
        if group.startswith(_POLL)
    }


def asks_for(wanted: Sequence[str], name: str) -> bool:
    """Whether a source's list of names asks for one.

    After ``ceilometer.agent.Source.is_supported``: what is denied counts before what
    is allowed, and a list that only denies allows the rest.
    """
    denied = [each[1:] for each in wanted if each.startswith("!")]
    allowed = [each for each in wanted if not each.startswith("!")]
    if any(fnmatch.fnmatch(name, pattern) for pattern in denied):
        return False
    return not allowed or any(fnmatch.fnmatch(name, pattern) for pattern in allowed)


def matches(pattern: str, known: Iterable[str]) -> bool:
    """Whether a pattern, without its ``!``, stands for any known name."""
    return any(fnmatch.fnmatch(name, pattern) for name in known)
