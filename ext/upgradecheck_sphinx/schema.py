"""The directive ``upgrade:schema``: the keys of a format, asked of its JSON Schema."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from typing import TypeAlias

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.text import clean
from upgradecheck_sphinx.words import _

Schema: TypeAlias = dict[str, Any]

#: The package and the file of each schema that ships.
SCHEMAS = {
    "baseline": ("upgradecheck", "baseline.schema.json"),
    "procedure": ("upgradecheck", "procedure.schema.json"),
    "report": ("upgradecheck.report", "report.schema.json"),
}
_TO_DEFINITION = "#/$defs/"


class SchemaDirective(SphinxDirective):
    """Each key of a format: its type, whether it must be there, what it means."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        self.name_of_schema = self.arguments[0].strip()
        if self.name_of_schema not in SCHEMAS:
            right = nearest(self.name_of_schema, SCHEMAS)
            raise self.error(f"no schema is {self.name_of_schema}; {right}")
        package, file = SCHEMAS[self.name_of_schema]
        path = Path(str(importlib.resources.files(package).joinpath(file)))
        self.env.note_dependency(str(path))
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.whole: Schema = json.loads(self.text)
        shipped = f"{package.replace('.', '/')}/{file}"
        where = parts.sentence(_("It ships as %s."), nodes.literal(shipped, shipped))
        found = [*self._meaning(self.whole), where, self._keys(self.whole, "")]
        for name, definition in self.definitions.items():
            if "properties" in definition:
                found += [self._heading(name, definition), *self._meaning(definition)]
                found.append(self._keys(definition, f"{name}."))
        return found

    @property
    def definitions(self) -> dict[str, Schema]:
        """What the schema says of parts that stand in several places."""
        found: dict[str, Schema] = self.whole.get("$defs", {})
        return found

    def _source(self, schema: Schema) -> Source:
        """Where the schema describes something, as near as that can be told."""
        said = json.dumps(schema.get("description", ""), ensure_ascii=False)
        before = self.text.partition(said)[0]
        return Source(str(self.path), before.count("\n") + 1)

    def _meaning(self, schema: Schema) -> list[nodes.Node]:
        text = schema.get("description", "")
        if not text:
            return []
        return [parts.paragraph(_sentence(text), self._source(schema))]

    def _heading(self, name: str, definition: Schema) -> nodes.rubric:
        title = clean(definition.get("title", name))
        title = title[:1].upper() + title[1:]
        found = nodes.rubric(title, title)
        source = self._source(definition)
        found.source, found.line = source.file, source.line
        self._target(found, f"{name}.")
        return found

    def _target(self, node: nodes.Element, path: str) -> None:
        term = f"{self.name_of_schema}.{path}".rstrip(".")
        node["ids"].append(make_id(self.env, self.state.document, "schema", term))
        self.state.document.note_explicit_target(node)

    def _keys(self, schema: Schema, path: str) -> nodes.definition_list:
        found = nodes.definition_list(classes=["upgrade-keys"])
        needed = schema.get("required", ())
        for key, value in schema["properties"].items():
            found += self._key(key, value, key in needed, f"{path}{key}")
        return found

    def _key(
        self, key: str, schema: Schema, is_needed: bool, path: str
    ) -> nodes.definition_list_item:
        words = [self._type(schema), _("required") if is_needed else _("optional")]
        # Sphinx's text writer loses all of a list within one that has classifiers.
        said = nodes.inline("", f" ({', '.join(words)})", classes=["upgrade-type"])
        term = nodes.term("", "", nodes.literal(key, key), said, translatable=False)
        self._target(term, path)
        body = nodes.definition("", *self._meaning(schema))
        body += parts.facts(list(self._facts(schema)), self._source(schema))
        inner = schema.get("items", schema)
        if "properties" in inner:
            body += self._keys(inner, f"{path}.")
        return nodes.definition_list_item("", term, body)

    def _facts(self, schema: Schema) -> Iterator[tuple[str, nodes.paragraph | None]]:
        form = self._at(schema)
        text = form.get("description", "")
        if form is not schema and text:
            is_ours = "properties" in form
            source = self._source(form)
            words = None if is_ours else parts.paragraph(_sentence(text), source)
            yield _("Form"), words
        item = schema.get("items", {})
        if item.get("description") and "$ref" not in item and "properties" not in item:
            words = parts.paragraph(_sentence(item["description"]), self._source(item))
            yield _("Each of them"), words

    def _at(self, schema: Schema) -> Schema:
        """What a reference leads to; a schema that is none leads to itself."""
        name = schema.get("$ref", "").removeprefix(_TO_DEFINITION)
        return self.definitions.get(name, schema)

    def _type(self, schema: Schema) -> str:
        """The type of a value in words."""
        form = self._at(schema)
        if "const" in form:
            return _("always %s") % json.dumps(form["const"])
        if "enum" in form:
            values = ", ".join(str(each) for each in form["enum"])
            return _("one of %s") % values
        if "items" in form:
            item = form["items"]
            target = self._at(item)
            if "title" in target and target is not item:
                return _("list, each %s") % str(target["title"])
            return _("list, each %s") % self._type(item)
        kinds = form.get("type", "object")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        return _(" or ").join(_kind(each) for each in kinds)


def _kind(name: str) -> str:
    words = {
        "array": _("list"),
        "boolean": _("true or false"),
        "integer": _("whole number"),
        "null": _("null"),
        "number": _("number"),
        "object": _("mapping"),
        "string": _("text"),
    }
    return words.get(name, name)


def _sentence(text: str) -> str:
    """A description, which may be part of a message elsewhere, as a sentence."""
    ending = "" if text.endswith((".", "?", "!")) else "."
    return f"{text[:1].upper()}{text[1:]}{ending}"
