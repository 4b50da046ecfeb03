"""What must be so in a procedure's file: its JSON Schema, and rules beyond it.

Each judge speaks of what the others let stand, so that one run finds every mistake.
"""

from __future__ import annotations

import dataclasses
import functools
import graphlib
import importlib.resources
import itertools
import json
import re
from collections.abc import Collection
from collections.abc import Iterator
from typing import Any
from typing import TypeAlias

from packaging.version import InvalidVersion
from packaging.version import Version

from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck.procedure import UnknownCheck
from upgradecheck.series import all_series
from upgradecheck.series import facts
from upgradecheck.span import Span
from upgradecheck.yamlfile import Lined
from upgradecheck.yamlfile import Path

#: A step's name as its parts, without the procedure's: ``("nodes", "stop")``.
Name: TypeAlias = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class UnknownStep(Mistake):
    """A step requires one that there is not.

    :param step: the step, without the procedure's name.
    :param required: what it requires.
    """

    step: str = ""
    required: str = ""


@dataclasses.dataclass(frozen=True)
class Circle(Mistake):
    """Steps require each other, so that none can be the first.

    :param steps: the steps, each of which requires the next, the last the first.
    """

    steps: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Duplicate(Mistake):
    """An id stands there twice.

    :param id: the id.
    :param first: where it stands first.
    """

    id: str = ""
    first: Source | None = None


def mistakes_in(lined: Lined) -> Iterator[Mistake]:
    """Every mistake in a procedure's file."""
    drafts = list(drafts_in(lined.value))
    yield from lined.mistakes
    yield from _against_schema(lined)
    yield from _spans(lined, lined.value, ())
    yield from _nested(lined, drafts)
    yield from _duplicates(lined, drafts)
    yield from _references(lined, drafts)
    yield from _sights(lined)


@functools.cache
def schema() -> Any:
    """The JSON Schema of a procedure's file."""
    text = importlib.resources.files("upgradecheck").joinpath("procedure.schema.json")
    return json.loads(text.read_text(encoding="utf-8"))


@functools.cache
def _validator() -> Any:
    # Imported here: whoever reads no procedure need not wait for it.
    import jsonschema  # type: ignore[import-untyped, unused-ignore]

    return jsonschema.Draft202012Validator(schema())


def _against_schema(lined: Lined) -> Iterator[Mistake]:
    for error in _validator().iter_errors(lined.value):
        yield from _spoken(lined, error)


def _spoken(lined: Lined, error: Any) -> Iterator[Mistake]:
    """What the schema finds, in words and with its line."""
    path: Path = tuple(error.absolute_path)
    due = error.schema.get("description", "")
    thing = error.schema.get("title", "the mapping")
    source = lined.source(path)
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        for key in error.instance.keys() - known.keys():
            what = f"{key!r} is no key of {thing}"
            yield Mistake(lined.key((*path, key)), what, nearest(key, known))
        return
    if error.validator == "required":
        for key in error.validator_value:
            if key not in error.instance:
                yield Mistake(source, f"{thing} lacks {key}", f"add {key}: to it")
        return
    if error.validator == "not":
        what = "a note that says see says something else too"
        yield Mistake(source, what, "keep see alone, and the rest in the note it names")
        return
    name = next((str(each) for each in reversed(path) if isinstance(each, str)), "")
    what = f"{name or thing} is {_as_found(lined, error.instance, path)}"
    if error.validator == "uniqueItems":
        twice = [each for each in error.instance if error.instance.count(each) > 1]
        what = f"{name} names {twice[0]} twice"
        due = "keep one of the two"
    elif error.validator == "enum":
        due = f"it is one of {', '.join(error.validator_value)}"
    elif due:
        due = f"it must be {due}"
    yield Mistake(lined.key(path), what, due or "correct it")


def _as_found(lined: Lined, value: Any, path: Path) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if not lined.written(path).strip():
        return "empty"
    written = lined.written(path)
    return repr(written if len(written) <= 60 else written[:57] + "...")


@dataclasses.dataclass(frozen=True)
class Draft:
    """A step as it stands in the file, right or wrong."""

    path: Path
    name: Name
    data: dict[str, Any]

    @property
    def has_id(self) -> bool:
        return isinstance(self.data.get("id"), str)

    @property
    def spoken(self) -> str:
        return ".".join(self.name)


def _list(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def drafts_in(data: Any, path: Path = (), name: Name = ()) -> Iterator[Draft]:
    """The steps of a procedure or step, in the advised order."""
    for number, step in enumerate(_list(data, "steps")):
        if isinstance(step, dict):
            here = (*path, "steps", number)
            id = step.get("id")
            # A step without an id has a name that no file can write.
            named = (*name, id if isinstance(id, str) else f"step {number + 1}")
            yield Draft(here, named, step)
            yield from drafts_in(step, here, named)


def _spans(
    lined: Lined, value: Any, path: Path, around: tuple[Span, ...] = ()
) -> Iterator[Mistake]:
    """Versions that cannot be read, and releases that never come."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _spans(lined, each, (*path, number), around)
    if not isinstance(value, dict):
        return
    found = {}
    for key in ("added", "removed"):
        version = value.get(key)
        if not isinstance(version, str):
            continue
        fault = _version_fault(lined.value, version)
        if fault is None:
            found[key] = version
        else:
            what, right = fault
            yield Mistake(lined.key((*path, key)), f"{key} is {what}", right)
    span = Span(**found)
    inner = around
    if not span.meets(span):
        what = f"removed is {span.removed}, which is not after {span.added}"
        right = "removed is the first release without it"
        yield Mistake(lined.key((*path, "removed")), what, right)
    elif span:
        inner = (*around, span)
        if not all(span.meets(each) for each in around):
            what = "the releases are none of those that what is around it is bound to"
            yield Mistake(lined.key(path), what, "correct added or removed")
    for key in ("prerequisites", "notes", "before", "steps", "after"):
        yield from _spans(lined, value.get(key), (*path, key), inner)


def _version_fault(data: Any, version: str) -> tuple[str, str] | None:
    """Why a text is no version of a procedure's service; None if it is one."""
    service = data.get("service")
    known = facts()["services"].get(service, {}) if isinstance(service, str) else {}
    named = [
        series.id
        for series in all_series()
        if series.id in known and version.lower() in (series.id, series.name)
    ]
    right = "write a release of the service, for example 14.0.0"
    if named:
        right = f"write the first release of that series, {known[named[0]]}"
    try:
        Version(version)
    except InvalidVersion:
        return f"{version!r}, which is no version", right
    return (f"{version}, which is a series and no version", right) if named else None


def _nested(lined: Lined, drafts: list[Draft]) -> Iterator[Mistake]:
    """Steps within a step that have no use."""
    for draft in drafts:
        steps = _list(draft.data, "steps")
        if not steps:
            continue
        source = lined.source(draft.path)
        if "each" not in draft.data and len(steps) == 1:
            what = f"{draft.spoken} consists of one step and is not repeated"
            yield Mistake(source, what, "say each: what for, or write one step")
        if "run" in draft.data:
            what = f"{draft.spoken} has commands and steps"
            right = "move its commands to one of its steps"
            yield Mistake(lined.key((*draft.path, "run")), what, right)
        if all(isinstance(s, dict) and s.get("optional") is True for s in steps):
            what = f"every step of {draft.spoken} is optional"
            yield Mistake(source, what, f"let {draft.spoken} be optional instead")


def _duplicates(lined: Lined, drafts: list[Draft]) -> Iterator[Mistake]:
    """Ids of steps, sections and notes that are not one thing's alone."""
    first: dict[Name, Source] = {}

    def claim(name: Name, path: Path, kind: str) -> Iterator[Mistake]:
        source = lined.key((*path, "id"))
        if first.setdefault(name, source) == source:
            return
        spoken = ".".join(name).lstrip(".")
        before = first[name]
        what = f"the {kind} {spoken} stands there twice, first on line {before.line}"
        right = "give one of the two another id"
        yield Duplicate(source, what, right, spoken, before)

    for draft in drafts:
        if draft.has_id:
            yield from claim(draft.name, draft.path, "step")
    for key in ("before", "after"):
        for number, section in enumerate(_list(lined.value, key)):
            id = section.get("id") if isinstance(section, dict) else None
            if isinstance(id, str):
                yield from claim((id,), (key, number), "section")
    for path, note in _notes(lined.value):
        id = note.get("id")
        if isinstance(id, str):
            yield from claim(("", id), path, "note")


def _notes(data: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every note of a procedure, wherever it stands."""
    for number, note in enumerate(_list(data, "notes")):
        if isinstance(note, dict):
            yield (*path, "notes", number), note
    for key in ("before", "steps", "after"):
        for number, inner in enumerate(_list(data, key)):
            yield from _notes(inner, (*path, key, number))


def _sights(lined: Lined) -> Iterator[Mistake]:
    """Notes that are asked to be seen and are not there."""
    notes = list(_notes(lined.value))
    known = {note["id"] for _, note in notes if isinstance(note.get("id"), str)}
    for path, note in notes:
        see = note.get("see")
        if isinstance(see, str) and see not in known:
            what = f"there is no note {see} to see"
            yield Mistake(lined.key((*path, "see")), what, nearest(see, known))


def unknown_checks_in(lined: Lined, known: Collection[str]) -> Iterator[Mistake]:
    """What a procedure's file names as checks that are none.

    What cannot be an id of a check at all is left to the schema.
    """
    data = lined.value
    if not isinstance(data, dict):
        return
    id = re.compile(schema()["$defs"]["check"]["pattern"])
    name = f"{data.get('service')}.{data.get('name')}"
    for path in _checks_in(data):
        check = lined.written(path)
        if id.search(check) and check not in known:
            yield UnknownCheck.named(name, check, lined.source(path), known)


def _checks_in(data: Any) -> Iterator[Path]:
    """Where checks are named."""
    for number, _ in enumerate(_list(data, "prerequisites")):
        yield "prerequisites", number, "check"
    for draft in drafts_in(data):
        for key in ("gate", "verify"):
            for number, _ in enumerate(_list(draft.data, key)):
                yield (*draft.path, key, number)


def found_step(name: str, around: Name, known: Collection[Name]) -> Name | None:
    """The step of a name, looked for among the nearest steps first."""
    parts = tuple(name.split("."))
    for length in range(len(around), -1, -1):
        if (*around[:length], *parts) in known:
            return (*around[:length], *parts)
    return None


def _references(lined: Lined, drafts: list[Draft]) -> Iterator[Mistake]:
    """What ``requires`` names wrongly, or in contradiction to the list."""
    places = {draft.name: place for place, draft in reversed([*enumerate(drafts)])}
    known = {draft.spoken for draft in drafts}
    has_ids = all(draft.has_id for draft in drafts)
    edges: dict[tuple[Name, Name], Source] = {}
    for draft in drafts:
        for number, required in enumerate(_list(draft.data, "requires")):
            if not isinstance(required, str):
                continue
            source = lined.source((*draft.path, "requires", number))
            found = found_step(required, draft.name[:-1], places)
            what = f"{draft.spoken} requires {required}, "
            if found is None:
                what += "which is no step of the procedure"
                right = nearest(required, known)
                # A step without an id may well be the one that is meant.
                if has_ids:
                    yield UnknownStep(source, what, right, draft.spoken, required)
            elif found == draft.name:
                right = "remove it"
                yield Circle(source, what + "which is itself", right, (draft.spoken,))
            elif draft.name[: len(found)] == found:
                what += "of which it is a part"
                yield Mistake(source, what, "remove it")
            elif found[: len(draft.name)] == draft.name:
                what += "which is a part of it"
                yield Mistake(source, what, "a step is done when all its parts are")
            else:
                edges[(draft.name, found)] = source
    yield from _circles(drafts, edges)
    for (name, required_name), source in edges.items():
        if places[required_name] > places[name]:
            one, other = ".".join(name), ".".join(required_name)
            what = f"{one} requires {other}, which stands after it"
            right = f"the list is the advised order: move {other} before {one}"
            yield Mistake(source, what, right)


def _circles(
    drafts: list[Draft], edges: dict[tuple[Name, Name], Source]
) -> Iterator[Mistake]:
    """The circles; the edges of each are taken out of ``edges``."""
    while True:
        graph = graphlib.TopologicalSorter[tuple[Name, bool]]()
        for draft in drafts:
            # True is a step's start, False its end: parts lie in between.
            graph.add((draft.name, False), (draft.name, True))
            if len(draft.name) > 1:
                graph.add((draft.name, True), (draft.name[:-1], True))
                graph.add((draft.name[:-1], False), (draft.name, False))
        for name, required in edges:
            graph.add((name, True), (required, False))
        try:
            graph.prepare()
        except graphlib.CycleError as fault:
            around = fault.args[1]
        else:
            return
        pairs = [
            (name, required)
            for (required, _), (name, _) in itertools.pairwise(around)
            if (name, required) in edges
        ]
        pairs.reverse()
        steps = tuple(".".join(name) for name, _ in pairs)
        sources = [edges.pop(pair) for pair in pairs]
        said = ", ".join(
            f"{'.'.join(name)} requires {'.'.join(required)}"
            for name, required in pairs
        )
        what = f"steps require each other in a circle: {said}"
        right = "take away what need not be required"
        yield Circle(min(sources), what, right, steps)
