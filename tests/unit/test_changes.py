"""``upgrade changes``: what catalogues tell of the way from one release to another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit import releases
from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from tests.unit.releases import options

#: Where Gadget is defined, in its package of catalogues.
DEFINITION = """
from upgradecheck import Database, Service
service = Service(
    "gadget", title="Gadget", namespaces=("gadget", "oslo.tools"),
    databases=(Database("main", "gadget:migrations", "gadget-db upgrade"),),
    releases="gadget_releases:files", series={series!r},
)
"""
OLD = options(
    *("kept", "gone", "tallness", "size", "host", "soft", "secret"),
    size={"default": "1"},
    host={"default": "a"},
    secret={"has_default": True},
    gone={"deprecated_for_removal": True, "deprecated_reason": "Replaced by kept_it."},
)
NEW = options(
    *("kept", "kept_it", "height", "size", "host", "soft", "secret", "fresh"),
    size={"default": "2"},
    host={"default": "b", "sample": True},
    height={"deprecated": [[None, "tallness"]]},
    soft={"deprecated_for_removal": True, "deprecated_reason": "Too soft."},
    fresh={"default": True},
    secret={"has_default": True},
)


def ship(plugins: Plugins) -> None:
    """Install Gadget's definition and its catalogues."""
    more: dict[str, Any] = {
        "policies": [{"name": "one", "default": "@"}, {"name": "two", "default": "!"}],
        "entry_points": {"gadget.pollster": ["cpu", "disk"]},
        "programs": ["gadget-api", "gadget-db"],
    }
    old = releases.catalogue("6.0.0", 7, options={"gadget": [("gears", OLD)]}, **more)
    new = releases.catalogue(
        "9.0.0",
        9,
        options={"gadget": [("gears", NEW)]},
        policies=[{"name": "two", "default": "@"}, {"name": "three", "default": "@"}],
        entry_points={"gadget.pollster": ["cpu", "power"]},
        programs=["gadget-db", "gadget-manage"],
    )
    releases.ship(plugins.folder, [old, new])
    plugins.install(
        "gadget-checks",
        {"gadget_definition.py": DEFINITION.format(series=releases.SERIES)},
        {SERVICES: {"gadget": "gadget_definition:service"}},
    )


@pytest.fixture
def gadget(plugins: Plugins, status: ServiceStatus) -> ServiceStatus:
    """The command, where Gadget ships two catalogues."""
    ship(plugins)
    return status


def changes(gadget: ServiceStatus, *words: str) -> Finished:
    return gadget("upgrade", "changes", "gadget", *words)


class TestJSON:
    @pytest.fixture
    def told(self, gadget: ServiceStatus) -> Any:
        done = changes(gadget, "--from", "epoxy", "--to", "9.0.0", "--json")
        assert (done.code, done.stderr) == (0, "")
        return done.json

    def test_it_names_both_releases(self, told: Any) -> None:
        assert (told["schema"], told["service"]) == (1, "gadget")
        assert told["from"]["version"] == "6.0.0"
        assert told["from"]["series"] == "2025.1"
        assert (told["to"]["version"], told["to"]["series"]) == ("9.0.0", "2026.2")

    @pytest.mark.parametrize(
        ("kind", "names"),
        [
            ("new", ["fresh", "kept_it"]),
            ("removed", ["gone"]),
            ("renamed", ["height"]),
            ("defaults", ["size"]),
            ("deprecated", ["soft"]),
            ("not_compared", []),
        ],
    )
    def test_each_option_that_changed_is_there_once(
        self, told: Any, kind: str, names: list[str]
    ) -> None:
        assert [each["name"] for each in told["options"][kind]] == names
        assert all(each["group"] == "gears" for each in told["options"][kind])

    def test_what_is_to_be_known_of_each(self, told: Any) -> None:
        (gone,) = told["options"]["removed"]
        assert (gone["version"], gone["series"]) == ("9.0.0", "2026.2")
        assert gone["replacement"] == "[gears] kept_it"
        assert gone["reason"] == "Replaced by kept_it."
        (size,) = told["options"]["defaults"]
        assert (size["old"], size["new"]) == ("1", "2")
        (height,) = told["options"]["renamed"]
        assert height["old"]["name"] == "tallness"
        assert told["options"]["deprecated"][0]["reason"] == "Too soft."
        assert told["options"]["new"][0]["default"] is True

    def test_pending_revisions_are_in_the_order_in_which_they_run(
        self, told: Any
    ) -> None:
        assert told["revisions"] == {
            "main": [
                {"revision": "r8", "title": "Revision 8"},
                {"revision": "r9", "title": "Revision 9"},
            ]
        }

    def test_plugins_programs_and_rules_that_came_and_went(self, told: Any) -> None:
        assert told["entry_points"] == {
            "gadget.pollster": {"added": ["power"], "removed": ["disk"]}
        }
        assert told["programs"] == {
            "added": ["gadget-manage"],
            "removed": ["gadget-api"],
        }
        assert told["policies"] == {
            "added": ["three"],
            "removed": ["one"],
            "changed": [{"name": "two", "old": "!", "new": "@"}],
        }


class TestText:
    def test_each_kind_has_a_heading_and_a_line_each(
        self, gadget: ServiceStatus
    ) -> None:
        done = changes(gadget, "--from", "2025.1", "--to", "2026.2")
        assert done.code == 0
        lines = done.stdout.splitlines()
        assert lines[0] == "Gadget: from 6.0.0 (2025.1) to 9.0.0 (2026.2)"
        for line in (
            "Removed options (1)",
            "  [gears] tallness is now [gears] height",
            "  [gears] size: '1', now '2'",
            "  [gears] soft: Too soft.",
            "  [gears] fresh (default: true)",
            "Revisions of the main database (2)",
            "  r8 Revision 8",
            "Added to gadget.pollster (1)",
            "  power",
        ):
            assert line in lines
        assert max(map(len, lines)) <= 80

    def test_where_nothing_changed_it_says_so(self, gadget: ServiceStatus) -> None:
        done = changes(gadget, "--from", "2026.2", "--to", "2026.2")
        assert done.code == 0
        assert "None: Removed options; " in done.stdout

    def test_the_newest_that_has_a_catalogue_is_the_usual_target(
        self, gadget: ServiceStatus
    ) -> None:
        assert "to 9.0.0 (2026.2)" in changes(gadget, "--from", "6.0.0").stdout


class TestNamespacesThatOneReleaseCouldNotList:
    @pytest.fixture(params=["6.0.0", "9.0.0"])
    def mute(self, request: pytest.FixtureRequest, plugins: Plugins) -> str:
        """The version that cannot list oslo.tools, where the other one can."""
        ship(plugins)
        both = {
            "6.0.0": releases.catalogue("6.0.0", 7, options={"gadget": []}),
            "9.0.0": releases.catalogue("9.0.0", 9, options={"gadget": []}),
        }
        for version, each in both.items():
            if version == request.param:
                each.faults = {"oslo.tools": "ValueError: too many"}
            else:
                each.options = {"oslo.tools": [("tools", options("saw"))]}
        releases.ship(plugins.folder, both.values())
        return str(request.param)

    def test_its_options_are_neither_new_nor_removed(
        self, mute: str, status: ServiceStatus
    ) -> None:
        found = changes(status, "--from", "6.0.0", "--to", "9.0.0", "--json").json
        assert (found["options"]["new"], found["options"]["removed"]) == ([], [])
        assert found["options"]["not_compared"] == [
            {
                "namespace": "oslo.tools",
                "version": mute,
                "reason": "ValueError: too many",
            }
        ]

    def test_people_are_told_why(self, mute: str, status: ServiceStatus) -> None:
        lines = changes(status, "--from", "6.0.0", "--to", "9.0.0").stdout.splitlines()
        place = lines.index("Options that were not compared (1)")
        told = " ".join(line.strip() for line in lines[place + 1 : place + 3])
        assert f"oslo.tools, not listed by {mute} (" in told
        assert "ValueError: too many" in told


class TestMistakes:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ((), "--from"),
            (("--from", "hibicus"), "Did you mean hibiscus?"),
            (
                ("--from", "2025.1", "--to", "nowhere!"),
                "--to: 'nowhere!' is no release",
            ),
            (("--from", "2025.2"), "there are catalogues of: 2025.1 (6.0.0), 2026.2"),
            (("--from", "99.0"), "does not know the series of Gadget 99.0"),
            (("--from", "2026.2", "--to", "2025.1"), "--from 2025.1 --to 2026.2"),
        ],
    )
    def test_what_cannot_be_told_says_what_to_try(
        self, gadget: ServiceStatus, words: tuple[str, ...], told: str
    ) -> None:
        done = changes(gadget, *words)
        assert (done.code, done.stdout) == (255, "")
        assert told in done.stderr

    def test_a_damaged_catalogue_is_named(
        self, gadget: ServiceStatus, plugins: Plugins
    ) -> None:
        file = Path(plugins.folder, "gadget_releases", "files", "6.0.0.json")
        file.write_text("{")
        done = changes(gadget, "--from", "2025.1")
        assert done.code == 255
        assert str(file) in done.stderr
