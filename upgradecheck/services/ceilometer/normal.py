"""Ceilometer's files in one form: equal if Ceilometer does the same with them.

Order does not count where Ceilometer passes over it: a source's names and sinks, and a
sink's publishers, are sets to it (``ceilometer.agent.Source.is_supported``,
``ceilometer.pipeline.base.PipelineManager``), except that what stands twice among the
publishers is published twice. Secrets are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from upgradecheck.check import NotVerified
from upgradecheck.check import Upgrade
from upgradecheck.mistake import Mistaken
from upgradecheck.secret import mask_urls
from upgradecheck.services.ceilometer import document
from upgradecheck.services.ceilometer import dynamic
from upgradecheck.services.ceilometer import gnocchi
from upgradecheck.services.ceilometer import names
from upgradecheck.services.ceilometer import pipelines
from upgradecheck.services.ceilometer import polling
from upgradecheck.services.ceilometer import publisher
from upgradecheck.services.ceilometer.document import Document
from upgradecheck.services.ceilometer.files import EVENTS
from upgradecheck.services.ceilometer.files import PIPELINE
from upgradecheck.services.ceilometer.files import POLL
from upgradecheck.services.ceilometer.files import Files
from upgradecheck.services.ceilometer.files import Kind
from upgradecheck.services.ceilometer.files import Missing
from upgradecheck.services.ceilometer.findings import Findings


def read(upgrade: Upgrade, kind: Kind) -> Document:
    """A file that agents take, read whole.

    :raises NotVerified: if they do not take it, or there is none.
    """
    files = Files(upgrade.deployment, upgrade.target)
    try:
        found = files.load(kind)
    except Missing:
        raise NotVerified(
            f"there is no {kind.name} here: no {kind.program} runs with this "
            "configuration",
            remedy="Ask it with the configuration of a host that runs one.",
        ) from None
    except Mistaken as fault:
        raise _refused(str(fault.mistakes[0].source), fault.mistakes[0].what) from None
    findings = Findings()
    judge = _STRUCTURE[kind.name]
    judge(found, findings)
    for each in findings.all:
        if findings.is_broken and each.status != "warning":
            raise _refused(each.location or found.file, each.message)
    return found


def _refused(where: str, what: str) -> NotVerified:
    return NotVerified(
        f"{where}: {what}, so agents do not take the file and it cannot be compared",
        where,
        "See the findings of ceilometer.pipeline.",
    )


_STRUCTURE = {
    PIPELINE.name: lambda found, findings: pipelines.structure(
        found, "meters", findings
    ),
    EVENTS.name: lambda found, findings: pipelines.structure(found, "events", findings),
    POLL.name: polling.structure,
}


def pipeline_file(upgrade: Upgrade) -> Any:
    """``pipeline.yaml`` in one form."""
    return pipeline(read(upgrade, PIPELINE), "meters")


def event_pipeline_file(upgrade: Upgrade) -> Any:
    """``event_pipeline.yaml`` in one form."""
    return pipeline(read(upgrade, EVENTS), "events")


def polling_file(upgrade: Upgrade) -> Any:
    """``polling.yaml`` in one form; None if there is none on this node."""
    files = Files(upgrade.deployment, upgrade.target)
    try:
        files.load(POLL)
    except Missing:
        return None
    except Mistaken:
        pass  # told below
    found = read(upgrade, POLL)
    return {"sources": [polled(each) for each in found.value["sources"]]}


def polled(source: Any) -> dict[str, Any]:
    """A source of ``polling.yaml`` in one form."""
    more = {
        key: sorted(mask_urls(str(each)) for each in source[key])
        for key in ("resources", "discovery")
        if source.get(key)
    }
    return {
        "name": str(source["name"]),
        "interval": int(source["interval"]),
        "meters": wanted(source["meters"]),
        **more,
    }


def pipeline(found: Document, what: str) -> dict[str, Any]:
    """A pipeline file in one form; sinks that no source goes to do nothing.

    :param what: ``meters`` or ``events``.
    """
    sources = {
        str(each["name"]): {
            what: wanted(each[what]),
            "sinks": sorted(map(str, each["sinks"])),
        }
        for each in found.value["sources"]
    }
    used = {sink for source in sources.values() for sink in source["sinks"]}
    sinks = {
        str(each["name"]): sorted(publisher.normal(url) for url in each["publishers"])
        for each in found.value["sinks"]
        if str(each["name"]) in used
    }
    return {"sources": sources, "sinks": sinks}


def wanted(given: Any) -> list[str]:
    """What a source asks for: each name once, sorted; exclusions stand for the rest."""
    asked = {given} if isinstance(given, str) else {*given}
    if all(each.startswith("!") for each in asked):
        asked.add("*")
    return sorted(asked)


def pollsters(upgrade: Upgrade) -> Any:
    """The static pollsters of each namespace that are installed."""
    return names.pollsters(upgrade.target.catalogue.entry_points)


def dynamic_pollsters(upgrade: Upgrade) -> Any:
    """The names of the dynamic pollsters, by namespace.

    :raises NotVerified: if their files cannot be read.
    """
    by_namespace: dict[str, list[str]] = {}
    for each in dynamic_of(upgrade):
        for namespace in each.namespaces:
            by_namespace.setdefault(namespace, []).append(each.name)
    return {name: sorted(each) for name, each in sorted(by_namespace.items())}


def dynamic_of(upgrade: Upgrade) -> list[dynamic.Pollster]:
    """The dynamic pollsters that agents load.

    :raises NotVerified: if a file of them cannot be read.
    """
    files = Files(upgrade.deployment, upgrade.target)
    return dynamic.pollsters(_documents(files.pollsters()[0]), Findings())


def _documents(paths: list[str]) -> Iterator[Document]:
    for path in paths:
        try:
            yield document.read(path)
        except Mistaken as fault:
            where = str(fault.mistakes[0].source)
            raise _refused(where, fault.mistakes[0].what) from None


def gnocchi_file(upgrade: Upgrade) -> Any:
    """The operator's ``gnocchi_resources.yaml``: its metrics by resource type.

    None where the release's own is read.
    """
    files = Files(upgrade.deployment, upgrade.target)
    path = files.find(gnocchi.NAME, PIPELINE.program)
    if path is None:
        return None
    (found,) = _documents([path])
    return gnocchi.normal(found)
