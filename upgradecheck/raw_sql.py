"""SQL as text: what it does that no comparison of schemas shows.

Nothing here understands SQL. Whatever is not known to show in a schema, or to change
nothing that lasts, counts as what cannot be judged.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

_FLAGS = re.IGNORECASE | re.DOTALL
#: A statement up to its semicolon; quoted text and comments may hold one.
_STATEMENT = re.compile(
    r"""(?:'(?:''|\\.|[^'\\])*+'|"[^"]*+"|`[^`]*+`|--[^\n]*+|/\*.*?\*/"""
    r"""|\$(\w*+)\$.*?\$\1\$|[^;])++""",
    _FLAGS,
)
_COMMENTS = re.compile(
    r"\s*(--[^\n]*(\n|$)|#[^\n]*(\n|$)|/\*(?![!M]).*?\*/)", re.DOTALL
)
_WORD = r'(?:`[^`]+`|"[^"]+"|[\w$]+)'
_NAME = rf"{_WORD}(?:\.{_WORD})*"
_OPTIONAL = r"(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?"
_ALTER_TABLE = rf"ALTER\s+TABLE\s+{_OPTIONAL}({_NAME})\s+"
#: These show in the schema, or change nothing that lasts.
_SHOWN = re.compile(
    rf"{_ALTER_TABLE}(ADD|DROP|ALTER|MODIFY|CHANGE|RENAME|CONVERT|ENGINE|COMMENT"
    r"|DEFAULT|CHARACTER|CHARSET|COLLATE|ROW_FORMAT|AUTO_INCREMENT|ALGORITHM|LOCK"
    r"|VALIDATE)\b"
    r"|(CREATE|DROP|RENAME)\s+(TEMPORARY\s+|UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?"
    r"(TABLE|INDEX|VIEW|TYPE)\b"
    r"|ALTER\s+(INDEX|VIEW|TYPE)\b"
    r"|COMMENT\s+ON\b"
    r"|CREATE\s+(SEQUENCE|SCHEMA)\b"
    r"|(SHOW|DESC|DESCRIBE|EXPLAIN|PRAGMA|START|COMMIT|ROLLBACK|SAVEPOINT"
    r"|RELEASE|LOCK|UNLOCK)\b"
    r"|BEGIN(?!\s+NOT)\b"
    r"|SET\s+(?!GLOBAL\b|PERSIST|PASSWORD\b|ROLE\b|DEFAULT\b)",
    _FLAGS,
)
_ALTERS = re.compile(r"(ALTER|DROP|RENAME)\s", _FLAGS)
_READS = re.compile(r"(SELECT|WITH|TABLE|VALUES)\b", _FLAGS)
_CHANGES = re.compile(
    r"(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|MERGE|LOAD)\b"
    # What is made or changed out of rows.
    r"|CREATE\s+(TEMPORARY\s+)?TABLE\b.*\bSELECT\b"
    r"|ALTER\s+TABLE\b.*\b(TRUNCATE|EXCHANGE)\s+PARTITION\b"
    r"|ALTER\s+TABLE\b.*\bUSING\s+(?!BTREE\b|HASH\b|INDEX\b|GIST\b|GIN\b"
    rf"|{_NAME}(\s*::\s*[\w .\"\[\](),]+)*$)",
    _FLAGS,
)
#: The tables in which servers keep what the inspector asks them.
_SYSTEM = re.compile(
    r'[`"]?(information_schema|pg_catalog|performance_schema|sqlite_\w+|pg_\w+)\b',
    _FLAGS,
)
_FROM = re.compile(rf"\b(?:FROM|JOIN)\s+({_NAME})", _FLAGS)
#: Functions that only tell; any other may do something.
_TELLS = re.compile(
    r"cast|coalesce|concat|connection_id|count|current_database"
    r"|current_schema|current_schemas|current_setting|current_user|database"
    r"|exists|format|ifnull|in|length|lower|max|min|now|nullif|schema"
    r"|session_user|sqlite_version|sum|upper|user|values|version",
    _FLAGS,
)
_CALL = re.compile(r"\b(\w+)\s*\(")
_FILLS = re.compile(rf"(?:INSERT|REPLACE)\s+INTO\s+({_NAME})", _FLAGS)
_NAMES = re.compile(rf"(?:^|,)\s*({_NAME})", _FLAGS)
_DROP_TABLE = re.compile(rf"DROP\s+TABLE\s+{_OPTIONAL}(.+)", _FLAGS)
_RENAME_TABLE = re.compile(r"RENAME\s+TABLES?\s+(.+)", _FLAGS)
_RENAME_PAIR = re.compile(rf"({_NAME})\s+TO\s+({_NAME})", _FLAGS)
_RENAME_TO = re.compile(
    rf"{_ALTER_TABLE}RENAME\s+(?:(?:TO|AS)\s+)?({_NAME})\s*$", _FLAGS
)
_ALTER = re.compile(_ALTER_TABLE, _FLAGS)
_DROP_COLUMN = re.compile(
    rf"\bDROP\s+(?:COLUMN\s+)?(?:IF\s+EXISTS\s+)?({_NAME})", _FLAGS
)


@dataclasses.dataclass
class Acts:
    """What statements did that two schemas alone do not tell.

    :param tables: tables that were renamed, old name to new name.
    :param columns: columns that were renamed, table and old name to new name.
    :param dropped_tables: tables that were dropped.
    :param dropped_columns: columns that were dropped, as table and name.
    :param filled: tables that got rows.
    """

    tables: dict[str, str] = dataclasses.field(default_factory=dict)
    columns: dict[tuple[str, str], str] = dataclasses.field(default_factory=dict)
    dropped_tables: set[str] = dataclasses.field(default_factory=set)
    dropped_columns: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    filled: set[str] = dataclasses.field(default_factory=set)

    def read(self, text: str) -> None:
        """Note what a statement drops, renames and fills, as far as it is plain."""
        for statement in statements(text):
            self._read(statement)

    def _read(self, statement: str) -> None:
        if match := _FILLS.match(statement):
            self.filled.add(_bare(match[1]))
        elif match := _DROP_TABLE.match(statement):
            self.dropped_tables.update(map(_bare, _NAMES.findall(match[1])))
        elif match := _RENAME_TABLE.match(statement):
            for old, new in _RENAME_PAIR.findall(match[1]):
                self.tables[_bare(old)] = _bare(new)
        elif match := _RENAME_TO.match(statement):
            self.tables[_bare(match[1])] = _bare(match[2])
        elif match := _ALTER.match(statement):
            table = _bare(match[1])
            for name in _DROP_COLUMN.findall(statement, match.end()):
                self.dropped_columns.add((table, _bare(name)))


def statements(text: str) -> Iterator[str]:
    """The statements of a text, without the comments that each begins with.

    What MySQL and MariaDB read as code stays: ``/*! ... */``.
    """
    for match in _STATEMENT.finditer(text):
        statement = match[0]
        while comment := _COMMENTS.match(statement):
            statement = statement[comment.end() :]
        if statement.strip():
            yield statement.strip()


def alters(text: str) -> bool:
    """Whether it is to change or to drop something that is there."""
    return any(_ALTERS.match(statement) for statement in statements(text))


def unseen(text: str) -> str:
    """The kind of effect that a text has beside what a schema shows.

    :returns: ``raw-sql``, ``data-changed`` or ``data-read``, the first of them that
        holds; empty if there is none.
    """
    kinds = {_kind(statement) for statement in statements(text)}
    order = ("raw-sql", "data-changed", "data-read")
    return next((kind for kind in order if kind in kinds), "")


def is_system(table: str) -> bool:
    """Whether a table is one of those in which a server tells of itself."""
    return _SYSTEM.match(table) is not None


def _kind(statement: str) -> str:
    if _CHANGES.match(statement):
        return "data-changed"
    if _SHOWN.match(statement):
        return ""
    if not _READS.match(statement) or re.search(r"\bINTO\b", statement, _FLAGS):
        return "raw-sql"
    if re.search(r"\bFROM\b", statement, _FLAGS):
        tables = _FROM.findall(statement)
        return "" if tables and all(map(is_system, tables)) else "data-read"
    calls = _CALL.findall(statement)
    return "" if all(map(_TELLS.fullmatch, calls)) else "raw-sql"


def _bare(name: str) -> str:
    return name.rpartition(".")[2].strip('`"')
