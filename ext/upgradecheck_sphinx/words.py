"""The extension's own words, in the language of the build.

Texts of checks and procedures are the project's to translate; what stands around
them is translated here, once for all projects.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.locale import get_translation

if TYPE_CHECKING:
    from sphinx.application import Sphinx

#: The name of our message catalogue.
CATALOGUE = "upgradecheck_sphinx"
#: Where the catalogues are.
FOLDER = Path(__file__).parent / "locale"

_ = get_translation(CATALOGUE)


def load(app: Sphinx) -> None:
    """Have the words of the build's language."""
    app.add_message_catalog(CATALOGUE, str(FOLDER))


def phase(name: str) -> str:
    """A phase in words."""
    words = {"before": _("before"), "during": _("during"), "after": _("after")}
    return words.get(name, name)
