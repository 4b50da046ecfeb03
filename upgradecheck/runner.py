"""Registry and deployment in, report out: each check in a process of its own."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import functools
import importlib
import importlib.util
from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion

from upgradecheck import answer
from upgradecheck import question
from upgradecheck import waiver
from upgradecheck.answer import Answered
from upgradecheck.check import NEEDS
from upgradecheck.check import Check
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.isolation import Process
from upgradecheck.isolation import wait
from upgradecheck.question import Given
from upgradecheck.question import Selection
from upgradecheck.registry import Problem
from upgradecheck.registry import Registry
from upgradecheck.report import Examined
from upgradecheck.report import Excluded
from upgradecheck.report import Progress
from upgradecheck.report import Report
from upgradecheck.report import Row
from upgradecheck.secret import Mask
from upgradecheck.service import Service

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
        upgrade = question.upgrade_of(service, own, selection, timeout)
        examined[service.name] = question.examined(upgrade)
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
                ask = functools.partial(answer.given, check, upgrade)
                process = Process(ask, timeout)
                running[process] = check, mask
            progress(None, None)
            for process in wait(list(running), _TICK) if running else []:
                check, mask = running.pop(process)
                row = answer.row(check, process.finish(), mask)
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
