"""The answer of a check, on its way out of the check's own process."""

from __future__ import annotations

import dataclasses
from typing import Any

from upgradecheck.check import Check
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.isolation import Outcome
from upgradecheck.question import origins
from upgradecheck.report import Origins
from upgradecheck.report import Row
from upgradecheck.report import Told
from upgradecheck.secret import Mask


@dataclasses.dataclass(frozen=True)
class Answered(Row):
    """A row whose check also found out where the upgrade starts."""

    origins: Origins | None = None


def given(check: Check, upgrade: Upgrade) -> Any:
    """Ask a check, in its own process; the answer as JSON holds it."""
    if "config" in check.needs:
        try:
            upgrade.deployment.configurations  # noqa: B018 - is it readable?
        except NotVerified as fault:
            return _data(Result.not_verified(fault))
    data = _data(check(upgrade))
    if "basis" in vars(upgrade):  # the check asked for it
        data["origins"] = dataclasses.asdict(origins(upgrade))
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


def row(check: Check, outcome: Outcome, mask: Mask) -> Row:
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
        remedy = (
            f"Look whether what it asks answers: {_asked(check)}. If it is only slow, "
            "give it more time: --timeout SECONDS."
            if outcome.late
            else f"Report this to those who provide {check.id}."
        )
        finding = Finding(
            f"the check {outcome.fault}", f"check {check.id}", remedy, Status.ERROR
        )
        return Result.error(f"The check {outcome.fault}.", [finding])
    data = outcome.answer
    findings = [
        Finding(message, location, remedy, Status(status) if status else None)
        for message, location, remedy, status in data["findings"]
    ]
    return Result.stated(Status(data["status"]), data["details"], findings)


def _asked(check: Check) -> str:
    """What a check needs, in words."""
    words = {"database": "the database", "image": "the Image service"}
    return " and ".join(words[each] for each in check.needs if each in words) or (
        "files and servers that the configuration names"
    )


def _masked(result: Result, mask: Mask) -> Result:
    def hide(text: str | None) -> str | None:
        return None if text is None else mask(str(text))

    findings = [
        Finding(mask(f.message), hide(f.location), hide(f.remedy), f.status)
        for f in result.findings
    ]
    return Result.stated(result.status, hide(result.details), findings)
