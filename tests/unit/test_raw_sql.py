"""SQL as text: what no schema shows is told, and nothing unknown is harmless."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upgradecheck.raw_sql import Acts
from upgradecheck.raw_sql import alters
from upgradecheck.raw_sql import is_system
from upgradecheck.raw_sql import statements
from upgradecheck.raw_sql import unseen

NOTHING = [
    "ALTER TABLE `my-bolts` ADD COLUMN a INT",
    'ALTER TABLE IF EXISTS ONLY "a b"."c" DROP CONSTRAINT d',
    "ALTER TABLE bolt ALTER size TYPE kind USING size::text::kind",
    "CREATE UNIQUE INDEX x ON bolt USING btree (size)",
    "CREATE TABLE bolt (id INT, note VARCHAR(9) DEFAULT 'a;b')",
    "/* first */ DROP TABLE bolt;",
    "SELECT 1",
    "SELECT @@version, DATABASE(), CAST('a' AS CHAR)",
    "SELECT table_name FROM information_schema.tables JOIN pg_catalog.pg_class ON 1=1",
    "SELECT name FROM sqlite_master",
    "SET FOREIGN_KEY_CHECKS = 0",
    "BEGIN",
    "",
    " ; -- nothing\n",
]
CHANGED = [
    "UPDATE bolt SET size = 1",
    "ALTER TABLE bolt ADD a INT; UPDATE bolt SET a = 1",
    "CREATE TABLE copy AS SELECT * FROM bolt",
    "ALTER TABLE bolt TRUNCATE PARTITION p0",
    "ALTER TABLE bolt ALTER size TYPE text USING upper(size)",
]
READ = [
    "SELECT id AS pg_id FROM bolt WHERE note = 'sqlite_'",
    "SELECT id FROM bolt WHERE id IN (SELECT 1 FROM information_schema.tables)",
    "WITH old AS (DELETE FROM bolt RETURNING id) SELECT id FROM old",
]
RAW = [
    "SELECT setval('bolt_id_seq', 7)",
    "SELECT id INTO copy FROM bolt",
    "BEGIN NOT ATOMIC UPDATE bolt SET size = 1; END",
    "ALTER TABLE bolt ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE bolt DISABLE KEYS",
    "SET GLOBAL read_only = 1",
    "/*M!100000 UPDATE bolt SET size = 2 */",
    "DO $$ BEGIN; END $$",
    "CALL mend()",
    "CREATE TRIGGER t BEFORE INSERT ON bolt FOR EACH ROW SET NEW.size = 1",
]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *((text, "") for text in NOTHING),
        *((text, "data-changed") for text in CHANGED),
        *((text, "data-read") for text in READ),
        *((text, "raw-sql") for text in RAW),
    ],
)
def test_what_no_schema_shows_is_told(text: str, kind: str) -> None:
    assert unseen(text) == kind


def test_a_semicolon_in_quotes_or_in_a_comment_ends_nothing() -> None:
    text = """INSERT INTO a VALUES ('x;''y'), ("p;q"); -- don't; stop
    DO $body$ one; two $body$; `c;d`"""
    assert list(statements(text)) == [
        """INSERT INTO a VALUES ('x;''y'), ("p;q")""",
        "DO $body$ one; two $body$",
        "`c;d`",
    ]


def test_tables_and_columns_that_a_text_drops_or_renames_are_read() -> None:
    acts = Acts()
    for text in (
        'DROP TABLE IF EXISTS `a-b`, s."c d" CASCADE',
        "RENAME TABLE e TO f, g TO h",
        'ALTER TABLE i RENAME TO "j"',
        "ALTER TABLE k DROP l, DROP COLUMN IF EXISTS `m`, ADD n INT",
        "INSERT INTO o SELECT 1",
    ):
        acts.read(text)
    assert acts.dropped_tables == {"a-b", "c d"}
    assert acts.tables == {"e": "f", "g": "h", "i": "j"}
    assert acts.dropped_columns >= {("k", "l"), ("k", "m")}
    assert acts.filled == {"o"}


def test_a_new_name_of_a_column_is_none_of_the_table() -> None:
    acts = Acts()
    acts.read("ALTER TABLE a RENAME COLUMN b TO c")
    acts.read("ALTER TABLE a RENAME INDEX b TO c")
    assert acts.tables == {}


def test_what_changes_something_that_is_there_is_told_from_what_adds() -> None:
    assert alters("CREATE TABLE a (b INT); DROP TABLE c")
    assert not alters("CREATE TABLE a (b INT)")


def test_the_tables_of_a_server_are_told_from_others() -> None:
    assert is_system("pg_catalog.pg_class")
    assert not is_system("bolt")


@given(st.text(alphabet="SELECTFROMDROP'\"`;$-/* \n()a"))
def test_no_text_is_too_odd(text: str) -> None:
    assert unseen(text) in ("", "data-changed", "data-read", "raw-sql")
    Acts().read(text)


@pytest.mark.parametrize("part", ["'", "$", "/*", "a;", "DROP TABLE a,", "USING "])
def test_a_long_text_takes_no_long_time(part: str) -> None:
    text = "ALTER TABLE a ADD b INT, " + part * 20_000
    start = time.monotonic()
    unseen(text)
    Acts().read(text)
    assert time.monotonic() - start < 10
