"""The guide's settings; ``tox -e docs`` builds it."""

from __future__ import annotations

import sys
from pathlib import Path

from upgradecheck import __version__

sys.path.insert(0, str(Path(__file__).parents[1] / "ext"))

project = "upgradecheck"
copyright = "The upgradecheck developers"
release = version = __version__

extensions = [
    "command",
    "effects",
    "look",
    "modules",
    "notes",
    "sphinx.ext.autodoc",
    "upgradecheck_sphinx",
]
upgradecheck_services = ["ceilometer", "glance", "octavia"]
man_pages = [
    (
        "service-status",
        "service-status",
        "ask whether an OpenStack service may be upgraded",
        "the upgradecheck developers",
        1,
    )
]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
nitpicky = True
# Types in signatures, of which few have an entry here.
nitpick_ignore_regex = [("py:.*", ".*")]
highlight_language = "text"
