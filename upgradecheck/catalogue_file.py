"""Catalogues as files: one for each release that ships with its service.

A file is JSON with one thing a line, so that two versions of it can be compared by
any tool that compares texts, and the same release always gives the same bytes.
"""

from __future__ import annotations

import functools
import json
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from typing import Any

from packaging.version import InvalidVersion
from packaging.version import Version

from upgradecheck import jsonfile
from upgradecheck import making
from upgradecheck.catalogue import FORM
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import NotVerified
from upgradecheck.service import Service

#: No catalogue is larger, in bytes; ours are a tenth of it.
LARGEST = 8 * 1024 * 1024
#: What fits on a line of this many characters is written on one.
_WIDTH = 96
_SUFFIX = ".json"


def shipped(service: Service) -> dict[str, Traversable]:
    """The catalogues that ship with a service: a file a version, oldest first.

    Empty if its definition names no folder of them. A file whose name is no version
    is none of them.

    :raises NotVerified: if the folder that the definition names is not there.
    """
    if not service.releases:
        return {}
    try:
        folder = making.folder_of(service.releases)
    except FileNotFoundError as fault:
        raise NotVerified(
            f"the catalogues of {service.title} are not there: {fault}",
            remedy=f"Install the package that defines {service.name} anew.",
        ) from None
    return dict(_files(folder, folder.stat().st_mtime_ns))


@functools.lru_cache(maxsize=64)
def _files(folder: pathlib.Path, _changed: int) -> dict[str, Traversable]:
    """The catalogues in a folder, which is read anew when it has changed."""
    found: dict[Version, tuple[str, Traversable]] = {}
    for file in folder.iterdir():
        name = file.name.removesuffix(_SUFFIX)
        if name != file.name and (version := _version(name)) is not None:
            found[version] = name, file
    return {name: file for _, (name, file) in sorted(found.items())}


@functools.lru_cache(maxsize=64)
def shipped_catalogue(service: Service, version: str) -> Catalogue:
    """The catalogue of one version of a service, as it ships; read once.

    :raises NotVerified: if none ships, or its file is damaged.
    """
    files = shipped(service)
    if version not in files:
        known = ", ".join(files) or "none"
        raise NotVerified(
            f"there is no catalogue of {service.title} {version}; there are: {known}",
            remedy=f"Where {service.title} {version} is installed, run: "
            f"service-status upgrade catalog {service.name}",
        )
    catalogue = read(files[version])
    if (catalogue.service, catalogue.version) != (service.name, version):
        raise NotVerified(
            f"{files[version]}: this is the catalogue of {catalogue.service} "
            f"{catalogue.version}, not of {service.name} {version}",
            str(files[version]),
            "Give the file the name of its version, or install the package anew.",
        )
    return catalogue


def read(file: Traversable) -> Catalogue:
    """The catalogue that a file holds.

    :raises NotVerified: if it cannot be read, or is no catalogue of today's form.
    """
    try:
        data = jsonfile.read(file, LARGEST)
    except jsonfile.Unreadable as fault:
        raise _damaged(file, f"it {fault.what}", fault.line) from None
    form = data.get("form") if isinstance(data, dict) else None
    if form != FORM:
        raise NotVerified(
            f"{file}: a catalogue of form {form!r}, and this version of upgradecheck "
            f"reads form {FORM}",
            str(file),
            "Make it anew, with this version's command: service-status upgrade "
            "catalog SERVICE --output FILE",
        )
    for fault_ in _faults(data):
        raise _damaged(file, fault_)
    try:
        return Catalogue.from_data(_unfolded(data))
    except (ValueError, TypeError, LookupError, AttributeError) as fault:
        raise _damaged(file, str(fault)) from None


def text(catalogue: Catalogue) -> str:
    """A catalogue as its file holds it: the same catalogue gives the same bytes."""
    data = {
        "form": FORM,
        "service": catalogue.service,
        "version": catalogue.version,
        **{name: value for name, value in catalogue.to_data().items() if value},
    }
    if catalogue.options:
        data["options"] = {
            namespace: _merged(groups)
            for namespace, groups in catalogue.options.items()
        }
    if catalogue.plugins:
        data["plugins"] = {
            name: list(map(_settled, opts)) for name, opts in catalogue.plugins.items()
        }
    for name in ("plugins", "entry_points", "facts", "libraries", "faults"):
        if data.get(name):
            data[name] = dict(sorted(data[name].items()))
    return _written(_folded(data)) + "\n"


# Services list many an option several times, in one namespace for each program and
# in one for each driver. An option that is the same as the last one of its name is
# written as its name alone.


def _folded(data: dict[str, Any]) -> dict[str, Any]:
    last: dict[str, Any] = {}

    def fold(each: Any) -> Any:
        if last.get(each["name"]) == each:
            return each["name"]
        last[each["name"]] = each
        return each

    return _options_by(fold, data)


def _unfolded(data: dict[str, Any]) -> dict[str, Any]:
    last: dict[str, Any] = {}

    def unfold(each: Any) -> Any:
        if isinstance(each, str):
            return last[each]
        last[each["name"]] = each
        return each

    return _options_by(unfold, data)


def _options_by(change: Callable[[Any], Any], data: dict[str, Any]) -> dict[str, Any]:
    changed = dict(data)
    if "options" in data:
        changed["options"] = {
            namespace: [(group, list(map(change, opts))) for group, opts in groups]
            for namespace, groups in data["options"].items()
        }
    if "plugins" in data:
        changed["plugins"] = {
            plugin: list(map(change, opts)) for plugin, opts in data["plugins"].items()
        }
    return changed


def _merged(groups: Any) -> list[tuple[str, list[Any]]]:
    """Each group once; of options of one name the order stays, as the first counts."""
    found: dict[str, list[Any]] = {}
    for group, opts in groups:
        found.setdefault(group, []).extend(opts)
    return [
        (group, sorted(map(_settled, found[group]), key=lambda each: str(each["name"])))
        for group in sorted(found)
    ]


def _settled(option: Any) -> Any:
    """An option whose choices are in order: who gives a set gives them in any."""
    kind = option["type"]
    if not isinstance(kind, dict) or "choices" not in kind:
        return option
    return {**option, "type": {**kind, "choices": sorted(kind["choices"], key=str)}}


def _written(value: Any, indent: int = 0) -> str:
    """JSON: what fits on a line on one, else an item a line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list | tuple) or len(line) + indent <= _WIDTH:
        return line
    if isinstance(value, dict):
        items = [
            f"{json.dumps(key, ensure_ascii=False)}: {_written(each, indent + 1)}"
            for key, each in value.items()
        ]
    else:
        items = [_written(each, indent + 1) for each in value]
    first, last = "{}" if isinstance(value, dict) else "[]"
    inner, outer = "\n" + " " * (indent + 1), "\n" + " " * indent
    return f"{first}{inner}{f',{inner}'.join(items)}{outer}{last}"


def _version(name: str) -> Version | None:
    try:
        return Version(name)
    except InvalidVersion:
        return None


def _damaged(file: Traversable, what: str, line: int = 0) -> NotVerified:
    where = f"{file}:{line}" if line else str(file)
    return NotVerified(
        f"{where}: the catalogue is damaged: {what}",
        where,
        "Install the package that it belongs to anew, or make the catalogue anew: "
        "service-status upgrade catalog SERVICE --output FILE",
    )


# What must hold before anything else may look at the data.

_Rule = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_list(of: _Rule) -> _Rule:
    return lambda value: isinstance(value, list) and all(map(of, value))


def _is_mapping(of: _Rule) -> _Rule:
    return lambda value: isinstance(value, dict) and all(map(of, value.values()))


def _is_option(value: Any) -> bool:
    return _is_text(value) or (
        isinstance(value, dict)
        and _is_text(value.get("name"))
        and isinstance(value.get("type"), str | dict)
        and _is_list(_is_old_name)(value.get("deprecated", []))
    )


def _is_old_name(value: Any) -> bool:
    return _is_list(lambda word: word is None or _is_text(word))(value) and (
        len(value) == 2
    )


def _is_group(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and _is_text(value[0])
        and _is_list(_is_option)(value[1])
    )


def _is_revision(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 5
        and _is_text(value[0])
        and all(_is_list(_is_text)(part) for part in value[1:4])
        and _is_text(value[4])
    )


def _is_policy(value: Any) -> bool:
    return isinstance(value, dict) and _is_text(value.get("name"))


_RULES: Mapping[str, _Rule] = {
    "service": _is_text,
    "version": _is_text,
    "options": _is_mapping(_is_list(_is_group)),
    "plugins": _is_mapping(_is_list(_is_option)),
    "revisions": _is_mapping(_is_list(_is_revision)),
    "entry_points": _is_mapping(_is_list(_is_text)),
    "programs": _is_list(_is_text),
    "facts": lambda value: isinstance(value, dict),
    "policies": _is_list(_is_policy),
    "libraries": _is_mapping(_is_text),
    "faults": _is_mapping(_is_text),
}


def _faults(data: Mapping[str, Any]) -> Iterator[str]:
    for name in ("service", "version"):
        if name not in data:
            yield f"it has no {name}"
    for name, rule in _RULES.items():
        if name in data and not rule(data[name]):
            yield f"its {name} are not what a catalogue holds"
