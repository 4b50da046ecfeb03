"""The rules of ``pipeline.yaml`` and ``event_pipeline.yaml``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from upgradecheck.mistake import similar
from upgradecheck.services.ceilometer import publisher
from upgradecheck.services.ceilometer import sources
from upgradecheck.services.ceilometer.document import Document
from upgradecheck.services.ceilometer.findings import Findings
from upgradecheck.services.ceilometer.findings import unknown_keys
from upgradecheck.services.ceilometer.known import Known

_SINK = ("name", "publishers")


def judge_samples(found: Document, known: Known, findings: Findings) -> None:
    """Judge ``pipeline.yaml``; after ``ceilometer.pipeline.sample``."""
    structure(found, "meters", findings, known.names.publishers["sample"])
    for path, asked in sources.asked(found, "meters"):
        otherwise = "If another program sends it, leave it; otherwise remove it."
        what = f"no meter that {known.release.spoken} makes"
        sources.unknown_names(
            found, path, asked, known.meters, what, otherwise, findings
        )


def judge_events(found: Document, known: Known, findings: Findings) -> None:
    """Judge ``event_pipeline.yaml``; after ``ceilometer.pipeline.event``."""
    structure(found, "events", findings, known.names.publishers["event"])


def structure(
    found: Document,
    what: str,
    findings: Findings,
    known: Collection[str] | None = None,
) -> None:
    """Judge a pipeline file; after ``ceilometer.pipeline.base.PipelineManager``.

    :param what: what its sources take: ``meters`` or ``events``.
    :param known: the publishers that there are; None leaves them unjudged.
    """
    if not sources.keys(found, ("sources", "sinks"), findings):
        return
    taken = _sources(found, what, findings)
    sinks = _sinks(found, known, findings)
    pipes: dict[str, str] = {}
    for (path, name), to in taken:
        at = found.at(*path, "sinks")
        for sink in to:
            if sink not in sinks:
                near = similar(sink, sinks)
                findings.wrong(
                    at,
                    f"the source {name} goes to the sink {sink}, and there is none",
                    f"Did you mean {near}?"
                    if near
                    else "Define the sink, or remove it.",
                )
                continue
            pipe = name if name == sink else f"{name}:{sink}"
            if pipe in pipes:
                findings.wrong(
                    at,
                    f"two pipelines have the name {pipe}, the other at {pipes[pipe]}",
                    "Name a sink once, and give source and sink other names.",
                )
            pipes[pipe] = at
    for sink, place in sinks.items():
        if not any(sink in to for _, to in taken):
            findings.odd(
                place, f"no source goes to the sink {sink}", "Name it, or remove it."
            )


def _sources(
    found: Document, what: str, findings: Findings
) -> list[tuple[tuple[tuple[Any, ...], str], list[str]]]:
    """Each source, where it stands and its name, and the sinks that it goes to."""
    numbers = sources.entries(found, "sources", findings)
    if numbers is not None and not found.value["sources"]:
        findings.odd(found.at("sources"), "there is no source", "Define one.")
    taken = []
    seen: dict[str, str] = {}
    for number in numbers or ():
        path = ("sources", number)
        unknown_keys(found, path, ("name", what, "sinks"), "a source", findings)
        name = sources.name(found, path, "source", findings)
        _once(name, found.at(*path), "source", seen, findings)
        spoken = name or f"number {number + 1}"
        sources.required(found, path, what, spoken, findings)
        to = found.value["sources"][number].get("sinks")
        if not isinstance(to, list) or not to or not _all_text(to):
            findings.wrong(
                found.at(*path, "sinks"),
                f"the source {spoken} names no list of sinks",
                "Write sinks, a list of names.",
            )
        elif name is not None:
            taken.append(((path, name), to))
    return taken


def _all_text(values: list[Any]) -> bool:
    return all(isinstance(each, str) for each in values)


def _once(
    name: str | None, at: str, what: str, seen: dict[str, str], findings: Findings
) -> None:
    if name is None:
        return
    if name in seen:
        findings.wrong(
            at,
            f"two {what}s have the name {name}, the other at {seen[name]}",
            "Give one of them another name.",
        )
    seen[name] = at


def _sinks(
    found: Document, known: Collection[str] | None, findings: Findings
) -> dict[str, str]:
    """The sinks by name, and where they stand."""
    seen: dict[str, str] = {}
    for number in sources.entries(found, "sinks", findings) or ():
        path = ("sinks", number)
        sink = found.value["sinks"][number]
        unknown_keys(found, path, (*_SINK, "transformers"), "a sink", findings)
        name = sources.name(found, path, "sink", findings)
        _once(name, found.at(*path), "sink", seen, findings)
        spoken = name or f"number {number + 1}"
        if "transformers" in sink:
            findings.odd(
                found.at(*path, "transformers"),
                f"the sink {spoken} has transformers, which Ceilometer passes over since "
                "12.0.0 (Stein)",
                "Remove them. Where they computed rates, let the storage do so, for "
                "example by an archive policy with rate:mean.",
            )
        given = sink.get("publishers")
        if not isinstance(given, list) or not given or not _all_text(given):
            findings.wrong(
                found.at(*path, "publishers"),
                f"the sink {spoken} names no list of publishers",
                "Write publishers, a list of URLs such as gnocchi://.",
            )
            continue
        for place, url in enumerate(given if known is not None else ()):
            at = found.at(*path, "publishers", place)
            publisher.judge(url, at, spoken, known or (), findings)
    return seen
