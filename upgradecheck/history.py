"""What releases removed and renamed: computed from their catalogues."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator

from packaging.version import Version

from upgradecheck import release as releases
from upgradecheck.catalogue import KnownOption
from upgradecheck.catalogue import Options
from upgradecheck.check import NotVerified
from upgradecheck.place import Place
from upgradecheck.release import Release
from upgradecheck.release import same
from upgradecheck.series import Timeline

#: How a reason says that it names what took an option's place.
_SUCCEEDED = re.compile(r"\b(superseded|replaced|renamed|moved|instead)\b", re.I)
_NAME = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


@dataclasses.dataclass(frozen=True)
class Removed:
    """An option that is gone, or an old name of one that is no longer read.

    :param version: the first version without it.
    :param series: the series of that version; empty if it is not known.
    :param replacement: what took its place, as ``[group] name``.
    :param reason: what its last deprecation said.
    :param renamed: whether it is the option's old name alone that is gone.
    """

    version: str
    series: str
    replacement: str | None
    reason: str | None
    renamed: bool = False

    @property
    def spoken(self) -> str:
        """``14.0.0 (2024.1)``."""
        return f"{self.version} ({self.series})" if self.series else self.version

    @property
    def told(self) -> str:
        """When it went, why, and what took its place, to be put after its name."""
        became = f", now {self.replacement}" if self.replacement else ""
        reason = f": {self.reason}" if self.reason else ""
        return f", in {self.spoken}{became}{reason}"

    def is_crossed_from(self, origins: Collection[str]) -> bool:
        """Whether an upgrade from any of some versions crosses the removal.

        Where nothing is known of where the upgrade starts, it may.
        """
        gone = Version(self.version)
        return not origins or any(Version(origin) < gone for origin in origins)


class History:
    """What the releases before a target had and it has not.

    :param target: the release.
    :param see: the options of a release; by default those that it lists.
    """

    def __init__(
        self,
        target: Release,
        see: Callable[[Release], Options] = lambda release: release.options,
    ) -> None:
        self._target = target
        self._service = target.service
        self._see = functools.cache(see)

    def removed(self, place: Place) -> Removed | None:
        """Why the target does not have an option; None if no release had it."""
        gone: Release | None = None
        for release in (self._confirming, *self._earlier()):
            known = self._known(release, place) if release else None
            if known is not None and release is self._confirming:
                return None  # the release has it; what lists it is missing here
            if known is not None and release is not None:
                if gone is None and not self._lists(known.namespace):
                    return None  # nobody can say whether it is gone
                return self._told(place, known, release, gone or self._target)
            gone = release
        return None

    def without(self, group: str, name: str) -> Release | None:
        """The first release without an entry point; None if no release had it.

        :param group: the entry-point group; a catalogue that does not tell of it is
            passed over.
        """
        gone = self._target
        for release in self._earlier():
            names = release.catalogue.entry_points.get(group)
            if names is not None and name in names:
                return gone
            if names is not None:
                gone = release
        return None

    def first_of(self, release: Release) -> str:
        """The first version of a release's series, and the series."""
        series = release.series or ""
        version = Timeline(self._service).firsts.get(series, release.version or "")
        return f"{version} ({series})" if series else version

    @functools.cached_property
    def _confirming(self) -> Release | None:
        """The target's catalogue as it ships, made where nothing was missing."""
        return releases.as_shipped(self._target)

    @functools.cached_property
    def _every(self) -> list[Release]:
        try:
            return releases.every(self._service)
        except NotVerified:
            return []  # told by all that need a catalogue

    def _earlier(self) -> Iterator[Release]:
        """The releases before the target that have a catalogue, newest first."""
        timeline = Timeline(self._service)
        end = timeline.position(self._target.series or "")
        for release in reversed(self._every):
            place = timeline.position(release.series or "")
            is_target = same(release.version or "", self._target.version)
            is_older = end is None or place is None or place < end
            if is_older and not is_target and release.is_known:
                yield release

    def _known(self, release: Release, place: Place) -> KnownOption | None:
        options = self._see(release)
        return options.current.get(place) or options.old.get(place)

    def _lists(self, namespace: str) -> bool:
        return not namespace or namespace in self._target.catalogue.options

    def _told(
        self, place: Place, known: KnownOption, last: Release, gone: Release
    ) -> Removed:
        series = gone.series or ""
        version = Timeline(self._service).firsts.get(series, gone.version or "")
        reason = self._reason(known.place)
        now = self._now(known.place)
        if now is not None:
            return Removed(version, series, now.spoken, reason, renamed=True)
        if reason is None and known.namespace not in gone.catalogue.options:
            reason = (
                f"{self._service.title} no longer reads the options of "
                f"{known.namespace}"
            )
        return Removed(version, series, self._successor(known, reason), reason)

    def _now(self, place: Place, seen: tuple[Place, ...] = ()) -> KnownOption | None:
        """The target's option that an older release's is now; None if there is none."""
        if place in seen:
            return None
        found = self._known(self._target, place)
        if found is not None:
            return found
        for release in self._earlier():
            renamed = self._see(release).old.get(place)
            if renamed is not None and renamed.place != place:
                return self._now(renamed.place, (*seen, place))
        return None

    def _reason(self, place: Place) -> str | None:
        for release in self._earlier():
            known = self._see(release).current.get(place)
            if known is not None and known.data.get("deprecated_reason"):
                return " ".join(str(known.data["deprecated_reason"]).split())
        return None

    def _successor(self, known: KnownOption, reason: str | None) -> str | None:
        """The options of the target that a reason names in an option's place."""
        if reason is None or not _SUCCEEDED.search(reason):
            return None
        group = known.place[0]
        names = dict.fromkeys(_NAME.findall(reason))
        current = self._see(self._target).current
        here = [name for name in names if (group, name) in current]
        if len(here) == 1:
            return f"[{known.group}] {here[0]}"
        return f"{' and '.join(here)} in [{known.group}]" if here else None
