"""The releases in which something is there: from one on, before another."""

from __future__ import annotations

import dataclasses
from typing import TypeAlias

from packaging.version import Version

#: A release of the service, by its version; None if it is not known.
ReleaseVersion: TypeAlias = "str | Version | None"


@dataclasses.dataclass(frozen=True)
class Span:
    """The releases in which something is there: from one on, before another.

    :param added: the first release that has it; empty for all.
    :param removed: the first release that has it no more; empty for none.
    """

    added: str = ""
    removed: str = ""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def __contains__(self, release: ReleaseVersion) -> bool:
        """Whether it is there; a release that is not known has everything.

        Candidates and development versions of a release count as the release.
        """
        if release is None:
            return True
        now = _age(release)
        return (not self.added or _age(self.added) <= now) and (
            not self.removed or now < _age(self.removed)
        )

    def meets(self, other: Span) -> bool:
        """Whether there is a release in both."""
        starts = [_age(each.added) for each in (self, other) if each.added]
        ends = [_age(each.removed) for each in (self, other) if each.removed]
        return not starts or not ends or max(starts) < min(ends)


def _age(release: str | Version) -> tuple[bool, Version]:
    """What sorts releases; until Kilo (2015.1.0) OpenStack counted by years."""
    version = Version(Version(str(release)).base_version)
    return version.major < 2000, version


#: All releases.
EVER = Span()
