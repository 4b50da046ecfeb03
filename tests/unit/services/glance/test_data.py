"""Which data migrations there are, and rows that SQLite's driver does not count."""

from __future__ import annotations

import importlib

import pytest
import sqlalchemy
from sqlalchemy import event

from upgradecheck.catalogue_file import shipped_catalogue
from upgradecheck.release import find
from upgradecheck.series import Named
from upgradecheck.services.glance import data
from upgradecheck.services.glance import service
from upgradecheck.services.glance.standing import Standing

KNOWN = data.Known(
    "2024_1",
    {
        "2024_1": ["2024_1_migrate01_empty"],
        "ocata": ["ocata_migrate01_community_images"],
        "train": ["train_migrate01_backend_to_store"],
    },
)


def standing(*pending: str) -> Standing:
    """A database that is expanded, with these revisions still to contract."""
    each = find(service, Named("33.0.0", "33.0.0", "2026.2"))
    history = {r.revision: r for r in each.catalogue.revisions["main"]}
    return Standing((), "table", "e", "c", (), tuple(history[p] for p in pending))


def test_names_came_before_years() -> None:
    assert KNOWN.releases == ["ocata", "train", "2024_1"]


def test_what_is_crossed_and_migrates_anything_must_be_asked() -> None:
    crossing = standing("rocky_contract02", "train_contract01", "2024_1_contract01")
    assert [*data.unasked(crossing, KNOWN)] == ["train_migrate01_backend_to_store"]
    assert [*data.unasked(standing("2024_1_contract01"), KNOWN)] == []


def test_ocata_is_asked_only_while_it_is_crossed() -> None:
    assert KNOWN.matters("ocata", standing("ocata_contract01"))
    assert not KNOWN.matters("ocata", standing("2024_1_contract01"))
    assert KNOWN.matters("train", standing("2024_1_contract01"))


@pytest.mark.parametrize("release", ["27.1.1", "33.0.0"])
def test_what_is_named_empty_migrates_nothing(release: str) -> None:
    catalogue = shipped_catalogue(service, release)
    empty = [
        name
        for names in catalogue.facts["data_migrations"].values()
        for name in names
        if name.endswith("_empty")
    ]
    assert len(empty) > 8
    for name in empty:
        module = importlib.import_module(f"{data.MODULES}.{name}")
        # It does not even look at the database.
        assert module.has_migrations(None) is False
        assert module.migrate(None) == 0


class TestCountingRows:
    @pytest.fixture
    def engine(self) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine("sqlite://")
        event.listen(engine, "do_connect", data._count_rows)
        with engine.begin() as connection:
            connection.exec_driver_sql("create table t (a integer)")
            connection.exec_driver_sql("insert into t values (1), (2), (3)")
        return engine

    def test_a_query_knows_how_many_rows_it_has(
        self, engine: sqlalchemy.Engine
    ) -> None:
        with engine.connect() as connection:
            result = connection.execute(sqlalchemy.text("select a from t"))
            assert result.rowcount == 3
            none = connection.execute(sqlalchemy.text("select a from t where a > 9"))
            assert none.rowcount == 0

    def test_the_rows_are_still_there(self, engine: sqlalchemy.Engine) -> None:
        with engine.connect() as connection:
            query = sqlalchemy.text("select a from t order by a")
            assert connection.execute(query).fetchall() == [(1,), (2,), (3,)]
            result = connection.execute(query)
            assert result.fetchone() == (1,)
            assert result.fetchmany(2) == [(2,), (3,)]
            assert result.fetchone() is None
            assert result.fetchall() == []

    def test_what_changes_rows_counts_them_as_ever(
        self, engine: sqlalchemy.Engine
    ) -> None:
        with engine.begin() as connection:
            change = connection.execute(sqlalchemy.text("update t set a = 0"))
            assert change.rowcount == 3
