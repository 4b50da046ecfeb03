"""Every rule, on real servers: what a revision does is what is recorded."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from tests.functional.servers.mariadb import MariaDB
from tests.functional.servers.postgresql import PostgreSQL
from tests.unit import scripts
from upgradecheck import effects
from upgradecheck.effect import RULES
from upgradecheck.effect import Effect

#: The table that each case gets for itself, ``T`` in the bodies below.
TABLE = """
op.create_table(
    {name!r},
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("code", sa.String(36), nullable=False),
    sa.Column("note", sa.String(64), nullable=True, index=True),
    sa.Column("size", sa.Integer, nullable=False, server_default="1"),
    sa.Column("price", sa.Numeric(8, 2)),
    sa.Column("state", sa.Enum("new", "old"), nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("parent", sa.String(36)),
    sa.UniqueConstraint("code", name="uq_{name}_code"),
    sa.ForeignKeyConstraint(["parent"], ["parents.id"], name="fk_{name}"),
    sa.CheckConstraint("size < 100", name="ck_{name}"),
)
"""
ROOT = """
op.create_table("parents", sa.Column("id", sa.String(36), primary_key=True),
                sa.Column("name", sa.String(10)))
"""

#: What a revision does, and every effect that it has.
CASES: list[tuple[str, str, list[Effect]]] = [
    (
        "a table is dropped",
        "op.drop_table(T)",
        [Effect("table-dropped", "T")],
    ),
    (
        "a table is renamed",
        "op.rename_table(T, T + '_2')",
        [Effect("table-renamed", "T", "", "to T_2")],
    ),
    (
        "a table is dropped and made anew",
        """
        op.execute('SET FOREIGN_KEY_CHECKS = 0')
        op.execute('DROP TABLE IF EXISTS parents')
        op.create_table("parents", sa.Column("id", sa.String(36), primary_key=True),
                        sa.Column("name", sa.String(10)))
        """,
        [Effect("table-dropped", "parents", "", "and made anew, without what it held")],
    ),
    (
        "a table gives its name to a new one",
        """
        op.execute(f'CREATE TABLE {T}_2 LIKE {T}')
        op.execute(f'RENAME TABLE {T} TO {T}_old, {T}_2 TO {T}')
        """,
        [Effect("table-added", "T"), Effect("table-renamed", "T", "", "to T_old")],
    ),
    (
        "a table is made out of another one",
        "op.execute(f'CREATE TABLE {T}_2 AS SELECT id FROM {T}')",
        [
            Effect("data-changed", "", "", "CREATE TABLE T_2 AS SELECT id FROM T"),
            Effect("table-added", "T_2"),
        ],
    ),
    (
        "a new table refers to an old one",
        """op.create_table(T + '_2', sa.Column('id', sa.String(36),
           sa.ForeignKey('parents.id'), unique=True, nullable=False))""",
        [Effect("table-added", "T_2", "", "refers to parents")],
    ),
    (
        "rows of a new table are its own affair",
        """
        new = op.create_table(T + '_2', sa.Column('id', sa.Integer))
        op.bulk_insert(new, [{'id': 1}, {'id': 2}])
        op.execute(new.update().values(id=3))
        op.get_bind().execute(sa.select(new)).all()
        """,
        [Effect("table-added", "T_2")],
    ),
    (
        "a column is dropped",
        "op.drop_column(T, 'price')",
        [Effect("column-dropped", "T", "price")],
    ),
    (
        "columns are dropped and made anew",
        """
        op.drop_column(T, 'price')
        op.add_column(T, sa.Column('price', sa.Numeric(8, 2)))
        op.execute(f'ALTER TABLE {T} DROP text, ADD COLUMN text TEXT')
        """,
        [
            Effect("column-dropped", "T", name, "and made anew, without what it held")
            for name in ("price", "text")
        ],
    ),
    (
        "a column is dropped behind SQLAlchemy's back",
        """
        cursor = op.get_bind().connection.cursor()
        cursor.execute(f'ALTER TABLE {T} DROP COLUMN price')
        """,
        [
            Effect("column-dropped", "T", "price"),
            Effect("raw-sql", "", "", "by a cursor of the driver"),
        ],
    ),
    (
        "a column is renamed",
        """op.alter_column(T, 'code', new_column_name='word', nullable=False,
           existing_type=sa.String(36))""",
        [Effect("column-renamed", "T", "code", "to word")],
    ),
    (
        "a column is renamed by raw SQL",
        "op.execute(f'ALTER TABLE {T} CHANGE price cost NUMERIC(8, 2)')",
        [
            Effect("column-added", "T", "cost", "NUMERIC(8, 2)"),
            Effect("column-dropped", "T", "price"),
        ],
    ),
    (
        "new columns that may be left out",
        """
        op.add_column(T, sa.Column('a', sa.String(5)))
        op.add_column(T, sa.Column('b', sa.Integer, nullable=False, server_default='0'))
        op.add_column(T, sa.Column('c', sa.Integer, sa.Computed('size + 1')))
        """,
        [
            Effect("column-added", "T", "a", "VARCHAR(5)"),
            Effect("column-added", "T", "b", "INTEGER"),
            Effect("column-added", "T", "c", "INTEGER"),
        ],
    ),
    (
        "a new column that may not be left out",
        "op.add_column(T, sa.Column('a', sa.String(5), nullable=False))",
        [Effect("column-added-required", "T", "a", "VARCHAR(5)")],
    ),
    (
        "a text is widened",
        "op.alter_column(T, 'note', type_=sa.String(65), existing_nullable=True)",
        [Effect("column-widened", "T", "note", "VARCHAR(64) to VARCHAR(65)")],
    ),
    (
        "a text is widened by raw SQL",
        "op.execute(f'ALTER TABLE {T} MODIFY text LONGTEXT')",
        [Effect("column-widened", "T", "text", "TEXT to LONGTEXT")],
    ),
    (
        "a text is narrowed",
        "op.alter_column(T, 'note', type_=sa.String(63), existing_nullable=True)",
        [Effect("column-narrowed", "T", "note", "VARCHAR(64) to VARCHAR(63)")],
    ),
    (
        "an integer is widened",
        """op.alter_column(T, 'size', type_=sa.BigInteger, existing_nullable=False,
           existing_server_default='1')""",
        [Effect("column-widened", "T", "size", "INTEGER to BIGINT")],
    ),
    (
        "an integer is narrowed",
        """op.alter_column(T, 'size', type_=sa.SmallInteger, existing_nullable=False,
           existing_server_default='1')""",
        [Effect("column-narrowed", "T", "size", "INTEGER to SMALLINT")],
    ),
    (
        "an integer loses its sign",
        'op.execute(f"ALTER TABLE {T} MODIFY size INT UNSIGNED NOT NULL DEFAULT 1")',
        [Effect("column-retyped", "T", "size", "INTEGER to INTEGER UNSIGNED")],
    ),
    (
        "a number gets more digits before the point",
        "op.alter_column(T, 'price', type_=sa.Numeric(9, 2))",
        [Effect("column-widened", "T", "price", "NUMERIC(8, 2) to NUMERIC(9, 2)")],
    ),
    (
        "a number gets digits after the point that it loses before it",
        "op.alter_column(T, 'price', type_=sa.Numeric(8, 3))",
        [Effect("column-narrowed", "T", "price", "NUMERIC(8, 2) to NUMERIC(8, 3)")],
    ),
    (
        "a text becomes a number",
        "op.alter_column(T, 'text', type_=sa.Integer)",
        [Effect("column-retyped", "T", "text", "TEXT to INTEGER")],
    ),
    (
        "a collation changes",
        "op.execute(f'ALTER TABLE {T} MODIFY text TEXT COLLATE utf8mb3_bin')",
        [Effect("column-retyped", "T", "text", "another collation")],
    ),
    (
        "NULL is no longer taken",
        "op.alter_column(T, 'price', nullable=False, existing_type=sa.Numeric(8, 2))",
        [Effect("column-made-required", "T", "price")],
    ),
    (
        "NULL is taken now",
        "op.alter_column(T, 'code', nullable=True, existing_type=sa.String(36))",
        [Effect("column-made-nullable", "T", "code")],
    ),
    (
        "numbers are no longer given",
        """op.alter_column(T, 'id', autoincrement=False, existing_type=sa.Integer,
           existing_nullable=False)""",
        [Effect("column-changed", "T", "id", "autoincrement")],
    ),
    (
        "a default appears",
        "op.alter_column(T, 'price', server_default='2.50')",
        [Effect("default-added", "T", "price", "2.50")],
    ),
    (
        "a default changes",
        "op.alter_column(T, 'size', server_default='2')",
        [Effect("default-changed", "T", "size", "1 to 2")],
    ),
    (
        "a default goes",
        "op.alter_column(T, 'size', server_default=None)",
        [Effect("default-dropped", "T", "size", "1")],
    ),
    (
        "comments change",
        """
        op.create_table_comment(T, 'all of them')
        op.execute(f"ALTER TABLE {T} MODIFY text TEXT COMMENT 'long'")
        """,
        [Effect("comment-changed", "T"), Effect("comment-changed", "T", "text")],
    ),
    (
        "an enumeration gets a value",
        """op.alter_column(T, 'state', type_=sa.Enum('new', 'fair', 'old'),
           existing_nullable=False)""",
        [Effect("enum-value-added", "T", "state", "fair")],
    ),
    (
        "an enumeration loses a value",
        "op.alter_column(T, 'state', type_=sa.Enum('new'), existing_nullable=False)",
        [Effect("enum-value-removed", "T", "state", "old")],
    ),
    (
        "a set of values loses one",
        """
        op.execute(f"ALTER TABLE {T} ADD COLUMN days SET('mo', 'tu', 'we')")
        op.execute(f"ALTER TABLE {T} MODIFY COLUMN days SET('mo', 'tu')")
        """,
        [Effect("column-added", "T", "days", "SET(mo, tu)")],
    ),
    (
        "an enumeration is sorted anew",
        """op.alter_column(T, 'state', type_=sa.Enum('old', 'new'),
           existing_nullable=False)""",
        [Effect("column-retyped", "T", "state", "another order")],
    ),
    (
        "an index comes",
        "op.create_index('ix_size', T, ['size', 'code'])",
        [Effect("index-added", "T", "size, code")],
    ),
    (
        "an index goes",
        "op.drop_index(f'ix_{T}_note', T)",
        [Effect("index-dropped", "T", "note")],
    ),
    (
        "an index is renamed",
        "op.execute(f'ALTER TABLE {T} RENAME INDEX ix_{T}_note TO ix_other')",
        [Effect("name-changed", "T", "note", "ix_other")],
    ),
    (
        "a unique constraint comes",
        "op.create_unique_constraint('uq_more', T, ['note', 'size'])",
        [Effect("unique-added", "T", "note, size")],
    ),
    (
        "a unique index comes",
        "op.create_index('ix_more', T, ['note', 'size'], unique=True)",
        [Effect("unique-added", "T", "note, size")],
    ),
    (
        "a unique constraint goes",
        "op.drop_constraint(f'uq_{T}_code', T, type_='unique')",
        [Effect("unique-dropped", "T", "code")],
    ),
    (
        "a unique constraint goes that another one covers",
        """
        op.create_unique_constraint('uq_more', T, ['code'])
        op.drop_constraint(f'uq_{T}_code', T, type_='unique')
        op.create_unique_constraint('uq_third', T, ['code', 'size'])
        op.drop_constraint('uq_third', T, type_='unique')
        """,
        [Effect("name-changed", "T", "code", "uq_more")],
    ),
    (
        "the primary key changes",
        """
        op.execute(f'ALTER TABLE {T} DROP PRIMARY KEY, ADD PRIMARY KEY (id, code)')
        """,
        [Effect("primary-key-changed", "T", "id, code")],
    ),
    (
        "a foreign key comes",
        """
        op.create_foreign_key('fk_more', T, 'parents', ['code'], ['id'],
                              ondelete='CASCADE')
        """,
        [Effect("foreign-key-added", "T", "code", "to parents (id) ondelete CASCADE")],
    ),
    (
        "a foreign key goes",
        "op.drop_constraint(f'fk_{T}', T, type_='foreignkey')",
        [Effect("foreign-key-dropped", "T", "parent", "to parents (id)")],
    ),
    (
        "a check comes",
        "op.create_check_constraint('ck_more', T, 'price > 5')",
        [Effect("check-added", "T", "price", "`price` > 5")],
    ),
    (
        "a check comes with its column",
        """
        op.add_column(T, sa.Column('a', sa.Integer))
        op.create_check_constraint('ck_more', T, 'a > 5')
        """,
        [
            Effect("check-added-new-column", "T", "a", "`a` > 5"),
            Effect("column-added", "T", "a", "INTEGER"),
        ],
    ),
    (
        "a check goes",
        "op.drop_constraint(f'ck_{T}', T, type_='check')",
        [Effect("check-dropped", "T", "", "`size` < 100")],
    ),
    (
        "another engine",
        """
        op.drop_constraint(f'fk_{T}', T, type_='foreignkey')
        op.execute(f'ALTER TABLE {T} ENGINE=MyISAM')
        """,
        [
            Effect("foreign-key-dropped", "T", "parent", "to parents (id)"),
            Effect("table-changed", "T", "", "engine InnoDB to MyISAM"),
        ],
    ),
    (
        "something that the inspector does not tell",
        "op.execute(f'ALTER TABLE {T} ADD SYSTEM VERSIONING')",
        [Effect("table-changed", "T")],
    ),
    (
        "rows with fixed values",
        """
        op.bulk_insert(sa.table('parents', sa.column('id')), [{'id': 'a'}, {'id': 'b'}])
        """,
        [Effect("rows-added", "parents", "", "2 rows")],
    ),
    (
        "an update",
        "op.execute(sa.table(T, sa.column('size')).update().values(size=2))",
        [Effect("data-changed", "T", "", "UPDATE T SET size=%(size)s")],
    ),
    (
        "an update as text, behind a comment",
        "op.execute(f'-- all\\n/* of them */ UPDATE {T} SET size = 2')",
        [Effect("data-changed", "", "", "-- all /* of them */ UPDATE T SET size = 2")],
    ),
    (
        "rows added by text",
        "op.execute(\"INSERT INTO parents (id) VALUES ('z')\")",
        [Effect("data-changed", "", "", "INSERT INTO parents (id) VALUES ('z')")],
    ),
    (
        "a copy",
        """
        parents = sa.table('parents', sa.column('id'))
        codes = sa.table(T, sa.column('code'))
        op.execute(parents.insert().from_select(['id'], sa.select(codes.c.code)))
        """,
        [
            Effect(
                "data-changed", "", "", "INSERT INTO parents (id) SELECT T.code FROM T"
            )
        ],
    ),
    (
        "a decision that depends on rows",
        """
        rows = op.get_bind().execute(sa.text(f'SELECT size FROM {T}')).all()
        for row in rows:
            op.drop_table(T)
        """,
        [Effect("data-read", "", "", "SELECT size FROM T")],
    ),
    (
        "a decision that depends on the schema shows in the schema",
        """
        inspector = sa.inspect(op.get_bind())
        if 'price' in [c['name'] for c in inspector.get_columns(T)]:
            op.drop_column(T, 'price')
        op.get_bind().execute(sa.text('SELECT @@version, DATABASE()')).all()
        """,
        [Effect("column-dropped", "T", "price")],
    ),
    (
        "a decision that depends on rows whose names sound like a server's",
        """op.get_bind().execute(sa.text(
           f"SELECT size AS pg_size FROM {T} WHERE note = 'sqlite_'")).all()""",
        [
            Effect(
                "data-read",
                "",
                "",
                "SELECT size AS pg_size FROM T WHERE note = 'sqlite_'",
            )
        ],
    ),
    (
        "a function that may do anything",
        "op.execute('SELECT SLEEP(0)')",
        [Effect("raw-sql", "", "", "SELECT SLEEP(0)")],
    ),
    (
        "several statements that are one",
        "op.execute(f'BEGIN NOT ATOMIC UPDATE {T} SET size = 2; END')",
        [Effect("raw-sql", "", "", "BEGIN NOT ATOMIC UPDATE T SET size = 2; END")],
    ),
    (
        "a table is altered to what it was",
        "op.execute(f'ALTER TABLE {T} MODIFY text TEXT')",
        [Effect("raw-sql", "", "", "ALTER TABLE T MODIFY text TEXT")],
    ),
    (
        "a trigger",
        """op.execute(f'CREATE TRIGGER tr_{T} BEFORE INSERT ON {T} FOR EACH ROW '
           'SET NEW.size = 3')""",
        [
            Effect(
                "raw-sql",
                "",
                "",
                "CREATE TRIGGER tr_T BEFORE INSERT ON T FOR EACH ROW SET NEW.size = 3",
            )
        ],
    ),
    (
        "the database itself",
        """
        name = op.get_bind().engine.url.database
        op.execute(f'ALTER DATABASE `{name}` CHARACTER SET utf8mb3')
        """,
        [Effect("raw-sql", "", "", "ALTER DATABASE … CHARACTER SET utf8mb3")],
    ),
    (
        "a comment that MariaDB runs",
        "op.execute(f'/*M!100000 UPDATE {T} SET size = 2 */')",
        [Effect("raw-sql", "", "", "/*M!100000 UPDATE T SET size = 2 */")],
    ),
    (
        "what lasts no longer than the session",
        """
        op.execute('SET FOREIGN_KEY_CHECKS = 0')
        op.execute('SET FOREIGN_KEY_CHECKS = 1')
        """,
        [],
    ),
]


#: What only PostgreSQL has.
POSTGRESQL: list[tuple[str, str, list[Effect]]] = [
    (
        "a time gets a zone",
        "op.execute(f'ALTER TABLE {T} ALTER COLUMN made TYPE timestamptz')",
        [
            Effect(
                "column-retyped", "T", "made", "TIMESTAMP to TIMESTAMP WITH TIME ZONE"
            )
        ],
    ),
    (
        "a time loses digits",
        "op.execute(f'ALTER TABLE {T} ALTER COLUMN made TYPE timestamp(3)')",
        [Effect("column-narrowed", "T", "made", "TIMESTAMP to TIMESTAMP(3)")],
    ),
    (
        "an array of another kind",
        "op.execute(f'ALTER TABLE {T} ALTER COLUMN sizes TYPE text[]')",
        [Effect("column-retyped", "T", "sizes", "INTEGER[] to TEXT[]")],
    ),
    (
        "an enumeration gets a value",
        "op.execute(f\"ALTER TYPE kind_{T} ADD VALUE 'fair'\")",
        [Effect("enum-value-added", "T", "state", "fair")],
    ),
    (
        "the type of an enumeration is renamed",
        "op.execute(f'ALTER TYPE kind_{T} RENAME TO sort_{T}')",
        [Effect("column-retyped", "T", "state", "type kind_T to sort_T")],
    ),
    (
        "an enumeration loses a value",
        """
        op.execute(f'ALTER TYPE kind_{T} RENAME TO old_{T}')
        op.execute(f"CREATE TYPE kind_{T} AS ENUM ('new')")
        op.execute(f'ALTER TABLE {T} ALTER COLUMN state TYPE kind_{T} '
                   f'USING state::text::kind_{T}')
        op.execute(f'DROP TYPE old_{T}')
        """,
        [Effect("enum-value-removed", "T", "state", "old")],
    ),
    (
        "values are changed with the type",
        "op.execute(f'ALTER TABLE {T} ALTER code TYPE varchar(40) USING upper(code)')",
        [
            Effect("column-widened", "T", "code", "VARCHAR(36) to VARCHAR(40)"),
            Effect(
                "data-changed",
                "",
                "",
                "ALTER TABLE T ALTER code TYPE varchar(40) USING upper(code)",
            ),
        ],
    ),
    (
        "rows exclude each other",
        "op.execute(f'ALTER TABLE {T} ADD EXCLUDE USING btree (code WITH =)')",
        [Effect("unique-added", "T", "code, exclusion")],
    ),
    (
        "rows are hidden",
        "op.execute(f'ALTER TABLE {T} ENABLE ROW LEVEL SECURITY')",
        [Effect("raw-sql", "", "", "ALTER TABLE T ENABLE ROW LEVEL SECURITY")],
    ),
    (
        "two statements in one text",
        "op.execute(f'ALTER TABLE {T} ADD a integer; UPDATE {T} SET a = 1')",
        [
            Effect("column-added", "T", "a", "INTEGER"),
            Effect(
                "data-changed",
                "",
                "",
                "ALTER TABLE T ADD a integer; UPDATE T SET a = 1",
            ),
        ],
    ),
    (
        "a function is called",
        "op.execute(f\"SELECT setval('{T}_id_seq', 7)\")",
        [Effect("raw-sql", "", "", "SELECT setval('T_id_seq', 7)")],
    ),
    (
        "a schema of its own is new",
        """
        op.execute(f'CREATE SCHEMA s_{T}')
        op.create_table('x', sa.Column('id', sa.Integer), schema=f's_{T}')
        """,
        [],
    ),
    (
        "a table of another schema is dropped",
        """
        op.execute(f'CREATE SCHEMA s_{T}')
        op.create_table('x', sa.Column('id', sa.Integer), schema=f's_{T}')
        op.drop_table('x', schema=f's_{T}')
        """,
        [Effect("raw-sql", "", "", "DROP TABLE s_T.x")],
    ),
    (
        "rows of another schema are changed",
        """
        other = sa.table('routines', sa.column('id'), schema='audit')
        op.execute('CREATE SCHEMA audit')
        op.create_table('routines', sa.Column('id', sa.Integer), schema='audit')
        op.execute(other.delete())
        """,
        [Effect("data-changed", "audit.routines", "", "DELETE FROM audit.routines")],
    ),
    (
        "a comment as text",
        "op.execute(f\"COMMENT ON TABLE {T} IS 'all'\")",
        [Effect("comment-changed", "T")],
    ),
]
#: The table that each of these gets.
POSTGRESQL_TABLE = """
op.create_table(
    {name!r},
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(36), nullable=False),
    sa.Column("made", sa.DateTime),
    sa.Column("sizes", sa.ARRAY(sa.Integer)),
    sa.Column("state", sa.Enum("new", "old", name="kind_{name}"), nullable=False),
)
"""


def _name(number: int) -> str:
    return f"t{number:02}"


def _recorded(
    folder: Path, root: str, table: str, cases: list[Any], url: str
) -> dict[str, list[list[str]]]:
    """What all cases did: one run, a revision for each."""
    bodies = {"root": root}
    for number, (_, body, _) in enumerate(cases):
        name = _name(number)
        bodies[f"make_{name}"] = table.format(name=name)
        bodies[f"do_{name}"] = f"T = {name!r}\n{textwrap.dedent(body)}"
    with pytest.MonkeyPatch.context() as patch:
        scripts.install(folder, patch, bodies)
        return effects.record(scripts.SERVICE, scripts.DATABASE, url)


def _found(recorded: dict[str, list[list[str]]], number: int) -> list[Effect]:
    name = _name(number)
    return [
        Effect(*(part.replace(name, "T") for part in each))
        for each in recorded[f"do_{name}"]
    ]


@pytest.fixture(scope="module")
def recorded(
    mariadb: MariaDB, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[list[str]]]:
    folder = tmp_path_factory.mktemp("scripts")
    return _recorded(folder, ROOT, TABLE, CASES, mariadb.create())


@pytest.fixture(scope="module")
def recorded_by_postgresql(
    postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[list[str]]]:
    folder = tmp_path_factory.mktemp("scripts")
    url = postgresql.create()
    return _recorded(folder, "pass", POSTGRESQL_TABLE, POSTGRESQL, url)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(number, expected) for number, (_, _, expected) in enumerate(CASES)],
    ids=[title for title, _, _ in CASES],
)
def test_a_revision_has_these_effects_and_no_other(
    number: int, expected: list[Effect], recorded: dict[str, list[list[str]]]
) -> None:
    assert _found(recorded, number) == sorted(expected)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(number, expected) for number, (_, _, expected) in enumerate(POSTGRESQL)],
    ids=[title for title, _, _ in POSTGRESQL],
)
def test_a_revision_has_these_effects_on_postgresql_and_no_other(
    number: int,
    expected: list[Effect],
    recorded_by_postgresql: dict[str, list[list[str]]],
) -> None:
    assert _found(recorded_by_postgresql, number) == sorted(expected)


def test_all_rules_but_those_of_views_are_met_here() -> None:
    met = {effect.kind for _, _, effects in CASES for effect in effects}
    assert {k for k in RULES.keys() - met if not k.startswith("view-")} == {
        "unique-dropped-spare"  # of Keystone's real revisions
    }
