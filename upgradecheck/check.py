"""The values of a check: what is asked, what was answered, what was found.

Nothing here reads a file or opens a connection.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import inspect
import re
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeAlias

from oslo_upgradecheck import upgradecheck as oslo
from oslo_upgradecheck.upgradecheck import Code

if TYPE_CHECKING:
    from upgradecheck.baseline import Baseline
    from upgradecheck.checks.origin import Basis
    from upgradecheck.deployment import Deployment
    from upgradecheck.release import Release
    from upgradecheck.service import Service

#: What a check's function looks like; oslo.upgradecheck's own results will do.
Function: TypeAlias = "Callable[[Upgrade], oslo.Result]"

_ID = re.compile(r"[a-z0-9][a-z0-9_-]*\.[a-z0-9][a-z0-9-]*")

#: What a check may declare that it needs, and the extra that provides it:
#: ``installed`` is the code of the release to upgrade to, ``baseline`` what a node of
#: the old release had.
NEEDS = {
    "config": None,
    "database": "db",
    "image": "image",
    "certificates": "certificates",
    "installed": None,
    "baseline": None,
}


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


class Phase(enum.StrEnum):
    """When a check is asked: before, during or after the upgrade."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


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


@dataclasses.dataclass(frozen=True)
class Upgrade:
    """The question at hand: this deployment, from these releases, to that one.

    :param service: what is upgraded.
    :param deployment: what the operator has; only ever read.
    :param target: the release to upgrade to, and what it expects.
    :param origin: the release that the operator says it comes from.
    :param strict: whether the operator wants to hear of what is no fault yet, such as
        defaults that changed.
    :param gates: the ids of all checks that gate the procedure on whose way this is
        asked; empty if it is asked on the way of none.
    :param baseline: what a node of the old release had, if the operator gave it.
    :param patience: seconds that it may take to find out where the upgrade starts.
    """

    service: Service
    deployment: Deployment
    target: Release
    origin: Release | None = None
    strict: bool = False
    gates: frozenset[str] = frozenset()
    baseline: Baseline | None = None
    patience: float = 30

    @property
    def origins(self) -> tuple[Release, ...]:
        """The releases from which the upgrade may start, oldest first.

        The one that the operator names, else those that the database's revision
        fits; where that tells nothing, all that are known up to the target. None is
        newer than the target.
        """
        return self.basis.releases

    @functools.cached_property
    def basis(self) -> Basis:
        """The origins, and how they are known; found when it is first asked for."""
        from upgradecheck.checks.origin import find

        return find(self)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Check:
    """One question that decides whether an upgrade may go on.

    :param id: ``<service>.<slug>``; stable for ever.
    :param title: the name people read; may change.
    :param function: asks the question; its docstring is the check's text.
    :param added: the version, of the distribution that provides the check,
        in which the check appeared.
    :param changed: the versions in which its meaning changed.
    :param phase: when it is asked.
    :param needs: what must be reachable, out of :data:`NEEDS`.
    :param applies_to: the service's versions it is meant for, as a version
        specifier such as ``>=18``; empty for all.
    :param procedures: asked only on the way of these procedures; empty for
        always.
    :param remedy: what to do on a failure, where it is always the same.
    :param text: reStructuredText for operators, the first line a summary;
        by default the docstring of ``function``.
    """

    id: str
    title: str
    function: Function
    added: str = ""
    changed: tuple[str, ...] = ()
    phase: Phase = Phase.BEFORE
    needs: tuple[str, ...] = ()
    applies_to: str = ""
    procedures: tuple[str, ...] = ()
    remedy: str | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(
                f"{self.id!r} is no id of a check: write <service>.<slug> in "
                "lower case, for example octavia.amphora-image"
            )
        unknown = set(self.needs) - set(NEEDS)
        if unknown:
            raise ValueError(
                f"{self.id} needs {', '.join(sorted(unknown))}: what a check may "
                f"need is one of {', '.join(NEEDS)}"
            )
        object.__setattr__(self, "phase", Phase(self.phase))
        object.__setattr__(self, "needs", tuple(self.needs))
        if not self.text:
            text = inspect.getdoc(self.function) or ""
            object.__setattr__(self, "text", text)

    @property
    def service(self) -> str:
        """The name of the service that the check belongs to."""
        return self.id.partition(".")[0]

    @property
    def summary(self) -> str:
        """The first line of the check's text."""
        return self.text.partition("\n")[0]

    def __call__(self, upgrade: Upgrade) -> Result:
        """Ask; a question that cannot be asked is an ``error``."""
        try:
            return Result.adopt(self.function(upgrade))
        except NotVerified as fault:
            return Result.not_verified(fault)


def check(
    id: str,
    *,
    title: str,
    added: str = "",
    changed: Sequence[str] = (),
    phase: str = Phase.BEFORE,
    needs: Sequence[str] = (),
    applies_to: str = "",
    procedures: Sequence[str] = (),
    remedy: str | None = None,
) -> Callable[[Function], Check]:
    """Make a function a check; the arguments are those of :class:`Check`.

    The check must also be an entry point of the group ``upgradecheck.checks``,
    named by its id.
    """

    def decorate(function: Function) -> Check:
        return Check(
            id=id,
            title=title,
            function=function,
            added=added,
            changed=tuple(changed),
            phase=Phase(phase),
            needs=tuple(needs),
            applies_to=applies_to,
            procedures=tuple(procedures),
            remedy=remedy,
        )

    return decorate
