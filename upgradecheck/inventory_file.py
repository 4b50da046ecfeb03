"""The inventory's YAML file: read, judged as a whole, written so that diffs read well."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator
from typing import Any

import yaml
from packaging.version import InvalidVersion
from packaging.version import Version

from upgradecheck import yamlfile
from upgradecheck.check import Phase
from upgradecheck.held import CheckFacts
from upgradecheck.held import Facts
from upgradecheck.held import ProcedureFacts
from upgradecheck.inventory import Entry
from upgradecheck.inventory import Inventory
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck.yamlfile import Lined
from upgradecheck.yamlfile import Path

#: The file's place below the folder of the release notes.
NAME = "inventory.yaml"
SCHEMA = "1"
#: The most bytes: some thousand checks with twenty releases each.
LARGEST = 1024 * 1024

_HEAD = """\
# What each release held: its checks and procedures, and since when each is what it is.
# "service-status upgrade notes --release VERSION" adds a release to this file; the
# release notes and the history in the guide are read off it.
"""
_TOP = ("schema", "distribution", "releases", "checks", "procedures")
_CHECK = ("version", "title", "phase", "needs", "applies_to", "procedures", "changed")
_PROCEDURE = ("version", "title", "steps")
_REMOVED = ("version", "removed")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\.[a-z0-9][a-z0-9-]*")
_STEP = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*")


def load(file: str | os.PathLike[str]) -> Inventory:
    """The inventory of a file.

    :raises OSError: if it cannot be read.
    :raises Mistaken: with every mistake in it.
    """
    with open(file, "rb") as stream:
        return read(stream.read(LARGEST + 1), os.fspath(file))


def read(data: bytes | str, file: str) -> Inventory:
    """The inventory that a text describes.

    :param file: how mistakes call the text.
    :raises Mistaken: with every mistake in it.
    """
    lined = yamlfile.read(data, file, LARGEST)
    reader = _Reader(lined)
    inventory = reader.inventory()
    if reader.mistakes:
        raise Mistaken(reader.mistakes)
    return inventory


def text(inventory: Inventory) -> str:
    """The file's text; one inventory has one text."""
    data = {
        "schema": int(SCHEMA),
        "distribution": inventory.distribution,
        "releases": _Flow(inventory.releases),
        "checks": {
            id: [_entry(each) for each in inventory.checks[id]]
            for id in sorted(inventory.checks)
        },
        "procedures": {
            name: [_entry(each) for each in inventory.procedures[name]]
            for name in sorted(inventory.procedures)
        },
    }
    body: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=88
    )
    return f"{_HEAD}{body}"


def _entry(entry: Entry[Any]) -> dict[str, Any]:
    facts: Facts | None = entry.facts
    if facts is None:
        return {"version": entry.version, "removed": True}
    if isinstance(facts, ProcedureFacts):
        return {
            "version": entry.version,
            "title": facts.title,
            "steps": list(facts.steps),
        }
    values = {
        "version": entry.version,
        "title": facts.title,
        "phase": facts.phase,
        "needs": _Flow(facts.needs),
        "applies_to": facts.applies_to,
        "procedures": _Flow(facts.procedures),
        "changed": _Flow(facts.changed),
    }
    return {key: value for key, value in values.items() if value}


class _Flow(list[Any]):
    """A list that is written on one line."""


class _Dumper(yaml.SafeDumper):
    """Indents lists below their keys; no value is written as an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _flow(dumper: yaml.SafeDumper, data: _Flow) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=True)


_Dumper.add_representer(_Flow, _flow)


class _Reader:
    """Makes the values of a file, and takes down what is wrong."""

    def __init__(self, lined: Lined) -> None:
        self.lined = lined
        self.mistakes = list(lined.mistakes)

    def inventory(self) -> Inventory:
        top = self.mapping((), self.lined.value, "an inventory", _TOP)
        if not top:
            return Inventory("")
        if self.lined.written(("schema",)) != SCHEMA:
            self.wrong(("schema",), f"schema is not {SCHEMA}", f"write {SCHEMA}")
        distribution = self.text(("distribution",), top.get("distribution"))
        releases = self.releases(top.get("releases", []))
        checks = {
            name: tuple(self.entries(("checks", name), values, _CHECK))
            for name, values in self.named("checks", top).items()
        }
        procedures = {
            name: tuple(self.entries(("procedures", name), values, _PROCEDURE))
            for name, values in self.named("procedures", top).items()
        }
        for part in (checks, procedures):
            for entries in part.values():
                self.judge(entries, releases)
        return Inventory(distribution, tuple(releases), checks, procedures)

    def wrong(self, path: Path, what: str, right: str) -> None:
        self.mistakes.append(Mistake(self.lined.key(path), what, right))

    def wrong_at(self, source: Source, what: str, right: str) -> None:
        self.mistakes.append(Mistake(source, what, right))

    def mapping(
        self, where: Path, value: Any, what: str, known: tuple[str, ...]
    ) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            right = f"write a mapping with {', '.join(known)}"
            self.wrong_at(self.lined.source(where), f"this is not {what}", right)
            return {}
        for key in value:
            if key not in known:
                self.wrong(
                    (*where, key), f"{key!r} is no key of {what}", nearest(key, known)
                )
        return value

    def text(self, path: Path, value: Any) -> str:
        """A text of one line, as it is written."""
        written = self.lined.written(path).strip()
        if isinstance(value, list | dict | None) or not written or "\n" in written:
            self.wrong(path, f"{path[-1]} is no text of one line", "write one")
            return ""
        return written

    def version(self, path: Path, value: Any) -> str:
        written = self.lined.written(path)
        try:
            Version(written)
        except InvalidVersion:
            name = path[-1] if isinstance(path[-1], str) else path[0]
            self.wrong(path, f"{written!r} in {name} is no version", "write as '1.2.0'")
            return ""
        return written

    def listed(self, path: Path, value: Any) -> list[str]:
        """A list of texts."""
        if not isinstance(value, list):
            self.wrong(path, f"{path[-1]} is no list", "write a list: [...]")
            return []
        return [self.text((*path, n), each) for n, each in enumerate(value)]

    def releases(self, value: Any) -> list[str]:
        path = ("releases",)
        if not isinstance(value, list):
            self.wrong(path, "releases is no list", "write one: ['1.2.0']")
            return []
        found = [self.version((*path, n), each) for n, each in enumerate(value)]
        for number, (one, other) in enumerate(itertools.pairwise(found), 1):
            if one and other and Version(other) <= Version(one):
                what = f"{other} comes after {one}"
                self.wrong((*path, number), what, "list the oldest release first")
        return found

    def named(self, part: str, top: dict[str, Any]) -> dict[str, Any]:
        value = top.get(part, {})
        if not isinstance(value, dict):
            self.wrong((part,), f"{part} is no mapping", "write names with a list each")
            return {}
        for name in value:
            if not _NAME.fullmatch(name):
                what = f"{name!r} is no name of a {part[:-1]}"
                self.wrong((part, name), what, "write SERVICE.NAME in lower case")
        return value

    def entries(
        self, path: Path, value: Any, known: tuple[str, ...]
    ) -> Iterator[Entry[Any]]:
        if not isinstance(value, list) or not value:
            right = "write a list with an entry a version in which it changed"
            self.wrong(path, f"{path[-1]} has no entries", right)
            return
        for number, each in enumerate(value):
            where = (*path, number)
            gone = isinstance(each, dict) and "removed" in each
            keys = self.mapping(
                where, each, f"an entry of the {path[0]}", _REMOVED if gone else known
            )
            if not keys:
                continue
            version = ""
            if "version" in keys:
                version = self.version((*where, "version"), keys["version"])
            else:
                source = self.lined.source(where)
                self.wrong_at(source, "the entry lacks its version", "add it")
            if gone and keys["removed"] is not True:
                self.wrong((*where, "removed"), "removed is not true", "write true")
            facts = None if gone else self.facts(where, keys, known)
            yield Entry(version, facts, self.lined.source(where))

    def facts(self, where: Path, keys: dict[str, Any], known: tuple[str, ...]) -> Facts:
        def of(key: str) -> Path:
            return (*where, key)

        if "title" not in keys:
            self.wrong_at(
                self.lined.source(where), "the entry lacks its title", "add it"
            )
        title = self.text(of("title"), keys["title"]) if "title" in keys else ""

        def listed(key: str) -> tuple[str, ...]:
            return tuple(self.listed(of(key), keys[key])) if key in keys else ()

        if known is _PROCEDURE:
            steps = listed("steps")
            self.judge_steps(of("steps"), steps)
            return ProcedureFacts(title, steps)
        phase = self.text(of("phase"), keys["phase"]) if "phase" in keys else "before"
        if phase and phase not in list(Phase):
            self.wrong(of("phase"), f"{phase} is no phase", nearest(phase, list(Phase)))
        applies_to = (
            self.text(of("applies_to"), keys["applies_to"])
            if "applies_to" in keys
            else ""
        )
        return CheckFacts(
            title,
            phase,
            listed("needs"),
            applies_to,
            listed("procedures"),
            listed("changed"),
        )

    def judge_steps(self, path: Path, steps: tuple[str, ...]) -> None:
        seen: set[str] = set()
        for number, step in enumerate(steps):
            here = (*path, number)
            if not step:
                continue
            if not _STEP.fullmatch(step):
                self.wrong(
                    here, f"{step!r} is no name of a step", "write as nodes.stop"
                )
            elif step in seen:
                self.wrong(here, f"the step {step} is listed twice", "keep one")
            elif "." in step and step.rpartition(".")[0] not in seen:
                right = "list each step before the steps within it"
                self.wrong(here, f"{step} stands before the step it is in", right)
            seen.add(step)

    def judge(self, entries: tuple[Entry[Any], ...], releases: list[str]) -> None:
        """Whether entries follow each other as they can."""
        if not all(entry.version for entry in entries) or not all(releases):
            return  # told already
        known = {Version(each) for each in releases}
        first = min(known, default=None)
        before: Entry[Any] | None = None
        for entry in entries:
            age = Version(entry.version)
            if before is not None and age <= Version(before.version):
                what = f"{entry.version} comes after {before.version}"
                self.wrong_at(entry.source, what, "list the oldest entry first")
            if entry.facts is None and (before is None or before.facts is None):
                what = "what is not there is removed"
                self.wrong_at(entry.source, what, "remove this entry")
            if first is None or (age > first and age not in known):
                what = f"{entry.version} is none of the releases"
                self.wrong_at(entry.source, what, "list it under releases")
            before = entry
