"""Sources: what a pipeline takes, what an agent polls."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterator
from typing import Any

from upgradecheck.mistake import similar
from upgradecheck.services.ceilometer import names
from upgradecheck.services.ceilometer.document import Document
from upgradecheck.services.ceilometer.findings import Findings
from upgradecheck.services.ceilometer.findings import unknown_keys


def entries(document: Document, key: str, findings: Findings) -> list[int] | None:
    """The numbers of the mappings in a document's list of sources or sinks.

    :returns: None if there is no such list.
    """
    value = document.value.get(key)
    if isinstance(value, list):
        found = []
        for number, each in enumerate(value):
            if isinstance(each, dict):
                found.append(number)
            else:
                findings.wrong(
                    document.at(key, number),
                    f"this entry of {key} is no mapping",
                    "Write a mapping that begins with name.",
                )
        return found
    findings.wrong(
        document.at(key),
        f"{key} is no list",
        f"Write a list of {key}, each a mapping with a name.",
    )
    return None


def keys(document: Document, required: Collection[str], findings: Findings) -> bool:
    """Whether the document is a mapping with the keys that Ceilometer requires."""
    if not isinstance(document.value, dict):
        findings.wrong(
            document.at(),
            "this is no mapping",
            f"Write a mapping with {' and '.join(required)}.",
        )
        return False
    missing = [key for key in required if key not in document.value]
    if missing:
        findings.wrong(document.at(), f"{' and '.join(missing)} is missing", "Add it.")
    unknown_keys(document, (), required, "this file", findings)
    return not missing


def name(
    document: Document, path: tuple[Any, ...], what: str, findings: Findings
) -> str | None:
    """The name of a source or sink; None if it has none that could be used."""
    mapping = document.value[path[0]][path[1]]
    if "name" not in mapping:
        findings.wrong(document.at(*path), f"this {what} has no name", "Add name.")
        return None
    value = mapping["name"]
    if isinstance(value, list | dict):
        findings.wrong(
            document.at(*path, "name"),
            f"the name of this {what} is no text",
            "Write one.",
        )
        return None
    if not isinstance(value, str):
        findings.odd(
            document.at(*path, "name"),
            f"the name of this {what} is no text but {value!r}",
            "Put it in quotation marks.",
        )
    return str(value)


def wanted(
    document: Document,
    path: tuple[Any, ...],
    what: str,
    source: str,
    findings: Findings,
) -> list[str] | None:
    """The names that a source asks for, if Ceilometer takes them together.

    After ``ceilometer.agent.Source.check_source_filtering``.

    :param path: where they stand.
    :param what: ``meters`` or ``events``.
    :param source: the source's name.
    :returns: None if they are refused.
    """
    value: Any = document.value
    for part in path:
        value = value[part]
    at = document.at(*path)
    if not value:
        findings.wrong(
            at,
            f"the source {source} names no {what}",
            f"""Name {what}, or write ["*"] for all.""",
        )
        return None
    if value == "*":
        return ["*"]
    if not isinstance(value, list):
        findings.wrong(
            at,
            f"{what} of the source {source} is no list",
            "Write a list, an entry a line, each after a hyphen.",
        )
        return None
    bad = [n for n, each in enumerate(value) if not isinstance(each, str) or not each]
    for number in bad:
        findings.wrong(
            document.at(*path, number),
            f"{what} of the source {source} has an entry that is no name",
            "Write a name, in quotation marks if it begins with * or !.",
        )
    if bad:
        return None
    return value if _go_together(value, what, source, at, findings) else None


def _go_together(
    value: list[str], what: str, source: str, at: str, findings: Findings
) -> bool:
    included = [each for each in value if each[0] not in "!*"]
    excluded = [each for each in value if each[0] == "!"]
    if included and excluded:
        findings.wrong(
            at,
            f"the source {source} both includes {what} ({included[0]}) and excludes "
            f"{what} ({excluded[0]})",
            "Keep one kind, or make two sources of it.",
        )
        return False
    if included and "*" in value:
        findings.wrong(
            at,
            f'the source {source} names {included[0]} beside "*", which stands for all',
            'Remove "*", or all the others.',
        )
        return False
    return True


def unknown_names(
    document: Document,
    path: tuple[Any, ...],
    asked: list[str],
    known: Collection[str],
    what: str,
    otherwise: str,
    findings: Findings,
) -> None:
    """Tell of names and patterns that stand for nothing known.

    :param path: where the names stand.
    :param what: what they are not, with the release: ``no meter of Ceilometer 27``.
    :param otherwise: what to do where no known name is meant.
    """
    for number, each in enumerate(asked):
        pattern = each.removeprefix("!")
        if names.matches(pattern, known):
            continue
        near = similar(pattern, known)
        findings.odd(
            document.at(*path, number),
            f"{pattern} is {what}",
            f"Did you mean {near}? {otherwise}" if near else otherwise,
        )


def asked(document: Document, what: str) -> Iterator[tuple[tuple[Any, ...], list[str]]]:
    """The lists of names in the sources that Ceilometer would take."""
    value = document.value.get("sources") if isinstance(document.value, dict) else None
    for number, each in enumerate(value if isinstance(value, list) else ()):
        path = ("sources", number, what)
        if isinstance(each, dict) and what in each:
            names_ = wanted(document, path, what, "", Findings())
            if names_ is not None:
                yield path, names_


def required(
    document: Document,
    path: tuple[Any, ...],
    what: str,
    spoken: str,
    findings: Findings,
) -> None:
    """Judge the names that a source must ask for.

    :param path: where the source is.
    :param what: ``meters`` or ``events``.
    :param spoken: the source, in words.
    """
    if what in document.value[path[0]][path[1]]:
        wanted(document, (*path, what), what, spoken, findings)
        return
    findings.wrong(
        document.at(*path),
        f"the source {spoken} has no {what}",
        f"""Add {what}; ["*"] stands for all.""",
    )
