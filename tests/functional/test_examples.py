"""Every console block of the guide and the README that shows output is a real one."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tools import examples
from tools import tutorial


def test_every_example_is_what_its_command_prints() -> None:
    pages = examples.renewed(examples.pages())
    changed = [page for page, old, new in pages if old != new]
    assert changed == []  # "tox -e examples" writes them anew


def test_every_block_that_shows_an_output_is_run() -> None:
    blocks = {
        page.name: list(examples.unproven(page.read_text()))
        for page in examples.pages()
        if page != tutorial.PAGE  # each of its blocks is run
    }
    assert {name: found for name, found in blocks.items() if found} == {}


@pytest.mark.parametrize("start", [".. code-block:: console\n", "So::\n", "::\n"])
def test_a_block_that_shows_an_output_and_is_not_run_is_found(start: str) -> None:
    commands = "\n   $ true\n   $ false\n"
    (found,) = examples.unproven(f"{start}{commands}\n   told\n\nOn.\n")
    assert "told" in found
    assert list(examples.unproven(f"{start}{commands}\nOn.\n")) == []


def test_the_demo_comes_out_as_it_says() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.demo"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for check in ("config-options", "database-revision", "amphora-image"):
        assert f"octavia.{check}" in done.stdout
    assert '"exit_code": 2' in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
