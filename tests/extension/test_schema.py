"""The formats' keys come from the JSON Schemas that ship."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from typing import Any

import pytest
from upgradecheck_sphinx.schema import SCHEMAS

from tests.extension.guide import Checks
from tests.extension.guide import Guide
from tests.extension.test_builders import BUILDERS

PAGES = {
    "checks": ".. upgrade:checks:: widget",
    "cold": ".. upgrade:procedure:: widget.cold",
    "man": ".. upgrade:exit-codes::",
    "report": ".. upgrade:schema:: report",
    "procedure": ".. upgrade:schema:: procedure",
    "baseline": ".. upgrade:schema:: baseline",
}


def schema_of(name: str) -> Any:
    package, file = SCHEMAS[name]
    return json.loads(importlib.resources.files(package).joinpath(file).read_text())


def keys(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each key of a schema with what it says of it, by its whole path."""
    for key, value in schema.get("properties", {}).items():
        yield f"{path}.{key}", value
        yield from keys(value.get("items", value), f"{path}.{key}")
    for name, value in schema.get("$defs", {}).items():
        yield from keys(value, f"{path}.{name}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_key_has_a_meaning(name: str) -> None:
    lacking = [
        path
        for path, value in keys(schema_of(name), name)
        if not value.get("description")
        and "description"
        not in schema_of(name)
        .get("$defs", {})
        .get(value.get("$ref", "").rpartition("/")[2], {})
    ]
    assert lacking == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_key_is_on_the_page_by_its_own_id(
    guide: Guide, checks: Checks, name: str
) -> None:
    done = guide.build(**PAGES)
    assert done.code == 0, done.warnings
    page = done[f"{name}.html"]
    paths = [path for path, _ in keys(schema_of(name), name)]
    assert len(paths) > 15
    for path in paths:
        assert f'id="schema-{path}"' in page, path


@pytest.mark.parametrize("builder", BUILDERS.split())
def test_every_builder_is_quiet(guide: Guide, checks: Checks, builder: str) -> None:
    done = guide.build(builder, **PAGES)
    assert (done.code, done.warnings) == (0, "")


def test_types_values_and_meaning_are_words(guide: Guide, checks: Checks) -> None:
    done = guide.build("text", **PAGES)
    report, procedure = (
        " ".join(done[f"{name}.txt"].split()) for name in ("report", "procedure")
    )
    assert '"status" (one of success, warning, failure, error, skipped, waived,' in (
        report
    )
    assert '"exit_code" (one of 0, 1, 2, 255, required)' in report
    assert '"output" (text, optional) What the check printed' in report
    assert '"version" (text or null, required) The version installed here' in report
    assert '"schema" (always 1, required)' in report
    assert '"steps" (list, each a step, required)' in procedure
    assert '"optional" (true or false, optional)' in procedure
    assert "Form: A version of the service in quotes" in procedure
    assert "upgradecheck/procedure.schema.json" in procedure


def test_meanings_can_be_translated_and_our_own_words_are(
    guide: Guide, checks: Checks
) -> None:
    template = guide.build("gettext", **PAGES)["report.pot"]
    assert 'msgid "What is wrong."' in template
    assert "required" not in template


def test_a_schema_that_is_not_there_fails_the_page(
    guide: Guide, checks: Checks
) -> None:
    done = guide.build(**{**PAGES, "page": ".. upgrade:schema:: raport"})
    assert done.code == 1
    assert "page.rst:4: ERROR: no schema is raport; did you mean report?" in (
        done.warnings
    )
