"""``upgrade check --from --to``: releases that need not be installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit import releases
from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from tests.unit.releases import options

DEFINITION = """
from upgradecheck import Code, Database, Result, Service, check
from upgradecheck.checks import OptionsCheck, ReleasePathCheck, RevisionCheck
service = Service(
    "gadget", title="Gadget", namespaces=("gadget",),
    databases=(Database("main", "gadget:migrations", "gadget-db upgrade"),),
    releases="gadget_releases:files", series={series!r},
)
config_options = OptionsCheck(service)
release_path = ReleasePathCheck(service)
database_revision = RevisionCheck(service)

@check("gadget.code", title="Code", needs=("installed",))
def code(upgrade):
    \"\"\"Asks the release's own code.\"\"\"
    return Result(Code.SUCCESS, "It says yes.")
"""
NAMES = ("config_options", "release_path", "database_revision", "code")


@pytest.fixture
def gadget(plugins: Plugins, status: ServiceStatus) -> ServiceStatus:
    """The command, where Gadget is not installed and ships its catalogues."""
    opaque = options("teeth", teeth={"type": "opaque"})
    releases.ship_all(plugins.folder, v8={"gadget": [("gears", opaque)]})
    plugins.install(
        "gadget-checks",
        {"gadget_definition.py": DEFINITION.format(series=releases.SERIES)},
        {
            SERVICES: {"gadget": "gadget_definition:service"},
            CHECKS: {
                f"gadget.{name.replace('_', '-')}": f"gadget_definition:{name}"
                for name in NAMES
            },
        },
    )
    return status


@pytest.fixture
def file(conf: WriteConf, tmp_path: Path) -> Path:
    path = releases.database_at(tmp_path / "gadget.sqlite", "r5")
    text = f"[database]\nconnection = sqlite:///{path}\n[gears]\nteeth = 3\n"
    return conf(text, "gadget.conf")


def asked(gadget: ServiceStatus, file: Path, *words: str) -> Finished:
    return gadget("--config-file", file, "upgrade", "check", "gadget", *words)


def test_every_check_that_its_catalogue_answers_is_asked(
    gadget: ServiceStatus, file: Path
) -> None:
    done = asked(gadget, file, "--to", "Epoxy", "--json")
    assert done.statuses == {
        "gadget.release-path": "success",
        "gadget.config-options": "success",
        "gadget.database-revision": "success",
        "gadget.code": "error",
    }
    assert "2 revisions behind" in done.rows["gadget.database-revision"]["details"]
    assert done.code == 255


def test_the_report_tells_the_target_the_catalogue_and_the_origins(
    gadget: ServiceStatus, file: Path
) -> None:
    (service,) = asked(gadget, file, "--to", "6.1.0", "--json").json["services"]
    assert (service["version"], service["series"]) == (None, None)
    assert service["target"] == {
        "version": "6.1.0",
        "series": "2025.1",
        "source": "the catalogue of 6.0.0",
    }
    (origin,) = service["origins"]["releases"]
    assert (origin["version"], origin["series"]) == ("5.0.0", "2024.2")
    assert "r5" in service["origins"]["told_by"]


def test_so_does_the_table(gadget: ServiceStatus, file: Path) -> None:
    done = asked(gadget, file, "--to", "6.1.0", "--from", "dalmatian")
    head, _, _ = done.stdout.partition("+--")
    assert " ".join(head.split()) == (
        "Gadget is judged for 6.1.0 (2025.1), as told by the catalogue of 6.0.0, "
        "from 5.0.0 (2024.2)."
    )


def test_a_type_that_only_its_own_code_knows_is_not_verified(
    gadget: ServiceStatus, file: Path
) -> None:
    done = asked(
        gadget, file, "--to", "2026.1", "--check", "gadget.config-options", "--json"
    )
    messages = {
        each["message"]: each["status"]
        for each in done.rows["gadget.config-options"]["findings"]
    }
    told = "the value of [gears] teeth is not verified: only the code of Gadget 8.0.0"
    assert [s for m, s in messages.items() if m.startswith(told)] == ["error"]


def test_a_namespace_that_the_catalogue_lacks_says_what_to_do(
    gadget: ServiceStatus, file: Path, plugins: Plugins
) -> None:
    mute = releases.catalogue(
        "8.0.0", 9, options={}, faults={"gadget": "ValueError: too many"}
    )
    releases.ship(plugins.folder, [mute])
    done = asked(
        gadget, file, "--to", "2026.1", "--check", "gadget.config-options", "--json"
    )
    found = {
        each["message"]: (each["status"], each["remedy"])
        for each in done.rows["gadget.config-options"]["findings"]
    }
    status, remedy = found[
        "what the namespace gadget defines is not verified: ValueError: too many"
    ]
    assert status == "error"
    assert remedy.startswith("The catalogue of 8.0.0 was made without it; ")


@pytest.mark.parametrize("to", ["2023.2", "2027.1", "12.0.0"])
def test_without_a_catalogue_nothing_is_guessed(
    gadget: ServiceStatus, file: Path, to: str
) -> None:
    done = asked(gadget, file, "--to", to, "--json")
    for id in ("gadget.config-options", "gadget.database-revision", "gadget.code"):
        assert done.statuses[id] == "error"
    assert done.code in (2, 255)


def test_where_it_is_not_installed_the_remedy_names_the_way(
    gadget: ServiceStatus, file: Path
) -> None:
    done = asked(gadget, file, "--check", "gadget.config-options", "--json")
    (finding,) = done.rows["gadget.config-options"]["findings"]
    assert done.code == 255
    assert "--to 2026.2" in finding["remedy"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gadget", "--to", "epoxi"), "Did you mean epoxy?"),
        (("gadget", "--from", "soon"), "--from: 'soon' is no release"),
        (("gadget", "octavia", "--to", "9.0.0"), "needs exactly one service"),
        (("gadget", "octavia", "--from", "9.0.0"), "needs exactly one service"),
    ],
)
def test_a_word_that_names_no_release_of_theirs_is_refused(
    gadget: ServiceStatus, words: tuple[str, ...], told: str
) -> None:
    done = gadget("upgrade", "check", *words)
    assert (done.code, done.stdout) == (255, "")
    assert told in done.stderr


def test_a_series_may_be_given_for_several_services(
    gadget: ServiceStatus, file: Path
) -> None:
    done = gadget(
        *("--config-file", f"gadget:{file}"),
        *("upgrade", "check", "gadget", "octavia", "--json", "--from", "2026.1"),
        *("--to", "hibiscus", "--check", "gadget.release-path"),
        *("--check", "octavia.release-path"),
    )
    assert set(done.statuses.values()) == {"success"}
    assert done.code == 0
