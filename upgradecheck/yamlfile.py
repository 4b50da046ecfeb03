"""A YAML file as plain values, with the line of each of them."""

from __future__ import annotations

import dataclasses
import re
from typing import Any
from typing import TypeAlias

import yaml

from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source

#: A larger file was not written by hand.
LARGEST = 256 * 1024
#: What lies deeper was not written by hand either.
DEEPEST = 32

#: Where in a file a value is: the keys and the numbers that lead to it.
Path: TypeAlias = tuple[str | int, ...]

#: How git marks where two sides of a merge differ.
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_TAG = "tag:yaml.org,2002:"
#: What YAML makes of what is written without a tag.
_KINDS = (
    *("map", "seq", "str", "bool", "null"),
    *("int", "float", "timestamp", "value", "merge"),
)


@dataclasses.dataclass
class Lined:
    """What a file says, and on which lines.

    :param file: the file.
    :param value: mappings, lists, texts, booleans and None; whatever else YAML
        knows stands as 0.
    :param mistakes: keys that stand there twice, and the like.
    """

    file: str
    value: Any = None
    mistakes: list[Mistake] = dataclasses.field(default_factory=list)
    _lines: dict[Path, int] = dataclasses.field(default_factory=dict)
    _keys: dict[Path, int] = dataclasses.field(default_factory=dict)
    _literal: set[Path] = dataclasses.field(default_factory=set)
    _written: dict[Path, str] = dataclasses.field(default_factory=dict)

    def source(self, path: Path) -> Source:
        """Where a value starts."""
        return Source(self.file, self._lines.get(path, 1))

    def key(self, path: Path) -> Source:
        """Where the key of a value is, or the value if it has none."""
        return Source(self.file, self._keys.get(path, self._lines.get(path, 1)))

    def is_literal(self, path: Path) -> bool:
        """Whether a text has the very lines that the file has, from one on."""
        return path in self._literal

    def written(self, path: Path) -> str:
        """A scalar as it is written."""
        return self._written.get(path, "")


def read(data: bytes | str, file: str, largest: int = LARGEST) -> Lined:
    """What a file says.

    :param data: what is in the file.
    :param file: how mistakes call it.
    :param largest: the most bytes that are read.
    :raises Mistaken: if it is no YAML.
    """
    if len(data) > largest:
        raise _unreadable(file, 1, f"is larger than {largest} bytes", "shorten it")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = fault.object.count(b"\n", 0, fault.start) + 1
        what = f"byte {fault.start} is not UTF-8"
        raise _unreadable(file, line, what, "save the file as UTF-8") from None
    lined = Lined(file)
    try:
        root = _compose(text)
    except yaml.reader.ReaderError as fault:
        what = f"the character U+{ord(text[fault.position]):04X} may not stand in YAML"
        line = text.count("\n", 0, fault.position) + 1
        raise _unreadable(file, line, what, "remove it") from None
    except yaml.MarkedYAMLError as fault:
        if conflict := _CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            what = "git left both sides of a merge here"
            raise _unreadable(file, line, what, "resolve the conflict") from None
        mark = fault.problem_mark or fault.context_mark
        problem = ": ".join(each for each in (fault.context, fault.problem) if each)
        raise _unreadable(file, mark.line + 1 if mark else 1, problem) from None
    except (yaml.YAMLError, ValueError, OverflowError) as fault:
        # PyYAML lets an escape such as "\U99999999" through to chr().
        raise _unreadable(file, 1, str(fault)) from None
    if root is not None:
        lined.value = _value(lined, root, ())
    return lined


def _unreadable(
    file: str, line: int, what: str, right: str = "correct the YAML"
) -> Mistaken:
    return Mistaken([Mistake(Source(file, line), what, right)])


class _Loader(yaml.SafeLoader):
    """Refuses aliases, which can make a small file endless, and great depth."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        mark: Any = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            what = (
                f"the alias *{event.anchor} is not read: write out what it stands for"
            )
            raise yaml.composer.ComposerError(None, None, what, mark)
        if self._depth == DEEPEST:
            what = f"lies more than {DEEPEST} levels deep"
            raise yaml.composer.ComposerError(None, None, what, mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _compose(text: str) -> Any:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _value(lined: Lined, node: Any, path: Path) -> Any:
    lined._lines[path] = node.start_mark.line + 1
    kind = node.tag.removeprefix(_TAG)
    if kind not in _KINDS:
        what = f"the tag {node.tag} is not read"
        lined.mistakes.append(Mistake(lined.source(path), what, "remove it"))
        kind = "str"
    if isinstance(node, yaml.MappingNode):
        return _mapping(lined, node, path)
    if isinstance(node, yaml.SequenceNode):
        return [_value(lined, n, (*path, i)) for i, n in enumerate(node.value)]
    lined._written[path] = node.value
    if node.style == "|":
        lined._lines[path] += 1
        lined._literal.add(path)
    if kind == "bool":
        return yaml.SafeLoader.bool_values.get(node.value.lower(), 0)
    if kind == "null":
        return None
    return node.value if kind in ("str", "value") else 0


def _mapping(lined: Lined, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        source = Source(lined.file, key.start_mark.line + 1)
        if not isinstance(key, yaml.ScalarNode):
            lined.mistakes.append(
                Mistake(source, "a key is no word", "write one word and a colon")
            )
            continue
        name = str(key.value)
        if name in found:
            first = lined.key((*path, name)).line
            lined.mistakes.append(
                Mistake(
                    source,
                    f"{name} stands there twice, first on line {first}",
                    "keep one of the two",
                )
            )
            continue
        lined._keys[(*path, name)] = source.line
        found[name] = _value(lined, value, (*path, name))
    return found
