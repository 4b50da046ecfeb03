"""Recording what revisions do, on scratch databases in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import sqlalchemy

from tests.unit import scripts
from upgradecheck import effects
from upgradecheck.check import NotVerified
from upgradecheck.effect import RULES
from upgradecheck.effect import Effect
from upgradecheck.effect import Verdict
from upgradecheck.effect import verdict_of

TABLES = """
op.create_table("bolt", sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("size", sa.Integer))
"""


class Record:
    """Records revisions that a test writes, each time on an empty database."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._monkeypatch = monkeypatch
        self.url = f"sqlite:///{folder / 'scratch.sqlite'}"

    def __call__(self, bodies: Mapping[str, str]) -> dict[str, list[Effect]]:
        scripts.install(self._folder, self._monkeypatch, bodies)
        return self.again()

    def again(self) -> dict[str, list[Effect]]:
        recorded = effects.record(scripts.SERVICE, scripts.DATABASE, self.url)
        assert json.loads(json.dumps(recorded)) == recorded
        return {name: [Effect(*e) for e in each] for name, each in recorded.items()}


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    return Record(tmp_path, monkeypatch)


class TestRecord:
    def test_every_revision_is_there_also_one_that_does_nothing(
        self, record: Record
    ) -> None:
        found = record({"a1": TABLES, "b2": "pass"})
        assert found == {"a1": [Effect("table-added", "bolt")], "b2": []}

    def test_the_database_is_left_at_the_newest_revision(self, record: Record) -> None:
        record({"a1": TABLES, "b2": "pass"})
        engine = sqlalchemy.create_engine(record.url)
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT * FROM alembic_version").all()
        assert [tuple(row) for row in rows] == [("b2",)]

    def test_a_column_with_a_default_and_one_without(self, record: Record) -> None:
        found = record(
            {
                "a1": TABLES,
                "b2": """
                op.add_column("bolt", sa.Column("steel", sa.Integer, nullable=False,
                                                server_default="1"))
                """,
                "c3": """
                with op.batch_alter_table("bolt") as batch:
                    batch.add_column(sa.Column("head", sa.Integer, nullable=False))
                """,
            }
        )
        assert found["b2"] == [Effect("column-added", "bolt", "steel", "INTEGER")]
        assert Effect("column-added-required", "bolt", "head", "INTEGER") in found["c3"]
        assert verdict_of(found["b2"]) is Verdict.SAFE
        assert verdict_of(found["c3"]) is Verdict.UNSAFE

    def test_a_table_that_is_made_anew_with_its_rows_is_only_changed(
        self, record: Record
    ) -> None:
        found = record(
            {
                "a1": TABLES,
                "b2": """
                with op.batch_alter_table("bolt") as batch:
                    batch.alter_column("size", type_=sa.BigInteger)
                """,
                "c3": """
                with op.batch_alter_table("bolt") as batch:
                    batch.alter_column("size", new_column_name="length")
                """,
                "d4": """
                with op.batch_alter_table("bolt", recreate="always"):
                    pass
                """,
            }
        )
        widened = Effect("column-widened", "bolt", "size", "INTEGER to BIGINT")
        assert found["b2"] == [widened]
        assert verdict_of(found["c3"]) is Verdict.UNSAFE
        # Nothing shows what it was done for.
        assert [effect.kind for effect in found["d4"]] == ["data-changed"]

    def test_a_table_that_is_made_anew_without_its_rows_is_dropped(
        self, record: Record
    ) -> None:
        found = record(
            {
                "a1": TABLES,
                "b2": """
                op.execute("CREATE TABLE new (id INTEGER NOT NULL PRIMARY KEY, size INTEGER)")
                op.execute("DROP TABLE bolt")
                op.execute('ALTER TABLE new RENAME TO "bolt"')
                """,
                "c3": """
                op.execute("CREATE TABLE new (id INTEGER NOT NULL PRIMARY KEY, size INTEGER)")
                op.execute("INSERT INTO new SELECT id, 7 FROM bolt")
                op.drop_table("bolt")
                op.rename_table("new", "bolt")
                """,
            }
        )
        told = "and made anew, without what it held"
        assert found["b2"] == [Effect("table-dropped", "bolt", detail=told)]
        assert verdict_of(found["c3"]) is Verdict.UNJUDGED

    def test_a_unique_index_on_some_rows_is_recorded(self, record: Record) -> None:
        found = record(
            {
                "a1": TABLES,
                "b2": """
                op.create_index("big", "bolt", ["size"], unique=True,
                                sqlite_where=sa.text("size > 5"))
                """,
            }
        )
        assert found["b2"] == [Effect("unique-added", "bolt", "size, where=size > 5")]

    def test_contract_revisions_run_last_as_operators_run_them(
        self, record: Record
    ) -> None:
        found = record(
            {
                "a1": TABLES,
                "c1@contract<a1": 'op.execute("DROP TABLE IF EXISTS nut")',
                "e1@expand<a1": 'op.create_table("nut", sa.Column("id", sa.Integer))',
            }
        )
        assert found["c1"] == [Effect("table-dropped", "nut")]

    def test_a_new_view_is_safe_and_a_dropped_one_is_not(self, record: Record) -> None:
        found = record(
            {
                "a1": TABLES,
                "b2": 'op.execute("CREATE VIEW big AS SELECT id FROM bolt")',
                "c3": 'op.execute("DROP VIEW big")',
            }
        )
        assert found["b2"] == [Effect("view-added", "big")]
        assert found["c3"] == [Effect("view-dropped", "big")]

    def test_statements_of_another_engine_are_seen_too(self, record: Record) -> None:
        found = record(
            {
                "a1": TABLES,
                "b2": """
                engine = sa.create_engine("sqlite://")
                with engine.connect() as connection:
                    connection.execute(sa.text("VACUUM"))
                """,
            }
        )
        assert found["b2"] == [Effect("raw-sql", detail="VACUUM")]


class TestRefusal:
    def test_a_database_that_holds_a_table_is_refused_and_not_touched(
        self, record: Record
    ) -> None:
        record({"a1": TABLES})
        with pytest.raises(NotVerified, match="not empty: it holds alembic_version"):
            record.again()

    def test_a_script_that_fails_is_named(self, record: Record) -> None:
        told = r"revision b2 \(.*/b2\.py\) fails .*: OperationalError: no such table"
        with pytest.raises(NotVerified, match=told):
            record({"a1": TABLES, "b2": 'op.execute("DROP TABLE none_there")'})

    def test_a_service_that_is_not_installed_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(NotVerified, match=r"no folder sprocket\.db:migrations"):
            effects.record(
                scripts.SERVICE, scripts.DATABASE, f"sqlite:///{tmp_path}/scratch"
            )

    def test_a_script_that_hangs_is_ended(
        self, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scripts.install(tmp_path, monkeypatch, {"a1": "import time; time.sleep(60)"})
        with pytest.raises(NotVerified, match="no answer within 3 seconds"):
            effects.record(scripts.SERVICE, scripts.DATABASE, record.url, timeout=3)

    @pytest.mark.parametrize("url", ["", "bogus://x", "mysql+pymysql://127.0.0.1:1/x"])
    def test_a_database_that_cannot_be_opened_is_told(
        self, url: str, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scripts.install(tmp_path, monkeypatch, {"a1": "pass"})
        with pytest.raises(NotVerified, match="cannot be opened") as told:
            effects.record(scripts.SERVICE, scripts.DATABASE, url)
        assert told.value.remedy is not None


class TestRules:
    def test_every_rule_says_what_and_why(self) -> None:
        for kind, rule in RULES.items():
            assert all((rule.what, rule.why)), kind

    def test_a_kind_that_is_not_known_is_never_taken_for_safe(self) -> None:
        assert verdict_of([Effect("column-teleported", "bolt")]) is Verdict.UNJUDGED

    def test_the_gravest_effect_counts(self) -> None:
        safe, unjudged, unsafe = (
            Effect("table-added", "a"),
            Effect("raw-sql"),
            Effect("table-dropped", "b"),
        )
        assert verdict_of([]) is Verdict.SAFE
        assert verdict_of([safe]) is Verdict.SAFE
        assert verdict_of([safe, unjudged]) is Verdict.UNJUDGED
        assert verdict_of([unjudged, unsafe, safe]) is Verdict.UNSAFE

    def test_an_effect_tells_its_place(self) -> None:
        assert Effect("raw-sql").place == "the database"
        assert Effect("table-added", "a").place == "table a"
        assert Effect("column-added", "a", "b").place == "column a.b"
        assert Effect("unique-added", "a", "b, c").place == "columns a (b, c)"
