"""What an installed Ceilometer ships as data: its meters, its own pipelines.

Called where the release is installed; reads its files and runs none of its code.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import yaml

from upgradecheck.making import folder_of

#: Where releases keep the meters made of notifications; the first is today's.
_METERS = ("data/meters.d", "meter/data")
_PIPELINES = ("pipeline.yaml", "event_pipeline.yaml")


def meters() -> list[str]:
    """The names of the meters that it makes of notifications or stores; sorted.

    What it polls are entry points. Names that a notification itself gives
    (``$.payload.name``) are left out.

    :raises FileNotFoundError: if it ships no definitions.
    """
    found = {*_notified(), *_stored()}
    return sorted(name for name in found if "$" not in name)


def _notified() -> Iterator[str]:
    files = [file for place in _METERS for file in _files(place)]
    if not files:
        raise FileNotFoundError(f"no meter definitions in {', '.join(_METERS)}")
    for file in files:
        for each in _read(file).get("metric") or ():
            yield str(each["name"])


def _stored() -> Iterator[str]:
    for file in _files("publisher/data"):
        for each in _read(file).get("resources") or ():
            yield from map(str, each.get("metrics") or ())


def pipelines() -> dict[str, str]:
    """What it reads where the operator has no such file, by the file's name.

    :raises FileNotFoundError: if it ships none.
    """
    folder = folder_of("ceilometer:pipeline/data")
    return {
        name: (folder / name).read_text(encoding="utf-8")
        for name in _PIPELINES
        if (folder / name).is_file()
    }


def _files(place: str) -> list[pathlib.Path]:
    try:
        return sorted(folder_of(f"ceilometer:{place}").glob("*.yaml"))
    except FileNotFoundError:
        return []


def _read(file: pathlib.Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8")) or {}
