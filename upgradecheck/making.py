"""Making a catalogue: asks the code of a service that is installed here.

Runs in a process of its own, as it imports that code and all that it needs. It
asks nothing of our own requirements but oslo.config and stevedore, so that it
runs beside the libraries of an old release as well.
"""

from __future__ import annotations

import fnmatch
import importlib
import importlib.util
import json
import pathlib
import re
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from upgradecheck import entries
from upgradecheck import option
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import Revision
from upgradecheck.service import Database
from upgradecheck.service import Service

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

OPTIONS = "oslo.config.opts"
DEFAULTS = "oslo.config.opts.defaults"
PLUGINS = "keystoneauth1.plugin"
POLICIES = "oslo.policy.policies"


def make(
    service: Service, version: str, drivers: Sequence[str] = (), whole: bool = False
) -> tuple[Catalogue, list[pathlib.Path]]:
    """The catalogue, and the folders of revisions that were read for it.

    :param version: the version that is installed.
    :param drivers: namespaces of third-party drivers.
    :param whole: with all that people read, too, not only what checks ask.
    """
    faults: dict[str, str] = {}
    options = _options(service, drivers, faults, whole)
    plugins = _plugins(faults, whole)
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
        entry_points(service),
        _programs(service),
        facts,
        faults,
        service=service.name,
        policies=_policies(service, faults),
        libraries=_libraries(options) if whole else {},
    )
    return catalogue, folders


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


def _called(place: str) -> Any:
    module, _, name = place.partition(":")
    answer = getattr(importlib.import_module(module), name)()
    return json.loads(json.dumps(answer))


def groups(service: Service) -> list[str]:
    """The entry-point groups that matter to a service; sorted."""
    drivers = {each.entry_points for each in service.drivers}
    wanted = [
        group
        for group in entries.groups()
        if any(fnmatch.fnmatchcase(group, pattern) for pattern in service.entry_points)
    ]
    return sorted({*drivers, *wanted})


def entry_points(service: Service) -> dict[str, list[str]]:
    return {
        group: sorted({entry.name for entry in entries.of_group(group)})
        for group in groups(service)
    }


def _programs(service: Service) -> list[str]:
    return sorted(
        entry.name
        for group in ("console_scripts", "wsgi_scripts")
        for entry in entries.of_group(group)
        if entries.owner(entry)[0] == service.distribution
    )


def _options(
    service: Service, drivers: Sequence[str], faults: dict[str, str], whole: bool
) -> dict[str, list[tuple[str, list[Any]]]]:
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
    # As oslo-config-generator does: a service may change libraries' defaults. Those of
    # other services are not even imported, since some change them by that alone.
    for entry in entries.of_group(DEFAULTS):
        if entry.name in wanted:
            try:
                entry.load()()
            except Exception as fault:  # noqa: BLE001 - told with the namespace
                faults[entry.name] = f"{type(fault).__name__}: {fault}"
    options: dict[str, list[tuple[str, list[Any]]]] = {}
    for name in (name for name in wanted if name in listers):
        try:
            options[name] = [
                (spoken(group), [option.option_data(opt, whole) for opt in opts])
                for group, opts in listers[name]()
            ]
        except Exception as fault:  # noqa: BLE001 - told with the namespace
            faults[name] = f"{type(fault).__name__}: {fault}"
    return options


def spoken(group: Any) -> str:
    """The name of a group, as an option lister gives it."""
    if group is None:
        return "DEFAULT"
    return group if isinstance(group, str) else str(group.name)


def _plugins(faults: dict[str, str], whole: bool) -> dict[str, list[Any]]:
    try:
        from keystoneauth1 import loading
    except ImportError:
        return {}
    found = {}
    for entry in entries.of_group(PLUGINS):
        try:
            opts = loading.get_auth_plugin_conf_options(entry.name)
            found[entry.name] = [option.option_data(opt, whole) for opt in opts]
        except Exception as fault:  # noqa: BLE001 - matters if it is in use
            faults[f"{PLUGINS} {entry.name}"] = f"{type(fault).__name__}: {fault}"
    return found


def scripts_of(database: Database) -> ScriptDirectory:
    """The revisions of a database, as alembic reads what is installed.

    :raises FileNotFoundError: if there is no such folder.
    """
    from alembic.script import ScriptDirectory

    locations = [str(folder_of(place)) for place in database.version_locations]
    return ScriptDirectory(
        str(folder_of(database.scripts)), version_locations=locations or None
    )


def _revisions(database: Database, folders: list[pathlib.Path]) -> list[Revision]:
    script = scripts_of(database)
    folders += [
        pathlib.Path(place)
        for place in script.version_locations or [f"{script.dir}/versions"]
    ]
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


def _policies(service: Service, faults: dict[str, str]) -> list[Any]:
    rules: dict[str, Any] = {}
    for entry in entries.of_group(POLICIES):
        if entries.owner(entry)[0] != service.distribution:
            continue
        try:
            found = [_rule(rule) for rule in _flat(entry.load()())]
            rules |= {rule["name"]: rule for rule in found}
        except Exception as fault:  # noqa: BLE001 - told with the namespace
            faults[f"{POLICIES} {entry.name}"] = f"{type(fault).__name__}: {fault}"
    return [rules[name] for name in sorted(rules)]


def _flat(rules: Any) -> Iterator[Any]:
    """Rules, which some services list in lists of lists."""
    for rule in rules:
        if isinstance(rule, list | tuple):
            yield from _flat(rule)
        else:
            yield rule


def _rule(rule: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"name": rule.name, "default": rule.check_str}
    if getattr(rule, "scope_types", None):
        data["scopes"] = list(rule.scope_types)
    old = getattr(rule, "deprecated_rule", None) or None  # once an empty list
    # Which of the two tells why depends on the age of oslo.policy.
    tell = [each for each in (old, rule) if each is not None]
    deprecated: dict[str, Any] = {}
    if getattr(rule, "deprecated_for_removal", False):
        deprecated["for_removal"] = True
    if old is not None:
        deprecated |= {"name": old.name, "default": old.check_str}
    for word in ("reason", "since"):
        found = [getattr(each, f"deprecated_{word}", None) for each in tell]
        if deprecated and any(found):
            deprecated[word] = " ".join(str(next(filter(None, found))).split())
    return {**data, "deprecated": deprecated} if deprecated else data


def _libraries(options: dict[str, list[tuple[str, list[Any]]]]) -> dict[str, str]:
    owners = [
        entries.owner(entry)
        for group, names in ((OPTIONS, options), (PLUGINS, None))
        for entry in entries.of_group(group)
        if names is None or entry.name in names
    ]
    return {normal_name(name): version for name, version in sorted(owners)}


def normal_name(distribution: str) -> str:
    """A distribution's name as the package index compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()
