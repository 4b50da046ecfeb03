"""The extension's own words come in the language of the build."""

from __future__ import annotations

import ast
import gettext
import html
import re
from pathlib import Path

import pytest
import upgradecheck_sphinx
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from upgradecheck_sphinx.exit_codes import words_of_code

from tests.extension.conftest import PROCEDURE
from tests.extension.guide import Checks
from tests.extension.guide import Guide
from tools import messages

SOURCE = Path(upgradecheck_sphinx.__file__).parent
TEMPLATE = SOURCE / "locale" / "upgradecheck_sphinx.pot"
RENEW = "write the catalogues anew: python -m tools.messages"
LANGUAGES = messages.languages(SOURCE / "locale")

EVERYTHING = (
    PROCEDURE
    + """\
  - id: last
    optional: true
    anytime: true
    added: "1.0.0"
    removed: "2.0.0"
    requires: [stop]
  - id: after
    added: "1.0.0"
"""
)
PAGES = {
    "alle": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold\n   :diagram:",
    "codes": ".. upgrade:exit-codes::",
    "man": ":upgrade:step:`widget.cold.stop`",
}


def read(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream)


def words(catalogue: Catalog) -> dict[str, str]:
    return {str(each.id): str(each.string) for each in catalogue if each.id}


def called(tree: ast.AST) -> set[str]:
    """What the code asks to have translated, f-strings not left out."""
    return {
        str(node.args[0].value) if isinstance(node.args[0], ast.Constant) else "?"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "_"
    }


def test_the_template_has_just_the_words_that_the_code_has() -> None:
    found = set(words(messages.extracted(SOURCE)))
    assert set(words(read(TEMPLATE))) == found, RENEW
    asked: set[str] = set()
    for file in SOURCE.glob("*.py"):
        asked |= called(ast.parse(file.read_text()))
    assert found == (asked - {"?"}) | set(words_of_code())


@pytest.mark.parametrize("file", LANGUAGES, ids=lambda file: file.parts[-3])
class TestEachLanguage:
    def test_no_word_is_missing(self, file: Path) -> None:
        found = words(read(file))
        assert set(found) == set(words(read(TEMPLATE))), RENEW
        assert [each for each, text in found.items() if not text.strip()] == []

    def test_each_place_for_a_value_is_kept(self, file: Path) -> None:
        place = re.compile(r"%(?:\(\w+\))?s")
        for word, text in words(read(file)).items():
            assert sorted(place.findall(word)) == sorted(place.findall(text)), word

    def test_what_gettext_reads_is_what_is_written(self, file: Path) -> None:
        with file.with_suffix(".mo").open("rb") as stream:
            compiled = gettext.GNUTranslations(stream)
        for word, text in words(read(file)).items():
            assert compiled.gettext(word) == text, RENEW
        assert (
            file.with_suffix(".mo").read_bytes()
            == messages.files(SOURCE)[file.with_suffix(".mo")]
        ), RENEW


def test_a_german_guide_has_no_english_word_of_ours(
    guide: Guide, checks: Checks
) -> None:
    guide.more = 'language = "de"'
    checks.add(
        "more",
        "Mehr.",
        more=', remedy="Tu es.", changed=("2.1",), '
        'needs=("config",), applies_to=">=1", phase="during", '
        'procedures=("widget.cold",)',
    )
    checks.install({"cold": EVERYTHING})
    done = guide.build("html", **PAGES)
    assert done.code == 0, done.warnings
    text = " ".join(map(shown, done.folder.glob("[acmu]*.html")))
    ours = words(read(LANGUAGES[0]))
    assert "Setzt voraus" in text
    assert "Nur für Versionen von Widget ab 1.0.0 und vor 2.0.0." in text
    assert "Schritt 1 von Cold upgrade: Stop the widgets" in text
    english = [
        word
        for word, german in ours.items()
        if german != word
        and len(word) > 4
        and "%" not in word
        and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)
    ]
    assert english == []


def test_a_plain_text_and_a_manual_page_are_german_too(
    guide: Guide, checks: Checks
) -> None:
    guide.more = 'language = "de"'
    text = guide.build("text", **PAGES)["alle.txt"]
    assert "Prüfungen von Widget:" in text
    assert "Zeitpunkt: davor; Seit: widget 2.0" in text
    assert guide.build("man", **PAGES).code == 0


def test_a_language_without_a_catalogue_is_quiet_and_english(
    guide: Guide, checks: Checks
) -> None:
    guide.more = 'language = "sv"'
    done = guide.build("html", **PAGES)
    assert done.code == 0, done.warnings
    assert "Requires" in done["cold.html"]


def test_our_words_are_not_asked_of_the_projects_translators(
    guide: Guide, checks: Checks
) -> None:
    checks.install({"cold": EVERYTHING})
    done = guide.build("gettext", **PAGES)
    for file in done.folder.glob("*.pot"):
        asked = set(words(read(file)))
        assert asked & set(words(read(TEMPLATE))) == set(), file


def shown(file: Path) -> str:
    """What a reader gets of a page: its text and its labels."""
    page = re.sub(r"<(script|style|pre)\b.*?</\1>", " ", file.read_text(), flags=re.S)
    body = page[
        page.index('<div class="body"') : page.index('<div class="sphinxsidebar"')
    ]
    labels = " ".join(re.findall(r'(?:aria-label|title|data-\w+)="([^"]*)"', body))
    return html.unescape(f"{re.sub('<[^>]+>', ' ', body)} {labels}")
