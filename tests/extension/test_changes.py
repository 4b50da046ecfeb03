"""``upgrade:changes`` shows what changed from one release to another."""

from __future__ import annotations

import pytest

from tests.extension.guide import Guide
from tests.unit.plugins import Plugins
from tests.unit.test_changes import ship


def page(*options: str) -> str:
    return "\n".join([".. upgrade:changes:: gadget", *(f"   {o}" for o in options)])


@pytest.fixture
def gadget(guide: Guide, plugins: Plugins) -> Guide:
    """A guide, where Gadget ships two catalogues."""
    ship(plugins)
    guide.services = ["gadget"]
    return guide


def test_each_kind_of_change_is_told(gadget: Guide) -> None:
    done = gadget.build("text", changes=page(":from: 2025.1", ":to: Hibiscus"))
    assert (done.warnings, done.code) == ("", 0)
    text = " ".join(done["changes.txt"].split())
    for told in (
        "What changed in Gadget from 6.0.0 (2025.1) to 9.0.0 (2026.2):",
        'Removed options * "[gears] gone", in 9.0.0 (2026.2), now [gears] kept_it',
        'Renamed options * "[gears] tallness", now [gears] height',
        "Options with another default * \"[gears] size\": '1', now '2'",
        'Newly deprecated options * "[gears] soft": Too soft.',
        'New options * "[gears] fresh" * "[gears] kept_it"',
        'Revisions of the database main * "r8" Revision 8 * "r9" Revision 9',
        'Added to gadget.pollster * "power"',
        'Removed from gadget.pollster * "disk"',
        'New policy rules * "three"',
        "Policy rules with another default * \"two\": '!', now '@'",
    ):
        assert told in text


def test_where_nothing_changed_it_says_so(gadget: Guide) -> None:
    done = gadget.build("text", changes=page(":from: 9.0.0", ":to: 2026.2"))
    assert "Gadget has not changed from 9.0.0 (2026.2)" in " ".join(
        done["changes.txt"].split()
    )


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        ((":from: 2025.1",), "upgrade:changes needs :to:"),
        ((":from: hibicus", ":to: 2026.2"), "Did you mean hibiscus?"),
        ((":from: 2025.2", ":to: 2026.2"), "no catalogue tells what Gadget"),
    ],
)
def test_what_cannot_be_told_is_a_warning(
    gadget: Guide, options: tuple[str, ...], warning: str
) -> None:
    done = gadget.build("text", changes=page(*options))
    assert warning in done.warnings
    assert "[upgradecheck.load]" in done.warnings


def test_an_unknown_service_is_a_warning(gadget: Guide) -> None:
    done = gadget.build(
        "text", changes=page(":from: 1", ":to: 2").replace("gadget", "gagdet")
    )
    assert "no service is gagdet; did you mean gadget?" in done.warnings
