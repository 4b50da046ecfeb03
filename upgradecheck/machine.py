"""Machines that are not there: what differs between two of them depends on one.

Some options take their default from the machine: its name, its processors, the
user's home, the name of the program that runs. A catalogue must be the same wherever it
is made, so it is made on two pretended machines, and a default that differs is none of
the release's.
"""

from __future__ import annotations

import contextlib
import os
import platform
import socket
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any


def pretend(number: int, home: str) -> None:
    """Make this process believe that it runs on another machine.

    For a process that ends soon: nothing is undone.

    :param number: the machine's number; another number, another machine.
    :param home: a folder that is empty: home, place of temporary files, and current.
    """
    name = f"machine-{number}"
    path = os.environ.get("PATH", os.defpath)
    os.environ.clear()
    os.environ.update(
        PATH=path,
        LANG="C.UTF-8",
        HOME=home,
        TMPDIR=home,
        USER=name,
        LOGNAME=name,
    )
    tempfile.tempdir = None
    os.chdir(home)
    sys.argv[:] = [f"/usr/bin/program-{number}"]
    _answer(socket, "gethostname", name)
    _answer(socket, "getfqdn", f"{name}.example.org")
    _answer(platform, "node", name)
    processors = 2 ** (number + 1)
    _answer(os, "cpu_count", processors)
    _answer(os, "sched_getaffinity", set(range(processors)))
    with contextlib.suppress(ImportError):
        import multiprocessing

        _answer(multiprocessing, "cpu_count", processors)
    with contextlib.suppress(ImportError):
        from oslo_utils import netutils

        _answer(netutils, "get_my_ipv4", f"192.0.2.{number}")
        _answer(netutils, "get_my_ipv6", f"2001:db8::{number}")


def _answer(module: Any, function: str, answer: Any) -> None:
    setattr(module, function, lambda *_, **__: answer)


def settled(one: Mapping[str, Any], other: Mapping[str, Any]) -> Any:
    """A catalogue's data without the defaults that depend on the machine.

    Such an option is marked as ``machine``, and known to have a default.

    :param one: the data that was made on one machine.
    :param other: that which was made on another.
    """
    places = installation()
    for opt, twin in zip(_options(one), _options(other), strict=True):
        if "default" in opt and (
            opt["default"] != twin.get("default") or _names(opt["default"], places)
        ):
            del opt["default"]
            opt.update(has_default=True, machine=True)
    return one


def installation() -> tuple[str, ...]:
    """The folders of this Python and of its packages."""
    paths = {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    return tuple(sorted(path for path in paths if path not in ("/", "/usr", "")))


def _names(value: Any, places: tuple[str, ...]) -> bool:
    if isinstance(value, str):
        return any(place in value for place in places)
    if isinstance(value, list):
        return any(_names(each, places) for each in value)
    return isinstance(value, dict) and any(
        _names(each, places) for each in value.values()
    )


def _options(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for groups in data["options"].values():
        for _, opts in groups:
            yield from opts
    for opts in data["plugins"].values():
        yield from opts
