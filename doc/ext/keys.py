"""The directive ``procedure-keys``: what a procedure's file may hold, by its schema."""

from __future__ import annotations

import importlib.resources
import json
from typing import TYPE_CHECKING
from typing import Any

from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

_PARTS = ("prerequisite", "note", "section", "step")


class KeysDirective(SphinxDirective):
    """A table for the file, and one for each of its parts."""

    def run(self) -> list[nodes.Node]:
        file = importlib.resources.files("upgradecheck") / "procedure.schema.json"
        self.env.note_dependency(str(file))
        schema = json.loads(file.read_text(encoding="utf-8"))
        parts = [schema, *(schema["$defs"][name] for name in _PARTS)]
        text = "\n".join(line for each in parts for line in _table(each, schema))
        return self.parse_text_to_nodes(text)


def _table(part: Any, schema: Any) -> Iterator[str]:
    yield f".. list-table:: The keys of {part['title']}"
    yield from ("   :header-rows: 1", "   :widths: 20 65 15", "")
    yield from ("   * - Key", "     - What it holds", "     - Needed")
    needed = part.get("required", ())
    for key, value in part["properties"].items():
        yield f"   * - ``{key}``"
        yield f"     - {_told(value, schema)}"
        yield f"     - {'yes' if key in needed else 'no'}"
    yield ""


def _told(value: Any, schema: Any) -> str:
    """What a value is, in the schema's words."""
    meant = value
    if "$ref" in value:
        meant = {**schema["$defs"][value["$ref"].rpartition("/")[2]], **value}
    words = ", ".join(f"``{word}``" for word in meant.get("enum", ()))
    return f"{meant['description']}{f': {words}' if words else ''}"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive."""
    app.add_directive("procedure-keys", KeysDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
