"""The look of our pages: openstackdocstheme, without what fetches or tracks.

Templates of ours take the place of those of the theme that load scripts from
elsewhere, count readers, or lead to OpenStack's own bug tracker and licence.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.util.typing import ExtensionMetadata

_SOURCE = Path(__file__).parents[1] / "source"
_OPTIONS = {
    "analytics_tracking_code": "",
    "display_badge": False,
    "root_title": "upgradecheck",
    "show_other_versions": False,
}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Choose the theme."""
    app.setup_extension("openstackdocstheme")
    app.connect("config-inited", _choose, priority=400)
    # The theme asks for the time of the build, which makes every build differ.
    app.connect("config-inited", _forget_the_time, priority=600)
    app.connect("html-page-context", _level_headings)
    # Only a link to the bug tracker, which we do not show, needs the commit.
    theme = logging.getLogger("sphinx.openstackdocstheme.ext")
    theme.addFilter(_needs_no_git)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _choose(app: Sphinx, config: Config) -> None:
    config.html_theme = "openstackdocs"
    config.html_theme_options = {**_OPTIONS, **config.html_theme_options}
    config.html_show_sourcelink = False
    config.html_copy_source = False
    config.templates_path = [str(_SOURCE / "_templates")]
    config.html_static_path = [str(_SOURCE / "_static")]
    config.openstackdocs_auto_name = False
    config.openstackdocs_auto_version = False


def _forget_the_time(app: Sphinx, config: Config) -> None:
    config.html_last_updated_fmt = None


def _level_headings(
    app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object
) -> None:
    """Sphinx calls the captions of lists of pages headings, but tells no level."""
    told, whole = 'role="heading"', 'role="heading" aria-level="2"'
    if context.get("body"):
        context["body"] = context["body"].replace(told, whole)
    made = context["toctree"]
    context["toctree"] = lambda **wanted: made(**wanted).replace(told, whole)


def _needs_no_git(record: logging.LogRecord) -> bool:
    return "cannot get gitsha" not in str(record.msg)
