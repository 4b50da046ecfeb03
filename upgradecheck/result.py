"""The values of an answer: its status, its findings, why there is none."""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Iterable
from typing import Any

from oslo_upgradecheck import upgradecheck as oslo
from oslo_upgradecheck.upgradecheck import Code


class Status(enum.StrEnum):
    """What a check answered; the words users read and tools compare."""

    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"
    ERROR = "error"
    SKIPPED = "skipped"
    WAIVED = "waived"

    @property
    def number(self) -> int:
        """The ``result`` of a check in the JSON report."""
        return _NUMBERS[self]

    @property
    def code(self) -> Code:
        """oslo.upgradecheck's nearest code; ``error`` fails closed."""
        return _CODES[self]

    @classmethod
    def worst(cls, statuses: Iterable[Status]) -> Status:
        """The gravest of some statuses; ``success`` if there are none.

        ``error`` is graver than ``failure`` here: a question that was not
        answered is not answered by what else was found.
        """
        return max(statuses, key=_GRAVITY.index, default=cls.SUCCESS)


_NUMBERS = {
    Status.SUCCESS: 0,
    Status.WARNING: 1,
    Status.FAILURE: 2,
    Status.ERROR: 255,
    Status.SKIPPED: 0,
    Status.WAIVED: 0,
}
_CODES = {
    Status.SUCCESS: Code.SUCCESS,
    Status.WARNING: Code.WARNING,
    Status.FAILURE: Code.FAILURE,
    Status.ERROR: Code.FAILURE,
    Status.SKIPPED: Code.SUCCESS,
    Status.WAIVED: Code.SUCCESS,
}
_GRAVITY = (
    Status.SKIPPED,
    Status.WAIVED,
    Status.SUCCESS,
    Status.WARNING,
    Status.FAILURE,
    Status.ERROR,
)


class NotVerified(Exception):
    """The question could not be asked; the check's result is an ``error``.

    :param reason: a sentence for the operator: what stood in the way.
    :param location: where, as ``file:line`` or in words.
    :param remedy: what to try.
    """

    def __init__(
        self, reason: str, location: str | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.location = location
        self.remedy = remedy


@dataclasses.dataclass(frozen=True)
class Waived:
    """That a waiver covers a finding, or did until it expired.

    :param reason: why the finding may pass.
    :param owner: who answers for that.
    :param expires: the last day on which the waiver holds.
    :param expired: whether that day is over; the finding counts again then.
    """

    reason: str
    owner: str
    expires: datetime.date
    expired: bool


@dataclasses.dataclass(frozen=True)
class Finding:
    """One problem: what it is, where it is and what to do about it.

    :param message: a sentence.
    :param location: ``file:line``, or words such as ``image ID``.
    :param remedy: what to do.
    :param status: how grave this finding is; by default as its result is.
    :param waived: the waiver that covers it; set by the runner.
    """

    message: str
    location: str | None = None
    remedy: str | None = None
    status: Status | None = None
    waived: Waived | None = None


class Result(oslo.Result):  # type: ignore[misc, unused-ignore]
    """The answer to one check: a code, a sentence and the findings.

    :param code: oslo.upgradecheck's code.
    :param details: a sentence for the operator.
    :param findings: the problems, in the order in which to look at them.

    ``status`` is the answer in our words; ``code`` stays oslo.upgradecheck's
    so that its consumers keep working, and is ``FAILURE`` for an error.
    """

    def __init__(
        self,
        code: Code | int,
        details: str | None = None,
        findings: Iterable[Finding] = (),
    ) -> None:
        super().__init__(Code(code), details)
        self.status = _STATUSES[Code(code)]
        self.findings: tuple[Finding, ...] = tuple(findings)

    @classmethod
    def stated(
        cls, status: Status, details: str | None, findings: Iterable[Finding] = ()
    ) -> Result:
        """A result of any status, in our words."""
        result = cls(status.code, details, findings)
        result.status = status
        return result

    def having(self, findings: Iterable[Finding], status: Status) -> Result:
        """The same answer with other findings and another status."""
        return self.stated(status, self.details, findings)

    @classmethod
    def skipped(cls, reason: str) -> Result:
        """The check does not apply here, because of ``reason``."""
        return cls.stated(Status.SKIPPED, reason, ())

    @classmethod
    def error(cls, reason: str, findings: Iterable[Finding] = ()) -> Result:
        """The question could not be asked, because of ``reason``."""
        return cls.stated(Status.ERROR, reason, findings)

    @classmethod
    def not_verified(cls, fault: NotVerified) -> Result:
        """The error that a fault amounts to, with its place and its remedy."""
        finding = Finding(fault.reason, fault.location, fault.remedy, Status.ERROR)
        return cls.error(f"{fault.reason[:1].upper()}{fault.reason[1:]}.", [finding])

    @classmethod
    def judged(cls, details: str, findings: Iterable[Finding]) -> Result:
        """As grave as the gravest finding; success if there is none.

        :raises ValueError: if a finding does not say how grave it is.
        """
        findings = tuple(findings)
        for finding in findings:
            if finding.status is None:
                raise ValueError(f"a finding without a status: {finding.message}")
        status = Status.worst(
            finding.status for finding in findings if finding.status is not None
        )
        return cls.stated(status, details, findings)

    @classmethod
    def adopt(cls, answer: Any) -> Result:
        """What a check returned, as a result of ours.

        :raises TypeError: if the check returned no result at all.
        :raises ValueError: if the result's code is none of oslo's codes.
        """
        if isinstance(answer, Result):
            return answer
        if isinstance(answer, oslo.Result):
            details = None if answer.details is None else str(answer.details)
            return cls(Code(answer.code), details)
        raise TypeError(
            f"the check returned {type(answer).__name__} where a Result is due"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return (self.status, self.details, self.findings) == (
            other.status,
            other.details,
            other.findings,
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Result {self.status}: {self.details!r}, {self.findings!r}>"


_STATUSES = {
    Code.SUCCESS: Status.SUCCESS,
    Code.WARNING: Status.WARNING,
    Code.FAILURE: Status.FAILURE,
}
