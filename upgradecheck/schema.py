"""The schema of a database, read through SQLAlchemy's inspector."""

from __future__ import annotations

import collections
import dataclasses
import re
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

import sqlalchemy

#: A column as the inspector tells it.
Column = Mapping[str, Any]
#: What makes an index or a constraint what it is, apart from its name.
Signature = tuple[str, ...]
#: Values of an index's options that say nothing.
_NOTHING = frozenset({"", "None", "False", "[]", "{}", "()"})


class Named:
    """Indexes or constraints by what they are; each may be there twice.

    :param pairs: name and signature of each.
    """

    def __init__(self, pairs: Iterable[tuple[str, Signature]] = ()) -> None:
        self.names: dict[Signature, list[str]] = collections.defaultdict(list)
        for name, signature in pairs:
            self.names[signature].append(name)

    def minus(self, other: Named) -> list[Signature]:
        """Those that the other has not, or has less often; sorted."""
        return sorted(
            signature
            for signature, names in self.names.items()
            for _ in range(len(names) - len(other.names.get(signature, ())))
        )

    def renamed(self, other: Named) -> list[Signature]:
        """Those that the other has as often, under other names; sorted."""
        return sorted(
            signature
            for signature, names in self.names.items()
            if len(names) == len(other.names.get(signature, ()))
            and sorted(names) != sorted(other.names[signature])
        )


@dataclasses.dataclass
class Table:
    """A table.

    :param columns: by name.
    :param primary_key: its columns.
    :param indexes: those that are not unique.
    :param uniques: unique and exclusion constraints and unique indexes alike.
    :param foreign_keys: each as columns, table, its columns and what follows.
    :param checks: their conditions.
    :param options: what else the server tells of it, the comment left out.
    :param comment: its comment.
    :param definition: how the server itself defines it, line by line, in no order;
        empty where it cannot be asked.
    """

    columns: dict[str, Column]
    primary_key: tuple[str, ...]
    indexes: Named
    uniques: Named
    foreign_keys: Named
    checks: Named
    options: dict[str, str]
    comment: str
    definition: tuple[str, ...]

    @property
    def refers_to(self) -> set[str]:
        """The tables that its foreign keys name."""
        return {signature[1] for signature in self.foreign_keys.names}


@dataclasses.dataclass
class Schema:
    """The tables and the views of a database; a view is its definition."""

    tables: dict[str, Table] = dataclasses.field(default_factory=dict)
    views: dict[str, str] = dataclasses.field(default_factory=dict)


class Reader:
    """Reads the schema again and again, tables that did not change only once.

    :param connection: an open connection.
    :param skip: tables that are none of the schema's.
    """

    def __init__(
        self, connection: sqlalchemy.Connection, skip: Iterable[str] = ()
    ) -> None:
        self._connection = connection
        self._skip = frozenset(skip)
        self._known: dict[str, Table] = {}

    def read(self) -> Schema:
        """The schema as it is now."""
        inspector = sqlalchemy.inspect(self._connection)
        tables = {}
        for name in inspector.get_table_names():
            if name in self._skip:
                continue
            definition = self._definition(name)
            known = self._known.get(name)
            if known is None or not definition or known.definition != definition:
                known = _table(inspector, name, definition)
            tables[name] = known
        self._known = tables
        views = {
            name: str(inspector.get_view_definition(name))
            for name in inspector.get_view_names()
        }
        return Schema(dict(tables), views)

    def _definition(self, table: str) -> tuple[str, ...]:
        if self._connection.dialect.name not in ("mysql", "mariadb"):
            return ()
        quote = self._connection.dialect.identifier_preparer.quote_identifier
        row = self._connection.exec_driver_sql(f"SHOW CREATE TABLE {quote(table)}")
        text = str(row.one()[1])
        # How far it has counted is no part of the schema.
        text = re.sub(r" AUTO_INCREMENT=\d+", "", text)
        # The first line holds the table's name alone.
        lines = text.splitlines()[1:]
        return tuple(sorted(line.strip().rstrip(",") for line in lines))


def _table(
    inspector: sqlalchemy.Inspector, name: str, definition: tuple[str, ...]
) -> Table:
    indexes = inspector.get_indexes(name)
    uniques = {
        str(each["name"]): tuple(each["column_names"])
        for each in inspector.get_unique_constraints(name)
    }
    # A server may tell a unique constraint as a unique index too.
    uniques |= {str(each["name"]): _index(each) for each in indexes if _refuses(each)}
    options = {
        key.partition("_")[2]: str(value)
        for key, value in _asked(inspector.get_table_options, name, {}).items()
        if not key.endswith(("_comment", "_auto_increment"))
    }
    comment = _asked(inspector.get_table_comment, name, {}).get("text")
    return Table(
        {str(each["name"]): each for each in inspector.get_columns(name)},
        tuple(inspector.get_pk_constraint(name)["constrained_columns"]),
        Named(
            (str(each["name"]), _index(each)) for each in indexes if not _refuses(each)
        ),
        Named(uniques.items()),
        Named(
            (str(each["name"]), _foreign_key(each))
            for each in inspector.get_foreign_keys(name)
        ),
        Named(
            (str(each["name"]), (str(each["sqltext"]),))
            for each in _asked(inspector.get_check_constraints, name, [])
        ),
        options,
        str(comment or ""),
        definition,
    )


def _asked(question: Any, name: str, otherwise: Any) -> Any:
    try:
        return question(name)
    except NotImplementedError:  # this server has no such thing
        return otherwise


def _refuses(index: Any) -> bool:
    """Whether it refuses rows, as those of unique and exclusion constraints do."""
    return bool(index.get("unique") or index.get("duplicates_constraint"))


def _index(index: Any) -> Signature:
    columns = [str(c) for c in index.get("expressions") or index["column_names"]]
    options = dict(index.get("dialect_options", {}))
    lengths = options.pop("mysql_length", None) or {}
    for number, column in enumerate(columns):
        if column in lengths:
            columns[number] = f"{column}({lengths[column]})"
    more = [
        f"{key.partition('_')[2]}={text}"
        for key, text in sorted((key, str(value)) for key, value in options.items())
        if key != "postgresql_include" and text not in _NOTHING
    ]
    if index.get("duplicates_constraint") and not index.get("unique"):
        more.append("exclusion")
    return (*columns, *more)


def _foreign_key(key: Any) -> Signature:
    follows = {k: v for k, v in key.get("options", {}).items() if v}
    return (
        ", ".join(key["constrained_columns"]),
        str(key["referred_table"]),
        ", ".join(key["referred_columns"]),
        *(f"{name} {value}" for name, value in sorted(follows.items())),
    )
