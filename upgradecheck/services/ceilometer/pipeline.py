"""``ceilometer.pipeline``: the files that say what is polled, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.mistake import Mistaken
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
from upgradecheck.services.ceilometer.findings import doubled_keys
from upgradecheck.services.ceilometer.known import Known


@check(
    "ceilometer.pipeline",
    title="Pipelines and pollsters",
    added="0.1.0",
    needs=("config",),
)
def pipeline(upgrade: Upgrade) -> Result:
    """The files of pipelines and pollsters are valid, and name what exists.

    Looks at ``pipeline.yaml``, ``event_pipeline.yaml``, ``polling.yaml``, the dynamic
    pollsters in ``pollsters.d``, and at ``gnocchi_resources.yaml`` where a pipeline
    publishes to Gnocchi. They are found as Ceilometer's own agents find them, and judged
    by their rules: sources need sinks that exist, names that are included do not stand
    beside names that are excluded, an interval is a number of seconds above 0.

    A **failure** means that an agent does not start with the file, or that it drops what
    the file tells it to measure or to publish: a publisher that the release does not
    have is merely logged by the agent, and so is a dynamic pollster that is not
    complete. A **warning** means that the agent takes the file, and that it may not do
    what was meant: it names a meter that the release does not make (other programs may
    send it), has a key that no agent reads, or has ``transformers``, which agents pass
    over since Stein (12.0.0): let the storage compute rates instead. An **error** means
    that a file could not be read here, or that it is larger than anybody writes by hand.

    Aliases of YAML are followed as far as they stand for what a person could have
    written. Files that are there by a path relative to the folder in which an agent was
    started are not looked for.
    """
    files = Files(upgrade.deployment, upgrade.target)
    findings = Findings()
    read: list[str] = []
    absent: list[str] = []
    known = _known(upgrade, files, findings, read)
    stored: dict[str, str] = {}
    for kind, judge in _JUDGES:
        found = _load(kind, files, findings, absent)
        if found is not None:
            read.append(found.file)
            judge(found, known, findings)
            stored |= _stored(found, files, findings)
    for path in stored:
        for found in _documents([path], findings):
            read.append(found.file)
            gnocchi.judge(found, known.names, findings)
            if isinstance(found.value, dict):
                gnocchi.unknown_meters(
                    found, known.meters, upgrade.target.spoken, findings
                )
    return Result.judged(_details(findings, read, absent), findings.all)


def _details(findings: Findings, read: list[str], absent: list[str]) -> str:
    count = len(findings.all)
    what = f"{len(read)} file{'s' * (len(read) != 1)} read: {', '.join(read)}."
    verdict = "All is well" if not count else f"{count} to look at"
    without = "".join(
        f" There is no {name}: a polling agent would not start here." for name in absent
    )
    return f"{verdict}; {what}{without}"


def _known(
    upgrade: Upgrade, files: Files, findings: Findings, read: list[str]
) -> Known:
    found = names.of(upgrade.target)
    paths, missing = files.pollsters()
    for folder in missing:
        findings.odd(
            files.where("ceilometer-polling", ("DEFAULT", "pollsters_definitions_dirs"))
            or folder,
            f"there is no folder {folder}: no dynamic pollster is loaded from it",
            "Make the folder, or correct its path.",
        )
    unread = files.unread_pollsters()
    if unread is not None:
        findings.odd(
            unread,
            "agents do not read [polling] pollsters_definitions_dirs, but the option of "
            "that name in [DEFAULT]",
            "Move it to [DEFAULT].",
        )
    documents = list(_documents(paths, findings))
    read += [each.file for each in documents]
    pollsters = dynamic.pollsters(documents, findings)
    own = [
        str(each["name"])
        for found_ in _documents(files.meters(), findings)
        if isinstance(found_.value, dict)
        for each in found_.value.get("metric") or ()
        if isinstance(each, dict) and "name" in each
    ]
    return Known(upgrade.target, found, tuple(pollsters), tuple(own))


def _documents(paths: list[str], findings: Findings) -> Iterator[Document]:
    for path in paths:
        try:
            found = document.read(path)
        except (Mistaken, NotVerified) as fault:
            findings.unread(fault)
            continue
        doubled_keys(found, findings)
        yield found


def _load(
    kind: Kind, files: Files, findings: Findings, absent: list[str]
) -> Document | None:
    try:
        found = files.load(kind)
    except Missing as missing:
        absent.append(missing.name)
        return None
    except (Mistaken, NotVerified) as fault:
        findings.unread(fault)
        return None
    doubled_keys(found, findings)
    return found


def _stored(found: Document, files: Files, findings: Findings) -> dict[str, str]:
    """The operator's files of Gnocchi's resources, and where they are named."""
    paths: dict[str, str] = {}
    for path, url in publishers_of(found):
        if not publisher.whole(url).lower().startswith("gnocchi://"):
            continue
        at = found.at(*path)
        try:
            file = gnocchi.path_of(url, at, files, findings)
        except ValueError:
            continue  # told as a publisher that is no URL
        if file is not None:
            paths[file] = at
    return paths


def publishers_of(found: Document) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Every publisher of a pipeline file that is a text, and where it stands."""
    sinks = found.value.get("sinks") if isinstance(found.value, dict) else None
    for number, sink in enumerate(sinks if isinstance(sinks, list) else ()):
        given = sink.get("publishers") if isinstance(sink, dict) else None
        for place, url in enumerate(given if isinstance(given, list) else ()):
            if isinstance(url, str):
                yield ("sinks", number, "publishers", place), url


_JUDGES: tuple[tuple[Kind, Callable[[Document, Known, Findings], None]], ...] = (
    (PIPELINE, pipelines.judge_samples),
    (EVENTS, pipelines.judge_events),
    (POLL, polling.judge),
)
