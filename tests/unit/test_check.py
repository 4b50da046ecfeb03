"""The values: checks, results, findings, statuses."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import pytest
from oslo_upgradecheck import upgradecheck as oslo

from upgradecheck import Check
from upgradecheck import Code
from upgradecheck import Finding
from upgradecheck import NotVerified
from upgradecheck import Phase
from upgradecheck import Result
from upgradecheck import Status
from upgradecheck import check

UPGRADE: Any = object()


def _fine(upgrade: Any) -> Result:
    return Result(Code.SUCCESS)


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "number", "code"),
        [
            (Status.SUCCESS, 0, Code.SUCCESS),
            (Status.WARNING, 1, Code.WARNING),
            (Status.FAILURE, 2, Code.FAILURE),
            (Status.ERROR, 255, Code.FAILURE),
            (Status.SKIPPED, 0, Code.SUCCESS),
            (Status.WAIVED, 0, Code.SUCCESS),
        ],
    )
    def test_it_has_its_pinned_number_and_oslos_code(
        self, status: Status, number: int, code: Code
    ) -> None:
        assert (status.number, status.code) == (number, code)

    def test_every_status_is_pinned(self) -> None:
        assert [str(status) for status in Status] == [
            "success",
            "warning",
            "failure",
            "error",
            "skipped",
            "waived",
        ]

    def test_no_status_hides_a_failure_or_a_warning(self) -> None:
        mild = (Status.SUCCESS, Status.SKIPPED, Status.WAIVED)
        for grave in (Status.FAILURE, Status.WARNING, Status.ERROR):
            assert Status.worst([*mild, grave, *mild]) is grave

    def test_the_order_of_statuses_does_not_matter(self) -> None:
        for three in itertools.permutations(Status, 3):
            assert Status.worst(three) is Status.worst(sorted(three))

    def test_of_none_it_is_a_success(self) -> None:
        assert Status.worst([]) is Status.SUCCESS


class TestResult:
    @pytest.mark.parametrize("code", Code)
    def test_it_is_oslos_result(self, code: Code) -> None:
        result = Result(code, "words")
        assert isinstance(result, oslo.Result)
        assert (result.code, result.details) == (code, "words")
        assert result.status.code == code

    def test_equal_answers_are_equal(self) -> None:
        findings = [Finding("a", "b", "c")]
        assert Result(Code.WARNING, "a", findings) == Result(1, "a", iter(findings))
        assert Result(Code.WARNING, "a") != Result(Code.WARNING, "b")
        assert Result(Code.WARNING, "a") != Result(Code.FAILURE, "a")
        assert Result.error("a") != Result(Code.FAILURE, "a")
        assert Result.skipped("a") != Result(Code.SUCCESS, "a")
        assert Result(Code.WARNING, "a") != "a"

    def test_a_code_that_is_none_is_refused(self) -> None:
        with pytest.raises(ValueError, match="255"):
            Result(255, "error")

    def test_an_error_fails_closed_for_oslo(self) -> None:
        assert Result.error("reason").code is Code.FAILURE
        assert Result.error("reason").status is Status.ERROR

    def test_a_skipped_one_passes_for_oslo(self) -> None:
        assert Result.skipped("reason").code is Code.SUCCESS
        assert Result.skipped("reason").details == "reason"

    def test_a_judged_one_is_as_grave_as_its_gravest_finding(self) -> None:
        findings = [Finding("a", status=s) for s in (Status.WARNING, Status.FAILURE)]
        assert Result.judged("two", findings).status is Status.FAILURE
        assert Result.judged("one", findings[:1]).status is Status.WARNING
        assert Result.judged("none", []).status is Status.SUCCESS

    def test_oslos_own_result_is_adopted(self) -> None:
        assert Result.adopt(oslo.Result(Code.WARNING, "as ever")) == Result(
            Code.WARNING, "as ever"
        )

    def test_ours_is_adopted_as_it_is(self) -> None:
        result = Result.error("reason")
        assert Result.adopt(result) is result

    @pytest.mark.parametrize("answer", [None, True, 0, "success", Code.SUCCESS])
    def test_anything_else_is_refused(self, answer: object) -> None:
        with pytest.raises(TypeError, match=type(answer).__name__):
            Result.adopt(answer)


class TestFinding:
    def test_it_is_a_value(self) -> None:
        assert Finding("a", "b", "c") == Finding("a", "b", "c")
        assert len({Finding("a"), Finding("a"), Finding("b")}) == 2
        with pytest.raises(dataclasses.FrozenInstanceError):
            Finding("a").message = "b"  # type: ignore[misc]


class TestCheck:
    def test_the_decorator_takes_text_and_summary_from_the_docstring(self) -> None:
        @check("widget.bolts", title="Bolts", added="1.0", needs=("config",))
        def bolts(upgrade: Any) -> Result:
            """Every bolt is fast.

            Loose ones fall off.
            """
            return Result(Code.SUCCESS, "All fast.")

        assert bolts.id == "widget.bolts"
        assert bolts.service == "widget"
        assert bolts.summary == "Every bolt is fast."
        assert bolts.text == "Every bolt is fast.\n\nLoose ones fall off."
        assert bolts.phase is Phase.BEFORE
        assert bolts(UPGRADE) == Result(Code.SUCCESS, "All fast.")

    @pytest.mark.parametrize(
        "id",
        [
            "",
            "widget",
            "widget.",
            ".bolts",
            "Widget.bolts",
            "widget.Bolts",
            "widget.bolts.more",
            "widget bolts",
            "widget.bo lts",
            "widget.bolts\n",
            "widget/../x.y",
        ],
    )
    def test_an_id_of_another_form_is_refused(self, id: str) -> None:
        with pytest.raises(ValueError, match="no id of a check"):
            check(id, title="Bolts")(lambda upgrade: Result(Code.SUCCESS))

    def test_an_unknown_need_is_refused_with_the_known_ones(self) -> None:
        with pytest.raises(ValueError, match=r"databse.*database"):
            check("widget.bolts", title="Bolts", needs=["databse"])(
                lambda upgrade: Result(Code.SUCCESS)
            )

    def test_an_unknown_phase_is_refused(self) -> None:
        with pytest.raises(ValueError, match="later"):
            check("widget.bolts", title="Bolts", phase="later")(
                lambda upgrade: Result(Code.SUCCESS)
            )

    def test_what_is_not_verified_becomes_an_error_with_place_and_remedy(self) -> None:
        def ask(upgrade: Any) -> Result:
            raise NotVerified("no bolts at hand", "box 7", "Buy some.")

        result = Check(id="widget.bolts", title="Bolts", function=ask)(UPGRADE)
        (finding,) = result.findings
        assert result.status is Status.ERROR
        assert "no bolts at hand" in (result.details or "").lower()
        assert (finding.location, finding.remedy) == ("box 7", "Buy some.")

    def test_other_exceptions_are_the_runners(self) -> None:
        def ask(upgrade: Any) -> Result:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            Check(id="widget.bolts", title="Bolts", function=ask)(UPGRADE)

    def test_a_check_is_a_value(self) -> None:
        first = Check(id="a.b", title="B", function=_fine)
        assert first == Check(id="a.b", title="B", function=_fine)
        with pytest.raises(dataclasses.FrozenInstanceError):
            first.title = "C"  # type: ignore[misc]


def test_a_plugin_imports_everything_from_one_place() -> None:
    import upgradecheck

    assert set(upgradecheck.__all__) >= {
        "Code",
        "Finding",
        "Result",
        "Upgrade",
        "check",
    }
    assert all(hasattr(upgradecheck, name) for name in upgradecheck.__all__)
