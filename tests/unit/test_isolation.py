"""Foreign code in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from upgradecheck import isolation


class TestAnswers:
    @pytest.mark.parametrize(
        "answer", [None, True, 7, 0.5, "text", "ü\x00\n", [1, [2]], {"a": {"b": None}}]
    )
    def test_an_answer_comes_back(self, answer: Any) -> None:
        outcome = isolation.run(lambda: answer, 10)
        assert (outcome.answer, outcome.raised, outcome.fault) == (answer, None, None)

    def test_a_large_answer_comes_back_whole(self) -> None:
        assert isolation.run(lambda: "x" * 5_000_000, 20).answer == "x" * 5_000_000

    def test_what_json_does_not_hold_is_an_exception(self) -> None:
        outcome = isolation.run(object, 10)
        assert outcome.answer is None
        assert outcome.raised or outcome.fault

    def test_seconds_are_measured(self) -> None:
        assert 0.2 <= isolation.run(lambda: time.sleep(0.2), 10).seconds < 30


def children() -> set[str]:
    """The children of this process, the dead that nobody waited for among them."""
    own = f"PPid:\t{os.getpid()}\n"
    found = set()
    for file in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if own in file.read_text():
                found.add(file.parent.name)
    return found


class TestOwnProcess:
    def test_nothing_of_it_comes_back_but_the_answer(self) -> None:
        kept: list[int] = []

        def keep() -> int:
            kept.append(1)
            return os.getpid()

        outcome = isolation.run(keep, 10)
        assert kept == []
        assert outcome.answer != os.getpid()

    def test_no_descriptor_is_left_open(self) -> None:
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(5):
            isolation.run(lambda: None, 10)
        assert len(os.listdir("/proc/self/fd")) == before

    def test_no_process_is_left(self) -> None:
        before = children()
        isolation.run(lambda: os.kill(os.getpid(), signal.SIGKILL), 10)
        assert children() <= before

    def test_handlers_for_the_parents_end_do_not_run_twice(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        print("once", end="")
        isolation.run(lambda: None, 10)
        sys.stdout.flush()
        assert capfd.readouterr().out.count("once") == 1

    def test_what_it_prints_is_kept(self) -> None:
        outcome = isolation.run(lambda: os.system("echo hello; echo there >&2"), 10)
        assert outcome.output.split() == ["hello", "there"]


def _raise() -> None:
    raise ValueError("no such bolt")


class TestOtherEnds:
    def test_an_exception_is_told_with_its_place(self) -> None:
        raised = isolation.run(_raise, 10).raised
        assert raised is not None
        assert (raised.kind, raised.message) == ("ValueError", "no such bolt")
        file, _, line = (raised.location or "").rpartition(":")
        assert file == __file__
        assert int(line) == _raise.__code__.co_firstlineno + 1
        assert "Traceback" in raised.trace

    @pytest.mark.parametrize(
        ("function", "words"),
        [
            (lambda: sys.exit(0), "sys.exit(0)"),
            (lambda: sys.exit("gone"), "'gone'"),
            (lambda: os._exit(0), "status 0"),
            (lambda: os._exit(7), "status 7"),
            (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
            (lambda: os.kill(os.getpid(), signal.SIGTERM), "SIGTERM"),
            (lambda: os.kill(os.getpid(), signal.SIGRTMIN + 1), "died by"),
            (lambda: time.sleep(60), "within 1 seconds"),
        ],
    )
    def test_it_is_told(self, function: Callable[[], Any], words: str) -> None:
        outcome = isolation.run(function, 1)
        assert outcome.answer is None
        assert words in (outcome.fault or "")

    def test_one_that_is_late_is_ended_in_time(self) -> None:
        outcome = isolation.run(lambda: time.sleep(60), 0.5)
        assert outcome.fault
        assert outcome.seconds < 30

    def test_more_than_the_limit_cannot_be_written(self) -> None:
        def write_on() -> None:
            with open("/dev/shm/upgradecheck-flood", "wb") as file:
                try:
                    for _ in range(200):
                        file.write(b"x" * 1_000_000)
                finally:
                    os.unlink(file.name)

        outcome = isolation.run(write_on, 10)
        assert outcome.raised or outcome.fault


class TestSideBySide:
    def test_the_first_to_end_is_told_first(self) -> None:
        slow = isolation.Process(lambda: time.sleep(5), 10)
        fast = isolation.Process(lambda: "done", 10)
        ended: list[isolation.Process] = []
        for _ in range(100):
            ended = isolation.wait([slow, fast], 0.1)
            if ended:
                break
        assert ended == [fast]
        assert fast.finish().answer == "done"
        assert "no answer" in (slow.finish().fault or "")

    def test_waiting_ends_where_nothing_does(self) -> None:
        slow = isolation.Process(lambda: time.sleep(5), 10)
        assert isolation.wait([slow], 0.1) == []
        slow.finish()
