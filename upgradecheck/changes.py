"""What changed from one release to another, told by their catalogues alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from upgradecheck import installed
from upgradecheck import release as releases
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import KnownOption
from upgradecheck.catalogue import Options
from upgradecheck.catalogue import Revision
from upgradecheck.check import NotVerified
from upgradecheck.default import HIDDEN
from upgradecheck.default import default_of
from upgradecheck.history import History
from upgradecheck.history import Removed
from upgradecheck.release import Release
from upgradecheck.series import Timeline
from upgradecheck.service import Service


@dataclasses.dataclass(frozen=True)
class Renamed:
    """An option that has another group or name now; the old one is still read."""

    old: KnownOption
    new: KnownOption


@dataclasses.dataclass(frozen=True)
class Default:
    """An option whose default changed.

    :param known: the option as it is now.
    :param old: its default before.
    :param new: its default now.
    """

    known: KnownOption
    old: Any
    new: Any


@dataclasses.dataclass(frozen=True)
class Unlisted:
    """A namespace of which one of the releases could not list the options.

    :param namespace: the namespace.
    :param release: the release.
    :param reason: why it could not.
    """

    namespace: str
    release: Release
    reason: str

    @property
    def told(self) -> str:
        """Which release could not list it, to be put after its name."""
        return f", not listed by {self.release.short}: {self.reason}"


@dataclasses.dataclass(frozen=True)
class Names:
    """What came and what went of a set of names."""

    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)


@dataclasses.dataclass(frozen=True)
class Changes:
    """What an upgrade from one release to another changes.

    :param origin: the release that it starts from.
    :param target: the release that it goes to.
    :param new: options that are new.
    :param removed: options that are gone, and what is known of that.
    :param renamed: options that have another name or group.
    :param defaults: options that have another default.
    :param deprecated: options that are newly deprecated for removal.
    :param unlisted: the namespaces whose options are in none of these, as one of the
        releases could not list them.
    :param revisions: the revisions that are pending, by database.
    :param entry_points: what came and went, by entry-point group.
    :param programs: programs that came and went.
    :param policies: policy rules that came and went.
    :param rules: policy rules whose default changed: name, before, now.
    """

    origin: Release
    target: Release
    new: tuple[KnownOption, ...]
    removed: tuple[tuple[KnownOption, Removed | None], ...]
    renamed: tuple[Renamed, ...]
    defaults: tuple[Default, ...]
    deprecated: tuple[KnownOption, ...]
    unlisted: tuple[Unlisted, ...]
    revisions: Mapping[str, tuple[Revision, ...]]
    entry_points: Mapping[str, Names]
    programs: Names
    policies: Names
    rules: tuple[tuple[str, str, str], ...]


def between(service: Service, origin: str, target: str) -> Changes:
    """What changed from one release of a service to another.

    :param origin: the release that it starts from: a version, a series or its name.
    :param target: the release that it goes to, likewise.
    :raises LookupError: if one of them is no release at all.
    :raises NotVerified: if there is no catalogue of one of them, or the second one is
        older than the first one.
    """
    timeline = Timeline(service)
    first, last = (
        releases.find(service, timeline.read(word)) for word in (origin, target)
    )
    old, new = first.catalogue, last.catalogue
    places = [timeline.position(each.series or "") for each in (first, last)]
    if places[0] is not None and places[1] is not None and places[0] > places[1]:
        raise NotVerified(
            f"{last.spoken} is older than {first.spoken}: changes are told in the "
            "direction of an upgrade",
            remedy=f"--from {target} --to {origin}",
        )
    return Changes(first, last, **_options(first, last), **_others(old, new))


def usual_target(service: Service) -> str:
    """The release that is installed, or else the newest that has a catalogue.

    :raises NotVerified: if there is none.
    """
    version = installed.version_of(service)
    if version is not None:
        return version
    known = [each for each in releases.every(service) if each.is_known]
    if not known:
        raise NotVerified(
            f"no catalogue of any release of {service.title} ships",
            remedy="Its package can bring them: Service(..., releases=...).",
        )
    return str(known[-1].version)


def _all(release: Release) -> Options:
    return Options(release.catalogue.known_options())


def _options(first: Release, last: Release) -> dict[str, Any]:
    unlisted = [*_unlisted(first, last), *_unlisted(last, first)]
    skip = {each.namespace for each in unlisted}
    old, new = (Options(it.catalogue.known_options(skip)) for it in (first, last))
    history = History(last, _all)
    renamed = {
        place: known
        for place, known in new.old.items()
        if place in old.current and place not in new.current
    }
    moved = {known.place for known in renamed.values()}
    kept = [
        (before, new.current.get(place) or renamed.get(place))
        for place, before in old.current.items()
    ]
    both = [(before, now) for before, now in kept if now is not None]
    return {
        "new": _sorted(
            known
            for place, known in new.current.items()
            if place not in old.current and place not in moved
        ),
        "removed": tuple(
            (known, history.removed(known.place))
            for known in _sorted(before for before, now in kept if now is None)
        ),
        "renamed": tuple(
            Renamed(old.current[place], known)
            for place, known in sorted(renamed.items())
        ),
        "defaults": tuple(changed_defaults(both)),
        "deprecated": _sorted(
            now
            for before, now in both
            if _is_deprecated(now) and not _is_deprecated(before)
        ),
        "unlisted": tuple(sorted(unlisted, key=lambda each: each.namespace)),
    }


def _unlisted(release: Release, other: Release) -> list[Unlisted]:
    """The namespaces that a release could not list and that it or another one has."""
    namespaces = {*release.service.namespaces, *other.catalogue.options}
    return [
        Unlisted(name, release, reason)
        for name, reason in release.catalogue.faults.items()
        if name in namespaces
    ]


def changed_defaults(
    pairs: Iterable[tuple[KnownOption, KnownOption]],
) -> list[Default]:
    """Those options, each as it was and as it is, whose default is another now."""
    found = [
        Default(now, default_of(before), default_of(now))
        for before, now in pairs
        # A sample stands for a default that each machine has its own of.
        if bool(before.data.get("sample")) is bool(now.data.get("sample"))
    ]
    return sorted(
        (
            each
            for each in found
            if HIDDEN not in (each.old, each.new) and each.old != each.new
        ),
        key=lambda each: each.known.place,
    )


def deprecation(known: KnownOption) -> str:
    """What an option's deprecation says, to be put after its name."""
    since = known.data.get("deprecated_since")
    reason = " ".join(str(known.data.get("deprecated_reason") or "").split())
    return (f", since {since}" if since else "") + (f": {reason}" if reason else "")


def _is_deprecated(known: KnownOption) -> bool:
    return bool(known.data.get("deprecated_for_removal"))


def _sorted(options: Iterable[KnownOption]) -> tuple[KnownOption, ...]:
    return tuple(sorted(options, key=lambda each: each.place))


def _others(old: Catalogue, new: Catalogue) -> dict[str, Any]:
    groups = sorted({*old.entry_points, *new.entry_points})
    points = {
        group: _names(old.entry_points.get(group, ()), new.entry_points.get(group, ()))
        for group in groups
    }
    before = {rule["name"]: str(rule.get("default", "")) for rule in old.policies}
    now = {rule["name"]: str(rule.get("default", "")) for rule in new.policies}
    return {
        "revisions": {
            name: _pending(old.revisions.get(name, []), revisions)
            for name, revisions in new.revisions.items()
        },
        "entry_points": {group: names for group, names in points.items() if names},
        "programs": _names(old.programs, new.programs),
        "policies": _names(before, now),
        "rules": tuple(
            (name, before[name], now[name])
            for name in sorted(before.keys() & now.keys())
            if before[name] != now[name]
        ),
    }


def _names(old: Iterable[str], new: Iterable[str]) -> Names:
    before, now = set(old), set(new)
    return Names(tuple(sorted(now - before)), tuple(sorted(before - now)))


def _pending(old: Iterable[Revision], new: Iterable[Revision]) -> tuple[Revision, ...]:
    """The revisions that only the newer one has, each after those that it needs."""
    known = {each.revision for each in old}
    waiting = {each.revision: each for each in new if each.revision not in known}
    ordered: dict[str, Revision] = {}
    while waiting:
        ready = [
            name
            for name, each in waiting.items()
            if not waiting.keys() & {*each.down_revision, *each.depends_on}
        ]
        for name in sorted(ready or waiting):
            ordered[name] = waiting.pop(name)
    return tuple(ordered.values())


def data(changes: Changes) -> Any:
    """The changes as JSON holds them."""
    return {
        "service": changes.target.service.name,
        "from": _release(changes.origin),
        "to": _release(changes.target),
        "options": {
            "new": [_option(each, default=True) for each in changes.new],
            "removed": [
                {**_option(known), **_went(removed)}
                for known, removed in changes.removed
            ],
            "renamed": [
                {**_option(each.new), "old": _option(each.old)}
                for each in changes.renamed
            ],
            "defaults": [
                {**_option(each.known), "old": each.old, "new": each.new}
                for each in changes.defaults
            ],
            "deprecated": [
                {
                    **_option(each),
                    "reason": each.data.get("deprecated_reason"),
                    "since": each.data.get("deprecated_since"),
                }
                for each in changes.deprecated
            ],
            "not_compared": [
                {
                    "namespace": each.namespace,
                    "version": each.release.version,
                    "reason": each.reason,
                }
                for each in changes.unlisted
            ],
        },
        "revisions": {
            name: [{"revision": r.revision, "title": r.title} for r in revisions]
            for name, revisions in changes.revisions.items()
        },
        "entry_points": {
            group: dataclasses.asdict(names)
            for group, names in changes.entry_points.items()
        },
        "programs": dataclasses.asdict(changes.programs),
        "policies": {
            **dataclasses.asdict(changes.policies),
            "changed": [
                {"name": name, "old": old, "new": new}
                for name, old, new in changes.rules
            ],
        },
    }


def _release(release: Release) -> Any:
    return {
        "version": release.version,
        "series": release.series,
        "source": release.source,
    }


def _option(known: KnownOption, default: bool = False) -> dict[str, Any]:
    found = {"group": known.group, "name": known.name, "namespace": known.namespace}
    if default and (value := default_of(known)) is not HIDDEN:
        found["default"] = value
    return found


def _went(removed: Removed | None) -> dict[str, Any]:
    if removed is None:
        return {"version": None, "series": None, "replacement": None, "reason": None}
    return {
        "version": removed.version,
        "series": removed.series,
        "replacement": removed.replacement,
        "reason": removed.reason,
    }
