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
import fnmatch
import hashlib
import importlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import re
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
from upgradecheck import option
from upgradecheck.catalogue import FORM
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Revision
from upgradecheck.check import NotVerified
from upgradecheck.service import Database
from upgradecheck.service import Service

OPTIONS = "oslo.config.opts"
DEFAULTS = "oslo.config.opts.defaults"
PLUGINS = "keystoneauth1.plugin"

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
        for entry in entries.of_group(OPTIONS)
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
        for entry in entries.of_group(OPTIONS)
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
            for entry in entries.of_group(OPTIONS)
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
    version = version_of(service)
    if version is None:
        raise NotVerified(
            f"{service.distribution} is not installed here, so what its release "
            "expects is not known",
            remedy=f"Run this where the new {service.title} is installed.",
        )
    asked = _asked(service, version, drivers)
    kept = _file_of(service, asked)
    found = _kept(kept, asked) if kept else None
    if found is not None:
        return found
    outcome = isolation.run(lambda: _make(service, version, drivers), timeout)
    if outcome.answer is None:
        raise NotVerified(
            f"the installed {service.title} {version} could not be asked what it "
            f"expects: {_end(outcome)}",
            remedy=f"Look whether {service.distribution} itself starts.",
        )
    data, seen = outcome.answer
    if kept:
        _keep(kept, {"asked": asked, "seen": seen, "catalogue": data})
    return Catalogue.from_data(data)


def _end(outcome: isolation.Outcome) -> str:
    if outcome.raised is not None:
        return f"{outcome.raised.kind}: {outcome.raised.message}"
    return f"it {outcome.fault}"


def folder_of(place: str) -> pathlib.Path:
    """The folder that ``package.module:folder`` names, imported or not.

    Looks the package up without running its code.

    :raises FileNotFoundError: if there is no such package or folder.
    """
    module, _, folder = place.partition(":")
    top, *rest = module.split(".")
    spec = importlib.util.find_spec(top)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        path = pathlib.Path(root, *rest, *folder.split("/"))
        if path.is_dir():
            return path
    raise FileNotFoundError(f"no folder {place}")


def live_option(namespace: str, group: str, name: str) -> cfg.Opt:
    """The option as the installed code defines it; imports that code.

    :raises LookupError: if the namespace or the option is not there.
    """
    for entry in (e for e in entries.of_group(OPTIONS) if e.name == namespace):
        for each, opts in entry.load()():
            for opt in opts:
                if isinstance(opt, cfg.Opt) and (_group(each), opt.dest) == (
                    group,
                    name,
                ):
                    return opt
    raise LookupError(f"{namespace} has no [{group}] {name}")


# Making it: runs in a process of its own, imports the service's code.


def _make(
    service: Service, version: str, drivers: Sequence[str]
) -> tuple[Any, list[Seen]]:
    # Bytecode tells the age of its source to the second: what is written now could
    # hide a change in this second from the next making.
    sys.dont_write_bytecode = True
    faults: dict[str, str] = {}
    options = _options(service, drivers, faults)
    plugins = _plugins(faults)
    revisions = {}
    folders: list[pathlib.Path] = []
    for database in service.databases:
        try:
            revisions[database.name] = _revisions(database, folders)
        except Exception as fault:  # noqa: BLE001 - told as the database's fault
            faults[f"database {database.name}"] = f"{type(fault).__name__}: {fault}"
    facts = {}
    for name, place in service.facts:
        try:
            facts[name] = _called(place)
        except Exception as fault:  # noqa: BLE001 - told as the fact's fault
            faults[f"fact {name}"] = f"{type(fault).__name__}: {fault}"
    catalogue = Catalogue(
        version,
        options,
        plugins,
        revisions,
        _entry_points(service),
        _programs(service),
        facts,
        faults,
    )
    return catalogue.to_data(), list(_seen(folders))


def _called(place: str) -> Any:
    module, _, name = place.partition(":")
    answer = getattr(importlib.import_module(module), name)()
    return json.loads(json.dumps(answer))


def _groups(service: Service) -> list[str]:
    """The entry-point groups that matter to a service; sorted."""
    drivers = {each.entry_points for each in service.drivers}
    wanted = [
        group
        for group in entries.groups()
        if any(fnmatch.fnmatchcase(group, pattern) for pattern in service.entry_points)
    ]
    return sorted({*drivers, *wanted})


def _entry_points(service: Service) -> dict[str, list[str]]:
    return {
        group: sorted({entry.name for entry in entries.of_group(group)})
        for group in _groups(service)
    }


def _programs(service: Service) -> list[str]:
    return sorted(
        entry.name
        for group in ("console_scripts", "wsgi_scripts")
        for entry in entries.of_group(group)
        if entries.owner(entry)[0] == service.distribution
    )


def _options(
    service: Service, drivers: Sequence[str], faults: dict[str, str]
) -> dict[str, list[tuple[str, list[Any]]]]:
    from stevedore import extension

    wanted = [*service.namespaces, *drivers]
    found = {e.name: e for e in entries.of_group(OPTIONS) if e.name in wanted}
    own = [e for e in found.values() if entries.owner(e)[0] == service.distribution]
    if service.namespaces and not own:
        faults[service.namespaces[0]] = (
            f"{service.distribution} has no such entry point of {OPTIONS}"
        )
    listers = {}
    for name, entry in found.items():
        try:
            listers[name] = entry.load()
        except Exception as fault:  # noqa: BLE001 - told with the namespace
            faults[name] = f"{type(fault).__name__}: {fault}"
    # As oslo-config-generator does: a service may change libraries' defaults.
    updaters: extension.ExtensionManager[Any] = extension.ExtensionManager(DEFAULTS)
    for updater in updaters.extensions:
        if updater.name in wanted:
            updater.plugin()
    options: dict[str, list[tuple[str, list[Any]]]] = {}
    for name in (name for name in wanted if name in listers):
        try:
            options[name] = [
                (_group(group), [option.option_data(opt) for opt in opts])
                for group, opts in listers[name]()
            ]
        except Exception as fault:  # noqa: BLE001 - told with the namespace
            faults[name] = f"{type(fault).__name__}: {fault}"
    return options


def _group(group: Any) -> str:
    if group is None:
        return "DEFAULT"
    return group if isinstance(group, str) else str(group.name)


def _plugins(faults: dict[str, str]) -> dict[str, list[Any]]:
    try:
        from keystoneauth1 import loading
    except ImportError:
        return {}
    found = {}
    for entry in entries.of_group(PLUGINS):
        try:
            opts = loading.get_auth_plugin_conf_options(entry.name)
            found[entry.name] = [option.option_data(opt) for opt in opts]
        except Exception as fault:  # noqa: BLE001 - matters if it is in use
            faults[f"{PLUGINS} {entry.name}"] = f"{type(fault).__name__}: {fault}"
    return found


def _revisions(database: Database, folders: list[pathlib.Path]) -> list[Revision]:
    from alembic.script import ScriptDirectory

    home = folder_of(database.scripts)
    locations = [folder_of(place) for place in database.version_locations]
    folders += locations or [home / "versions"]
    script = ScriptDirectory(
        str(home),
        version_locations=[str(path) for path in locations] or None,
    )
    return [
        Revision(
            each.revision,
            _tuple(each.down_revision),
            _tuple(each.dependencies),
            tuple(sorted(_tuple(each.module.__dict__.get("branch_labels")))),
            re.sub(r"\s+", " ", each.doc or "").strip(),
        )
        for each in script.walk_revisions()
    ]


def _tuple(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


# Keeping it.


def _asked(service: Service, version: str, drivers: Sequence[str]) -> Any:
    """All that decides the catalogue besides files: made equal, it is the same."""
    groups = [OPTIONS, DEFAULTS, PLUGINS, *_groups(service)]
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
