"""Resources of Gnocchi: what a ``gnocchi://`` publisher makes of samples."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Collection
from collections.abc import Iterable
from typing import Any

from upgradecheck.services.ceilometer import names
from upgradecheck.services.ceilometer import publisher
from upgradecheck.services.ceilometer import sources
from upgradecheck.services.ceilometer.document import Document
from upgradecheck.services.ceilometer.files import NOTIFICATION
from upgradecheck.services.ceilometer.files import Files
from upgradecheck.services.ceilometer.findings import Findings
from upgradecheck.services.ceilometer.findings import unknown_keys

NAME = "gnocchi_resources.yaml"
#: What Gnocchi's API asks of an archive policy that it is to make.
_POLICY = ("name", "definition")
_TOP = ("archive_policy_default", "archive_policies", "resources")
_KEYS = (
    *("archive_policy", "attributes", "event_associated_resources"),
    *("event_attributes", "event_create", "event_delete", "event_update"),
    *("metrics", "resource_type"),
)
_EVENTS = ("event_create", "event_delete", "event_update")
#: More names than these are counted, not named.
_NAMED = 8


def path_of(url: str, at: str, files: Files, findings: Findings) -> str | None:
    """The operator's file for a ``gnocchi://`` publisher; None for the release's own.

    After ``ceilometer.publisher.gnocchi.GnocchiPublisher.__init__`` and
    ``ceilometer.declarative.load_definitions``.

    :param at: where the URL stands.
    """
    options = urllib.parse.parse_qs(publisher.split(url).query)
    given = options.get("resources_definition_file", [NAME])[-1]
    path = files.find(given, NOTIFICATION)
    if path is None and given != NAME:
        findings.odd(
            at,
            f"there is no file {os.path.basename(given)} as resources_definition_file "
            "names it: the release's own definitions are taken in its place",
            "Write the file, or correct its path.",
        )
    return path


def judge(document: Document, known: names.Names, findings: Findings) -> None:
    """Say which definitions Ceilometer does not load.

    After ``ceilometer.publisher.gnocchi.GnocchiPublisher._load_definitions`` and
    ``ResourcesDefinition``.
    """
    if not isinstance(document.value, dict):
        findings.wrong(
            document.at(),
            "this is no mapping: no gnocchi:// publisher is loaded with it",
            "Write a mapping with resources.",
        )
        return
    unknown_keys(document, (), _TOP, "this file", findings)
    _judge_policies(document, findings)
    if "resources" not in document.value:
        findings.odd(
            document.at(),
            "it defines no resources: nothing is stored",
            "Add resources.",
        )
        return
    for number in sources.entries(document, "resources", findings) or ():
        path = ("resources", number)
        unknown_keys(document, path, _KEYS, "a resource", findings)
        resource = document.value["resources"][number]
        for key, what, right in _faults(resource, known.plugins):
            spoken = resource.get("resource_type", f"number {number + 1}")
            findings.wrong(
                document.at(*path, *key),
                f"the resource {spoken} is not loaded: {what}",
                right,
            )
        if "archive_policy" in resource:
            findings.odd(
                document.at(*path, "archive_policy"),
                "archive_policy of a whole resource is deprecated",
                "Write archive_policy_name at each of its metrics.",
            )


def _judge_policies(document: Document, findings: Findings) -> None:
    """Say which archive policies Gnocchi refuses, upon which nothing is published."""
    if "archive_policies" not in document.value:
        return
    for number in sources.entries(document, "archive_policies", findings) or ():
        policy = document.value["archive_policies"][number]
        missing = [key for key in _POLICY if not policy.get(key)]
        if missing:
            findings.wrong(
                document.at("archive_policies", number),
                f"the archive policy {policy.get('name') or f'number {number + 1}'} "
                f"has no {' and no '.join(missing)}: Gnocchi refuses it, and nothing "
                "is published",
                f"Write {' and '.join(missing)}.",
            )


def unknown_meters(
    document: Document, known: Collection[str], release: str, findings: Findings
) -> None:
    """Tell of metrics of which the release makes no meters, a resource at a time.

    :param release: the release, in words.
    """
    for number, metrics in _metrics(document):
        unknown = [each for each in metrics if each not in known]
        if unknown:
            more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
            findings.odd(
                document.at("resources", number, "metrics", unknown[0]),
                f"{release} makes no meter {', '.join(unknown[:_NAMED])}{more}",
                "If other programs send it, leave it; otherwise remove it.",
            )


def _metrics(document: Document) -> Iterable[tuple[int, list[str]]]:
    resources = document.value.get("resources")
    for number, each in enumerate(resources if isinstance(resources, list) else ()):
        metrics = each.get("metrics") if isinstance(each, dict) else None
        if isinstance(metrics, dict | list):
            yield number, [name for name in metrics if isinstance(name, str)]


def _faults(
    resource: dict[Any, Any], plugins: Collection[str]
) -> Iterable[tuple[tuple[str, ...], str, str]]:
    """What is wrong with a resource: the key, what, what would be right."""
    for key, kinds, right in (
        ("resource_type", str, "Write the resource type's name."),
        ("metrics", (dict, list), "Write the metrics, a name a line."),
    ):
        if key not in resource:
            yield (), f"it has no {key}", right
        elif not isinstance(resource[key], kinds):
            yield (key,), f"its {key} cannot be read", right
    metrics = resource.get("metrics")
    if isinstance(metrics, dict):
        for name, extra in metrics.items():
            if extra and not isinstance(extra, dict):
                right = "Write archive_policy_name: NAME below it, or nothing."
                yield (
                    ("metrics", name),
                    f"what the metric {name} is to have is no mapping",
                    right,
                )
    if isinstance(metrics, list) and any(isinstance(m, dict | list) for m in metrics):
        yield ("metrics",), "a metric in its list is no name", "Write names."
    if any(key in resource for key in _EVENTS):
        ids = resource.get("event_attributes")
        if not isinstance(ids, dict) or not isinstance(ids.get("id"), str):
            yield (
                ("event_attributes",),
                "it takes events, whose attribute id it does not name",
                "Write event_attributes with id: and the trait that holds it.",
            )
    for group in ("attributes", "event_attributes"):
        yield from _attributes(group, resource.get(group, {}), plugins)


def _attributes(
    group: str, value: Any, plugins: Collection[str]
) -> Iterable[tuple[tuple[str, ...], str, str]]:
    """What is wrong with attributes; after ``ceilometer.declarative.Definition``."""
    if not isinstance(value, dict):
        yield (group,), f"its {group} are no mapping", "Write name: path, one a line."
        return
    for name, given in value.items():
        path = (group, name)
        if isinstance(given, dict):
            if "fields" not in given:
                yield path, f"the attribute {name} has no fields", "Add fields."
            plugin = given.get("plugin")
            if isinstance(plugin, dict):
                plugin = plugin.get("name")
            if "plugin" in given and plugin not in plugins:
                right = f"The plug-ins are {', '.join(sorted(plugins))}."
                yield path, f"there is no plug-in {plugin}", right
        elif given is None or given in ("", []):
            right = "Write where a sample holds it."
            yield path, f"the attribute {name} is empty", right


def normal(document: Document) -> dict[str, list[str]]:
    """The metrics of each resource type; sorted."""
    if not isinstance(document.value, dict):
        return {}
    resources = document.value.get("resources")
    found: dict[str, set[str]] = {}
    for number, metrics in _metrics(document):
        kind = str(resources[number].get("resource_type"))  # type: ignore[index]
        found.setdefault(kind, set()).update(metrics)
    return {kind: sorted(each) for kind, each in sorted(found.items())}
