"""A release: one version of a service, its series, what it expects."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

from packaging.version import InvalidVersion
from packaging.version import Version

from upgradecheck import catalogue_file
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Options
from upgradecheck.check import NotVerified
from upgradecheck.installed import version_of
from upgradecheck.series import Named
from upgradecheck.series import Timeline
from upgradecheck.service import Service


@dataclasses.dataclass(eq=False)
class Release:
    """What one version of a service expects.

    :param service: the service.
    :param version: the version; None if it is not known.
    :param known: its catalogue, or why there is none, or what finds it when it is
        first asked for.
    :param named: its series, where that is given and the version only stands for it.
    :param source: where the catalogue comes from, in words; empty if there is none.
    """

    service: Service
    version: str | None
    known: Catalogue | NotVerified | Callable[[], Catalogue]
    named: str | None = None
    source: str = "the installed code"

    @property
    def series(self) -> str | None:
        """The OpenStack series of the version, as ``2026.2``; None if unknown."""
        return self.named or Timeline(self.service).series_of(self.version)

    @property
    def is_installed(self) -> bool:
        """Whether the code of this very version is installed here."""
        return self.version is not None and same(self.version, version_of(self.service))

    @property
    def spoken(self) -> str:
        """``Octavia 19.0.0``."""
        what = self.version or self.named or "(version unknown)"
        return f"{self.service.title} {what}"

    @property
    def short(self) -> str:
        """``19.0.0 (2026.2)``."""
        if self.version is None:
            return self.named or "of unknown version"
        return f"{self.version} ({self.series})" if self.series else self.version

    @property
    def catalogue(self) -> Catalogue:
        """What it expects.

        :raises NotVerified: if that could not be found out.
        """
        if isinstance(self.known, Catalogue):
            return self.known
        if isinstance(self.known, NotVerified):
            raise self.known
        try:
            self.known = self.known()
        except NotVerified as fault:
            self.known = fault
        return self.catalogue

    @property
    def is_known(self) -> bool:
        """Whether what it expects can be told."""
        try:
            return bool(self.catalogue)
        except NotVerified:
            return False

    @functools.cached_property
    def options(self) -> Options:
        """Its options, those of stores and the like left out.

        :raises NotVerified: if they could not be found out.
        """
        patterns = [
            n for groups in self.service.named_groups for n in groups.namespaces
        ]
        return Options(self.catalogue.known_options(skip=patterns))


def same(version: str, other: str | None) -> bool:
    """Whether two versions are one, however they are written."""
    try:
        return Version(version) == Version(other or "")
    except InvalidVersion:
        return version == other


def shipped(service: Service) -> dict[str, str]:
    """The versions whose catalogues ship with a service, by series, oldest first.

    Where several versions of a series ship, the newest stands for it.

    :raises NotVerified: if the folder that the service's definition names is missing.
    """
    timeline = Timeline(service)
    versions = {
        series: version
        for version in catalogue_file.shipped(service)
        if (series := timeline.series_of(version)) is not None
    }
    return {
        each.id: versions[each.id] for each in timeline.series if each.id in versions
    }


def find(service: Service, named: Named) -> Release:
    """A release that need not be installed: what its catalogue tells, or its series'.

    A catalogue stands for its whole series.

    :raises NotVerified: if the folder that the service's definition names is missing.
    """
    versions = [
        version
        for version in catalogue_file.shipped(service)
        if named.version is not None and same(version, named.version)
    ]
    answers = [*versions, *filter(None, [shipped(service).get(named.series or "")])]
    series = named.series if named.version is None else None
    if not answers:
        version = named.version or Timeline(service).firsts.get(series or "")
        return Release(service, version, _nothing(service, named), series, "")
    return Release(
        service,
        named.version or answers[0],
        functools.partial(catalogue_file.shipped_catalogue, service, answers[0]),
        series,
        f"the catalogue of {answers[0]}",
    )


def _nothing(service: Service, named: Named) -> NotVerified:
    timeline = Timeline(service)
    if named.series is None or timeline.position(named.series) is None:
        reason, remedy = timeline.unknown(f"{service.title} {named.word}")
        return NotVerified(
            f"what it expects is not known: {reason}",
            None,
            f"{remedy} Or ask where it is installed.",
        )
    versions = [f"{series} ({version})" for series, version in shipped(service).items()]
    spoken = f"{service.title} {named.version or named.series}"
    if named.version:
        spoken += f" ({named.series})"
    return NotVerified(
        f"no catalogue tells what {spoken} expects; there are catalogues of: "
        f"{', '.join(versions) or 'no release'}",
        None,
        "Name one of these, install a newer upgradecheck (pip install --upgrade "
        f"upgradecheck), or ask where that {service.title} is installed.",
    )


def every(service: Service) -> list[Release]:
    """Every release of a service that is known, oldest first.

    Each series is there once, by the version of its catalogue or else by its first.

    :raises NotVerified: if the folder that the service's definition names is missing.
    """
    firsts = Timeline(service).firsts
    if not firsts:
        return [
            find(service, Named(version, version, None))
            for version in catalogue_file.shipped(service)
        ]
    return [find(service, Named(id, None, id)) for id in firsts]


def as_shipped(release: Release) -> Release | None:
    """What the catalogue of a release's series tells of it; None if none ships.

    It was made where the release stood alone with all that it needs; what is
    installed may lack a library, or share one with a service that changes it.
    """
    series = release.series
    if series is None:
        return None
    try:
        found = find(release.service, Named(series, None, series))
    except NotVerified:
        return None
    return found if found.is_known else None
