"""The entry points of all installed distributions, read once a process."""

from __future__ import annotations

import functools
import importlib.metadata
from importlib.metadata import EntryPoint
from typing import Any


@functools.cache
def _all() -> Any:
    # Reading them takes some 20 ms, and every call of importlib's reads anew.
    return importlib.metadata.entry_points()


def of_group(group: str) -> list[EntryPoint]:
    """The entry points of one group, each with its distribution."""
    found: list[EntryPoint] = list(_all().select(group=group))
    return [entry for entry in found if entry.dist is not None]


def groups() -> list[str]:
    """The names of all groups."""
    return sorted(_all().groups)


def owner(entry: EntryPoint) -> tuple[str, str]:
    """Name and version of the distribution that an entry point belongs to."""
    return _named(entry.dist) if entry.dist is not None else ("", "")


@functools.cache
def _named(dist: importlib.metadata.Distribution) -> tuple[str, str]:
    # Each look at the metadata parses it anew.
    return dist.name, dist.version
