"""The question for one service: what the operator names, made an Upgrade."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from collections.abc import Sequence

from upgradecheck import installed
from upgradecheck import release as releases
from upgradecheck.baseline import Baseline
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import NotVerified
from upgradecheck.check import Phase
from upgradecheck.check import Upgrade
from upgradecheck.deployment import Deployment
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import files_of
from upgradecheck.release import Release
from upgradecheck.report import Examined
from upgradecheck.report import Origins
from upgradecheck.report import Told
from upgradecheck.series import Timeline
from upgradecheck.service import Service
from upgradecheck.waiver import Waiver

#: Seconds that the service's code may take at least to say what it expects.
_LOADING = 30.0


@dataclasses.dataclass(frozen=True)
class Selection:
    """What is asked.

    :param phase: the checks of this phase.
    :param checks: the ids of these checks alone, whatever their phase.
    :param excluded: ids that the operator leaves out.
    :param waivers: the operator's reasons to let findings pass.
    :param origin: the release that the upgrade starts from, as a version, a series or
        its name; by default the database tells.
    :param target: the release to upgrade to, likewise; by default the installed one.
    :param strict: whether to warn of what is no fault yet.
    :param gates: the ids of all checks that gate the procedure on whose way this is
        asked.
    """

    phase: Phase = Phase.BEFORE
    checks: Sequence[str] = ()
    excluded: Collection[str] = ()
    waivers: Sequence[Waiver] = ()
    origin: str | None = None
    target: str | None = None
    strict: bool = False
    gates: Collection[str] = ()


@dataclasses.dataclass(frozen=True)
class Given:
    """What the operator names for one service.

    :param files: its configuration files.
    :param directories: its configuration directories.
    :param baseline: what a node of the old release had.
    """

    files: Sequence[str] = ()
    directories: Sequence[str] = ()
    baseline: Baseline | None = None


def question(service: Service, given: Given, timeout: float) -> Upgrade:
    """What is asked of a service: its deployment, and the release installed here.

    :param timeout: seconds that it may take to ask the release what it expects.
    """
    return upgrade_of(service, given, Selection(), timeout)


def upgrade_of(
    service: Service, given: Given, selection: Selection, timeout: float
) -> Upgrade:
    """The question for one service; its faults stay with the checks that need it."""
    fault: NotVerified | None = None
    views: tuple[tuple[str, ...], ...] = ()
    try:
        views = files_of(service, given.files, given.directories)
    except NotVerified as missing:
        fault = missing
    target = _target(service, selection.target, views, timeout)
    deployment = Deployment(service, views, fault=fault)
    try:
        deployment.options = target.options.definitions()
    except NotVerified as unknown:
        deployment.options = unknown
    origin = _origin(service, given, selection)
    return Upgrade(
        service,
        deployment,
        target,
        origin,
        selection.strict,
        frozenset(selection.gates),
        given.baseline,
        # The check that asks has the rest of its time for itself.
        timeout / 2,
    )


def _origin(service: Service, given: Given, selection: Selection) -> Release | None:
    """The release that the operator says it comes from, or the baseline's."""
    if selection.origin:
        return _named(service, selection.origin)
    if given.baseline is None:
        return None
    version = given.baseline.version
    try:
        return _named(service, version)
    except LookupError as fault:
        return Release(service, version, NotVerified(str(fault.args[0])), None, "")


def _target(
    service: Service,
    word: str | None,
    views: Sequence[Sequence[str]],
    timeout: float,
) -> Release:
    """The release to upgrade to: the installed one, or what a catalogue tells."""
    version = installed.version_of(service)
    if word is not None:
        timeline = Timeline(service)
        named = timeline.read(word)
        if named.version is None:
            is_here = named.series == timeline.series_of(version)
        else:
            is_here = releases.same(named.version, version)
        if version is None or not is_here:
            return _named(service, word)
    return Release(service, version, _catalogue(service, views, timeout))


def _named(service: Service, word: str) -> Release:
    named = Timeline(service).read(word)
    try:
        return releases.find(service, named)
    except NotVerified as fault:
        return Release(service, named.version, fault, named.series, "")


def _catalogue(
    service: Service, views: Sequence[Sequence[str]], timeout: float
) -> Catalogue | NotVerified:
    if not service.namespaces and not service.databases:
        return Catalogue("")  # a service that is known by its checks alone
    enabled: set[str] = set()
    try:
        for view in views:
            enabled |= _drivers_named(service, Configuration(view))
    except NotVerified:
        pass  # told by every check that needs the configuration
    try:
        drivers = installed.driver_namespaces(service, enabled)
        # Code that is loaded for the first time is no check that takes too long.
        return installed.catalogue_of(service, drivers, max(timeout, _LOADING))
    except NotVerified as fault:
        if installed.version_of(service) is not None:
            return fault
        return NotVerified(
            fault.reason, fault.location, f"{fault.remedy} {_catalogues(service)}"
        )


def _catalogues(service: Service) -> str:
    """What may be asked about without being installed, as a remedy."""
    try:
        known = [*releases.shipped(service)]
    except NotVerified:
        known = []
    if not known:
        return "Or name a release that ships a catalogue: --to RELEASE."
    return f"Or name the new release: --to {known[-1]}, or another since {known[0]}."


def _drivers_named(service: Service, configuration: Configuration) -> set[str]:
    places = {each.option for each in service.drivers}
    return {
        word.strip()
        for setting in (*configuration.settings, *configuration.variables)
        if (setting.group.lower(), setting.name.lower()) in places
        for entry in setting.value.split(",")
        for word in entry.split(":")
    }


def examined(upgrade: Upgrade) -> Examined:
    """What a report says of the service."""
    files = [file for view in upgrade.deployment.files for file in view]
    service, target = upgrade.service, upgrade.target
    version = installed.version_of(service)
    return Examined(
        service.name,
        service.title,
        version,
        Timeline(service).series_of(version),
        tuple(dict.fromkeys(files)),
        _told(target),
        None if upgrade.origin is None else origins(upgrade),
    )


def _told(release: Release) -> Told:
    return Told(release.version, release.series, release.source)


def origins(upgrade: Upgrade) -> Origins:
    """What a report says of where the upgrade starts."""
    basis = upgrade.basis
    return Origins(tuple(_told(each) for each in basis.releases), basis.told_by)


def is_here(service: Service, given: dict[str, Given]) -> bool:
    """Whether a service is installed here, or its configuration exists."""
    if service.name in given or installed.version_of(service) is not None:
        return True
    try:
        return any(files_of(service))
    except NotVerified:
        return True
