"""The report as JSON: oslo.upgradecheck's keys, ours beside them, one schema."""

from __future__ import annotations

import contextlib
import importlib.resources
import io
import json
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslo_upgradecheck import upgradecheck as oslo

from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins
from upgradecheck.check import Finding
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.report import Examined
from upgradecheck.report import Report
from upgradecheck.report import Row
from upgradecheck.report import document


@pytest.fixture(scope="module")
def schema() -> Any:
    file = importlib.resources.files("upgradecheck.report") / "report.schema.json"
    return json.loads(file.read_text())


def test_the_schema_is_one(schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


texts = st.text(max_size=30)
findings = st.builds(
    Finding,
    texts,
    st.none() | texts,
    st.none() | texts,
    st.none() | st.sampled_from(Status),
)
results = st.builds(
    Result.stated,
    st.sampled_from(Status),
    st.none() | texts,
    st.lists(findings, max_size=3),
)
reports = st.builds(
    Report,
    st.lists(
        st.builds(
            Examined,
            texts,
            texts,
            st.none() | texts,
            st.none() | texts,
            st.lists(texts, max_size=2).map(tuple),
        ),
        max_size=2,
    ),
    st.lists(
        st.builds(Row, texts, texts, texts, results, st.floats(0, 1e6), texts),
        max_size=4,
    ),
    st.booleans(),
)


class TestAnyReport:
    @settings(max_examples=60)
    @given(report=reports)
    def test_it_fits_the_schema_and_is_ascii(self, schema: Any, report: Report) -> None:
        text = document.render(report)
        jsonschema.validate(json.loads(text), schema)
        assert text.isascii()
        assert not set(text) & set(map(chr, range(32))) - {"\n"}

    @settings(max_examples=60)
    @given(report=reports)
    def test_nothing_of_it_is_lost(self, report: Report) -> None:
        data = json.loads(document.render(report))
        for row, found in zip(report.rows, data["checks"], strict=True):
            assert (found["check"], found["id"]) == (row.title, row.id)
            assert found["status"] == row.result.status
            assert found["details"] == row.result.details
            assert [f["message"] for f in found["findings"]] == [
                f.message for f in row.result.findings
            ]
        assert data["exit_code"] == report.exit_code


class TestThroughTheCommand:
    @pytest.fixture
    def done(self, status: ServiceStatus, plugins: Plugins) -> Any:
        plugins.install_checks(
            "widget",
            bad="return Result(Code.FAILURE, 'No.', [Finding('a', 'b', 'c')])",
            fine="print('hello')\nreturn Result(Code.SUCCESS)",
            raises="raise ValueError('odd')",
        )
        return status.check("widget").json

    def test_it_fits_the_schema(self, schema: Any, done: Any) -> None:
        jsonschema.validate(done, schema)

    def test_a_key_that_is_missing_or_wrong_does_not_fit(
        self, schema: Any, done: Any
    ) -> None:
        for key in schema["required"]:
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({**done, key: {"no": "such"}}, schema)
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({k: done[k] for k in done if k != key}, schema)

    def test_what_reads_oslos_json_reads_ours(
        self, done: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Commands(oslo.UpgradeCommands):  # type: ignore[misc, unused-ignore]
            _upgrade_checks = (("Bad", lambda self: oslo.Result(oslo.Code.FAILURE)),)

        printed = io.StringIO()
        monkeypatch.setattr(oslo, "CONF", _AsJson())
        with contextlib.redirect_stdout(printed):
            Commands().check()
        theirs = json.loads(printed.getvalue())
        assert theirs.keys() <= done.keys()
        assert theirs["name"] == done["name"]
        assert theirs["checks"][0].keys() <= done["checks"][0].keys()
        assert theirs["checks"][0]["result"] == done["checks"][0]["result"]

    def test_the_tool_and_the_service_are_named(self, done: Any) -> None:
        assert done["schema"] == 1
        assert done["tool"]["name"] == "upgradecheck"
        (service,) = done["services"]
        assert (service["name"], service["version"]) == ("widget", "1.0")


class _AsJson:
    """What oslo.upgradecheck looks at to learn that JSON is wanted."""

    class command:  # noqa: N801 - the name that oslo.config gives it
        json = True
