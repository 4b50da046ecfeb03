"""The Sphinx extension of upgradecheck; its directives are still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upgradecheck import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Join a Sphinx build; there is nothing to join with yet."""
    return {
        "version": __version__,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
