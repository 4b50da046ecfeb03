"""Nothing that others wrote steers the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from upgradecheck.check import Status
from upgradecheck.report.terminal import coloured
from upgradecheck.report.terminal import plain


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\x07b", "a\\x07b"),
        ("a\rb", "a\\x0db"),
        ("a\x9bb", "a\\x9bb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2066b", "a\\u2066b"),
        ("a\u2028b", "a\\u2028b"),
        ("a\u200bb", "a\\u200bb"),
        ("a\x7fb", "a\\x7fb"),
        ("a\nb", "a\nb"),
        ("Größe 雪 ✓", "Größe 雪 ✓"),
    ],
)
def test_what_steers_is_written_out(text: str, written: str) -> None:
    assert plain(text) == written


@settings(max_examples=200)
@given(text=st.text(st.characters()))
def test_no_control_character_survives(text: str) -> None:
    left = {unicodedata.category(char) for char in plain(text).replace("\n", "")}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(text=st.text(st.characters(whitelist_categories=["L", "N", "P", "Zs", "S"])))
@settings(max_examples=50)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize("status", Status)
def test_every_status_has_a_colour(status: Status) -> None:
    text = coloured("word", status)
    assert text.startswith("\x1b[")
    assert text.endswith("word\x1b[0m")
