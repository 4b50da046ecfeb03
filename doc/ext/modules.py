"""The directive ``modules``: the modules of a package, each with its first sentence."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


class ModulesDirective(SphinxDirective):
    """A list of definitions, made without importing what it tells of."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise self.error(f"no package is {name}")
        found: list[str] = []
        for module, file in _modules(name, Path(spec.origin).parent):
            self.env.note_dependency(str(file))
            text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
            first = (text or "").partition("\n\n")[0].splitlines()
            found += [f"``{module}``", *(f"   {line}" for line in first)]
        return self.parse_text_to_nodes("\n".join(found))


def _modules(name: str, folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        if parts != ("__init__",):
            yield ".".join(part for part in (name, *parts) if part != "__init__"), file


def setup(app: Sphinx) -> ExtensionMetadata:
    """Add the directive."""
    app.add_directive("modules", ModulesDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
