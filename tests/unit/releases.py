"""Releases of Gadget, an invented service that ships a catalogue of each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from upgradecheck import catalogue_file
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Revision
from upgradecheck.check import Upgrade
from upgradecheck.deployment import Deployment
from upgradecheck.release import Release
from upgradecheck.release import find
from upgradecheck.series import Timeline
from upgradecheck.service import Database
from upgradecheck.service import Service

DATABASE = Database("main", "gadget:migrations", "gadget-db upgrade")
#: Each series has a version; that of 2023.2 ships no catalogue.
SERIES = (
    ("2026.2", "9.0.0"),
    ("2026.1", "8.0.0"),
    ("2025.2", "7.0.0"),
    ("2025.1", "6.0.0"),
    ("2024.2", "5.0.0"),
    ("2024.1", "4.0.0"),
    ("2023.2", "3.0.0"),
    ("2023.1", "2.0.0"),
    ("zed", "1.0.0"),
)
SERVICE = Service(
    "gadget",
    title="Gadget",
    databases=(DATABASE,),
    namespaces=("gadget", "oslo.tools"),
    releases="gadget_releases:files",
    series=SERIES,
)


def revisions(last: int) -> list[Revision]:
    """A line of revisions, from r1 to the last one."""
    return [
        Revision(f"r{n}", (f"r{n - 1}",) if n > 1 else (), (), (), f"Revision {n}")
        for n in range(1, last + 1)
    ]


#: The last revision of each release; 8 and 9 share a head.
HEADS = {"2.0.0": 2, "4.0.0": 4, "5.0.0": 5, "6.0.0": 7, "7.0.0": 8, "8.0.0": 9}
HEADS["9.0.0"] = 9


def options(*names: str, **more: Any) -> list[Any]:
    """Options as data: plain strings, more of what they are by their names."""
    return [
        {"name": name, "type": {"type": "String"}, **more.get(name, {})}
        for name in names
    ]


def catalogue(version: str, last: int, **more: Any) -> Catalogue:
    """What a version expects: a group of options and a line of revisions."""
    known = more.pop("options", {"gadget": [("gears", options("teeth"))]})
    return Catalogue(
        version, known, revisions={"main": revisions(last)}, service="gadget", **more
    )


def ship(folder: Path, catalogues: Iterable[Catalogue]) -> None:
    """Let catalogues ship, in a package of a folder that is imported from."""
    catalogue_file.shipped_catalogue.cache_clear()
    files = folder / "gadget_releases" / "files"
    files.mkdir(parents=True, exist_ok=True)
    (files.parent / "__init__.py").touch()
    for each in catalogues:
        (files / f"{each.version}.json").write_text(catalogue_file.text(each))


def ship_all(folder: Path, **options_: Mapping[str, Any]) -> None:
    """Let the catalogues of all releases ship.

    :param options_: the options of some of them, by version, as ``v5`` for 5.0.0.
    """
    known: dict[str, Any] = {f"{name[1:]}.0.0": each for name, each in options_.items()}
    ship(
        folder,
        [
            catalogue(
                version,
                last,
                **({"options": known[version]} if version in known else {}),
            )
            for version, last in HEADS.items()
        ],
    )


def database_at(path: Path, *rows: str) -> Path:
    """A SQLite database whose version table has these rows."""
    with sqlite3.connect(path) as connection:
        connection.execute("create table alembic_version (version_num text)")
        connection.execute("create table gears (teeth integer)")
        connection.executemany(
            "insert into alembic_version values (?)", [(row,) for row in rows]
        )
    connection.close()
    return path


def release(word: str, service: Service = SERVICE) -> Release:
    """A release of Gadget."""
    return find(service, Timeline(service).read(word))


def upgrade(
    conf: Path | None = None,
    to: str = "2026.2",
    start: str | None = None,
    service: Service = SERVICE,
    **more: Any,
) -> Upgrade:
    """The question whether one may go from here to there."""
    target = release(to, service)
    deployment = Deployment(service, [[str(conf)] if conf else []])
    if target.is_known:
        deployment.options = target.options.definitions()
    origin = release(start, service) if start else None
    return Upgrade(service, deployment, target, origin, **more)
