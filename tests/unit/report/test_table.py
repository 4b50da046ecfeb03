"""The table: oslo.upgradecheck's own, with the findings in it."""

from __future__ import annotations

import contextlib
import io

import pytest
from oslo_upgradecheck import upgradecheck as oslo

from upgradecheck import Code
from upgradecheck.check import Finding
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.report import Report
from upgradecheck.report import Row
from upgradecheck.report import table

LONG = (
    "A sentence that is much longer than sixty columns, so that it must be "
    "wrapped, and once more, because two lines are not enough of a proof."
)


def row(result: Result, title: str = "Bolts", output: str = "") -> Row:
    return Row("widget.bolts", title, "widget", result, 0.1, output)


def rendered(*results: Result, colour: bool = False) -> str:
    return table.render(Report(rows=[row(each) for each in results]), colour)


def oslo_table(result: oslo.Result, title: str) -> list[str]:
    """The lines of the table that oslo.upgradecheck itself prints."""

    class Commands(oslo.UpgradeCommands):  # type: ignore[misc, unused-ignore]
        _upgrade_checks = ((title, lambda self: result),)

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        Commands().check()
    return printed.getvalue().splitlines()


class TestLikeOslo:
    @pytest.mark.parametrize("code", list(Code))
    @pytest.mark.parametrize("details", [None, "Short.", LONG])
    def test_result_and_details_are_written_as_oslo_writes_them(
        self, code: Code, details: str | None
    ) -> None:
        ours = rendered(Result(code, details)).splitlines()
        theirs = oslo_table(oslo.Result(code, details), "Bolts")

        def cells(lines: list[str]) -> list[str]:
            inner = [line.strip("|").rstrip() for line in lines if line[:1] == "|"]
            start = next(n for n, line in enumerate(inner) if "Result:" in line)
            return [inner[0], *inner[start:]]

        assert cells(ours) == cells(theirs)

    def test_the_frame_is_oslos(self) -> None:
        ours = rendered(Result(Code.SUCCESS, LONG)).splitlines()
        theirs = oslo_table(oslo.Result(Code.SUCCESS, LONG), "Bolts")
        assert [line[:1] for line in ours if "Check:" not in line] == [
            line[:1] for line in theirs if "Check:" not in line
        ]
        assert {len(line) for line in ours} == {len(ours[0])}

    def test_the_check_is_named_by_title_and_id(self) -> None:
        assert "Check: Bolts (widget.bolts)" in rendered(Result(Code.SUCCESS))


class TestFindings:
    def test_each_shows_status_place_and_remedy(self) -> None:
        findings = [
            Finding("too small", "f.conf:3", "Enlarge it.", Status.FAILURE),
            Finding("too old", "table bolts", "Renew it.", Status.WARNING),
        ]
        text = rendered(Result(Code.FAILURE, "Two bolts.", findings))
        for words in (
            "Failure: too small",
            "At: f.conf:3",
            "Remedy: Enlarge it.",
            "Warning: too old",
            "At: table bolts",
            "Remedy: Renew it.",
        ):
            assert words in text

    def test_one_without_a_status_has_its_results(self) -> None:
        text = rendered(Result(Code.WARNING, "One.", [Finding("too small")]))
        assert "Warning: too small" in text

    def test_a_place_is_never_broken_in_two(self) -> None:
        place = "/etc/" + "long" * 40 + "/widget.conf:123"
        finding = Finding("too small", place)
        assert place in rendered(Result(Code.FAILURE, "One.", [finding]))

    def test_what_a_check_printed_is_shown(self) -> None:
        text = table.render(Report(rows=[row(Result(Code.SUCCESS), output="hello\n")]))
        assert "hello" in text


class TestColour:
    RESULTS = (
        Result(Code.SUCCESS, "Good."),
        Result(Code.WARNING, "Hm."),
        Result(Code.FAILURE, "Bad."),
        Result.error("Odd."),
        Result.skipped("No."),
    )

    def test_it_adds_nothing_but_colour_and_the_verdict(self) -> None:
        plain = rendered(*self.RESULTS)
        coloured = rendered(*self.RESULTS, colour=True)
        without = _without_colour(coloured)
        assert without.startswith(plain)
        assert coloured != without

    def test_the_statuses_words_differ_in_colour(self) -> None:
        coloured = rendered(*self.RESULTS, colour=True)
        codes = {
            word: coloured.rpartition(f"m{word}\x1b[0m")[0].rpartition("\x1b[")[2]
            for word in ("Success", "Warning", "Failure", "Error")
        }
        assert len(set(codes.values())) == 4

    def test_the_verdict_counts_and_says_the_exit_code(self) -> None:
        verdict = rendered(*self.RESULTS, colour=True).rpartition("+\n")[2]
        for words in ("1 success", "1 warning", "1 failure", "1 error", "1 skipped"):
            assert words in verdict
        assert "exit code 2" in verdict.lower()

    def test_plain_text_ends_with_the_table_as_oslos_does(self) -> None:
        assert rendered(*self.RESULTS).endswith("+\n")


def _without_colour(text: str) -> str:
    parts = text.split("\x1b[")
    return parts[0] + "".join(part.partition("m")[2] for part in parts[1:])


FORGED = "harmless\nCheck: Nuts (widget.nuts)\nResult: Success\nDetails: All is fine."


@pytest.mark.parametrize(
    "forged",
    [
        row(Result(Code.FAILURE, "No."), title=FORGED),
        row(Result(Code.FAILURE, FORGED)),
        row(Result(Code.FAILURE, "No.", [Finding(FORGED)])),
        row(Result(Code.FAILURE, "No.", [Finding("a", FORGED)])),
        row(Result(Code.FAILURE, "No.", [Finding("a", "b", FORGED)])),
        row(Result(Code.FAILURE, "No."), output=FORGED),
    ],
    ids=["title", "details", "message", "location", "remedy", "output"],
)
def test_a_text_of_others_makes_no_row_of_its_own(forged: Row) -> None:
    lines = table.render(Report(rows=[forged])).splitlines()
    assert sum(line.startswith("| Result:") for line in lines) == 1
    assert sum(line.startswith("| Check:") for line in lines) == 1
