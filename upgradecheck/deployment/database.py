"""Database connections that cannot write, by the server's own means."""

from __future__ import annotations

import contextlib
import os
import stat
import urllib.parse
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy import exc
from sqlalchemy.engine import URL
from sqlalchemy.engine import make_url

from upgradecheck.check import NotVerified

#: Seconds to wait for a server that does not answer.
PATIENCE = 10
#: What makes the server itself refuse to write, for the rest of a connection.
_READ_ONLY = {
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
    "postgresql": "SET SESSION default_transaction_read_only = on",
    "sqlite": "PRAGMA query_only = on",
}
#: Packages that are not named as the module of theirs that SQLAlchemy imports.
_PACKAGES = {"MySQLdb": "mysqlclient"}


@contextlib.contextmanager
def connect(
    url: str | None,
    option: str,
    where: str | None,
    mask: Callable[[str], str],
) -> Iterator[sqlalchemy.Connection]:
    """A read-only connection.

    :param url: a SQLAlchemy URL.
    :param option: the option that holds it, as ``[database] connection``.
    :param where: where that option stands.
    :param mask: hides secrets in the drivers' messages.
    :raises NotVerified: if the URL is none, the server cannot be reached, or
        the connection breaks while it is used.
    """
    engine = _engine(url, option, where, mask)
    place = f"the database of {option} ({_shown(url)})"
    reason = _no_file(engine.url)
    if reason is not None:
        raise NotVerified(
            f"cannot open {place}: {mask(reason)}",
            where,
            "Look for a misspelt path, and whether the user may read the file.",
        )
    try:
        connection = engine.connect()
    except Exception as fault:  # noqa: BLE001 - of a driver's, whichever it is
        raise NotVerified(
            f"cannot connect to {place}: {mask(_told(fault))}",
            where,
            "Look whether the server runs, is reached from here, has the database "
            "and accepts the user and the password.",
        ) from None
    try:
        with connection:
            yield connection
    except (exc.DBAPIError, OSError) as fault:
        raise NotVerified(
            f"{place} could not answer: {mask(_told(fault))}",
            where,
            "Look whether it is the right database, whether the user may read it, "
            "and whether the server still runs.",
        ) from None


def _engine(
    url: str | None, option: str, where: str | None, mask: Callable[[str], str]
) -> sqlalchemy.Engine:
    if not url or not url.strip():
        raise NotVerified(
            f"{option} is {'not set' if url is None else 'empty'}",
            where,
            f"Set {option} to the service's database, as its own programs need it.",
        )
    parsed = _parsed(url.strip(), option, where)
    try:
        engine = sqlalchemy.create_engine(
            parsed, poolclass=sqlalchemy.NullPool, connect_args=_arguments(parsed)
        )
    except exc.NoSuchModuleError:
        raise _unknown_kind(parsed, option, where) from None
    except ImportError as fault:
        package = _PACKAGES.get(fault.name or "", fault.name)
        raise NotVerified(
            f"{option} needs the driver {fault.name}, which is not installed here",
            where,
            f"Install {package}, or install upgradecheck[db] and use the drivers "
            "pymysql or psycopg.",
        ) from None
    except (exc.ArgumentError, ValueError, TypeError) as fault:
        raise NotVerified(
            f"{option} has a parameter that is not valid: {mask(_told(fault))}",
            where,
            f"Correct what stands after the question mark in {option}.",
        ) from None
    if parsed.get_backend_name() not in _READ_ONLY:
        raise _unknown_kind(parsed, option, where)
    if engine.dialect.is_async:
        raise NotVerified(
            f"{option} names a driver for asynchronous programs: {parsed.drivername}",
            where,
            "Use the drivers pymysql or psycopg.",
        )
    event.listen(engine, "connect", _forbid_writing(parsed.get_backend_name()))
    return engine


def _parsed(text: str, option: str, where: str | None) -> URL:
    """The URL as it is used.

    No parser's own words are told: they quote what may be a password.

    :raises NotVerified: if it is none that can be used.
    """
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        raise NotVerified(
            f"{option} is no database URL: it cannot be parsed",
            where,
            "Write driver://user:password@host/database, for example "
            "mysql+pymysql://octavia:PASSWORD@10.0.0.5/octavia",
        ) from None
    if url.password and "@" in f"{url.host}{url.database}":
        raise NotVerified(
            f"{option} is no database URL: it holds more than one @",
            where,
            "In the password write %40 for @, and %25 for %.",
        )
    try:
        return read_only(url)
    except ValueError as fault:
        raise NotVerified(
            f"{option} names no database that can be asked: {fault}",
            where,
            f"Set {option} to the service's database, as its own programs need it.",
        ) from None


def _unknown_kind(url: URL, option: str, where: str | None) -> NotVerified:
    return NotVerified(
        f"{option} names a kind of database that is not known here: {url.drivername}",
        where,
        "Known are mysql+pymysql, postgresql+psycopg and sqlite; another driver of "
        "these three needs its own package installed here.",
    )


def read_only(url: URL) -> URL:
    """The URL as it is used: of SQLite a file that must exist already.

    SQLAlchemy plug-ins are dropped: DevStack's ``dbcounter`` writes.

    :raises ValueError: if the database lives in memory.
    """
    url = url.difference_update_query(["plugin"])
    if url.get_backend_name() != "sqlite":
        return url
    path = url.database or ""
    if path in ("", ":memory:") or "mode=memory" in str(url):
        raise ValueError("an in-memory SQLite database holds no deployment")
    if not path.startswith("file:"):
        # Percent, question mark and hash would end the path of a URI.
        for mark, code in (("%", "%25"), ("?", "%3f"), ("#", "%23")):
            path = path.replace(mark, code)
        path = f"file:{os.path.abspath(path) if path[0] != '/' else path}"
    return url.set(database=path).update_query_dict({"mode": "ro", "uri": "true"})


def _no_file(url: URL) -> str | None:
    """Why a SQLite database cannot be opened, which SQLite itself does not tell."""
    if url.get_backend_name() != "sqlite":
        return None
    path = urllib.parse.unquote((url.database or "").removeprefix("file:"))
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as fault:
        return (getattr(fault, "strerror", None) or str(fault)).lower()
    if not stat.S_ISREG(mode):
        return "is a directory" if stat.S_ISDIR(mode) else "is no regular file"
    return None if os.access(path, os.R_OK) else "permission denied"


def _arguments(url: URL) -> dict[str, Any]:
    """How long to wait, unless the operator says."""
    names = {
        "pymysql": ("connect_timeout", "read_timeout"),
        "mysqldb": ("connect_timeout", "read_timeout"),
        "psycopg": ("connect_timeout",),
        "psycopg2": ("connect_timeout",),
    }.get(url.get_driver_name(), ())
    return {name: PATIENCE for name in names if name not in url.query}


def _forbid_writing(backend: str) -> Callable[[Any, Any], None]:
    """What makes the server itself refuse to write, for one new connection."""

    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(_READ_ONLY[backend])
        cursor.close()
        # A rollback would take PostgreSQL's SET back.
        connection.commit()

    return on_connect


def _shown(url: str | None) -> str:
    return make_url((url or "").strip()).render_as_string(hide_password=True)


def _told(fault: BaseException) -> str:
    """What a driver says, in one line and without the statement it was about."""
    if not isinstance(fault, exc.SQLAlchemyError | OSError | ValueError | TypeError):
        return f"the driver fails with {type(fault).__name__}: {fault}"
    original = getattr(fault, "orig", None) or fault
    arguments: tuple[object, ...] = getattr(original, "args", ())
    text = str(arguments[1] if len(arguments) > 1 else original).strip()
    first, _, rest = text.partition("\n")
    # psycopg lists what became of each address of a host.
    return " ".join(text.split()) if first.endswith(":") and rest else first
