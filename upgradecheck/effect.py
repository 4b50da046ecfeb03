"""What a revision does to a database, and whether old code can live with it.

The rule is that of every rolling upgrade: always add, never delete or modify. Old
code neither knows nor writes what is new; whatever it reads and writes must be
there as before, and the server must refuse nothing that it accepted. Whatever
cannot be judged is told and never taken for safe.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class Verdict(enum.StrEnum):
    """Whether old services may run while and after a revision runs."""

    SAFE = "safe"
    UNSAFE = "not safe"
    UNJUDGED = "cannot be judged"


class Rule(NamedTuple):
    """What old code makes of one kind of effect.

    :param verdict: whether it can live with it.
    :param what: what the revision does.
    :param why: why the verdict is as it is.
    """

    verdict: Verdict
    what: str
    why: str


class Effect(NamedTuple):
    """One thing that a revision does to a database.

    :param kind: a key of :data:`RULES`.
    :param table: the table; empty if it is not known.
    :param column: the column, or several apart by commas; empty if it is the table.
    :param detail: the type, the name, the statement: what tells it from others.
    """

    kind: str
    table: str = ""
    column: str = ""
    detail: str = ""

    @property
    def rule(self) -> Rule:
        """The rule for its kind; a kind that we do not know is not judged."""
        return RULES.get(self.kind, _UNKNOWN)

    @property
    def verdict(self) -> Verdict:
        """Whether old code can live with it."""
        return self.rule.verdict

    @property
    def place(self) -> str:
        """``column t.c``, ``columns t (a, b)``, ``table t`` or ``the database``."""
        if not self.table:
            return "the database"
        if not self.column:
            return f"table {self.table}"
        if ", " in self.column:
            return f"columns {self.table} ({self.column})"
        return f"column {self.table}.{self.column}"

    @property
    def spoken(self) -> str:
        """What it does, where and why that matters, as one sentence's body."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.place}: {self.rule.what}{detail}; {self.rule.why}"


def _safe(what: str, why: str) -> Rule:
    return Rule(Verdict.SAFE, what, why)


def _unsafe(what: str, why: str) -> Rule:
    return Rule(Verdict.UNSAFE, what, why)


def _unjudged(what: str, why: str) -> Rule:
    return Rule(Verdict.UNJUDGED, what, why)


_UNKNOWN = _unjudged("does something that this version does not know", "see its script")

#: Every kind of effect, and what old code makes of it.
RULES = {
    "table-added": _safe("a new table", "old code does not know it"),
    "table-dropped": _unsafe("the table is dropped", "old code reads and writes it"),
    "table-renamed": _unsafe("the table is renamed", "old code asks for the old name"),
    "table-changed": _unjudged(
        "an option or a part of the table that has no rule here changes",
        "an engine, a character set or partitions may matter to old code",
    ),
    "view-added": _safe("a new view", "old code does not know it"),
    "view-changed": _unjudged("the view changes", "old code may read it"),
    "view-dropped": _unsafe("the view is dropped", "old code may read it"),
    "column-added": _safe(
        "a new column that may be left out, because it may be NULL or the server "
        "fills it",
        "old code leaves it out",
    ),
    "column-added-required": _unsafe(
        "a new column that may not be NULL and has no server default",
        "old code leaves it out, so its INSERT is refused",
    ),
    "column-dropped": _unsafe("the column is dropped", "old code names it"),
    "column-renamed": _unsafe("the column is renamed", "old code names the old one"),
    "column-widened": _safe(
        "the type takes more than before", "all that old code writes still fits"
    ),
    "column-narrowed": _unsafe(
        "the type takes less than before",
        "what old code writes may be refused or cut off",
    ),
    "column-retyped": _unsafe(
        "the type, its sign or its collation changes",
        "old code reads or compares other values than it wrote",
    ),
    "column-made-required": _unsafe(
        "the column may no longer be NULL", "old code may write NULL"
    ),
    "column-made-nullable": _safe(
        "the column may be NULL now", "old code goes on writing values"
    ),
    "column-changed": _unjudged(
        "how the server fills the column changes",
        "old code may count on the numbers or values that it gave before",
    ),
    "default-added": _safe(
        "the column has a server default now",
        "it matters only where old code left the column out",
    ),
    "default-changed": _unsafe(
        "the column has another server default",
        "where old code leaves the column out, another value is stored",
    ),
    "default-dropped": _unsafe(
        "the column has no server default any more",
        "where old code leaves the column out, its INSERT is refused or stores NULL",
    ),
    "comment-changed": _safe("a comment changes", "no code reads it"),
    "enum-value-added": _safe(
        "the enumeration has a new value",
        "old code does not write it; that no new code does so yet is the release's care",
    ),
    "enum-value-removed": _unsafe(
        "the enumeration loses a value", "old code may write it"
    ),
    "index-added": _safe("a new index", "it refuses nothing"),
    "index-dropped": _safe("an index is dropped", "queries are slower, none fails"),
    "name-changed": _safe(
        "an index or a constraint has another name", "no query names it"
    ),
    "unique-added": _unsafe(
        "a new unique constraint or index on a table that exists",
        "what old code writes may be refused",
    ),
    "unique-dropped": _unsafe(
        "a unique constraint or index is dropped",
        "old code counts on the server to refuse duplicates",
    ),
    "unique-dropped-spare": _safe(
        "a unique constraint or index is dropped, another one holds the same columns "
        "or fewer",
        "the server refuses the same duplicates as before",
    ),
    "primary-key-changed": _unsafe(
        "the primary key changes",
        "old code finds its rows by it, and the server refuses other duplicates",
    ),
    "foreign-key-added": _unsafe(
        "a new foreign key on a table that exists",
        "what old code writes or deletes may be refused",
    ),
    "foreign-key-dropped": _unsafe(
        "a foreign key is dropped",
        "old code counts on the server to refuse or to delete what refers to a row",
    ),
    "check-added": _unsafe(
        "a new check constraint on a column that exists",
        "what old code writes may be refused",
    ),
    "check-added-new-column": _safe(
        "a check constraint on new columns alone", "old code does not write them"
    ),
    "check-dropped": _safe(
        "a check constraint is dropped", "all that old code writes is still taken"
    ),
    "rows-added": _safe(
        "rows with fixed values are added",
        "as a new value of an enumeration: the rows that old code knows stay",
    ),
    "data-changed": _unjudged(
        "data are changed by UPDATE, DELETE or a copy",
        "only its author knows whether old code can live with it, and with rows that "
        "old code writes afterwards",
    ),
    "data-read": _unjudged(
        "the script reads data to decide what it does",
        "on an empty scratch database it may do less than here",
    ),
    "raw-sql": _unjudged(
        "raw SQL that no comparison of schemas shows",
        "a trigger, a procedure or data may change",
    ),
}


def verdict_of(effects: list[Effect]) -> Verdict:
    """The verdict of a revision: that of its gravest effect; safe without any."""
    verdicts = {effect.verdict for effect in effects}
    for verdict in (Verdict.UNSAFE, Verdict.UNJUDGED):
        if verdict in verdicts:
            return verdict
    return Verdict.SAFE
