"""Make the catalogues that ship with the bundled services, out of the package index.

For each service and each series: an environment of its own, with the newest release of
that series and with libraries of the day on which the series came out, and the
service's own code asked in it. Run it by ``tox -e catalogs``; with ``octavia`` for one
service, with ``octavia:2023.1`` for one release, with ``--check`` to compare with what
ships and to write nothing.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import datetime
import difflib
import importlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from tests.functional.servers.mariadb import MariaDB
from upgradecheck.series import facts

ROOT = pathlib.Path(__file__).parents[1]

#: The oldest series of each service: further back, either the release cannot be asked
#: under the Python that we need, or there would be no room left in the wheel.
OLDEST = {"octavia": "stein", "glance": "victoria", "ceilometer": "stein"}

#: A series' libraries are those of this many days after it came out.
DAYS = 14

#: What has come out since then is taken nevertheless: none of these has options, and
#: their releases of the day hold code that Python 3.11 cannot compile or import.
MODERN = (
    *("bcrypt", "cffi", "cryptography", "eventlet", "greenlet", "grpcio", "lxml"),
    *("markupsafe", "msgpack", "munch", "netifaces", "psutil", "pycparser"),
    *("pyopenssl", "pyrsistent", "pyyaml", "setproctitle", "setuptools"),
    *("simplejson", "wheel", "wrapt", "yappi"),
)

#: What the series' own libraries came to be later, as their first release could not
#: list its options.
MENDED = {"glance:yoga": {"oslo.limit": "1.5.1"}}

#: What releases of the day need and do not ask for.
_CONSTRAINTS = ("setuptools<81",)
_OLD_BUILDERS = "setuptools<58\nwheel<0.46\n"
OLD_CONSTRAINTS = ("MarkupSafe<2.1", "SQLAlchemy<1.4")
#: What the tooz of Stein forbids for the sake of Python 2.
_OLD_OVERRIDES = "grpcio>=1.50\n"

#: All drivers' libraries, as a driver whose library is missing lists no options; lxml
#: is what two of keystoneauth's plug-ins want.
_DRIVERS = {
    "glance": ("glance_store[cinder,s3,swift,vmware]",),
    "octavia": ("SQLAlchemy-Utils",),  # which taskflow did not always ask for
}

#: What making a catalogue imports beside the service.
_OURS = ("oslo.upgradecheck", "packaging", "PyYAML")

#: Where it is asked; a database that is empty is named for each whose revisions are
#: to be run.
_MAKE = """\
import asyncio
import collections.abc
import fractions
import inspect
import json
import math
import sys
import types
# What Python had when the libraries of the oldest releases were made.
for name in collections.abc.__all__:
    if not hasattr(collections, name):
        setattr(collections, name, getattr(collections.abc, name))
if not hasattr(inspect, "getargspec"):
    inspect.getargspec = lambda function: inspect.getfullargspec(function)[:4]
    inspect.formatargspec = lambda *_, **__: "(...)"
fractions.gcd = math.gcd
if not hasattr(asyncio, "coroutine"):
    asyncio.coroutine = types.coroutine
from upgradecheck import catalogue_file
from upgradecheck import installed
from upgradecheck.services.{service} import service
catalogue = installed.whole_catalogue(service)
scratch = json.load(sys.stdin)
if scratch:
    from upgradecheck import effects
    catalogue.effects = {{
        each.name: effects.record(service, each, scratch[each.name])
        for each in service.databases
    }}
sys.stdout.write(catalogue_file.text(catalogue))
"""


class Failed(Exception):
    """A catalogue could not be made; the text says why."""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """One catalogue to make.

    :param service: the service's name, which is that of its distribution.
    :param series: the series' name, as ``2023.1``.
    :param first: the first final version of the series.
    :param released: the day on which the series came out.
    """

    service: str
    series: str
    first: str
    released: datetime.date

    def __str__(self) -> str:
        return f"{self.service}:{self.series}"

    @property
    def requirement(self) -> str:
        """The newest release of the series."""
        return f"{self.service}=={self.first.split('.')[0]}.*"

    @property
    def is_before_python_3_11(self) -> bool:
        """Whether its libraries were made before Python 3.11 was."""
        return self.released < datetime.date(2022, 10, 24)

    @property
    def is_newest(self) -> bool:
        """Whether no series is newer; its revisions are those of all before it."""
        newest: str = next(iter(facts()["services"][self.service]))
        return newest == self.series

    @property
    def folder(self) -> pathlib.Path:
        """Where its catalogue ships."""
        return ROOT / "upgradecheck" / "services" / self.service / "releases"


def wanted(words: Sequence[str] = ()) -> list[Wanted]:
    """The catalogues to make, newest first.

    :param words: services, or ``service:series``; all that can be made if none.
    :raises Failed: if a word is none of them.
    """
    days = {each["id"]: each["released"] for each in facts()["series"]}
    every = [
        Wanted(service, series, first, datetime.date.fromisoformat(days[series]))
        for service, oldest in OLDEST.items()
        for series, first in facts()["services"][service].items()
        if days[series] >= days[oldest]
    ]
    known = {name for each in every for name in (each.service, str(each))}
    for word in words:
        if word not in known:
            raise Failed(f"{word} is none of {', '.join(sorted(known))}")
    return [each for each in every if not words or {each.service, str(each)} & {*words}]


#: Gives the URL of a new, empty database.
Scratch = Callable[[], str]


def made(each: Wanted, scratch: Scratch) -> tuple[str, str]:
    """The version, and the text of its catalogue.

    :param scratch: asked for databases if the release's revisions are to be run.
    :raises Failed: if the environment or the catalogue cannot be made.
    """
    service = importlib.import_module(f"upgradecheck.services.{each.service}").service
    urls = {it.name: scratch() for it in service.databases if each.is_newest}
    with environment(each) as python:
        text = _run(
            [str(python), "-P", "-c", _MAKE.format(service=each.service)],
            f"{each} cannot be asked",
            json.dumps(urls),
            PYTHONPATH=str(ROOT),
            PYTHONWARNINGS="ignore",
            PYTHONDONTWRITEBYTECODE="1",
        )
    found = re.search(r'^ "version": "(.+)",$', text, re.MULTILINE)
    if found is None:
        raise Failed(f"{each}: what was made has no version")
    return found[1], text


@contextlib.contextmanager
def environment(each: Wanted) -> Iterator[pathlib.Path]:
    """An environment with the release; gives its Python, and is removed afterwards.

    :raises Failed: if it cannot be made.
    """
    with tempfile.TemporaryDirectory(prefix="catalogs-") as folder:
        home = pathlib.Path(folder)
        python = home / "environment" / "bin" / "python"
        uv = [sys.executable, "-m", "uv", "--quiet"]
        place = [*uv, "venv", "--python", sys.executable, str(python.parents[1])]
        _run(place, f"no environment for {each}")
        constraints = home / "constraints.txt"
        constraints.write_text("\n".join(_constraints(each)))
        builders = home / "builders.txt"
        builders.write_text(_OLD_BUILDERS if each.is_before_python_3_11 else "")
        overrides = home / "overrides.txt"
        overrides.write_text(_OLD_OVERRIDES if each.is_before_python_3_11 else "")
        mended = MENDED.get(str(each), {})
        modern = MODERN if each.is_before_python_3_11 else ()
        day = each.released + datetime.timedelta(days=DAYS)
        _run(
            [
                *(*uv, "pip", "install", "--python", str(python)),
                *("--exclude-newer", day.isoformat()),
                *(
                    f"--exclude-newer-package={name}=2999-01-01"
                    for name in (each.service, *modern, *mended)
                ),
                *("--constraints", str(constraints)),
                *("--build-constraints", str(builders), "--overrides", str(overrides)),
                *(each.requirement, *_DRIVERS.get(each.service, ())),
                *("lxml", "pymysql", "setuptools", *_OURS),
            ],
            f"{each} cannot be installed",
        )
        yield python


def _constraints(each: Wanted) -> tuple[str, ...]:
    mended = MENDED.get(str(each), {})
    return (
        *_CONSTRAINTS,
        *(OLD_CONSTRAINTS if each.is_before_python_3_11 else ()),
        *(f"{name}=={version}" for name, version in mended.items()),
    )


def _run(
    command: Sequence[str], failure: str, given: str = "", **variables: str
) -> str:
    done = subprocess.run(
        command,
        env={**os.environ, "UV_NATIVE_TLS": "1", **variables},
        input=given,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    if done.returncode:
        raise Failed(f"{failure}: {' '.join(done.stderr.split())[-1500:]}")
    return done.stdout


def written(each: Wanted, folder: pathlib.Path, scratch: Scratch) -> str:
    """Make one, write it, remove older ones of its series; say so in a line."""
    started = time.monotonic()
    version, text = made(each, scratch)
    major = each.first.split(".")[0]
    for old in folder.glob(f"{major}.*.json"):
        old.unlink()
    (folder / f"{version}.json").write_text(text, encoding="utf-8")
    return _told(each, version, text, started)


def compared(each: Wanted, folder: pathlib.Path, scratch: Scratch) -> str:
    """Make one, compare it with the one that is there; say so in a line.

    :raises Failed: if they differ.
    """
    started = time.monotonic()
    version, text = made(each, scratch)
    file = folder / f"{version}.json"
    shipped = file.read_text(encoding="utf-8") if file.exists() else ""
    if text != shipped:
        lines = difflib.unified_diff(
            shipped.splitlines(), text.splitlines(), str(file), "made now", lineterm=""
        )
        raise Failed("\n".join([f"{each} {version} differs:", *list(lines)[:60]]))
    return _told(each, version, text, started)


def _told(each: Wanted, version: str, text: str, started: float) -> str:
    faults = json.loads(text).get("faults", {})
    lines = [
        f"{each} {version}: {len(text):,} bytes, {time.monotonic() - started:.0f} s",
        *(f"    not answered: {name}: {why}" for name, why in faults.items()),
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Make, or compare, and tell each; the exit code is the number of failures."""
    parser = argparse.ArgumentParser(prog="catalogs", description=__doc__)
    parser.add_argument("releases", nargs="*", metavar="SERVICE[:SERIES]")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="at once")
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        help="write to SERVICE folders in this one; by default where they ship",
    )
    arguments = parser.parse_args(argv)
    do = compared if arguments.check else written
    failures = 0
    try:
        every = wanted(arguments.releases)
    except Failed as fault:
        parser.error(str(fault))
    with (
        MariaDB() as server,
        concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool,
    ):
        running: Mapping[concurrent.futures.Future[str], Wanted] = {
            pool.submit(do, each, _folder(each, arguments.folder), server.create): each
            for each in every
        }
        for future in concurrent.futures.as_completed(running):
            try:
                print(future.result(), flush=True)
            except (Failed, OSError, subprocess.TimeoutExpired) as fault:
                failures += 1
                print(f"FAILED {running[future]}: {fault}", flush=True)
    return min(failures, 100)


def _folder(each: Wanted, folder: pathlib.Path | None) -> pathlib.Path:
    found = folder / each.service if folder else each.folder
    found.mkdir(parents=True, exist_ok=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
