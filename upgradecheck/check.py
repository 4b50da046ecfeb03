"""The values of a check: what is asked, and the decorator that makes one.

What was answered is in :mod:`upgradecheck.result`, and is imported from here like the
rest. Nothing here reads a file or opens a connection.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import inspect
import re
from collections.abc import Callable
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import TypeAlias

from oslo_upgradecheck import upgradecheck as oslo

from upgradecheck.result import Finding
from upgradecheck.result import NotVerified
from upgradecheck.result import Result
from upgradecheck.result import Status
from upgradecheck.result import Waived

if TYPE_CHECKING:
    from upgradecheck.baseline import Baseline
    from upgradecheck.checks.origin import Basis
    from upgradecheck.deployment import Deployment
    from upgradecheck.release import Release
    from upgradecheck.service import Service

__all__ = (
    "NEEDS",
    "Check",
    "Finding",
    "Function",
    "NotVerified",
    "Phase",
    "Result",
    "Status",
    "Upgrade",
    "Waived",
    "check",
)

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


class Phase(enum.StrEnum):
    """When a check is asked: before, during or after the upgrade."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


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
