"""The report of a run: its values. Its forms are the modules beside."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from upgradecheck.check import Check
from upgradecheck.check import Result
from upgradecheck.check import Status

#: The title of every report; oslo.upgradecheck's.
TITLE = "Upgrade Check Results"
#: What the exit codes of a run mean.
MEANINGS = {
    0: "the upgrade may start",
    1: "look into the warnings; the upgrade may be OK",
    2: "do not upgrade before the failures are solved",
    255: "not verified; solve the errors and ask again",
}


@dataclasses.dataclass(frozen=True)
class Row:
    """One check in a report.

    :param id: the check's id.
    :param title: the check's title.
    :param service: the service's name.
    :param result: the answer.
    :param seconds: how long it took.
    :param output: what the check printed.
    """

    id: str
    title: str
    service: str
    result: Result
    seconds: float = 0.0
    output: str = ""


@dataclasses.dataclass(frozen=True)
class Excluded(Row):
    """A check that was not asked because the operator excluded it."""


@dataclasses.dataclass(frozen=True)
class Told:
    """A release of a report, and where what is known of it comes from."""

    version: str | None
    series: str | None
    source: str

    @property
    def short(self) -> str:
        """``19.0.0 (2026.2)``."""
        if self.version is None:
            return self.series or "an unknown version"
        return f"{self.version} ({self.series})" if self.series else self.version


@dataclasses.dataclass(frozen=True)
class Origins:
    """The releases from which an upgrade may start, and what tells them."""

    releases: tuple[Told, ...]
    told_by: str


@dataclasses.dataclass(frozen=True)
class Examined:
    """A service of a report: what was found of it.

    :param version: the version installed here; None if it is not.
    :param series: its series.
    :param files: the configuration files that were read.
    :param target: the release that was judged for.
    :param origins: where the upgrade starts; None if no check asked that.
    """

    name: str
    title: str
    version: str | None
    series: str | None
    files: tuple[str, ...]
    target: Told | None = None
    origins: Origins | None = None


@dataclasses.dataclass
class Report:
    """The results of one run."""

    services: list[Examined] = dataclasses.field(default_factory=list)
    rows: list[Row] = dataclasses.field(default_factory=list)
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """2 if any failure, else 255 if any error, else 1 if any warning, else 0.

        A run that was interrupted, or in which no check was asked, gives no
        verdict: 255.
        """
        statuses = {row.result.status for row in self.rows}
        asked = [row for row in self.rows if not isinstance(row, Excluded)]
        if self.interrupted or not asked:
            return 255
        for status in (Status.FAILURE, Status.ERROR, Status.WARNING):
            if status in statuses:
                return status.number
        return 0


#: Told when a check starts (no row yet), when it ends, and now and then (neither).
Progress = Callable[[Check | None, Row | None], None]
