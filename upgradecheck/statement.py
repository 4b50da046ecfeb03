"""The statements that a server saw, and which of them no schema shows."""

from __future__ import annotations

import collections
import re
from collections.abc import Collection
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

from alembic.ddl.base import DropColumn
from alembic.ddl.base import RenameTable
from sqlalchemy import DDL
from sqlalchemy import sql
from sqlalchemy.sql import visitors
from sqlalchemy.sql.ddl import DropTable
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.dml import Delete
from sqlalchemy.sql.dml import Insert
from sqlalchemy.sql.dml import Update

from upgradecheck import raw_sql
from upgradecheck.effect import Effect
from upgradecheck.raw_sql import Acts

#: As much of a statement is told, in characters.
_TOLD = 160


class _Copy(NamedTuple):
    """All rows of a table in another one, column by column.

    :param source: the table that is read.
    :param target: the table that gets them.
    :param columns: pairs of a column's name there and here.
    """

    source: str
    target: str
    columns: tuple[tuple[str, str], ...]


class Statements:
    """What one revision said to the server.

    :param own: tables that are none of the schema's: alembic's own.
    :param database: the scratch database's name, which tells nobody anything.
    :param schema: the name of the schema that is compared.
    """

    def __init__(self, own: frozenset[str], database: str, schema: str = "") -> None:
        self._name = re.compile(
            rf'\b(DATABASE|SCHEMA) [`"]?{re.escape(database)}\b[`"]?'
        )
        self._own = own
        self._schema = schema
        self._acts = Acts()
        self._rows: collections.Counter[str] = collections.Counter()
        self._effects: list[tuple[Effect, frozenset[str]]] = []
        self._copies: list[tuple[_Copy, Effect]] = []
        self._altering: list[str] = []

    def see(self, text: str, statement: Any, rows: int) -> None:
        """Take one statement.

        :param text: as the server gets it.
        :param statement: SQLAlchemy's construct; None for text alone.
        :param rows: how many rows of values go with it.
        """
        tables = self._tables(statement)
        if tables and tables <= self._own:
            return
        told = self._name.sub(r"\1 …", " ".join(text.split()))
        told = told if len(told) <= _TOLD else f"{told[:_TOLD]}…"
        first = sorted(tables)[0] if len(tables) == 1 else ""
        if isinstance(statement, ExecutableDDLElement) and not isinstance(
            statement, DDL
        ):
            self._note(statement, text, told)
        elif isinstance(statement, Insert) and statement.select is None:
            self._rows[self._called(statement.table)] += rows
        elif isinstance(statement, Insert | Update | Delete):
            effect = Effect("data-changed", first, detail=told)
            copy = _copy(statement)
            if copy is None:
                self._effects.append((effect, tables))
            else:
                self._acts.filled.add(copy.target)
                self._copies.append((copy, effect))
        elif isinstance(statement, sql.Select | sql.CompoundSelect) and tables:
            if not all(map(raw_sql.is_system, tables - self._own)):
                self._effects.append((Effect("data-read", first, detail=told), tables))
        else:
            self._acts.read(text)
            self._take(text, told)
            if raw_sql.alters(text):
                self._altering.append(told)

    def acts(self) -> Acts:
        """What they renamed, dropped and filled."""
        for copy, _ in self._copies:
            if self._is_remade(copy):
                for old, new in copy.columns:
                    if old != new:
                        self._acts.columns[copy.source, old] = new
        return self._acts

    def effects(
        self, existed: frozenset[str], shown: Collection[Effect]
    ) -> Iterator[Effect]:
        """What no comparison of schemas shows.

        :param existed: the tables that were there before the revision; what happens
            to those that it makes itself is theirs alone.
        :param shown: what the comparison shows.
        """
        for effect, tables in self._effects:
            # Those of another schema are not known.
            if not tables or tables & existed or any("." in t for t in tables):
                yield effect
        changed = {effect.table for effect in shown}
        for copy, effect in self._copies:
            if {copy.source, copy.target} & existed and not (
                self._is_remade(copy) and copy.source in changed
            ):
                yield effect
        for table, rows in self._rows.items():
            if table in existed or "." in table:
                many = f"{rows} row{'' if rows == 1 else 's'}"
                yield Effect("rows-added", table, detail=many)
        if not shown:
            for told in self._altering:
                yield Effect("raw-sql", detail=told)

    def _is_remade(self, copy: _Copy) -> bool:
        """Whether a table is made anew with its rows.

        So alembic changes a table of SQLite; what for must show in the schema.
        """
        return self._acts.tables.get(copy.target) == copy.source

    def _note(self, statement: Any, text: str, told: str) -> None:
        """Note what a construct renames and drops."""
        if isinstance(statement, RenameTable):
            new_name = str(statement.new_table_name)
            self._acts.tables[str(statement.table_name)] = new_name
        elif isinstance(statement, DropTable):
            self._acts.dropped_tables.add(str(statement.element.name))
        elif isinstance(statement, DropColumn):
            column = str(statement.column.name)
            self._acts.dropped_columns.add((str(statement.table_name), column))
        new = getattr(statement, "newname", None)
        old = getattr(statement, "column_name", None)
        if new and old and new != old:
            self._acts.columns[str(statement.table_name), str(old)] = str(new)
        if self._is_elsewhere(statement) and raw_sql.alters(text):
            self._effects.append((Effect("raw-sql", detail=told), frozenset()))
        else:
            self._take(text, told)

    def _take(self, text: str, told: str) -> None:
        if kind := raw_sql.unseen(text):
            self._effects.append((Effect(kind, detail=told), frozenset()))

    def _is_elsewhere(self, statement: Any) -> bool:
        """Whether a construct is about another schema than the one that is read."""
        element = getattr(statement, "element", None)
        found = (
            getattr(each, "schema", None)
            for each in (statement, element, getattr(element, "table", None))
        )
        return any(schema and schema != self._schema for schema in found)

    def _tables(self, statement: Any) -> frozenset[str]:
        if not isinstance(
            statement, Insert | Update | Delete | sql.Select | sql.CompoundSelect
        ):
            return frozenset()
        return frozenset(
            self._called(element)
            for element in visitors.iterate(statement)
            if isinstance(element, sql.TableClause)
        )

    def _called(self, table: Any) -> str:
        """A table's name, behind that of its schema if it is another one."""
        schema = getattr(table, "schema", None)
        if schema and schema != self._schema:
            return f"{schema}.{table.name}"
        return str(table.name)


def _copy(statement: Any) -> _Copy | None:
    """What an INSERT copies, if it copies all rows of one table as they are."""
    select = getattr(statement, "select", None)
    if not isinstance(select, sql.Select) or select.whereclause is not None:
        return None
    columns = [
        each.clause if isinstance(each, sql.elements.Cast) else each
        for each in select.selected_columns
    ]
    tables = select.get_final_froms()
    names = [str(name) for name in statement._select_names or ()]
    if (
        len(tables) != 1
        or not isinstance(tables[0], sql.TableClause)
        or not all(isinstance(each, sql.ColumnElement) for each in columns)
        or not all(getattr(each, "table", None) is tables[0] for each in columns)
        or len(names) != len(columns)
    ):
        return None
    pairs = tuple(
        (str(getattr(each, "name", "")), name)
        for each, name in zip(columns, names, strict=True)
    )
    return _Copy(str(tables[0].name), str(statement.table.name), pairs)
