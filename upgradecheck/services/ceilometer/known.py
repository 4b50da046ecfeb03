"""What Ceilometer's files may name: the release's names and the operator's own."""

from __future__ import annotations

import dataclasses

from upgradecheck.release import Release
from upgradecheck.services.ceilometer.dynamic import Pollster
from upgradecheck.services.ceilometer.names import Names


@dataclasses.dataclass(frozen=True)
class Known:
    """What the files may name.

    :param release: the release to upgrade to.
    :param names: what it names itself.
    :param dynamic: the operator's dynamic pollsters.
    :param own: the meters that the operator makes of notifications.
    """

    release: Release
    names: Names
    dynamic: tuple[Pollster, ...] = ()
    own: tuple[str, ...] = ()

    @property
    def pollsters(self) -> list[str]:
        """All pollsters, static and dynamic."""
        static = [name for found in self.names.pollsters.values() for name in found]
        return [*static, *(each.name for each in self.dynamic)]

    @property
    def meters(self) -> list[str]:
        """All meters that samples may be of."""
        patterns = [each.meter for each in self.dynamic]
        return [*self.pollsters, *self.names.meters, *self.own, *patterns]
