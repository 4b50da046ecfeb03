"""Findings as they come up, each with its place in a document."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Status
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import similar
from upgradecheck.secret import mask_urls
from upgradecheck.services.ceilometer.document import Document


@dataclasses.dataclass
class Findings:
    """What is wrong, and what is odd.

    :param all: the findings, in the order in which they came up.
    """

    all: list[Finding] = dataclasses.field(default_factory=list)

    def wrong(self, at: str, message: str, remedy: str) -> None:
        """Ceilometer refuses it, or does not do what it says."""
        self.all.append(Finding(mask_urls(message), at, remedy, Status.FAILURE))

    def odd(self, at: str, message: str, remedy: str) -> None:
        """Ceilometer takes it; it may not be what was meant."""
        self.all.append(Finding(mask_urls(message), at, remedy, Status.WARNING))

    def unread(self, fault: Mistaken | NotVerified) -> None:
        """A file that Ceilometer cannot read is a failure; that we cannot, no verdict."""
        if isinstance(fault, NotVerified):
            self.all.append(
                Finding(fault.reason, fault.location, fault.remedy, Status.ERROR)
            )
            return
        for each in fault.mistakes:
            right = f"{each.right[:1].upper()}{each.right[1:]}."
            self.wrong(str(each.source), each.what, right)

    @property
    def is_broken(self) -> bool:
        """Whether anything is worse than odd."""
        return any(each.status is not Status.WARNING for each in self.all)


def doubled_keys(document: Document, findings: Findings) -> None:
    """Tell of keys that stand twice in a mapping."""
    for path in document.doubled:
        findings.odd(
            document.at(*path),
            f"{path[-1]} stands there twice; the last one counts",
            "Keep one of the two.",
        )


def unknown_keys(
    document: Document,
    path: tuple[Any, ...],
    known: Collection[str],
    what: str,
    findings: Findings,
) -> None:
    """Tell of the keys of a mapping that Ceilometer passes over.

    :param path: where the mapping is.
    :param known: the keys that it reads.
    :param what: what the mapping is, with its article.
    """
    value = document.value
    for part in path:
        value = value[part]
    for key in value:
        if key not in known:
            near = similar(str(key), known)
            findings.odd(
                document.at(*path, key),
                f"{key!r} is no key of {what}: Ceilometer passes over it",
                f"Did you mean {near}? Otherwise remove it."
                if near
                else f"Remove it; its keys are {', '.join(sorted(known))}.",
            )
