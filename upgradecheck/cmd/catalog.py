"""``upgrade catalog``: what the installed release of a service expects, as JSON."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from oslo_config import cfg

from upgradecheck import catalogue_file
from upgradecheck import installed
from upgradecheck.cmd.context import Context
from upgradecheck.cmd.context import assign
from upgradecheck.cmd.context import write
from upgradecheck.cmd.parser import UsageError
from upgradecheck.cmd.parser import add_json
from upgradecheck.cmd.parser import add_service
from upgradecheck.cmd.parser import nearest
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import files_of
from upgradecheck.question import Given
from upgradecheck.report.terminal import plain
from upgradecheck.service import Service

_DESCRIPTION = """\
Writes what the installed release of a service expects of a deployment: its options,
the revisions of its databases, its programs, the entry points that matter, its
policy rules. It is JSON, and the same release with the same libraries always gives
the same bytes, on every machine.
"""


def add(commands: Any, prog: str, service: str | None) -> None:
    """Add the command's parser."""
    parser = commands.add_parser(
        "catalog",
        prog=f"{prog} upgrade catalog",
        help="write what the installed release of a service expects, as JSON",
        description=_DESCRIPTION,
    )
    add_service(parser, service)
    parser.add_argument(
        "--output",
        metavar="FILE",
        help="the file to write; one that is there is replaced as a whole",
    )
    parser.add_argument(
        "--scratch",
        action="append",
        default=[],
        metavar="[DATABASE=]URL",
        help="an empty database that may be written to: every revision is run there, "
        "and the catalogue tells what each does; without DATABASE= it is for the "
        "service's main database. Never name one that anybody needs",
    )
    add_json(parser)


def run(arguments: argparse.Namespace, context: Context) -> int:
    """Write the catalogue."""
    service = context.service(arguments)
    given = context.given(arguments)
    assign(given, [service])
    scratch = _scratch(arguments.scratch, service, given.get(service.name, Given()))
    catalogue = installed.whole_catalogue(service)
    if scratch:
        from upgradecheck import effects

        catalogue.effects = {
            database.name: effects.record(service, database, scratch[database.name])
            for database in service.databases
            if database.name in scratch
        }
    for subject, fault in sorted(catalogue.faults.items()):
        print(
            f"{context.prog}: not in the catalogue: {plain(subject)}: {plain(fault)}",
            file=sys.stderr,
        )
    write(catalogue_file.text(catalogue), arguments.output, "catalogue")
    return 0


def _scratch(words: Sequence[str], service: Service, given: Given) -> dict[str, str]:
    """The scratch databases' URLs, by the name of the database that each stands for.

    :raises UsageError: if one is no URL, stands for no database of the service, or is
        a database that the service's configuration names.
    """
    if not words:
        return {}
    names = [database.name for database in service.databases]
    if not names:
        raise UsageError(f"{service.title} has no database, so --scratch has no use")
    in_use = _places_in_use(service, given)
    found: dict[str, str] = {}
    for word in words:
        name, equals, url = word.partition("=")
        if not equals or "://" in name:
            name, url = names[0], word
        if name not in names:
            raise UsageError(
                f"--scratch: {service.title} has no database {name!r}."
                f"{nearest(name, names)} It has: {', '.join(names)}"
            )
        if name in found:
            raise UsageError(f"--scratch is given twice for the database {name!r}")
        place = _place(url)
        if place is None:
            raise UsageError(
                "--scratch is no database URL\nTry: --scratch "
                "mysql+pymysql://root@127.0.0.1/scratch"
            )
        if place in in_use:
            raise UsageError(
                f"--scratch names the database of {in_use[place]}: it would be written "
                "to\nTry: an empty database that nobody needs, on a server for tests"
            )
        found[name] = url
    return found


def _places_in_use(service: Service, given: Given) -> dict[tuple[object, ...], str]:
    """The databases that the service's configuration names, and the options."""
    found = {}
    for view in files_of(service, given.files, given.directories):
        configuration = Configuration(view, project=service.project)
        for database in service.databases:
            group, name = database.option
            if configuration.where(group, name) is None:
                continue
            url = configuration.value(group, name, cfg.StrOpt(name, secret=True))
            place = _place(str(url))
            if place is not None:
                found[place] = f"[{group}] {name} ({configuration.where(group, name)})"
    return found


def _place(url: str) -> tuple[object, ...] | None:
    """Server and database of a URL, whoever asks; None if it is no URL."""
    from sqlalchemy import exc
    from sqlalchemy.engine import make_url

    try:
        parsed = make_url(url.strip())
    except (exc.ArgumentError, ValueError):
        return None
    kind = parsed.get_backend_name().replace("mariadb", "mysql")
    if kind == "sqlite":
        path = (parsed.database or "").removeprefix("file:")
        return kind, os.path.realpath(path)
    host = "localhost" if parsed.host in _HERE else parsed.host
    port = parsed.port or {"mysql": 3306, "postgresql": 5432}.get(kind)
    return kind, host, port, parsed.database


_HERE = (None, "", "localhost", "127.0.0.1", "::1")
