"""Database connections that cannot write, by the server's own means."""

from __future__ import annotations

import contextlib
import os
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
CONNECT_TIMEOUT = 10


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
    place = f"the database of {option} ({_shown(engine.url)})"
    try:
        connection = engine.connect()
    except (exc.SQLAlchemyError, OSError) as fault:
        raise NotVerified(
            f"cannot connect to {place}: {mask(_first_line(fault))}",
            where,
            "Look whether the server runs, is reached from here and accepts the "
            "user and the password.",
        ) from None
    try:
        with connection:
            yield connection
    except (exc.DBAPIError, OSError) as fault:
        raise NotVerified(
            f"{place} could not answer: {mask(_first_line(fault))}",
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
    try:
        parsed = read_only(make_url(url.strip()))
        arguments = _arguments(parsed)
        engine = sqlalchemy.create_engine(
            parsed, poolclass=sqlalchemy.NullPool, connect_args=arguments
        )
    except exc.NoSuchModuleError:
        name = url.partition(":")[0]
        raise NotVerified(
            f"{option} names a kind of database that SQLAlchemy does not know: {name}",
            where,
            "Known are mysql+pymysql, postgresql+psycopg and sqlite; another one "
            "needs its own package installed here.",
        ) from None
    except ImportError as fault:
        raise NotVerified(
            f"{option} needs the driver {fault.name}, which is not installed here",
            where,
            f"Install {fault.name}, or install upgradecheck[db] and use the drivers "
            "pymysql or psycopg.",
        ) from None
    except (exc.ArgumentError, ValueError, TypeError) as fault:
        raise NotVerified(
            f"{option} is no database URL: {mask(_wordless(fault))}",
            where,
            "Write driver://user:password@host/database, for example "
            "mysql+pymysql://octavia:PASSWORD@10.0.0.5/octavia",
        ) from None
    event.listen(engine, "connect", _forbid_writing(parsed.get_backend_name()))
    return engine


def _wordless(fault: BaseException) -> str:
    """What a parser says, without the text that it failed to parse."""
    return "it cannot be parsed" if "parse" in str(fault) else _first_line(fault)


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


def _arguments(url: URL) -> dict[str, Any]:
    serves = url.get_backend_name() in ("mysql", "mariadb", "postgresql")
    if serves and "connect_timeout" not in url.query:
        return {"connect_timeout": CONNECT_TIMEOUT}
    return {}


def _forbid_writing(backend: str) -> Callable[[Any, Any], None]:
    """What makes the server itself refuse to write, for one new connection."""
    statement = {
        "mysql": "SET SESSION TRANSACTION READ ONLY",
        "mariadb": "SET SESSION TRANSACTION READ ONLY",
        "postgresql": "SET SESSION default_transaction_read_only = on",
        "sqlite": "PRAGMA query_only = on",
    }[backend]

    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(statement)
        cursor.close()
        # A rollback would take PostgreSQL's SET back.
        connection.commit()

    return on_connect


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _first_line(fault: BaseException) -> str:
    original = getattr(fault, "orig", None) or fault
    if getattr(original, "args", None) and len(original.args) > 1:
        return str(original.args[1]).strip().split("\n")[0]
    return str(original).strip().split("\n")[0]
