"""The Debian packages that the tests need, as people read of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: A machine without these cannot have the clone.
BEFORE = {"git", "python3-venv"}


@pytest.mark.parametrize("page", ["README.rst", "doc/source/start.rst"])
def test_a_page_names_all_that_a_fresh_machine_is_given(page: str) -> None:
    given = re.findall(r"missing\+=\((.*?)\)", (ROOT / ".ci/run").read_text())
    told = re.search(
        r"apt-get\s+install\s+--no-install-recommends((?:\s+\\?\s*[a-z0-9-]+)+)",
        (ROOT / page).read_text(),
    )
    assert told
    words = set(told[1].replace("\\", " ").split())
    assert words == {name for names in given for name in names.split()} - BEFORE
