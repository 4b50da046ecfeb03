"""What lies between two schemas, as effects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping

from upgradecheck import schema_type
from upgradecheck.effect import Effect
from upgradecheck.raw_sql import Acts
from upgradecheck.schema import Column
from upgradecheck.schema import Named
from upgradecheck.schema import Schema
from upgradecheck.schema import Signature
from upgradecheck.schema import Table

#: What is said of what was dropped, and is there all the same.
_ANEW = "and made anew, without what it held"


def between(before: Schema, after: Schema, acts: Acts) -> list[Effect]:
    """The effects that make one schema the other; sorted."""
    effects = [*_made_anew(before, after, acts)]
    old_tables = dict(before.tables)
    for old, new in acts.tables.items():
        if old in before.tables and new in after.tables and new not in before.tables:
            effects.append(Effect("table-renamed", old, detail=f"to {new}"))
            old_tables[new] = old_tables.pop(old)
    for name, table in after.tables.items():
        if name not in old_tables:
            effects.append(_added(name, table, before))
        elif old_tables[name] is not table:
            moved = {
                old: new
                for (of, old), new in acts.columns.items()
                if of == name or acts.tables.get(of) == name
            }
            effects += _Change(name, old_tables[name], table, moved).effects()
    for name in old_tables.keys() - after.tables.keys():
        effects.append(Effect("table-dropped", name))
    effects += _views(before.views, after.views)
    return sorted(set(effects))


def _made_anew(before: Schema, after: Schema, acts: Acts) -> Iterator[Effect]:
    """What was dropped and is there again: the schemas are alike, the rows are gone."""
    kept = {new for old, new in acts.tables.items() if old in acts.filled}
    for table in acts.dropped_tables - kept:
        if table in before.tables and table in after.tables:
            yield Effect("table-dropped", table, detail=_ANEW)
    for table, column in acts.dropped_columns:
        if all(
            table in schema.tables and column in schema.tables[table].columns
            for schema in (before, after)
        ):
            yield Effect("column-dropped", table, column, _ANEW)


def _added(name: str, table: Table, before: Schema) -> Effect:
    """A new table; what it refers to, since its rows keep those from going."""
    known = sorted(table.refers_to & before.tables.keys())
    return Effect(
        "table-added", name, detail=f"refers to {', '.join(known)}" if known else ""
    )


def _views(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Effect]:
    for name in before.keys() | after.keys():
        if name not in before:
            yield Effect("view-added", name)
        elif name not in after:
            yield Effect("view-dropped", name)
        elif before[name] != after[name]:
            yield Effect("view-changed", name)


class _Change:
    """One table before and after.

    :param moved: the old names of columns that were renamed, to the new ones.
    """

    def __init__(
        self, name: str, old: Table, new: Table, moved: Mapping[str, str]
    ) -> None:
        self.name = name
        self.old = old
        self.new = new
        self.moved = {
            was: now
            for was, now in moved.items()
            if was in old.columns and was not in new.columns and now in new.columns
        }
        self.fresh = new.columns.keys() - old.columns.keys() - set(self.moved.values())

    def effects(self) -> list[Effect]:
        effects = [
            *self._columns(),
            *self._keys(),
            *self._indexes(),
            *self._foreign_keys(),
            *self._checks(),
            *self._options(),
        ]
        if not effects and self.old.definition != self.new.definition:
            effects.append(Effect("table-changed", self.name))
        return effects

    def _columns(self) -> Iterator[Effect]:
        for name in self.fresh:
            column = self.new.columns[name]
            kind = "column-added-required" if _required(column) else "column-added"
            yield Effect(kind, self.name, name, schema_type.shown(column["type"]))
        for name, column in self.old.columns.items():
            now = self.moved.get(name, name)
            if now != name:
                yield Effect("column-renamed", self.name, name, f"to {now}")
            if now in self.new.columns:
                yield from self._column(now, column, self.new.columns[now])
            else:
                yield Effect("column-dropped", self.name, name)

    def _column(self, name: str, old: Column, new: Column) -> Iterator[Effect]:
        collations = [
            (
                getattr(column["type"], "charset", None)
                or table.options.get("default charset", ""),
                getattr(column["type"], "collation", None)
                or table.options.get("collate", ""),
            )
            for table, column in ((self.old, old), (self.new, new))
        ]
        yield from schema_type.between(
            self.name,
            name,
            old["type"],
            new["type"],
            same_collation=collations[0] == collations[1],
        )
        if old["nullable"] and not new["nullable"]:
            yield Effect("column-made-required", self.name, name)
        elif new["nullable"] and not old["nullable"]:
            yield Effect("column-made-nullable", self.name, name)
        yield from self._default(name, old.get("default"), new.get("default"))
        if (old.get("comment") or "") != (new.get("comment") or ""):
            yield Effect("comment-changed", self.name, name)
        for key in ("autoincrement", "computed", "identity"):
            if (old.get(key) or None) != (new.get(key) or None):
                yield Effect("column-changed", self.name, name, key)

    def _default(self, name: str, old: str | None, new: str | None) -> Iterator[Effect]:
        if old == new:
            return
        if old is None:
            yield Effect("default-added", self.name, name, str(new))
        elif new is None:
            yield Effect("default-dropped", self.name, name, str(old))
        else:
            yield Effect("default-changed", self.name, name, f"{old} to {new}")

    def _keys(self) -> Iterator[Effect]:
        old = tuple(self.moved.get(name, name) for name in self.old.primary_key)
        if old != self.new.primary_key:
            columns = ", ".join(self.new.primary_key or old)
            yield Effect("primary-key-changed", self.name, columns)
        uniques = self._moved(self.old.uniques)
        for signature in self.new.uniques.minus(uniques):
            yield Effect("unique-added", self.name, ", ".join(signature))
        held = [set(s) for s in self.new.uniques.names if s]
        held.append(set(self.new.primary_key))
        for signature in uniques.minus(self.new.uniques):
            spare = any(each and each <= set(signature) for each in held)
            kind = "unique-dropped-spare" if spare else "unique-dropped"
            yield Effect(kind, self.name, ", ".join(signature))
        yield from self._renamed(uniques, self.new.uniques)

    def _indexes(self) -> Iterator[Effect]:
        indexes = self._moved(self.old.indexes)
        for signature in self.new.indexes.minus(indexes):
            yield Effect("index-added", self.name, ", ".join(signature))
        for signature in indexes.minus(self.new.indexes):
            yield Effect("index-dropped", self.name, ", ".join(signature))
        yield from self._renamed(indexes, self.new.indexes)

    def _foreign_keys(self) -> Iterator[Effect]:
        keys = self._moved(self.old.foreign_keys)
        for kind, signatures in (
            ("foreign-key-added", self.new.foreign_keys.minus(keys)),
            ("foreign-key-dropped", keys.minus(self.new.foreign_keys)),
        ):
            for columns, table, referred, *follows in signatures:
                detail = " ".join((f"to {table} ({referred})", *follows))
                yield Effect(kind, self.name, columns, detail)
        yield from self._renamed(keys, self.new.foreign_keys)

    def _checks(self) -> Iterator[Effect]:
        for (condition,) in self.new.checks.minus(self.old.checks):
            words = set(re.findall(r"\w+", condition)) & self.new.columns.keys()
            fresh = bool(words) and words <= self.fresh
            kind = "check-added-new-column" if fresh else "check-added"
            columns = ", ".join(sorted(words))
            yield Effect(kind, self.name, columns, condition)
        for (condition,) in self.old.checks.minus(self.new.checks):
            yield Effect("check-dropped", self.name, detail=condition)
        yield from self._renamed(self.old.checks, self.new.checks)

    def _options(self) -> Iterator[Effect]:
        if self.old.comment != self.new.comment:
            yield Effect("comment-changed", self.name)
        old, new = self.old.options, self.new.options
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) != new.get(key):
                detail = f"{key} {old.get(key, '')} to {new.get(key, '')}"
                yield Effect("table-changed", self.name, detail=detail)

    def _renamed(self, old: Named, new: Named) -> Iterator[Effect]:
        for signature in new.renamed(old):
            detail = ", ".join(new.names[signature])
            yield Effect("name-changed", self.name, signature[0], detail)

    def _moved(self, each: Named) -> Named:
        """Indexes or constraints of old, with the columns' new names."""
        if not self.moved:
            return each
        return Named(
            (name, self._moved_signature(signature))
            for signature, names in each.names.items()
            for name in names
        )

    def _moved_signature(self, signature: Signature) -> Signature:
        return tuple(
            ", ".join(self.moved.get(word, word) for word in part.split(", "))
            for part in signature
        )


def _required(column: Column) -> bool:
    """Whether an INSERT that leaves the column out is refused."""
    return not (
        column["nullable"]
        or column.get("default") is not None
        or column.get("autoincrement") is True
        or column.get("computed")
        or column.get("identity")
    )
