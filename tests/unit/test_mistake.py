"""What is suggested in the place of a name that is not known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upgradecheck.mistake import nearest
from upgradecheck.mistake import similar

CHECKS = ["widget.database-revision", "widget.image", "gadget.image"]
NAMES = st.text("ab.-", max_size=9)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("widget.databse-revision", "widget.database-revision"),
        ("wigdet.image", "widget.image"),
        ("widget.images", "widget.image"),
        ("image", "widget.image"),
    ],
)
def test_a_slip_is_seen_through(wrong: str, right: str) -> None:
    assert similar(wrong, CHECKS) == right


@pytest.mark.parametrize("wrong", ["widget.rolling", "widget.", "", "x"])
def test_a_name_is_not_like_another_for_being_of_the_same_service(wrong: str) -> None:
    assert similar(wrong, CHECKS) is None
    own = [id for id in CHECKS if id.startswith("widget.")]
    named = own if wrong.startswith("widget.") else CHECKS
    assert nearest(wrong, CHECKS) == f"it is one of {', '.join(sorted(named))}"


@given(NAMES, st.lists(NAMES))
def test_what_is_suggested_is_known(name: str, known: list[str]) -> None:
    assert similar(name, known) in {None, *known}
    assert not known or similar(known[0], known) == known[0] or not known[0]
