"""The rules of ``polling.yaml``."""

from __future__ import annotations

from typing import Any

from upgradecheck.mistake import similar
from upgradecheck.services.ceilometer import sources
from upgradecheck.services.ceilometer.document import Document
from upgradecheck.services.ceilometer.findings import Findings
from upgradecheck.services.ceilometer.findings import unknown_keys
from upgradecheck.services.ceilometer.known import Known

_POLLED = (
    *("name", "interval", "meters", "resources", "discovery"),
    "group_id_coordination_expression",
)


def judge(found: Document, known: Known, findings: Findings) -> None:
    """Judge ``polling.yaml``, and the names in it."""
    structure(found, findings)
    value = found.value.get("sources") if isinstance(found.value, dict) else None
    for number, each in enumerate(value if isinstance(value, list) else ()):
        if isinstance(each, dict):
            _discoveries(found, ("sources", number), known, findings)
    for path, asked in sources.asked(found, "meters"):
        what = f"no pollster of {known.release.spoken}, nor a dynamic one"
        otherwise = "Remove it: no agent polls it."
        pollsters = known.pollsters
        sources.unknown_names(found, path, asked, pollsters, what, otherwise, findings)


def structure(found: Document, findings: Findings) -> None:
    """Judge ``polling.yaml``; after ``ceilometer.polling.manager.PollingManager``."""
    if not sources.keys(found, ("sources",), findings):
        return
    numbers = sources.entries(found, "sources", findings)
    if numbers is not None and not found.value["sources"]:
        findings.odd(found.at("sources"), "there is no source", "Define one.")
    seen: dict[str, str] = {}
    for number in numbers or ():
        path = ("sources", number)
        source = found.value["sources"][number]
        unknown_keys(found, path, _POLLED, "a source", findings)
        name = sources.name(found, path, "source", findings)
        spoken = name or f"number {number + 1}"
        if name in seen:
            findings.odd(
                found.at(*path),
                f"two sources have the name {name}, the other at {seen[name]}: their "
                "resources get mixed up",
                "Give one of them another name.",
            )
        if name is not None:
            seen[name] = found.at(*path)
        _interval(found, path, spoken, findings)
        sources.required(found, path, "meters", spoken, findings)
        for key in ("resources", "discovery"):
            if source.get(key) and not isinstance(source[key], list):
                findings.wrong(
                    found.at(*path, key),
                    f"{key} of the source {spoken} is no list",
                    "Write a list, an entry a line, each after a hyphen.",
                )


def _interval(
    found: Document, path: tuple[Any, ...], spoken: str, findings: Findings
) -> None:
    try:
        seconds = int(found.value[path[0]][path[1]]["interval"])
    except (KeyError, ValueError, TypeError, OverflowError):
        seconds = 0
    if seconds <= 0:
        findings.wrong(
            found.at(*path, "interval"),
            f"the source {spoken} has no interval above 0",
            "Write interval: and a number of seconds.",
        )


def _discoveries(
    found: Document, path: tuple[Any, ...], known: Known, findings: Findings
) -> None:
    """After ``ceilometer.polling.manager.AgentManager.discover``."""
    given = found.value[path[0]][path[1]].get("discovery")
    for number, each in enumerate(given if isinstance(given, list) else ()):
        name = str(each).partition("://")[0]
        if name not in known.names.discoveries:
            near = similar(name, known.names.discoveries)
            findings.odd(
                found.at(*path, "discovery", number),
                f"{name} is no way to discover resources of {known.release.spoken}",
                f"Did you mean {near}?" if near else "Remove it.",
            )
