"""What earlier releases of a service had: removed options, database heads.

The facts of a bundled service were read off its releases themselves: each was
installed and asked for its options and its revisions.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.resources
import json
from collections.abc import Collection
from typing import Any

from packaging.version import Version

from upgradecheck.place import normal


@dataclasses.dataclass(frozen=True)
class Removed:
    """An option that is gone.

    :param version: the first version without it.
    :param series: the series of that version.
    :param replacement: what took its place, as ``[group] name``.
    :param reason: what its last deprecation said.
    """

    version: str
    series: str
    replacement: str | None
    reason: str | None

    @property
    def spoken(self) -> str:
        """``14.0.0 (2024.1)``."""
        return f"{self.version} ({self.series})"

    def is_crossed_from(self, origins: Collection[str]) -> bool:
        """Whether an upgrade from any of some versions crosses the removal.

        Where nothing is known of where the upgrade starts, it may.
        """
        gone = Version(self.version)
        return not origins or any(Version(origin) < gone for origin in origins)


@functools.cache
def _facts(service: str) -> Any:
    folder = importlib.resources.files("upgradecheck.services")
    file = folder.joinpath(service, "history.json")
    if not file.is_file():
        return {"removed": [], "heads": {}}
    return json.loads(file.read_text(encoding="utf-8"))


@functools.cache
def removed_options(service: str) -> dict[tuple[str, str], Removed]:
    """The removed options of a service, by group and name; none if not known."""
    return {
        (normal(entry["group"]), entry["name"]): Removed(
            entry["version"], entry["series"], entry["replacement"], entry["reason"]
        )
        for entry in _facts(service)["removed"]
    }


def origins(service: str, revision: str) -> list[str]:
    """The versions whose database has this revision as its head; none if unknown.

    Each stands for its whole series.
    """
    heads = _facts(service)["heads"]
    return [version for version, head in heads.items() if head == revision]
