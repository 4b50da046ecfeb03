"""A YAML document as Ceilometer reads it, with the line of each value.

Ceilometer reads its files by ``yaml.safe_load`` (``ceilometer.agent
.ConfigManagerBase.load_config``, ``ceilometer.declarative.load_definitions``): aliases,
merged mappings and keys that stand there twice are fine by it, so they are here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any
from typing import TypeAlias

import yaml

from upgradecheck.check import NotVerified
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source
from upgradecheck.yamlfile import DEEPEST
from upgradecheck.yamlfile import LARGEST

#: Aliases that stand for more values than that were not written by hand.
MOST = 50_000

#: Where in a document a value is: the keys and the numbers that lead to it.
Path: TypeAlias = tuple[Any, ...]


@dataclasses.dataclass
class Document:
    """What a file says, and on which lines.

    :param file: the file.
    :param value: what ``yaml.safe_load`` makes of it.
    :param doubled: keys that stand there twice; the last one counts.
    """

    file: str
    value: Any = None
    doubled: list[Path] = dataclasses.field(default_factory=list)
    _lines: dict[Path, int] = dataclasses.field(default_factory=dict)
    _keys: dict[Path, int] = dataclasses.field(default_factory=dict)

    def at(self, *path: Any) -> str:
        """Where a value stands, its key if it has one, as ``file:line``."""
        while path and path not in self._lines:
            path = path[:-1]
        line = self._keys.get(path) or self._lines.get(path, 1)
        return f"{self.file}:{line}"


def read(file: str) -> Document:
    """What a file says.

    :raises Mistaken: if Ceilometer cannot read it either.
    :raises NotVerified: if only we cannot: it is not ours to read, or too large.
    """
    try:
        with open(file, "rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as fault:
        raise NotVerified(
            f"{file} cannot be read: {fault.strerror}",
            file,
            "Run as a user that may read it, for example the service's own.",
        ) from None
    if len(data) > LARGEST:
        raise _too_much(file, 1, f"is larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        what = f"byte {fault.start} is not UTF-8"
        raise _malformed(file, line, what, "save the file as UTF-8") from None
    return parse(text, file)


def parse(text: str, file: str) -> Document:
    """What a text says.

    :param file: how findings call it.
    :raises Mistaken: if Ceilometer cannot read it either.
    :raises NotVerified: if only we cannot.
    """
    document = Document(file)
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            if root is not None:
                _weigh(root, file, {}, set())
                document.doubled = list(_doubled(root, ()))
                document.value = loader.construct_document(root)
                _locate(loader, document, root, ())
        finally:
            loader.dispose()
    except _TooDeep as fault:
        raise _too_much(
            file, fault.line, f"lies more than {DEEPEST} levels deep"
        ) from None
    except yaml.reader.ReaderError as fault:
        what = f"the character U+{ord(text[fault.position]):04X} may not stand in YAML"
        line = text.count("\n", 0, fault.position) + 1
        raise _malformed(file, line, what, "remove it") from None
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        what = fault.problem or fault.context or "this is no YAML"
        raise _malformed(file, mark.line + 1 if mark else 1, what) from None
    except (yaml.YAMLError, ValueError, OverflowError, TypeError) as fault:
        # A date such as 2026-02-30, an escape such as "\U99999999".
        raise _malformed(file, 1, f"this is no YAML: {fault}") from None
    return document


def _malformed(
    file: str, line: int, what: str, right: str = "correct the YAML"
) -> Mistaken:
    return Mistaken([Mistake(Source(file, line), what, right)])


def _too_much(file: str, line: int, what: str) -> NotVerified:
    return NotVerified(
        f"{file}:{line}: {what}, so it is not read",
        f"{file}:{line}",
        "Look whether this is the file that you mean; if it is, shorten it.",
    )


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class _Loader(yaml.SafeLoader):
    """PyYAML's own safe loader, which stops at great depth."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self._depth > DEEPEST:
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise _TooDeep(event.start_mark.line + 1)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _children(node: Any) -> Iterator[Any]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from (key, value)
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _weigh(node: Any, file: str, known: dict[int, int], above: set[int]) -> int:
    """How many values a node stands for, aliases written out.

    :raises NotVerified: if they are too many, or endless.
    """
    line = node.start_mark.line + 1
    if id(node) in above:
        raise _too_much(file, line, "an alias stands for what contains it")
    if id(node) not in known:
        above.add(id(node))
        known[id(node)] = 1 + sum(
            _weigh(each, file, known, above) for each in _children(node)
        )
        above.discard(id(node))
    if known[id(node)] > MOST:
        raise _too_much(file, line, f"aliases stand for more than {MOST} values")
    return known[id(node)]


def _doubled(node: Any, path: Path) -> Iterator[Path]:
    """Keys that stand twice in one mapping, before merging makes more of them."""
    if isinstance(node, yaml.SequenceNode):
        for number, each in enumerate(node.value):
            yield from _doubled(each, (*path, number))
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is not None and name != "<<" and name in seen:
                yield (*path, name)
            seen.add(name)
            yield from _doubled(value, (*path, name))


def _locate(loader: Any, document: Document, node: Any, path: Path) -> None:
    document._lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for number, each in enumerate(node.value):
            _locate(loader, document, each, (*path, number))
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = loader.construct_object(key, deep=True)
            document._keys[(*path, name)] = key.start_mark.line + 1
            _locate(loader, document, value, (*path, name))
