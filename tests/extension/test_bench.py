"""The benchmark compares what is the same: guides that say it word for word."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tools.bench import made_up
from tools.bench import page
from tools.bench.builds import Builds
from tools.bench.builds import Size
from tools.bench.measure import Cost
from tools.bench.measure import Failed
from tools.bench.measure import Run


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    """A guide of four small services, written by the extension and by hand."""
    return Builds(tmp_path, Size(services=4, checks=5, procedures=1))


def test_both_guides_say_the_same_and_are_built_no_more_than_needed(
    builds: Builds,
) -> None:
    ours, static = builds.full()
    assert builds.words > 4 * 1000
    assert min(ours.seconds, static.seconds, ours.largest, static.largest) > 0
    builds.unchanged()
    assert builds.ours.services[0].name in builds.mentioning
    assert 1 < len(builds.mentioning) < 4
    builds.retitled()
    assert "Another title, number 1" in builds.ours.text("anvil")
    assert builds.ours.text("anvil") == builds.static.text("anvil")


def test_guides_that_differ_are_not_compared(builds: Builds) -> None:
    builds.static.retitle(builds.check, "A title of its own")
    with pytest.raises(Failed, match="the pages of anvil do not say the same"):
        builds.full()


def test_a_page_that_is_written_without_need_is_told(builds: Builds) -> None:
    builds.ours.build(fresh=True)
    builds.static.build(fresh=True)
    builds.ours.retitle(builds.check, "Another title")
    with pytest.raises(Failed, match=r"written without need: .*'anvil'"):
        builds.unchanged()


def test_the_guide_has_as_much_as_is_said() -> None:
    services = Size().made()
    checks = [check for each in services for check in each.checks]
    procedures = [way for each in services for way in each.procedures]
    assert len({each.id for each in checks}) == 1000
    assert len({each.name for each in procedures}) == 100
    assert {len(list(made_up.walked(each.steps))) for each in procedures} == {12}


def test_the_memory_told_is_that_of_the_program_alone(tmp_path: Path) -> None:
    of_this_process = bytearray(200 * 1024**2)
    of_this_process[::4096] = b"x" * len(of_this_process[::4096])

    def cost(size: int) -> Cost:
        words = [sys.executable, "-IS", "-c", f"b'x' * {size}"]
        return Run(words, os.environ, tmp_path, tmp_path / "log").timed()

    assert cost(1).largest < 50
    assert 50 < cost(50 * 1024**2).largest < 100


def test_a_program_that_fails_is_not_measured(tmp_path: Path) -> None:
    words = [sys.executable, "-c", "import sys; print('no'); sys.exit(3)"]
    run = Run(words, os.environ, tmp_path, tmp_path / "log")
    with pytest.raises(Failed, match="ended with 3:\nno"):
        run.timed()
    with pytest.raises(Failed, match="ended with 3:\nno"):
        run.watched()


def test_figures_are_written_between_their_marks(tmp_path: Path) -> None:
    file = tmp_path / "page.rst"
    file.write_text(
        "Before.\n\n.. part start here\n\nOld.\n\n.. part end here\n\nAfter.\n"
    )
    for _ in range(2):
        page.write("part", ["New."], file)
    assert file.read_text() == (
        "Before.\n\n.. part start here\n\nNew.\n\n.. part end here\n\nAfter.\n"
    )
