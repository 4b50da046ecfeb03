"""A procedure's YAML file: read, judged as a whole, made a value."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from upgradecheck import procedure_rules
from upgradecheck import yamlfile
from upgradecheck.mistake import Mistaken
from upgradecheck.procedure import Note
from upgradecheck.procedure import Prerequisite
from upgradecheck.procedure import Procedure
from upgradecheck.procedure import Reference
from upgradecheck.procedure import Section
from upgradecheck.procedure import Span
from upgradecheck.procedure import Step
from upgradecheck.procedure import Text
from upgradecheck.yamlfile import Lined
from upgradecheck.yamlfile import Path


def procedure(
    data: bytes | str, file: str, known: Collection[str] | None = None
) -> Procedure:
    """The procedure that a file describes.

    :param known: the ids of all checks; another one is a mistake then.
    :raises Mistaken: with every mistake.
    """
    lined = yamlfile.read(data, file)
    mistakes = list(procedure_rules.mistakes_in(lined))
    if known is not None:
        mistakes += procedure_rules.unknown_checks_in(lined, known)
    if mistakes:
        raise Mistaken(mistakes)
    return _Builder(lined).procedure()


class _Builder:
    """Makes the values of a file that has no mistake."""

    def __init__(self, lined: Lined) -> None:
        self.lined = lined
        data = lined.value
        self.prefix = f"{data['service']}.{data['name']}."
        self.known = {draft.name for draft in procedure_rules.drafts_in(data)}

    def procedure(self) -> Procedure:
        data = self.lined.value
        return Procedure(
            service=data["service"],
            id=data["name"],
            title=data["title"].strip(),
            summary=self.text(data, (), "summary"),
            prerequisites=tuple(
                self.prerequisite(each, ("prerequisites", number))
                for number, each in enumerate(data.get("prerequisites", ()))
            ),
            notes=self.notes(data, ()),
            before=self.sections("before"),
            steps=self.steps(data, (), ()),
            after=self.sections("after"),
            span=self.span(data),
            source=self.lined.source(()),
        )

    def text(self, data: Any, path: Path, key: str) -> Text:
        if key not in data:
            return Text()
        here = (*path, key)
        text = data[key].rstrip()
        return Text(text, self.lined.source(here), self.lined.is_literal(here))

    def span(self, data: Any) -> Span:
        return Span(data.get("added", ""), data.get("removed", ""))

    def prerequisite(self, data: Any, path: Path) -> Prerequisite:
        check = None
        if "check" in data:
            check = Reference(data["check"], self.lined.source((*path, "check")))
        return Prerequisite(
            self.text(data, path, "text"),
            check,
            self.span(data),
            self.lined.source(path),
        )

    def notes(self, data: Any, path: Path) -> tuple[Note, ...]:
        return tuple(
            Note(
                text=self.text(note, (*path, "notes", number), "text"),
                kind=note.get("kind", "note"),
                title=note.get("title", ""),
                id=note.get("id", ""),
                see=note.get("see", ""),
                span=self.span(note),
                source=self.lined.source((*path, "notes", number)),
            )
            for number, note in enumerate(data.get("notes", ()))
        )

    def sections(self, key: str) -> tuple[Section, ...]:
        return tuple(
            Section(
                name=self.prefix + data["id"],
                title=data["title"].strip(),
                text=self.text(data, (key, number), "text"),
                notes=self.notes(data, (key, number)),
                span=self.span(data),
                source=self.lined.source((key, number)),
            )
            for number, data in enumerate(self.lined.value.get(key, ()))
        )

    def steps(self, data: Any, path: Path, name: tuple[str, ...]) -> tuple[Step, ...]:
        return tuple(
            self.step(step, (*path, "steps", number), (*name, step["id"]))
            for number, step in enumerate(data.get("steps", ()))
        )

    def step(self, data: Any, path: Path, name: tuple[str, ...]) -> Step:
        return Step(
            name=self.prefix + ".".join(name),
            title=data.get("title", "").strip(),
            text=self.text(data, path, "text"),
            where=data.get("where", "").strip(),
            each=data.get("each", "").strip(),
            requires=tuple(
                Reference(self.required(each.name, name[:-1]), each.source)
                for each in self.references(data, path, "requires")
            ),
            gate=self.references(data, path, "gate"),
            run=tuple(command.strip() for command in data.get("run", ())),
            verify=self.references(data, path, "verify"),
            notes=self.notes(data, path),
            steps=self.steps(data, path, name),
            is_optional=data.get("optional", False),
            is_anytime=data.get("anytime", False),
            span=self.span(data),
            source=self.lined.source(path),
        )

    def references(self, data: Any, path: Path, key: str) -> tuple[Reference, ...]:
        return tuple(
            Reference(name, self.lined.source((*path, key, number)))
            for number, name in enumerate(data.get(key, ()))
        )

    def required(self, name: str, around: tuple[str, ...]) -> str:
        found = procedure_rules.found_step(name, around, self.known)
        return self.prefix + ".".join(found or ())
