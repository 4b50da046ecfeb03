"""Dynamic pollsters: the files of ``pollsters.d``."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any

from upgradecheck.services.ceilometer.document import Document
from upgradecheck.services.ceilometer.findings import Findings
from upgradecheck.services.ceilometer.findings import unknown_keys

#: The namespaces in which agents poll.
NAMESPACES = ("central", "compute", "ipmi")

# What ceilometer.polling.dynamic_pollster.PollsterDefinitions and its kinds read.
_REQUIRED = ("name", "sample_type", "unit", "value_attribute")
_HTTP = ("endpoint_type", "url_path")
_OTHER_API = ("module", "authentication_object")
_KEYS = (
    *_REQUIRED,
    *_HTTP,
    *_OTHER_API,
    *("authentication_parameters", "barbican_secret_id", "base_metadata"),
    *("default_value", "extra_metadata_fields", "extra_metadata_fields_cache_seconds"),
    *("extra_metadata_fields_skip", "headers", "host_command", "metadata_fields"),
    *("metadata_mapping", "namespaces", "next_sample_url_attribute"),
    *("preserve_mapped_metadata", "project_id_attribute", "resource_id_attribute"),
    *("response_entries_key", "response_handlers", "skip_sample_values", "timeout"),
    *("user_id_attribute", "value_mapping"),
)
_NAME = re.compile(r"([\w-]+)(\.[\w-]+)*(\.\{[\w-]+\})?")
_SEVERAL = re.compile(r".*\.\{\w+\}", re.DOTALL)
_SEVERAL_VALUES = re.compile(r"\[\w+\](\.\w+)+")
_TYPES = ("gauge", "delta", "cumulative")
_HANDLERS = ("json", "xml", "text")


@dataclasses.dataclass(frozen=True)
class Pollster:
    """A dynamic pollster.

    :param name: its name; ends in ``.{attribute}`` if it makes several meters.
    :param namespaces: where it is polled.
    :param at: where it is defined.
    """

    name: str
    namespaces: tuple[str, ...]
    at: str

    @property
    def meter(self) -> str:
        """A pattern of the meters that it makes."""
        return self.name.rpartition(".{")[0] + ".*" if "{" in self.name else self.name


def pollsters(documents: Iterable[Document], findings: Findings) -> list[Pollster]:
    """The dynamic pollsters that agents load, and what keeps others from it.

    After ``ceilometer.polling.manager.AgentManager.create_dynamic_pollsters``.
    """
    found: list[Pollster] = []
    taken: dict[tuple[str, str], Pollster] = {}
    for document in documents:
        for number in _definitions(document, findings):
            pollster = _pollster(document, number, findings)
            if pollster is None:
                continue
            places = [(pollster.name, each) for each in pollster.namespaces]
            first = next((taken[each] for each in places if each in taken), None)
            if first is not None:
                findings.odd(
                    pollster.at,
                    f"the pollster {pollster.name} is defined at {first.at} already; "
                    "an agent loads only the first",
                    "Keep one of the two, or give it another name.",
                )
            left = tuple(each for name, each in places if (name, each) not in taken)
            taken.update((each, pollster) for each in places if each not in taken)
            if left or not places:
                found.append(dataclasses.replace(pollster, namespaces=left))
    return found


def _definitions(document: Document, findings: Findings) -> Iterator[int]:
    """The numbers of the definitions that have a name; an agent dies of another."""
    ends = "polling agents do not start with it"
    if not isinstance(document.value, list):
        findings.wrong(
            document.at(),
            f"this is no list of pollsters: {ends}",
            "Write a list, each pollster a mapping that begins with name.",
        )
        return
    for number, each in enumerate(document.value):
        if not isinstance(each, dict):
            findings.wrong(
                document.at(number),
                f"this is no mapping: {ends}",
                "Write a mapping that begins with name.",
            )
        elif "name" not in each:
            findings.wrong(
                document.at(number), f"this pollster has no name: {ends}", "Add name."
            )
        else:
            yield number


def _pollster(document: Document, number: int, findings: Findings) -> Pollster | None:
    definition = document.value[number]
    name = definition["name"]
    faults = list(_faults(definition))
    for key, what, right in faults:
        spoken = name if isinstance(name, str) and name else f"number {number + 1}"
        findings.wrong(
            document.at(number, key),
            f"the pollster {spoken} is not loaded: {what}",
            right,
        )
    unknown_keys(document, (number,), _KEYS, "a dynamic pollster", findings)
    if faults:
        return None
    asked = definition.get("namespaces", ["central"])
    namespaces = tuple(map(str, asked if isinstance(asked, list) else [asked]))
    if not {*namespaces} & {*NAMESPACES}:
        findings.odd(
            document.at(number, "namespaces"),
            f"no agent polls {name}: its namespaces are "
            f"{', '.join(namespaces) or 'none'}",
            f"Name one of {', '.join(NAMESPACES)}.",
        )
    return Pollster(name, namespaces, document.at(number))


def _faults(definition: dict[Any, Any]) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a definition: the key, what, what would be right.

    After ``ceilometer.polling.dynamic_pollster.PollsterDefinitions``, its subclasses
    and ``PollsterDefinitionBuilder``.
    """
    required = [*_REQUIRED]
    if definition.get("module"):
        required += [*_OTHER_API, "url_path"]
    elif not definition.get("host_command"):
        required += _HTTP
    missing = [key for key in required if not definition.get(key)]
    if missing:
        yield "", f"it lacks {', '.join(missing)}", "Add it."
    name = definition.get("name")
    if not name:
        return
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        yield "name", "its name is none", "Write words joined by dots, as a.b-c.d_e."
        return
    value = definition.get("value_attribute")
    several = _SEVERAL.fullmatch(name) is not None
    if several and value and not _is_several(value):
        yield (
            "value_attribute",
            f"{name} makes several meters, and its value_attribute is not of the form "
            "[list].attribute",
            "Write it as [list].attribute.",
        )
    if definition.get("sample_type") and definition["sample_type"] not in _TYPES:
        yield (
            "sample_type",
            f"{definition['sample_type']!r} is no type of samples",
            f"Write one of {', '.join(_TYPES)}.",
        )
    handlers = definition.get("response_handlers")
    if handlers is not None and not _is_list_of(handlers, _HANDLERS):
        yield (
            "response_handlers",
            "its response_handlers are not known",
            f"Write a list out of {', '.join(_HANDLERS)}.",
        )
    skips = definition.get("extra_metadata_fields_skip")
    if skips is not None and not (
        isinstance(skips, list) and all(isinstance(each, dict) for each in skips)
    ):
        yield (
            "extra_metadata_fields_skip",
            "its extra_metadata_fields_skip is no list of mappings",
            "Write a list of mappings.",
        )


def _is_several(value: Any) -> bool:
    return isinstance(value, str) and _SEVERAL_VALUES.fullmatch(value) is not None


def _is_list_of(value: Any, known: Iterable[str]) -> bool:
    return isinstance(value, list) and all(each in known for each in value)
