"""What all commands share: the services asked for, the configuration given."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Sequence

from upgradecheck import registry as registries
from upgradecheck.check import NotVerified
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import nearest
from upgradecheck.question import Given
from upgradecheck.registry import Registry
from upgradecheck.report import file
from upgradecheck.series import Timeline
from upgradecheck.series import newest_series
from upgradecheck.series import read
from upgradecheck.service import Service


class Unwritten(Exception):
    """The output could not be written."""


@dataclasses.dataclass(frozen=True)
class Context:
    """How the command was called.

    :param prog: its name.
    :param known: the names of the services known here.
    :param own: the service of a ``<service>-status``; None for all.
    """

    prog: str
    known: Sequence[str]
    own: str | None

    def services(self, arguments: argparse.Namespace) -> list[str]:
        """The services that the user named; none for all.

        :raises UsageError: if one is unknown.
        """
        for name in arguments.services:
            if name not in self.known:
                raise UsageError(
                    f"there is no service {name!r}.{nearest(name, self.known)} Known "
                    f"are: {', '.join(self.known) or 'none'}."
                )
            if self.own and name != self.own:
                raise UsageError(
                    f"this command checks {self.own} alone. Try: service-status "
                    f"upgrade {arguments.command} {name}"
                )
        return [self.own] if self.own else list(dict.fromkeys(arguments.services))

    def service(self, arguments: argparse.Namespace) -> Service:
        """The only service that the user named.

        :raises UsageError: if it is unknown, or its definition cannot be loaded.
        """
        (name,) = self.services(arguments)
        registry = registries.load([name])
        if name not in registry.services:
            raise UsageError(f"{name} has no definition that can be loaded here")
        return registry.services[name]

    def given(self, arguments: argparse.Namespace) -> dict[str, Given]:
        """Configuration by service; that without a service under the empty name."""
        files: dict[str, list[str]] = {}
        folders: dict[str, list[str]] = {}
        for found, paths in (
            (files, arguments.config_file),
            (folders, arguments.config_dir),
        ):
            for path in paths:
                service, colon, rest = path.partition(":")
                if colon and service in self.known:
                    found.setdefault(service, []).append(rest)
                else:
                    found.setdefault("", []).append(path)
        return {
            service: Given(files.get(service, []), folders.get(service, []))
            for service in {*files, *folders}
        }


def require(ids: Sequence[str], registry: Registry) -> None:
    """Refuse ids that no check has.

    :raises UsageError: if one is unknown.
    """
    for id in registries.find(ids, registry):
        raise UsageError(
            f"there is no check {id!r}.{nearest(id, registry.checks)}\n"
            "Try: service-status upgrade list"
        )


def release(option: str, word: str, services: Sequence[Service]) -> None:
    """Refuse a word that names no release, or not one of each of some services.

    :param option: the option that it is the value of.
    :raises UsageError: if it is neither a version nor a series, or if it is a
        version and there is not exactly one service.
    """
    try:
        named = [Timeline(each).read(word) for each in services] or [read(word)]
    except LookupError as fault:
        raise UsageError(f"{option}: {fault.args[0]}") from None
    if len(named) > 1 and any(each.version is not None for each in named):
        raise UsageError(
            f"{option} {word} is a version, which needs exactly one service, and these "
            f"are {', '.join(each.name for each in services)}. Name one of them after "
            "the command, or write a series such as "
            f"{newest_series().id}"
        )


def assign(given: dict[str, Given], services: Sequence[Service]) -> None:
    """Give the configuration without a service to the only one there is.

    :raises UsageError: if there are several, or none.
    """
    plain_given = given.pop("", None)
    names = [service.name for service in services]
    for name in given:
        if name not in names:
            raise UsageError(
                f"a configuration is given for {name}, which is not checked"
            )
    if plain_given is None:
        return
    if len(names) != 1:
        raise UsageError(
            "--config-file and --config-dir need exactly one service, and these are "
            f"{', '.join(names) or 'none'}. Name it after the word check, or write "
            "--config-file SERVICE:FILE"
        )
    more = given.get(names[0], Given())
    given[names[0]] = dataclasses.replace(
        more,
        files=[*plain_given.files, *more.files],
        directories=[*plain_given.directories, *more.directories],
    )


def add_baseline(
    given: dict[str, Given], path: str | None, services: Sequence[Service]
) -> None:
    """Give a baseline to the service that it is of.

    :param path: its file; None if the operator gave none.
    :raises NotVerified: if it is none, or of a service that is not asked about.
    """
    if path is None:
        return
    from upgradecheck import baseline

    found = baseline.load(path)
    names = [service.name for service in services]
    if found.service not in names:
        raise NotVerified(
            f"{path}: is a baseline of {found.service}, and what is asked about is "
            f"{', '.join(names) or 'nothing'}",
            path,
            "Name that service, or give the baseline of the other one.",
        )
    own = given.get(found.service, Given())
    given[found.service] = dataclasses.replace(own, baseline=found)


def colour() -> bool:
    """Whether standard output wants colour; see https://no-color.org."""
    return (
        sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def write(text: str, path: str | None = None, what: str = "report") -> None:
    """Write the command's output.

    :param path: the file that it replaces; by default standard output.
    :param what: what people call it.
    :raises Unwritten: if that cannot be done.
    :raises BrokenPipeError: if nobody reads any more.
    """
    if path is None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as fault:
            # Or Python tries once more when it ends, and complains.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(fault, BrokenPipeError):
                raise
            raise Unwritten(f"cannot write the output: {fault.strerror}") from None
        return
    try:
        file.write(path, text)
    except OSError as fault:
        raise Unwritten(
            f"cannot write {path}: {fault.strerror}; a {what} that was there before "
            "is unchanged\nTry: another place, with room, that this user may write to"
        ) from None
    if sys.stderr.isatty():
        print(f"The {what} is in {path}.", file=sys.stderr)
