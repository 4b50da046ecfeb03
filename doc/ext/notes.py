"""reno's directive ``release-notes``, also where there is no git to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from dulwich.errors import NotGitRepository
from reno.sphinxext import ReleaseNotesDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


class Notes(ReleaseNotesDirective):  # type: ignore[misc, unused-ignore]
    """The notes of all releases, or where they are to be found."""

    def run(self) -> list[nodes.Node]:
        try:
            return list(super().run())
        except NotGitRepository:
            text = (
                "Which note belongs to which release is told by git's history, and "
                "this page was made without it. The notes are files in "
            )
            folder = nodes.literal("", "releasenotes/notes")
            return [nodes.paragraph("", text, folder, nodes.Text("."))]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of reno's own directive."""
    app.setup_extension("reno.sphinxext")
    app.add_directive("release-notes", Notes, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
