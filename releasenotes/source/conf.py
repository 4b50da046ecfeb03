"""The release notes' settings; ``tox -e releasenotes`` builds them."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "doc" / "ext"))

project = "upgradecheck release notes"
copyright = "The upgradecheck developers"
# Each page is of one series; the notes name the versions themselves.
release = version = ""

extensions = ["look", "notes"]
