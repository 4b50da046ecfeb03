"""Every console block of the guide and the README that shows output is a real one."""

from __future__ import annotations

import subprocess
import sys

from tools import examples


def test_every_example_is_what_its_command_prints() -> None:
    pages = examples.renewed(examples.pages())
    changed = [page for page, old, new in pages if old != new]
    assert changed == []  # "tox -e examples" writes them anew


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
