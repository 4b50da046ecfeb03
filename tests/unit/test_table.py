"""What the page on catalogues counts is what there is."""

from __future__ import annotations

import pytest

from tools import table


def test_the_page_holds_what_is_counted_today() -> None:
    shown = table.PAGE.read_text(encoding="utf-8")
    assert shown == table.page(shown), "run: python -m tools.table"


def test_numbers_that_somebody_wrote_by_hand_are_replaced() -> None:
    shown = table.PAGE.read_text(encoding="utf-8")
    edited = shown.replace(table.block(), "Some thousand files.\n")
    assert edited != shown
    assert table.page(edited) == shown


def test_a_page_without_the_marks_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match=r"lacks the lines .*tools\.table"):
        table.page("Catalogues\n==========\n")
