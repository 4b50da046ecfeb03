"""Registry and deployment in, report out: each check in a process of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import importlib
import importlib.util
from collections.abc import Collection
from collections.abc import Sequence
from typing import Any

from packaging.specifiers import InvalidSpecifier
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion

from upgradecheck import installed
from upgradecheck import release as releases
from upgradecheck import waiver
from upgradecheck.baseline import Baseline
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import NEEDS
from upgradecheck.check import Check
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Phase
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.deployment import Deployment
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import files_of
from upgradecheck.isolation import Outcome
from upgradecheck.isolation import Process
from upgradecheck.isolation import wait
from upgradecheck.registry import Problem
from upgradecheck.registry import Registry
from upgradecheck.release import Release
from upgradecheck.report import Examined
from upgradecheck.report import Excluded
from upgradecheck.report import Origins
from upgradecheck.report import Progress
from upgradecheck.report import Report
from upgradecheck.report import Row
from upgradecheck.report import Told
from upgradecheck.secret import Mask
from upgradecheck.series import Timeline
from upgradecheck.service import Service
from upgradecheck.waiver import Waiver

#: As many checks run side by side.
JOBS = 8
#: The modules that stand for an extra.
_EXTRAS = {
    "certificates": ("cryptography",),
    "db": ("sqlalchemy", "alembic"),
    "image": ("openstack", "keystoneauth1"),
}
#: Seconds between two looks at the processes, for the progress display.
_TICK = 0.1


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


def _silent(_check: Check | None, _row: Row | None) -> None:
    """The progress nobody watches."""


def run(
    registry: Registry,
    services: Sequence[Service],
    selection: Selection,
    given: dict[str, Given],
    timeout: float,
    progress: Progress = _silent,
) -> Report:
    """Ask the selected checks of some services.

    :param given: the configuration that the operator names, by service.
    :param timeout: seconds a check may take.
    :param progress: told as checks start and end.
    """
    report = Report()
    asked: list[tuple[Check, Upgrade, Mask]] = []
    rows: dict[str, list[Row]] = {}
    examined: dict[str, Examined] = {}
    for service in services:
        checks = _selected(registry, service, selection)
        problems = [
            each
            for each in registry.problems_of(service.name)
            if not selection.checks or each.entry in selection.checks
        ]
        rows[service.name] = [
            _excluded(each.entry, each.entry, service)
            if each.entry in selection.excluded
            else _refused(each)
            for each in problems
        ]
        progress(None, None)
        own = given.get(service.name, Given())
        upgrade = _upgrade(service, own, selection, timeout)
        examined[service.name] = _examined(upgrade)
        mask = upgrade.deployment.mask()
        for check in checks:
            if check.id in selection.excluded:
                rows[service.name].append(_excluded(check.id, check.title, service))
            else:
                asked.append((check, upgrade, mask))
    try:
        answered = _ask(asked, timeout, progress, bool(selection.checks))
    except _Interrupted as stop:
        answered, report.interrupted = stop.rows, True
    order = {id: number for number, id in enumerate(registry.checks)}
    today = datetime.datetime.now().astimezone().date()
    for row in answered:
        found = examined[row.service]
        if isinstance(row, Answered) and found.origins is None:
            examined[row.service] = dataclasses.replace(found, origins=row.origins)
        result = waiver.apply(selection.waivers, row.id, row.result, today)
        rows[row.service].append(dataclasses.replace(row, result=result))
    report.services += examined.values()
    for service in services:
        report.rows += sorted(
            rows[service.name], key=lambda row: order.get(row.id, len(order))
        )
    return report


def _selected(
    registry: Registry, service: Service, selection: Selection
) -> list[Check]:
    checks = registry.checks_of(service.name)
    if selection.checks:
        return [check for check in checks if check.id in selection.checks]
    return [check for check in checks if check.phase is selection.phase]


def _excluded(id: str, title: str, service: Service) -> Row:
    reason = "Excluded by the operator."
    return Excluded(id, title, service.name, Result.skipped(reason))


def _refused(problem: Problem) -> Row:
    finding = Finding(
        problem.reason,
        f"entry point {problem.entry}",
        problem.remedy,
        Status.ERROR,
    )
    result = Result.error(f"This entry cannot be asked: {problem.reason}", [finding])
    return Row(problem.entry, problem.entry, problem.service, result)


def question(service: Service, given: Given, timeout: float) -> Upgrade:
    """What is asked of a service: its deployment, and the release installed here.

    :param timeout: seconds that it may take to ask the release what it expects.
    """
    return _upgrade(service, given, Selection(), timeout)


def _upgrade(
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
        return installed.catalogue_of(service, drivers, timeout)
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


def _examined(upgrade: Upgrade) -> Examined:
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
        None if upgrade.origin is None else _origins(upgrade),
    )


def _told(release: Release) -> Told:
    return Told(release.version, release.series, release.source)


def _origins(upgrade: Upgrade) -> Origins:
    basis = upgrade.basis
    return Origins(tuple(_told(each) for each in basis.releases), basis.told_by)


@dataclasses.dataclass(frozen=True)
class Answered(Row):
    """A row whose check also found out where the upgrade starts."""

    origins: Origins | None = None


class _Interrupted(Exception):
    """Ctrl-C; carries the rows so far."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__()
        self.rows = rows


def _ask(
    asked: Sequence[tuple[Check, Upgrade, Mask]],
    timeout: float,
    progress: Progress,
    by_id: bool,
) -> list[Row]:
    """Ask all checks, several at once; the rows come as they are answered.

    :raises _Interrupted: on Ctrl-C; the checks that were not answered are
        errors then.
    """
    rows: list[Row] = []
    # What needs most takes longest, so it starts first.
    waiting = sorted(asked, key=lambda each: -len(each[0].needs))
    _preload([check for check, _, _ in asked])
    running: dict[Process, tuple[Check, Mask]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < JOBS:
                check, upgrade, mask = waiting.pop(0)
                early = _early(check, upgrade, by_id)
                if early is not None:
                    row = Row(check.id, check.title, check.service, early)
                    rows.append(row)
                    progress(check, row)
                    continue
                progress(check, None)
                process = Process(lambda c=check, u=upgrade: _answer(c, u), timeout)  # type: ignore[misc]
                running[process] = check, mask
            progress(None, None)
            for process in wait(list(running), _TICK) if running else []:
                check, mask = running.pop(process)
                row = _row(check, process.finish(), mask)
                rows.append(row)
                progress(check, row)
    except KeyboardInterrupt:
        left = [check for check, _ in running.values()] + [c for c, _, _ in waiting]
        for process in running:
            process.finish()
        rows += [
            Row(
                check.id,
                check.title,
                check.service,
                Result.error("Not answered: the run was interrupted."),
            )
            for check in left
        ]
        raise _Interrupted(rows) from None
    return rows


def _preload(checks: Sequence[Check]) -> None:
    """Import once what several checks would each import in their own process."""
    if sum("database" in check.needs for check in checks) > 1:
        # A fault of it is told by each check that needs it.
        with contextlib.suppress(Exception):
            importlib.import_module("sqlalchemy")


def _early(check: Check, upgrade: Upgrade, by_id: bool) -> Result | None:
    """A result that needs no asking; None if the check must be asked."""
    unasked = _unasked(check, upgrade, by_id)
    if unasked is not None:
        return unasked
    version = upgrade.target.version
    if check.applies_to and version:
        try:
            if not SpecifierSet(check.applies_to).contains(version, prereleases=True):
                return Result.skipped(
                    f"Applies to {upgrade.service.title} {check.applies_to}, not to "
                    f"{version}."
                )
        except (InvalidSpecifier, InvalidVersion) as fault:
            return Result.error(f"The check's applies_to cannot be read: {fault}")
    if "installed" in check.needs and not upgrade.target.is_installed:
        return Result.not_verified(
            NotVerified(
                f"only the code of {upgrade.target.spoken} itself can answer this, and "
                "it is not installed here",
                f"distribution {upgrade.service.distribution}",
                f"Ask it where {upgrade.target.spoken} is installed.",
            )
        )
    return _lacking(check)


def _unasked(check: Check, upgrade: Upgrade, by_id: bool) -> Result | None:
    """Why a check is not asked here, or cannot be without a baseline."""
    compares = "baseline" in check.needs
    if check.procedures and not by_id and not (compares and upgrade.baseline):
        names = ", ".join(check.procedures)
        also = ", or with a baseline of the old release (--baseline FILE)"
        return Result.skipped(
            f"Asked only on the way of {names}, or by its id{also if compares else ''}."
        )
    if not compares or upgrade.baseline is not None:
        return None
    return Result.not_verified(
        NotVerified(
            "what a node of the old release had is not known: there is no baseline",
            remedy="On a node of the old release run service-status upgrade snapshot "
            f"{check.service} --output FILE, then ask with --baseline FILE.",
        )
    )


def _lacking(check: Check) -> Result | None:
    """The error that a missing extra is; None if all that is needed is there."""
    missing = {
        extra: [m for m in _EXTRAS[extra] if not _is_installed(m)]
        for extra in (NEEDS[need] for need in check.needs)
        if extra is not None
    }
    lacking = [extra for extra, modules in missing.items() if modules]
    if not lacking:
        return None
    modules = [module for extra in lacking for module in missing[extra]]
    reason = f"needs {', '.join(modules)}, not installed here"
    extras = ",".join(lacking)
    remedy = f"pip install 'upgradecheck[{extras}]'"
    finding = Finding(f"the check {reason}", f"extra {extras}", remedy, Status.ERROR)
    return Result.error(f"Not asked: {reason}. Try: {remedy}", [finding])


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _answer(check: Check, upgrade: Upgrade) -> Any:
    """Ask a check, in its own process; the answer as JSON holds it."""
    if "config" in check.needs:
        try:
            upgrade.deployment.configurations  # noqa: B018 - is it readable?
        except NotVerified as fault:
            return _data(Result.not_verified(fault))
    data = _data(check(upgrade))
    if "basis" in vars(upgrade):  # the check asked for it
        data["origins"] = dataclasses.asdict(_origins(upgrade))
    return data


def _data(result: Result) -> Any:
    return {
        "status": str(result.status),
        "details": result.details,
        "findings": [
            [str(f.message), f.location, f.remedy, f.status and str(f.status)]
            for f in result.findings
        ],
    }


def _row(check: Check, outcome: Outcome, mask: Mask) -> Row:
    """A row out of how a check's process came out, all its text masked."""
    found = outcome.answer.get("origins") if isinstance(outcome.answer, dict) else None
    return Answered(
        check.id,
        check.title,
        check.service,
        _masked(_result(check, outcome), mask),
        outcome.seconds,
        mask(outcome.output),
        None
        if found is None
        else Origins(
            tuple(Told(**each) for each in found["releases"]), mask(found["told_by"])
        ),
    )


def _result(check: Check, outcome: Outcome) -> Result:
    if outcome.raised is not None:
        raised = outcome.raised
        text = f"{raised.kind}: {raised.message}" if raised.message else raised.kind
        finding = Finding(
            f"the check raised {text}",
            raised.location,
            f"Report this to those who provide {check.id}.",
            Status.ERROR,
        )
        return Result.error(f"The check failed to run: {text}", [finding])
    if outcome.fault is not None:
        return Result.error(f"The check {outcome.fault}.")
    data = outcome.answer
    findings = [
        Finding(message, location, remedy, Status(status) if status else None)
        for message, location, remedy, status in data["findings"]
    ]
    return Result.stated(Status(data["status"]), data["details"], findings)


def _masked(result: Result, mask: Mask) -> Result:
    def hide(text: str | None) -> str | None:
        return None if text is None else mask(str(text))

    findings = [
        Finding(mask(f.message), hide(f.location), hide(f.remedy), f.status)
        for f in result.findings
    ]
    return Result.stated(result.status, hide(result.details), findings)


def is_here(service: Service, given: dict[str, Given]) -> bool:
    """Whether a service is installed here, or its configuration exists."""
    if service.name in given or installed.version_of(service) is not None:
        return True
    try:
        return any(files_of(service))
    except NotVerified:
        return True
