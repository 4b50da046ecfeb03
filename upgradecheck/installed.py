"""The catalogue of what is installed here, kept between runs.

Importing the modules that define a service's options takes most of a
second. So the catalogue made of them is kept in the user's cache directory,
together with the size and the time of change of every module file that was
loaded to make it, of every folder of revisions and of every folder of packages,
and with the entry points that were asked. It is used only while all of them
are unchanged; otherwise it is made again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib.metadata
import json
import os
import pathlib
import stat
import sys
import sysconfig
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from oslo_config import cfg

from upgradecheck import entries
from upgradecheck import isolation
from upgradecheck import machine
from upgradecheck import making
from upgradecheck.catalogue import FORM
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import NotVerified
from upgradecheck.service import Service

#: How the namespaces of libraries begin that any service may use.
_LIBRARIES = ("oslo.", "keystonemiddleware.", "castellan.config", "cotyledon")

#: A file and how it looked: path, size in bytes, time of change in ns.
Seen = tuple[str, int, int]


def version_of(service: Service) -> str | None:
    """The installed version of a service; None if it is not installed."""
    try:
        return importlib.metadata.version(service.distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def own_namespaces(service: Service) -> list[str]:
    """The option namespaces of the service's own distribution."""
    return [
        entry.name
        for entry in entries.of_group(making.OPTIONS)
        if entries.owner(entry)[0] == service.distribution
    ]


def completed(service: Service) -> Service:
    """The service with the namespaces that it reads, if it names none."""
    if service.namespaces:
        return service
    own = own_namespaces(service)
    if not own:
        return service
    libraries = sorted(
        entry.name
        for entry in entries.of_group(making.OPTIONS)
        if entry.name.startswith(_LIBRARIES)
    )
    return dataclasses.replace(service, namespaces=(*own, *libraries))


def driver_namespaces(service: Service, enabled: Iterable[str]) -> tuple[str, ...]:
    """The option namespaces of other distributions whose drivers are enabled.

    :param enabled: the words in the options that enable drivers.
    """
    words = set(enabled)
    owners = {
        entries.owner(entry)[0]
        for option_ in service.drivers
        for entry in entries.of_group(option_.entry_points)
        if entry.name in words
    } - {service.distribution}
    if not owners:
        return ()
    return tuple(
        sorted(
            entry.name
            for entry in entries.of_group(making.OPTIONS)
            if entries.owner(entry)[0] in owners
            and entry.name not in service.namespaces
        )
    )


def catalogue_of(
    service: Service, drivers: Sequence[str] = (), timeout: float = 60
) -> Catalogue:
    """What the installed version of a service expects.

    :param drivers: namespaces of enabled third-party drivers.
    :param timeout: seconds that making it may take.
    :raises NotVerified: if the service is not installed or its code fails.
    """
    version = _installed_version(service)
    asked = _asked(service, version, drivers)
    kept = _file_of(service, asked)
    found = _kept(kept, asked) if kept else None
    if found is not None:
        return found
    outcome = isolation.run(lambda: _made(service, version, drivers), timeout)
    if outcome.answer is None:
        raise _unasked(service, version, outcome)
    data, seen = outcome.answer
    if kept:
        _keep(kept, {"asked": asked, "seen": seen, "catalogue": data})
    return Catalogue.from_data(data)


def whole_catalogue(service: Service, timeout: float = 120) -> Catalogue:
    """All that the installed version of a service expects, for people to keep.

    Made anew at each call, of the service's own namespaces alone, and the same on
    every machine on which the same versions are installed.

    :param timeout: seconds that making it may take.
    :raises NotVerified: if the service is not installed or its code fails.
    """
    version = _installed_version(service)
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as other,
    ):
        makings = [
            functools.partial(_whole, service, version, number, home)
            for number, home in enumerate((one, other), 1)
        ]
        outcomes = isolation.run_all(makings, timeout)
    for outcome in outcomes:
        if outcome.answer is None:
            raise _unasked(service, version, outcome)
    first, second = (outcome.answer for outcome in outcomes)
    return Catalogue.from_data(machine.settled(first, second))


def _whole(service: Service, version: str, number: int, home: str) -> Any:
    machine.pretend(number, home)
    sys.dont_write_bytecode = True
    return making.make(service, version, whole=True)[0].to_data()


def _installed_version(service: Service) -> str:
    version = version_of(service)
    if version is None:
        raise NotVerified(
            f"{service.distribution} is not installed here, so what its release "
            "expects is not known",
            remedy=f"Run this where the new {service.title} is installed.",
        )
    return version


def _unasked(service: Service, version: str, outcome: isolation.Outcome) -> NotVerified:
    return NotVerified(
        f"the installed {service.title} {version} could not be asked what it "
        f"expects: {_end(outcome)}",
        remedy=f"Look whether {service.distribution} itself starts.",
    )


def _end(outcome: isolation.Outcome) -> str:
    if outcome.raised is not None:
        return f"{outcome.raised.kind}: {outcome.raised.message}"
    return f"it {outcome.fault}"


def live_option(namespace: str, group: str, name: str) -> cfg.Opt:
    """The option as the installed code defines it; imports that code.

    :raises LookupError: if the namespace or the option is not there.
    """
    for entry in (e for e in entries.of_group(making.OPTIONS) if e.name == namespace):
        for each, opts in entry.load()():
            for opt in opts:
                if isinstance(opt, cfg.Opt) and (making.spoken(each), opt.dest) == (
                    group,
                    name,
                ):
                    return opt
    raise LookupError(f"{namespace} has no [{group}] {name}")


def _made(
    service: Service, version: str, drivers: Sequence[str]
) -> tuple[Any, list[Seen]]:
    # Bytecode tells the age of its source to the second: what is written now could
    # hide a change in this second from the next making.
    sys.dont_write_bytecode = True
    catalogue, folders = making.make(service, version, drivers)
    return catalogue.to_data(), list(_seen(folders))


# Keeping it.


def _asked(service: Service, version: str, drivers: Sequence[str]) -> Any:
    """All that decides the catalogue besides files: made equal, it is the same."""
    groups = [
        making.OPTIONS,
        making.DEFAULTS,
        making.PLUGINS,
        making.POLICIES,
        *making.groups(service),
    ]
    asked = sorted(
        f"{group} {entry.name} = {entry.value}"
        for group in groups
        for entry in entries.of_group(group)
    )
    text = json.dumps(
        [FORM, sys.version, sys.prefix, sys.path, repr(service), version, asked]
    )
    return hashlib.sha256(f"{text}{list(drivers)}".encode()).hexdigest()


def cache_folder() -> pathlib.Path:
    """Where catalogues are kept: ``$XDG_CACHE_HOME/upgradecheck``."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return pathlib.Path(base).expanduser() / "upgradecheck"


def _file_of(service: Service, asked: str) -> pathlib.Path | None:
    """The file for this catalogue; None where nothing can be kept safely."""
    folder = cache_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
    except OSError:
        return None
    # Somebody else could plant a catalogue that calls anything known.
    if state.st_uid != os.geteuid() or stat.S_IMODE(state.st_mode) & 0o022:
        return None
    return folder / f"{service.name}-{asked[:16]}.json"


def _kept(path: pathlib.Path, asked: str) -> Catalogue | None:
    try:
        data = json.loads(path.read_bytes())
        if data["asked"] != asked:
            return None
        for file, size, changed in data["seen"]:
            state = os.stat(file)
            if (state.st_size, state.st_mtime_ns) != (size, changed):
                return None
        return Catalogue.from_data(data["catalogue"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: pathlib.Path, data: Any) -> None:
    with contextlib.suppress(OSError):
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, prefix=".", delete=False
        ) as file:
            json.dump(data, file)
        os.replace(file.name, path)


def _seen(folders: Iterable[pathlib.Path]) -> Iterator[Seen]:
    """Every module file that was loaded and every folder searched for modules.

    The standard library is left out. A folder of packages changes with every
    installation and removal.
    """
    library = sysconfig.get_path("stdlib")
    packages = sysconfig.get_path("purelib")
    modules = {getattr(module, "__file__", None) for module in sys.modules.values()}
    scripts = {str(path) for f in folders for path in (f, *f.glob("*.py"))}
    for file in sorted({f for f in (*modules, *sys.path) if f} | scripts):
        if file.startswith(library) and not file.startswith(packages):
            continue
        with contextlib.suppress(OSError):
            state = os.stat(file)
            yield file, state.st_size, state.st_mtime_ns
