"""Texts of checks and procedures come in the words of the project's translators."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Checks
from tests.extension.guide import Guide

PAGES = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold",
}
ODD = "Use `a` |b| *c* d_ \\e"


@pytest.fixture
def asked(guide: Guide, checks: Checks) -> set[str]:
    """Have all texts translated, each by itself in guillemets: what was asked for."""
    checks.add("ready", "Widgets are *ready*.", ODD)
    text = PROCEDURE.replace("Stop the widgets", f"'{ODD}'")
    checks.install({"cold": text.replace("where: every node", f"where: '{ODD}'")})
    found: set[str] = set()
    for template in guide.build("gettext", **PAGES).folder.glob("*.pot"):
        with template.open("rb") as stream:
            catalogue = read_po(stream, locale="de")
        for message in catalogue:
            if message.id:
                found.add(str(message.id))
                message.string = f"»{message.id}«"
        _compile(guide.folder / "locale" / "de" / "LC_MESSAGES", template, catalogue)
    guide.more = 'language = "de"\nlocale_dirs = ["locale"]'
    return found


def _compile(folder: Path, template: Path, catalogue: Catalog) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{template.stem}.mo").open("wb") as stream:
        write_mo(stream, catalogue)


@pytest.mark.usefixtures("asked")
class TestPage:
    def test_titles_steps_notes_and_texts(self, guide: Guide) -> None:
        done = guide.build("text", **PAGES)
        assert (done.code, done.warnings) == (0, "")
        text = " ".join(done["cold.txt"].split())
        for said in (
            "»Cold upgrade«",
            "»Each node«",
            "»There is a backup.«",
            "»They stop.«",
            "**»Backups«**",
        ):
            assert said in text
        assert "»Widgets are *ready*.«" in done["checks.txt"]

    def test_links_say_the_titles_that_are_shown(self, guide: Guide) -> None:
        text = " ".join(guide.build("text", **PAGES)["cold.txt"].split())
        assert "Siehe *»Backups«*." in text
        assert f"Schritt 1: »{ODD}«" in text

    def test_the_index_has_the_titles_that_are_shown(self, guide: Guide) -> None:
        html = guide.build("html", **PAGES)["genindex.html"]
        assert "»Cold upgrade«" in html
        assert "»Done«" in html
        assert re.search(r">Cold upgrade|>Done", html) is None

    def test_what_looks_like_markup_in_a_title_stays_as_it_is(
        self, guide: Guide
    ) -> None:
        text = guide.build("text", **PAGES)["cold.txt"]
        assert f"**»{ODD}«**" in text
        assert f"Wo:\n      »{ODD}«" in text


def test_nobody_is_asked_to_translate_names_and_versions(asked: set[str]) -> None:
    assert {"Done", "Widgets are *ready*."} <= asked
    assert {"widget", "widget 2.0", "widget.done"} & asked == set()
