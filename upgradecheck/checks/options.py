"""``config-options``: every option the operator wrote, judged."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator

from upgradecheck.catalogue import KnownOption
from upgradecheck.catalogue import Options
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks import defaults
from upgradecheck.checks import drivers
from upgradecheck.checks import groups
from upgradecheck.checks.family import Family
from upgradecheck.checks.value import fault_of
from upgradecheck.checks.vocabulary import Vocabulary
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import Setting
from upgradecheck.history import History
from upgradecheck.history import Removed
from upgradecheck.installed import live_option
from upgradecheck.installed import own_namespaces
from upgradecheck.place import Place
from upgradecheck.place import normal
from upgradecheck.release import Release
from upgradecheck.service import Service

TEXT = """\
Every option in the configuration is known to the new release, and valid.

Reads each configuration file of the service and the environment variables that
oslo.config reads, and compares every option in them with what the new release
and its libraries expect.

A **failure** is a value that the new release refuses (of the wrong type, out of
bounds, not one of the choices), an option that a release on the way has removed,
an option that is missing and without which the service does not work, or an enabled
driver, such as a store of Glance, that the new release does not have. Correct it
before the upgrade.

A **warning** is an option that the new release does not know (oslo.config
ignores it, so look for a misspelt name), that was renamed or moved, that is
deprecated for removal, that is set twice in one file or under both its old and
its new name, or whose name is written with dashes: oslo.config silently ignores
those.

Where the upgrade crosses several releases, what each of them removed or renamed
counts, and the result says when it went and what took its place. With ``--strict`` an
option that is not set and whose default changes on the way is a **warning**; without
it the result only says how many there are.

Values of secret options and of unknown options are never shown.
"""


def judge(upgrade: Upgrade) -> Result:
    """Judge every option of every configuration of a deployment.

    :raises NotVerified: if the configuration cannot be read or the release's
        options are not known.
    """
    options = upgrade.target.options
    catalogue = upgrade.target.catalogue
    findings: dict[Finding, None] = {}
    count = 0
    used: set[Place] = set()
    for configuration in upgrade.deployment.configurations:
        reader = Reader(upgrade, configuration, options)
        findings.update(dict.fromkeys(reader.findings()))
        used.update(reader.used)
        count = max(count, len(configuration.settings) + len(reader.variables))
    if findings and not (catalogue.options or catalogue.faults):
        raise NotVerified(
            f"which options {upgrade.target.spoken} reads cannot be told: its definition "
            f"names no namespace, and {upgrade.service.distribution} lists none in "
            "oslo.config.opts",
            f"service {upgrade.service.name}",
            "Whoever defines the service can: Service(..., namespaces=(...,)).",
        )
    for name, fault in sorted(catalogue.faults.items()):
        if name in (*catalogue.options, *upgrade.service.namespaces):
            findings[
                Finding(
                    f"what the namespace {name} defines is not verified: {fault}",
                    f"namespace {name} of oslo.config.opts",
                    _look(upgrade.target),
                    Status.ERROR,
                )
            ] = None
    note, changed = defaults.judge(upgrade, used)
    findings.update(dict.fromkeys(changed))
    ordered = sorted(findings, key=lambda f: -_ORDER.index(f.status or Status.SUCCESS))
    return Result.judged(_sentence(upgrade, count, ordered) + note, ordered)


def _look(target: Release) -> str:
    """What to do where a namespace could not be listed."""
    if target.source == Release.source:
        return "Look whether the package that provides it is whole."
    return (
        f"{target.source[0].upper()}{target.source[1:]} was made without it; compare "
        "what you set of it by hand, or ask where the release is installed."
    )


_ORDER = (Status.SUCCESS, Status.WARNING, Status.ERROR, Status.FAILURE)


def _sentence(upgrade: Upgrade, count: int, findings: list[Finding]) -> str:
    options = f"{count} option{'' if count == 1 else 's'}"
    if not findings:
        return f"{options} set; {upgrade.target.spoken} knows and accepts them all."
    counts = Counter(finding.status for finding in findings)
    found = " and ".join(
        f"{counts[status]} {status}{'' if counts[status] == 1 else 's'}"
        for status in (Status.FAILURE, Status.ERROR, Status.WARNING)
        if counts[status]
    )
    return f"{options} set, judged for {upgrade.target.spoken}: {found}."


@dataclasses.dataclass
class Reader:
    """Judges one configuration, as one set of programs reads it."""

    upgrade: Upgrade
    configuration: Configuration
    listed: Options

    def __post_init__(self) -> None:
        self.service: Service = self.upgrade.service
        self.target = self.upgrade.target.spoken
        self.options = Vocabulary(
            self.service, self.upgrade.target.catalogue, self.listed, self.configuration
        )
        self.variables = self.options.variables()
        #: What the operator set of each option; filled while it is judged.
        self.used: dict[Place, list[Setting]] = {}
        self.history = History(self.upgrade.target, self._seen)

    def _seen(self, release: Release) -> Options:
        """The options that a release takes for this configuration."""
        if release is self.upgrade.target:
            return self.options
        return Vocabulary(
            self.service, release.catalogue, release.options, self.configuration
        )

    def findings(self) -> Iterator[Finding]:
        """Everything found, in the order in which it stands in the files."""
        unknown_groups: dict[str, list[Setting]] = {}
        used = self.used
        for setting in (*self.configuration.settings, *self.variables):
            each = self.options.known(setting)
            if each is not None:
                place = each.place
                used.setdefault(place, []).append(setting)
            elif self.options.is_accepted(setting):
                continue
            elif (removed := self.history.removed(setting.key)) is not None:
                yield self._removed(setting, removed)
            elif setting.key[0] in self.options.groups:
                yield self._unknown(setting)
            else:
                unknown_groups.setdefault(setting.group, []).append(setting)
        for group, settings in unknown_groups.items():
            yield self._unknown_group(group, settings)
        for place, settings in used.items():
            yield from self._judged(self.options.current[place], settings)
        yield from self._missing(used)
        yield from groups.judge(self.service, self.configuration, used)
        yield from drivers.judge(self.upgrade, used, self.history)
        for group, plugin in self.options.missing_plugins.items():
            yield Finding(
                f"[{group}] auth_type names the keystoneauth plug-in {plugin}, which "
                f"cannot be loaded here, so the options of [{group}] are not verified",
                self.configuration.where(group, "auth_type") or f"[{group}] auth_type",
                "Correct the name, or install the package that provides it.",
                Status.ERROR,
            )

    def _judged(self, known: KnownOption, settings: list[Setting]) -> Iterator[Finding]:
        place = known.place
        # oslo.config reads old names in files alone, never in the environment.
        old = [s for s in settings if s.key != place and s.file is not None]
        new = [s for s in settings if s.key == place and s.file is not None]
        if old and new:
            yield self._both(known, old[-1], new[-1])
        else:
            for setting in old:
                yield Finding(
                    f"{setting.spoken} is now {known.spoken}",
                    setting.location,
                    f"Write {known.name} in [{known.group}] instead.",
                    Status.WARNING,
                )
        yield from self._twice(known, settings)
        if known.data.get("deprecated_for_removal"):
            yield self._deprecated(known, settings[-1])
        yield from self._values(known, settings)

    def _values(self, known: KnownOption, settings: list[Setting]) -> Iterator[Finding]:
        if known.opaque and known.namespace:
            if not self.upgrade.target.is_installed:
                yield Finding(
                    f"the value of {known.spoken} is not verified: only the code of "
                    f"{self.target} knows its type",
                    settings[-1].location,
                    f"Ask where {self.target} is installed.",
                    Status.ERROR,
                )
                return
            try:
                opt = live_option(known.namespace, known.group, known.name)
            except Exception as fault:  # noqa: BLE001 - told, not passed over
                yield Finding(
                    f"the value of {known.spoken} is not verified: its type could "
                    f"not be loaded: {type(fault).__name__}",
                    settings[-1].location,
                    f"Look whether the package of {known.namespace} is whole.",
                    Status.ERROR,
                )
                return
            known.opt = opt
        yield from fault_of(self.configuration, known, settings)

    def _both(self, known: KnownOption, old: Setting, new: Setting) -> Finding:
        files = self.configuration.files
        later = files.index(old.file or "") > files.index(new.file or "")
        wins, loses = (old, new) if later else (new, old)
        return Finding(
            f"{old.spoken} and {new.spoken} are the same option under its old and "
            f"its new name; {loses.location} has no effect, {wins.location} has",
            old.location,
            f"Keep one of them, as {known.spoken}.",
            Status.WARNING,
        )

    def _twice(self, known: KnownOption, settings: list[Setting]) -> Iterator[Finding]:
        if known.data.get("multi"):
            return
        first: dict[tuple[str | None, str, str], Setting] = {}
        for setting in settings:
            place = (setting.file, *setting.key)
            if place in first and setting.file is not None:
                yield Finding(
                    f"{setting.spoken} is set twice in this file, first in line "
                    f"{first[place].line}; the last one counts",
                    setting.location,
                    "Keep one of them.",
                    Status.WARNING,
                )
            first.setdefault(place, setting)

    def _deprecated(self, known: KnownOption, setting: Setting) -> Finding:
        since = known.opt.deprecated_since
        reason = " ".join((known.opt.deprecated_reason or "").split()).rstrip(".")
        return Finding(
            f"{known.spoken} is deprecated for removal"
            + (f" since {since}" if since else "")
            + (f": {reason}" if reason else ""),
            setting.location,
            "Plan to do without it: a later release will ignore it.",
            Status.WARNING,
        )

    def _removed(self, setting: Setting, removed: Removed) -> Finding:
        reason = f" ({removed.reason.rstrip('.')})" if removed.reason else ""
        text = f"{setting.spoken} was removed in {removed.spoken}{reason}"
        if removed.renamed:
            text = (
                f"{setting.spoken} is an old name of {removed.replacement}, which "
                f"{removed.spoken} stopped to read{reason}"
            )
        origins = [each.version for each in self.upgrade.origins if each.version]
        if removed.is_crossed_from(origins):
            text += ": from there on it has no effect"
            status = Status.FAILURE
        else:
            text += ", before the release that the upgrade starts from: it has "
            text += "no effect already"
            status = Status.WARNING
        remedy = (
            f"Set {removed.replacement} instead."
            if removed.replacement
            else f"Remove it; the release notes of {removed.series or removed.version} "
            "say more."
        )
        return Finding(text, setting.location, remedy, status)

    def _unknown(self, setting: Setting) -> Finding:
        group, name = setting.key
        plain = name.replace("-", "_")
        if plain != name and (
            (group, plain) in self.options.current or (group, plain) in self.options.old
        ):
            return Finding(
                f"{setting.spoken} is silently ignored: oslo.config reads the name "
                f"only as {plain}",
                setting.location,
                f"Write {plain}.",
                Status.WARNING,
            )
        return Finding(
            f"{self.target} does not know {setting.spoken}, and ignores it",
            setting.location,
            self.options.nearest(setting),
            Status.WARNING,
        )

    def _unknown_group(self, group: str, settings: list[Setting]) -> Finding:
        names = list(dict.fromkeys(setting.name for setting in settings))
        listed = ", ".join(names[:5]) + (" and more" if len(names) > 5 else "")
        return Finding(
            f"{self.target} does not know the group [{group}], and ignores what "
            f"stands in it: {listed}",
            settings[0].location,
            self.options.nearest_group(group, settings[0]),
            Status.WARNING,
        )

    def _own_namespaces(self) -> list[str]:
        """The namespaces of the service itself, libraries' left out."""
        name = self.service.name
        by_name = [
            each
            for each in self.upgrade.target.catalogue.options
            if each == name or each.startswith((f"{name}.", f"{name}-"))
        ]
        return own_namespaces(self.service) or by_name

    def _missing(self, used: dict[Place, list[Setting]]) -> Iterator[Finding]:
        needed = [
            (group, name)
            for group, name in self.service.required
            if (normal(group), name) not in used
        ]
        with_plugins = {
            group for group, name in self.options.current if name == "auth_type"
        }
        own = self._own_namespaces()
        for place, each in self.options.current.items():
            if (
                each.data.get("required")
                and not each.has_default
                and each.namespace in own
                and place not in used
                and place[0] not in with_plugins
                and place not in needed
            ):
                needed.append((each.group, each.name))
        for group, name in needed:
            yield Finding(
                f"[{group}] {name} is not set, and {self.service.title} does not "
                "work without it",
                self.configuration.files[0] if self.configuration.files else None,
                f"Set {name} in [{group}].",
                Status.FAILURE,
            )


class OptionsCheck(Family):
    """The check ``<service>.config-options`` of a service."""

    slug = "config-options"
    heading = "Configuration options"
    prose = TEXT
    ask = staticmethod(judge)
