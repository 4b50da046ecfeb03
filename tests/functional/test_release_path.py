"""From release to release on real databases, each migrated by its service's own tools."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.functional.deployment import Answer
from tests.functional.servers import octavia
from tests.functional.servers import settings
from tests.functional.servers.mariadb import MariaDB
from tests.unit.command import ServiceStatus
from tests.unit.releases import database_at

PATH = "octavia.release-path"
REVISION = "octavia.database-revision"
OPTIONS = "octavia.config-options"


class Asker:
    """Asks about an Octavia whose database is at a URL."""

    def __init__(self, status: ServiceStatus, folder: Path) -> None:
        self._status = status
        self._folder = folder

    def __call__(
        self, url: str, *words: str, **more: Mapping[str, object]
    ) -> dict[str, Answer]:
        """The answers, by the checks' ids."""
        sections: dict[str, Mapping[str, object]] = {"database": {"connection": url}}
        conf = settings.write(self._folder / "octavia.conf", {**sections, **more})
        checks = [word for id in (PATH, REVISION, OPTIONS) for word in ("--check", id)]
        run = self._status(
            *("--config-file", conf),
            *("upgrade", "check", "--json", "octavia", *checks, *words),
        )
        assert run.stderr == ""
        return {id: Answer(row, run) for id, row in run.rows.items()}


@pytest.fixture(scope="module")
def octavia_19(mariadb: MariaDB) -> str:
    """A database that Octavia 19 migrated, as Octavia 18 does: they share a head."""
    return octavia.upgrade(mariadb.create())


@pytest.fixture
def ask(status: ServiceStatus, tmp_path: Path) -> Asker:
    return Asker(status, tmp_path)


def series(answer: Answer) -> list[str]:
    """The series that the report says the upgrade may start from."""
    (service,) = answer.run.json["services"]
    return [each["series"] for each in service["origins"]["releases"]]


class TestOctavia13:
    def test_one_may_not_jump_to_19(self, ask: Asker, octavia_mariadb_old: str) -> None:
        answers = ask(octavia_mariadb_old)
        answer = answers[PATH]
        assert (answer.status, answer.run.code) == ("failure", 2)
        path = "2023.2 -> 2024.1 -> 2025.1 -> 2026.1 -> 2026.2"
        assert path in answer.finding["remedy"]
        assert series(answer) == ["2023.2"]
        assert "4 revisions behind" in answers[REVISION].details

    def test_one_may_go_to_14_which_is_not_installed(
        self, ask: Asker, octavia_mariadb_old: str
    ) -> None:
        answers = ask(octavia_mariadb_old, "--to", "Caracal")
        answer = answers[PATH]
        assert (answer.status, answer.run.code) == ("success", 0)
        assert (
            "1 revision behind: at revision 632152d2d32e" in answers[REVISION].details
        )
        assert "db2a73e82626 Add vnic_type for VIP" in answers[REVISION].details
        (service,) = answer.run.json["services"]
        assert service["target"]["series"] == "2024.1"
        assert service["target"]["version"].startswith("14.")
        assert "catalogue of 14." in service["target"]["source"]
        assert service["version"] == "19.0.0"

    def test_what_the_releases_on_the_way_removed_is_explained(
        self, ask: Asker, octavia_mariadb_old: str
    ) -> None:
        options = {"use_upstart": True}
        answer = ask(octavia_mariadb_old, haproxy_amphora=options)[OPTIONS]
        assert answer.status == "failure"
        message = answer.finding["message"]
        assert "[haproxy_amphora] use_upstart was removed in 15.0.0 (2024.2)" in message
        assert "automatically discovered" in message
        # The release before it still knows the option.
        to_14 = ask(octavia_mariadb_old, "--to", "14.0.0", haproxy_amphora=options)
        assert "deprecated for removal" in to_14[OPTIONS].finding["message"]


class TestOctavia19:
    def test_its_database_fits_all_releases_with_the_same_head(
        self, ask: Asker, octavia_19: str
    ) -> None:
        answers = ask(octavia_19)
        assert series(answers[PATH]) == ["2025.1", "2025.2", "2026.1", "2026.2"]
        assert answers[PATH].status == "warning"
        assert "--from" in answers[PATH].finding["remedy"]

    def test_from_18_nothing_is_pending(self, ask: Asker, octavia_19: str) -> None:
        answers = ask(octavia_19, "--from", "18.0.0")
        assert answers[PATH].status == "success"
        assert "up to date" in answers[REVISION].details
        assert answers[PATH].run.code == 0

    def test_an_older_release_than_all_that_fit_would_be_a_downgrade(
        self, ask: Asker, octavia_19: str
    ) -> None:
        answers = ask(octavia_19, "--to", "2024.1")
        assert answers[PATH].status == "failure"
        assert "downgrade" in answers[PATH].details
        assert answers[REVISION].status == "failure"


class TestGlance:
    @pytest.mark.parametrize(
        ("row", "to", "known"),
        [
            (
                "2024_1_contract01",
                "33.0.0",
                ["2024.1", "2024.2", "2025.1", "2025.2", "2026.1", "2026.2"],
            ),
            ("2023_1_contract01", "28.0.0", ["2023.1", "2023.2"]),
        ],
    )
    def test_a_revision_fits_several_releases(
        self, status: ServiceStatus, tmp_path: Path, row: str, to: str, known: list[str]
    ) -> None:
        url = f"sqlite:///{database_at(tmp_path / 'glance.sqlite', row)}"
        conf = settings.write(
            tmp_path / "glance.conf", {"database": {"connection": url}}
        )
        run = status(
            *("--config-file", conf, "upgrade", "check", "--json", "glance"),
            *("--check", "glance.release-path", "--to", to),
        )
        assert series(Answer(run.rows["glance.release-path"], run)) == known
