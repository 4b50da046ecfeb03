"""Waivers: an operator's written, dated reasons to let findings pass.

``waiver_file`` reads them.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterable

from upgradecheck.check import Finding
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Waived


@dataclasses.dataclass(frozen=True)
class Waiver:
    """One entry of a file of waivers.

    :param check: the exact id of the check.
    :param reason: why its findings may pass.
    :param owner: who answers for that.
    :param expires: the last day on which it holds.
    :param location: covers findings at exactly this place; None for any.
    :param message: covers findings whose whole message matches this regular
        expression; None for any.
    """

    check: str
    reason: str
    owner: str
    expires: datetime.date
    location: str | None = None
    message: re.Pattern[str] | None = None

    def covers(self, check: str, finding: Finding) -> bool:
        """Whether it is about this finding, expired or not."""
        return (
            check == self.check
            and self.location in (None, finding.location)
            and (self.message is None or bool(self.message.fullmatch(finding.message)))
        )

    def on(self, day: datetime.date) -> Waived:
        """What reports say of it on a day."""
        return Waived(self.reason, self.owner, self.expires, day > self.expires)


def apply(
    waivers: Iterable[Waiver], check: str, result: Result, day: datetime.date
) -> Result:
    """The result with the findings that waivers cover marked as waived.

    An error is never waived. A covered finding stays in the result; where its
    waiver has expired, it keeps its status and says so. A result without
    findings is covered as if its sentence were one.
    """
    mine = [waiver for waiver in waivers if waiver.check == check]
    if not mine or result.status not in (Status.WARNING, Status.FAILURE, Status.ERROR):
        return result
    findings = result.findings
    if not findings and result.status is not Status.ERROR:
        findings = (Finding(result.details or "", None, None, result.status),)
    judged = tuple(_applied(mine, check, each, result.status, day) for each in findings)
    if all(each.waived is None for each in judged):
        return result
    passed = sum(each.status is Status.WAIVED for each in judged)
    if passed:
        word = "finding is" if passed == 1 else "findings are"
        details = f"{result.details or ''} {passed} {word} waived.".strip()
        result = Result.stated(result.status, details, judged)
    if result.status is Status.ERROR:
        return result.having(judged, Status.ERROR)
    return result.having(
        judged, Status.worst(each.status or result.status for each in judged)
    )


def _applied(
    waivers: Iterable[Waiver],
    check: str,
    finding: Finding,
    status: Status,
    day: datetime.date,
) -> Finding:
    finding = dataclasses.replace(finding, status=finding.status or status)
    if finding.status not in (Status.WARNING, Status.FAILURE):
        return finding
    covering = [each for each in waivers if each.covers(check, finding)]
    if not covering:
        return finding
    # The one that holds longest counts.
    waived = max(covering, key=lambda each: each.expires).on(day)
    if waived.expired:
        return dataclasses.replace(finding, waived=waived)
    return dataclasses.replace(finding, status=Status.WAIVED, waived=waived)
