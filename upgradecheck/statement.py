"""The statements that a server saw, and which of them no schema shows."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterator
from typing import Any

from alembic.ddl.base import RenameTable
from sqlalchemy import DDL
from sqlalchemy import sql
from sqlalchemy.sql import visitors
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.dml import Delete
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.dml import Update

from upgradecheck.effect import Effect
from upgradecheck.schema_change import Renames

#: As much of a statement is told, in characters.
_TOLD = 160
#: Raw statements of these kinds show in the schema, or change nothing that lasts.
_SHOWN = re.compile(
    r"(CREATE|ALTER|DROP|RENAME)\s+(TEMPORARY\s+|UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?"
    r"(TABLE|INDEX|VIEW|TYPE)\b"
    r"|(SHOW|DESC|DESCRIBE|EXPLAIN|PRAGMA|BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT"
    r"|RELEASE|LOCK|UNLOCK)\b"
    r"|SET\s+(?!GLOBAL\b|PERSIST|PASSWORD\b|ROLE\b|DEFAULT\b)",
    re.IGNORECASE,
)
_READS = re.compile(r"(SELECT|WITH|TABLE|VALUES)\b", re.IGNORECASE)
_CHANGES = re.compile(
    r"(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|MERGE|LOAD)\b", re.IGNORECASE
)
#: Where servers keep what the inspector asks them.
_SYSTEM = re.compile(
    r"\b(information_schema|pg_catalog|pg_\w+|sqlite_\w+|performance_schema)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"\s*(--[^\n]*(\n|$)|#[^\n]*(\n|$)|/\*(?![!M]).*?\*/)", re.DOTALL
)


class Statements:
    """What one revision said to the server.

    :param own: tables that are none of the schema's: alembic's own.
    :param database: the scratch database's name, which tells nobody anything.
    """

    def __init__(self, own: frozenset[str], database: str) -> None:
        self._name = re.compile(
            rf'\b(DATABASE|SCHEMA) [`"]?{re.escape(database)}\b[`"]?'
        )
        self.renames = Renames()
        #: Whether the server saw anything at all.
        self.any = False
        self._own = own
        self._rows: collections.Counter[str] = collections.Counter()
        self._effects: list[tuple[Effect, frozenset[str]]] = []

    def see(self, text: str, statement: Any, rows: int) -> None:
        """Take one statement.

        :param text: as the server gets it.
        :param statement: SQLAlchemy's construct; None for text alone.
        :param rows: how many rows of values go with it.
        """
        tables = _tables(statement)
        if tables and tables <= self._own:
            return
        self.any = True
        told = self._name.sub(r"\1 …", " ".join(text.split()))
        told = told if len(told) <= _TOLD else f"{told[:_TOLD]}…"
        first = sorted(tables)[0] if len(tables) == 1 else ""
        if isinstance(statement, ExecutableDDLElement) and not isinstance(
            statement, DDL
        ):
            self._note(statement)
        elif isinstance(statement, Insert) and statement.select is None:
            self._rows[statement.table.name] += rows
        elif isinstance(statement, Insert | Update | Delete):
            self._effects.append((Effect("data-changed", first, detail=told), tables))
        elif isinstance(statement, sql.Select | sql.CompoundSelect):
            if tables - self._own and not _SYSTEM.search(text):
                self._effects.append((Effect("data-read", first, detail=told), tables))
        else:
            self._take_text(_bare(text), told)

    def effects(self, existed: frozenset[str]) -> Iterator[Effect]:
        """What no comparison of schemas shows.

        :param existed: the tables that were there before the revision; what happens
            to those that it makes itself is theirs alone.
        """
        for effect, tables in self._effects:
            if not tables or tables & existed:
                yield effect
        for table, rows in self._rows.items():
            if table in existed:
                many = f"{rows} row{'' if rows == 1 else 's'}"
                yield Effect("rows-added", table, detail=many)

    def _note(self, statement: Any) -> None:
        """Note what is renamed: the schemas show it as dropped and added."""
        if isinstance(statement, RenameTable):
            self.renames.tables[statement.table_name] = str(statement.new_table_name)
        new = getattr(statement, "newname", None)
        old = getattr(statement, "column_name", None)
        if new and old and new != old:
            self.renames.columns[statement.table_name, str(old)] = str(new)

    def _take_text(self, text: str, told: str) -> None:
        if _SHOWN.match(text):
            return
        if _READS.match(text):
            if not re.search(r"\bFROM\b", text, re.IGNORECASE) or _SYSTEM.search(text):
                return
            if not re.search(r"\bINTO\b", text, re.IGNORECASE):
                self._effects.append((Effect("data-read", detail=told), frozenset()))
                return
        kind = "data-changed" if _CHANGES.match(text) else "raw-sql"
        self._effects.append((Effect(kind, detail=told), frozenset()))


def _bare(text: str) -> str:
    """A statement without the comments that it begins with.

    What MySQL and MariaDB read as code stays: ``/*! ... */``.
    """
    while match := _COMMENTS.match(text):
        text = text[match.end() :]
    return text.strip()


def _tables(statement: Any) -> frozenset[str]:
    if not isinstance(
        statement, Insert | Update | Delete | sql.Select | sql.CompoundSelect
    ):
        return frozenset()
    return frozenset(
        str(element.name)
        for element in visitors.iterate(statement)
        if isinstance(element, sql.TableClause)
    )
