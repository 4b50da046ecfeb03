"""A release: one version of a service, its series, what it expects."""

from __future__ import annotations

import dataclasses
import functools
import importlib.resources
import json
from typing import Any

from packaging.version import InvalidVersion
from packaging.version import Version

from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Options
from upgradecheck.check import NotVerified
from upgradecheck.installed import version_of
from upgradecheck.service import Service


@dataclasses.dataclass
class Release:
    """What one version of a service expects.

    :param service: the service.
    :param version: the version; None if it is not known.
    :param known: its catalogue, or why there is none.
    """

    service: Service
    version: str | None
    known: Catalogue | NotVerified

    @property
    def series(self) -> str | None:
        """The OpenStack series of the version, as ``2026.2``; None if unknown."""
        return series_of(self.service.name, self.version)

    @property
    def is_installed(self) -> bool:
        """Whether the code of this very version is installed here."""
        return self.version is not None and self.version == version_of(self.service)

    @property
    def spoken(self) -> str:
        """``Octavia 19.0.0``."""
        return f"{self.service.title} {self.version or '(version unknown)'}"

    @property
    def catalogue(self) -> Catalogue:
        """What it expects.

        :raises NotVerified: if that could not be found out.
        """
        if isinstance(self.known, NotVerified):
            raise self.known
        return self.known

    @functools.cached_property
    def options(self) -> Options:
        """Its options, those of stores and the like left out.

        :raises NotVerified: if they could not be found out.
        """
        patterns = [
            n for groups in self.service.named_groups for n in groups.namespaces
        ]
        return Options(self.catalogue.known_options(skip=patterns))


@functools.cache
def facts() -> Any:
    """The facts of the release series, newest first, as they ship with us."""
    text = importlib.resources.files("upgradecheck").joinpath("releases.json")
    return json.loads(text.read_text(encoding="utf-8"))


def series_of(service: str, version: str | None) -> str | None:
    """The series to which a version of a service belongs; None if unknown.

    A series has all versions from its first final one up to the next series'.
    A version newer than the newest series we know of has none.
    """
    firsts = facts()["services"].get(service, {})
    try:
        wanted = Version(version or "")
    except InvalidVersion:
        return None
    for series, first in firsts.items():  # newest first
        if wanted.major == Version(first).major:
            return str(series)
    return None
