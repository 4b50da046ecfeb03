"""Options that earlier releases had and a release on the way removed."""

from __future__ import annotations

import dataclasses
import functools
import importlib.resources
import json

from upgradecheck.deployment.configuration import normal


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


@functools.cache
def removed_options(service: str) -> dict[tuple[str, str], Removed]:
    """The removed options of a service, by group and name; none if not known.

    The data is made from the releases themselves by ``tools/removed.py``.
    """
    folder = importlib.resources.files("upgradecheck.services")
    file = folder.joinpath(service, "removed.json")
    if not file.is_file():
        return {}
    return {
        (normal(entry["group"]), entry["name"]): Removed(
            entry["version"], entry["series"], entry["replacement"], entry["reason"]
        )
        for entry in json.loads(file.read_text(encoding="utf-8"))
    }
