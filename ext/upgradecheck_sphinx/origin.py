"""Where in the source code a check is defined, and where each line of its text is.

Read from the source, not from what Python compiled of it: that may be older.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import sys
from collections.abc import Callable
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from upgradecheck import entries
from upgradecheck.check import Check
from upgradecheck.mistake import NOWHERE
from upgradecheck.mistake import Source
from upgradecheck_sphinx.text import Line


class Origin:
    """Looks up origins; each file is read once."""

    def __init__(self) -> None:
        self._module = functools.cache(_module)
        self._entries = functools.cache(_entries)

    def of_entry(self, group: str, name: str, distribution: str) -> Source:
        """Where the object of an entry point is defined."""
        entry = self._entries(group).get((name, distribution))
        file = _file_of(entry.module) if entry is not None else ""
        if entry is None or not file:
            return NOWHERE
        return Source(file, self._module(file).line_of(entry.attr))

    def of_text(self, check: Check, otherwise: Source) -> tuple[Line, ...]:
        """The lines of a check's text, each with its place as near as can be told."""
        function = _bare(check.function)
        code = getattr(function, "__code__", None)
        if code is not None and check.text == (inspect.getdoc(check.function) or ""):
            found = self._module(code.co_filename).docstring(
                code.co_name, code.co_firstlineno
            )
            if found:
                return found
        text = inspect.cleandoc(check.text)
        if not text:
            return ()
        files = [code.co_filename] if code is not None else []
        files += [_file_of(kind.__module__) for kind in type(check).__mro__[:-1]]
        for file in dict.fromkeys([*files, otherwise.file]):
            found = self._module(file).constant(text)
            if found:
                return found
        return tuple((line, otherwise) for line in text.splitlines())


class _Module:
    """A module's source."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.tree = ast.parse(text)

    def line_of(self, name: str) -> int:
        return self._defined.get(name.partition(".")[0], 1)

    @functools.cached_property
    def _defined(self) -> dict[str, int]:
        """The names of the module, and the line where each comes first."""
        found: dict[str, int] = {}
        for node in self.tree.body:
            for name in _names(node):
                found.setdefault(name, node.lineno)
        return found

    @functools.cached_property
    def _functions(self) -> dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]]:
        """The functions, wherever in the module they are, by name."""
        found: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(node.name, []).append(node)
        return found

    @functools.cached_property
    def _texts(self) -> dict[str, ast.expr]:
        """The strings, each without its indentation, and where it comes first."""
        found: dict[str, ast.expr] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.setdefault(inspect.cleandoc(node.value), node)
        return found

    def docstring(self, name: str, line: int) -> tuple[Line, ...]:
        """That of the function of a name, nearest to a line."""
        found = self._functions.get(name, [])
        for node in sorted(found, key=lambda each: abs(each.lineno - line))[:1]:
            text = ast.get_docstring(node)
            if text and isinstance(node.body[0], ast.Expr):
                return self._placed(node.body[0].value, text)
        return ()

    def constant(self, text: str) -> tuple[Line, ...]:
        """The text, where a string of the module has it."""
        node = self._texts.get(text)
        return self._placed(node, text) if node is not None else ()

    def _placed(self, node: ast.expr, text: str) -> tuple[Line, ...]:
        """Lines from the first in the node that holds the text's first one."""
        last = node.end_lineno or node.lineno
        wanted = text.splitlines()
        first = next(
            (
                number
                for number in range(node.lineno, last + 1)
                if wanted[0] in self.lines[number - 1]
            ),
            node.lineno,
        )
        return tuple(
            (line, Source(self.file, min(first + number, last)))
            for number, line in enumerate(wanted)
        )


def _entries(group: str) -> dict[tuple[str, str], EntryPoint]:
    """Entry points by name and distribution; of two the first."""
    found: dict[tuple[str, str], EntryPoint] = {}
    for entry in entries.of_group(group):
        found.setdefault((entry.name, entries.owner(entry)[0]), entry)
    return found


def _module(file: str) -> _Module:
    try:
        return _Module(file, Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return _Module(file, "")


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (each.id for each in targets if isinstance(each, ast.Name))
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (each.asname or each.name for each in node.names)


def _file_of(module: str) -> str:
    loaded = getattr(sys.modules.get(module), "__file__", None)
    if loaded:
        return str(loaded)
    try:
        spec = importlib.util.find_spec(module)
    except Exception:  # noqa: BLE001 - whatever a broken package raises
        return ""
    return spec.origin or "" if spec is not None and spec.has_location else ""


def _bare(function: Callable[..., Any]) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.unwrap(function)
