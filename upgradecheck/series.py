"""The release series: their order, which versions belong to each, which may be skipped.

The facts ship as ``releases.json``, with the day on which they were compiled. A
version or a series that they do not know is never guessed at.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.resources
import json
import re
from typing import Any

from packaging.version import InvalidVersion
from packaging.version import Version

from upgradecheck.mistake import similar
from upgradecheck.service import Service

_SERIES = re.compile(r"20\d\d\.[12]")


@functools.cache
def facts() -> Any:
    """The facts of the release series, newest first, as they ship with us."""
    text = importlib.resources.files("upgradecheck").joinpath("releases.json")
    return json.loads(text.read_text(encoding="utf-8"))


@dataclasses.dataclass(frozen=True)
class Series:
    """One release series of OpenStack.

    :param id: ``2026.2``; of the older ones the name, as ``zed``.
    :param name: ``hibiscus``.
    :param slurp: whether one may skip from it to the next such series: the Skip
        Level Upgrade Release Process of OpenStack, from 2023.1 on.
    """

    id: str
    name: str
    slurp: bool


@functools.cache
def all_series() -> tuple[Series, ...]:
    """Every series there is, oldest first."""
    return tuple(
        Series(each["id"], each["name"], each["slurp"])
        for each in reversed(facts()["series"])
    )


def newest_series() -> Series:
    """The newest series that was out when the facts were compiled."""
    out = [e["id"] for e in facts()["series"] if e["released"] <= facts()["compiled"]]
    return next(each for each in all_series() if each.id == out[0])


@dataclasses.dataclass(frozen=True)
class Named:
    """A release, as a word names it.

    :param word: the word.
    :param version: the version of the service; None where the word is a series.
    :param series: the id of its series; None if the facts do not know the version.
    """

    word: str
    version: str | None
    series: str | None


class Timeline:
    """The releases of one service, in their order.

    :param service: the service, or its name. One that brings facts of its own
        (:attr:`upgradecheck.Service.series`) is known by these alone.
    """

    def __init__(self, service: str | Service) -> None:
        if isinstance(service, Service):
            name, own = service.name, dict(service.series)
        else:
            name, own = service, {}
        known = {each.id: each for each in all_series()}
        ordered = list(reversed(facts()["services"].get(name, {}).items()))
        if own:
            ordered = sorted(own.items(), key=lambda pair: Version(pair[1]))
        self.compiled: str = "" if own else facts()["compiled"]
        #: The first version of each series, by the series' id, oldest first.
        self.firsts: dict[str, str] = {str(id): str(first) for id, first in ordered}
        of_it = [known.get(id, Series(id, id, False)) for id in self.firsts]
        newest = all_series().index(of_it[-1]) if of_it and not own else None
        # A series that is known, and of which the service has no version yet.
        later = [] if newest is None else all_series()[newest + 1 :]
        self.series: tuple[Series, ...] = (*of_it, *later)
        self._position = {each.id: n for n, each in enumerate(self.series)}

    @functools.cached_property
    def _pairs(self) -> list[tuple[str, Version]]:
        return [(id, Version(first)) for id, first in self.firsts.items()]

    def series_of(self, version: str | None) -> str | None:
        """The series to which a version belongs; None if it is not known.

        A series has all versions from its first final one up to the next
        series', candidates for the first one included.
        """
        try:
            wanted = Version(Version(version or "").base_version)
        except InvalidVersion:
            return None
        same = [pair for pair in self._pairs if pair[1].major == wanted.major]
        if len(same) == 1:
            return same[0][0]
        # Swift, and all of them before Liberty: several series have one major number.
        older = [pair for pair in same if pair[1] <= wanted]
        if not older:
            return None
        id, first = older[-1]
        if id == self._pairs[-1][0] and wanted.release[:2] != first.release[:2]:
            return None  # it may be the next series'
        return id

    def is_newer(self, version: str) -> bool:
        """Whether a version is newer than every series that is known."""
        try:
            newest = Version([*self.firsts.values()][-1])
            return Version(version) > newest and self.series_of(version) is None
        except (IndexError, InvalidVersion):
            return False

    def unknown(self, what: str) -> tuple[str, str]:
        """Why nothing can be said of a release that is not known, and what to do."""
        if not self.firsts:
            return (
                f"nobody tells the release series of {what}",
                'Whoever defines the service can: Service(..., series=(("2026.1", '
                '"1.0.0"), ("2026.2", "2.0.0"))).',
            )
        if not self.compiled:
            return (
                f"the definition of the service does not know the series of {what}",
                "Install a newer version of the package that defines the service.",
            )
        return (
            f"the facts of the release series, compiled on {self.compiled}, do not "
            f"know {what}",
            "Install a newer upgradecheck, whose facts are newer: pip install "
            "--upgrade upgradecheck.",
        )

    def position(self, series: str) -> int | None:
        """Where a series stands in the order; None if it is not known."""
        return self._position.get(series)

    def path(self, start: str, end: str) -> list[str]:
        """The series from one to a later one, the fewest that must be visited.

        From one series to the next always; from a series with ``slurp`` also to
        the next such one, which is what OpenStack tests and supports, see
        https://governance.openstack.org/tc/resolutions/20220210-release-cadence-adjustment.html.

        :raises KeyError: if one of them is not known.
        """
        here, last = self._position[start], self._position[end]
        found = [start]
        while here < last:
            skip = [
                n
                for n, each in enumerate(self.series)
                if here < n <= last and each.slurp and self.series[here].slurp
            ]
            here = skip[0] if skip else here + 1
            found.append(self.series[here].id)
        return found

    def read(self, word: str) -> Named:
        """The release that a word names: a version, a series or a series' name.

        :raises LookupError: if it is none of them; it says what was meant.
        """
        plain = word.strip().lower()
        for each in self.series or all_series():
            if plain in (each.id, each.name):
                return Named(word, None, each.id)
        return read(word, self)


def read(word: str, timeline: Timeline | None = None) -> Named:
    """The release that a word names, where the service may not be known.

    :param timeline: the releases of the service.
    :raises LookupError: if it is neither a version nor a series; it says what was
        meant.
    """
    plain = word.strip().lower()
    for each in all_series():
        if plain in (each.id, each.name):
            return Named(word, None, each.id)
    if _SERIES.fullmatch(plain):
        return Named(word, None, plain)  # unknown, but a series all the same
    try:
        Version(plain)
    except InvalidVersion:
        words = [word for each in all_series() for word in (each.name, each.id)]
        near = similar(plain, words, likeness=0.7)
        hint = f" Did you mean {near}?" if near else ""
        newest = newest_series()
        raise LookupError(
            f"{word!r} is no release.{hint} Write a version (19.0.0), a series "
            f"({newest.id}) or its name ({newest.name})"
        ) from None
    return Named(word, plain, timeline.series_of(plain) if timeline else None)


def series_of(service: str | Service, version: str | None) -> str | None:
    """The series to which a version of a service belongs; None if unknown."""
    return Timeline(service).series_of(version)
