"""The warnings of the extension; ``suppress_warnings`` takes each by its name."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING
from typing import TypeAlias

from sphinx.util import logging

from upgradecheck.mistake import Source
from upgradecheck_sphinx.text import clean

if TYPE_CHECKING:
    from docutils import nodes

Location: TypeAlias = "Source | nodes.Node | tuple[str, int] | str | None"

_logger = logging.getLogger(__name__)


class Warn(enum.StrEnum):
    """What a warning is about: the part after ``upgradecheck.`` of its name."""

    #: A plug-in does not load, or a service is not installed.
    LOAD = "load"
    #: A page or a procedure names a check that is not there.
    UNKNOWN_CHECK = "unknown-check"
    #: A service registers a check or a procedure that no page shows.
    UNDOCUMENTED = "undocumented"
    #: Two places show the same check or procedure.
    DUPLICATE = "duplicate"
    #: A procedure is refused, or a procedure or step is named that is not there.
    PROCEDURE = "procedure"

    def at(self, location: Location, message: str) -> None:
        """Log a warning of this kind."""
        if isinstance(location, Source):
            location = str(location) if location.file else None
        text = clean(" ".join(message.split()))
        _logger.warning(text, type="upgradecheck", subtype=self, location=location)
