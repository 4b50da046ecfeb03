"""Option definitions as data: written to a catalogue, read back as options.

A type that cannot be written and read back unchanged is *opaque*: the
catalogue says so, and whoever needs it asks the installed code instead.
"""

from __future__ import annotations

import functools
import inspect
import re
from typing import Any
from typing import TypeAlias

from oslo_config import cfg
from oslo_config import types

#: Anything that JSON holds.
Data: TypeAlias = Any

OPAQUE = "opaque"

_PLAIN = {"str": str, "int": int, "float": float, "bool": bool}
# Those of them that the oslo.config at hand has: old ones lack some.
_KINDS: dict[str, type] = {
    name: getattr(types, name)
    for name in (
        "Boolean",
        "Dict",
        "Float",
        "HostAddress",
        "HostDomain",
        "Hostname",
        "IPAddress",
        "Integer",
        "List",
        "MultiString",
        "Port",
        "Range",
        "String",
        "URI",
    )
    if hasattr(types, name)
}
# The arguments of oslo.config's types that are kept under their own names.
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "Dict": ("value_type", "bounds", "key_value_separator", "min_length"),
    "Float": ("min", "max"),
    "Integer": ("min", "max", "choices"),
    "List": ("item_type", "bounds", "min_length"),
    "Port": ("min", "max", "choices"),
    "Range": ("min", "max", "inclusive"),
    "String": ("choices", "quotes", "regex", "ignore_case", "max_length"),
    "URI": ("max_length", "schemes"),
}


def type_data(kind: Any) -> Data:
    """A type as data, :data:`OPAQUE` if it would not survive the way back."""
    for name, plain in _PLAIN.items():
        if kind is plain:
            return name
    name = type(kind).__name__
    if _KINDS.get(name) is not type(kind):
        return OPAQUE
    if name in ("IPAddress", "HostAddress"):
        data = _address_data(name, kind)
    else:
        data = {"type": name}
        for argument in _ARGUMENTS.get(name, ()):
            value = _argument_data(getattr(kind, argument, None))
            if value == OPAQUE:
                return OPAQUE
            if value != _usual(name).get(argument):
                data[argument] = value
    if len(data) == 1:
        data = name
    try:
        survives = bool(type_of(data) == kind)
    except Exception:  # noqa: BLE001 - whatever it is, the answer is no
        survives = False
    return data if survives else OPAQUE


@functools.cache
def _usual(name: str) -> dict[str, Data]:
    """The arguments that a type has where none are given, as data."""
    kind = _KINDS[name]()
    return {
        argument: _argument_data(getattr(kind, argument, None))
        for argument in _ARGUMENTS.get(name, ())
    }


def _argument_data(value: Any) -> Data:
    if isinstance(value, re.Pattern):
        return {"pattern": value.pattern, "flags": value.flags}
    if isinstance(value, dict):  # choices, with what each means
        return list(value)
    if callable(value) or isinstance(value, types.ConfigType):
        return type_data(value)
    if isinstance(value, list | tuple):
        return list(value)
    return value


def _address_data(name: str, kind: Any) -> Data:
    """IP types keep the version they were made with only in their checker."""
    for version in (None, 4, 6):
        if _KINDS[name](version) == kind:
            checker = getattr(kind, "ip_address", kind).version_checker
            wanted = getattr(
                _KINDS[name](version), "ip_address", _KINDS[name](version)
            ).version_checker
            if checker.__func__ is wanted.__func__:
                return {"type": name, "version": version}
    return {"type": OPAQUE}


def type_of(data: Data) -> Any:
    """A type out of its data.

    :raises KeyError: if the data names no type of oslo.config.
    """
    if isinstance(data, str):
        return _PLAIN[data] if data in _PLAIN else _KINDS[data]()
    arguments = {key: value for key, value in data.items() if key != "type"}
    for key in ("item_type", "value_type"):
        if key in arguments:
            arguments[key] = type_of(arguments[key])
    if "regex" in arguments:
        regex = arguments["regex"]
        arguments["regex"] = re.compile(regex["pattern"], regex["flags"])
    return _KINDS[data["type"]](**arguments)


def option_data(opt: cfg.Opt, whole: bool = False) -> Data:
    """An option as data.

    The default of a secret option is left out: some services take it from
    the environment.

    :param whole: with all that people read, not only what decides: its help, and
        in place of a default that depends on the machine the one that its service
        shows in samples, then marked as ``sample``.
    """
    data: dict[str, Data] = {"name": opt.dest, "type": type_data(opt.type)}
    default = opt.default
    if whole and default is not None and opt.sample_default is not None:
        default = opt.sample_default
        data["sample"] = True
    if default is not None and not opt.secret and _is_data(default):
        data["default"] = default
    elif default is not None:
        data["has_default"] = True
    for flag in ("secret", "required", "multi", "deprecated_for_removal"):
        if getattr(opt, flag):
            data[flag] = True
    if opt.deprecated_for_removal:
        for word in ("deprecated_reason", "deprecated_since"):
            if getattr(opt, word):
                data[word] = str(getattr(opt, word))
    old = [[other.group, other.name] for other in opt.deprecated_opts]
    if old:
        data["deprecated"] = old
    if whole and opt.help:
        data["help"] = inspect.cleandoc(str(opt.help))
    return data


def _is_data(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_data, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_data(value[key]) for key in value)
    return value is None or isinstance(value, str | int | float | bool)


def option_of(data: Data) -> cfg.Opt:
    """An option out of its data; an opaque type passes every value.

    :raises KeyError: if the data is no option of ours.
    """
    opaque = data["type"] == OPAQUE
    kind = types.String() if opaque else type_of(data["type"])
    old = [cfg.DeprecatedOpt(name, group=group) for group, name in _old(data)]
    multi = data.get("multi", False)
    opt: cfg.Opt = (
        cfg.MultiOpt(data["name"], item_type=kind)
        if multi
        else cfg.Opt(data["name"], type=kind)
    )
    opt.help = data.get("help")
    opt.deprecated_opts = old
    opt.default = data.get("default")
    opt.secret = data.get("secret", False)
    opt.required = data.get("required", False)
    opt.deprecated_for_removal = data.get("deprecated_for_removal", False)
    opt.deprecated_reason = data.get("deprecated_reason")
    opt.deprecated_since = data.get("deprecated_since")
    return opt


def _old(data: Data) -> list[list[str | None]]:
    old: list[list[str | None]] = data.get("deprecated", [])
    return old
