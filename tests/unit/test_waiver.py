"""Waivers: an operator's written, dated reasons to let findings pass."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.plugins import Plugins

TODAY = datetime.datetime.now().astimezone().date()
LATER = (TODAY + datetime.timedelta(days=30)).isoformat()
PAST = (TODAY - datetime.timedelta(days=1)).isoformat()


def waiver(check: str = "widget.bad", expires: str = LATER, **more: str) -> str:
    keys = {"check": check, "reason": "Known.", "owner": "Ada", "expires": expires}
    lines = [f"{key}: {value!r}" for key, value in {**keys, **more}.items()]
    return "- " + "\n  ".join(lines) + "\n"


@pytest.fixture(autouse=True)
def _widget(plugins: Plugins) -> None:
    plugins.install_checks(
        "widget",
        bad="""
        findings = [Finding("too small", "table bolts", "Enlarge."),
                    Finding("too old", "table nuts", "Renew.")]
        return Result(Code.FAILURE, "Two.", findings=findings)
        """,
        hm="return Result(Code.WARNING, 'Hm.')",
        odd="return Result.error('Could not be asked.')",
        fine="return Result(Code.SUCCESS, 'Fine.')",
    )


class TestWaived:
    def _row(
        self, status: ServiceStatus, conf: WriteConf, text: str, id: str = "widget.bad"
    ) -> tuple[int, Any]:
        file = conf(text, "waivers.yaml")
        done = status.check("--check", id, "--waivers", file)
        return done.code, done.rows[id]

    def test_a_covered_result_passes_and_stays_in_the_report(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        code, row = self._row(status, conf, waiver())
        assert (code, row["status"], row["result"]) == (0, "waived", 0)
        assert [f["message"] for f in row["findings"]] == ["too small", "too old"]
        assert {f["waiver"]["owner"] for f in row["findings"]} == {"Ada"}

    def test_what_is_not_covered_still_counts(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        code, row = self._row(status, conf, waiver(location="table bolts"))
        assert (code, row["status"]) == (2, "failure")
        assert [f["status"] for f in row["findings"]] == ["waived", "failure"]

    def test_a_message_is_matched_whole(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        assert self._row(status, conf, waiver(message="too"))[0] == 2
        assert self._row(status, conf, waiver(message="too .*"))[0] == 0

    def test_a_sentence_without_findings_is_covered(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        code, row = self._row(status, conf, waiver("widget.hm"), "widget.hm")
        assert (code, row["status"]) == (0, "waived")

    def test_an_error_is_never_waived(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        code, row = self._row(status, conf, waiver("widget.odd"), "widget.odd")
        assert (code, row["status"]) == (255, "error")

    def test_an_expired_one_counts_again_and_says_so(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        code, row = self._row(status, conf, waiver(expires=PAST))
        assert (code, row["status"]) == (2, "failure")
        assert all(f["waiver"]["expired"] for f in row["findings"])

    def test_it_holds_on_its_last_day(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        assert self._row(status, conf, waiver(expires=TODAY.isoformat()))[0] == 0

    def test_one_of_another_check_covers_nothing(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        assert self._row(status, conf, waiver("widget.hm"))[0] == 2

    def test_the_table_names_who_answers_for_it(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        file = conf(waiver(), "waivers.yaml")
        text = status(
            "upgrade", "check", "--check", "widget.bad", "--waivers", file
        ).stdout
        assert "Result: Waived" in text
        assert "Ada" in text
        assert "Known." in text

    def test_our_own_file_names_the_waivers(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        file = conf(waiver(), "waivers.yaml")
        (status.home / ".upgradecheck").mkdir()
        ours = status.home / ".upgradecheck" / "upgradecheck.conf"
        ours.write_text(f"[DEFAULT]\nwaivers = {file}\n")
        assert status.check("--check", "widget.bad").code == 0


class TestMistakes:
    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            (waiver("widget.bda"), 1, ["widget.bda"]),
            (waiver(expires="soon"), 4, ["soon"]),
            (waiver(expires="2027-02-31"), 4, ["2027-02-31"]),
            (waiver(resaon="x"), 5, ["resaon"]),
            (waiver(message="("), 5, ["regular expression"]),
            ("- check: widget.bad\n", 1, ["reason", "owner", "expires"]),
            ("check: widget.bad\n", 1, ["list"]),
            ("- just words\n", 1, []),
            (waiver() + "- check: [a]\n", 5, ["check"]),
            (waiver().replace("owner: 'Ada'", "owner: ''"), 3, ["owner"]),
            ("- check: widget.bad\n\t- a\n", 2, []),
        ],
    )
    def test_one_is_told_with_its_line_and_nothing_is_checked(
        self,
        status: ServiceStatus,
        conf: WriteConf,
        text: str,
        line: int,
        words: list[str],
    ) -> None:
        file = conf(text, "waivers.yaml")
        done = status.check("--check", "widget.bad", "--waivers", file)
        assert (done.code, done.stdout) == (255, "")
        assert f"{file}:{line}: " in done.stderr
        assert all(word in done.stderr for word in words)
        assert "Traceback" not in done.stderr

    def test_all_are_told_at_once(self, status: ServiceStatus, conf: WriteConf) -> None:
        file = conf(waiver("widget.bda") + waiver(expires="soon"), "waivers.yaml")
        done = status.check("--check", "widget.bad", "--waivers", file)
        assert "widget.bda" in done.stderr
        assert f"{file}:8" in done.stderr

    @pytest.mark.parametrize(
        "data",
        [b"\xff\xfe", b"\x00", b"&a [*a]", b"[" * 100_000, b"!!python/object:os.x {}"],
    )
    def test_bytes_of_any_kind_harm_nothing(
        self, status: ServiceStatus, conf: WriteConf, data: bytes
    ) -> None:
        file = conf("", "waivers.yaml")
        file.write_bytes(data)
        done = status.check("--check", "widget.bad", "--waivers", file)
        assert (done.code, done.stdout) == (255, "")
        assert str(file) in done.stderr
        assert "fault of upgradecheck" not in done.stderr

    def test_a_file_that_is_missing_is_no_verdict(self, status: ServiceStatus) -> None:
        done = status.check("--check", "widget.bad", "--waivers", "/nowhere/w.yaml")
        assert (done.code, done.stdout) == (255, "")
        assert "/nowhere/w.yaml" in done.stderr
