"""Waivers: an operator's written, dated reasons to let findings pass."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import yaml

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Waived

#: A larger file is no list of waivers that anybody wrote.
LARGEST = 1024 * 1024
_REQUIRED = ("check", "reason", "owner", "expires")
_KNOWN = (*_REQUIRED, "location", "message")


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


def load(path: str, known: Collection[str]) -> list[Waiver]:
    """The waivers of a YAML file: a list of mappings.

    :param known: the ids of all checks.
    :raises NotVerified: with every mistake in the file, each with its line.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise NotVerified(f"{path}: is larger than {LARGEST} bytes", path)
        root = yaml.compose(data.decode("utf-8"), Loader=yaml.SafeLoader)
    except OSError as fault:
        raise NotVerified(f"{path}: {fault.strerror}", path) from None
    except UnicodeDecodeError as fault:
        raise NotVerified(f"{path}: byte {fault.start} is not UTF-8", path) from None
    except (yaml.YAMLError, RecursionError) as fault:
        mark = getattr(fault, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(fault, "problem", None) or "it cannot be read"
        raise NotVerified(f"{path}{line}: is no YAML: {problem}", path) from None
    mistakes: list[str] = []
    waivers = [
        waiver
        for node in _entries(path, root, mistakes)
        for waiver in _waiver(path, node, known, mistakes)
    ]
    if mistakes:
        raise NotVerified(
            "\n".join(mistakes),
            path,
            "Correct the file of waivers; nothing was checked.",
        )
    return waivers


def _entries(path: str, root: Any, mistakes: list[str]) -> Sequence[Any]:
    if root is None:
        return []
    if isinstance(root, yaml.SequenceNode):
        return list(root.value)
    mistakes.append(
        f"{path}:1: a list of waivers is due, each with a check, a reason, "
        "an owner and the day it expires"
    )
    return []


def _waiver(
    path: str, node: Any, known: Collection[str], mistakes: list[str]
) -> Iterator[Waiver]:
    line = node.start_mark.line + 1
    before = len(mistakes)

    def wrong(text: str, at: int = line) -> None:
        mistakes.append(f"{path}:{at}: {text}")

    if not isinstance(node, yaml.MappingNode):
        wrong("a waiver is due: a mapping with a check, a reason, an owner, expires")
        return
    found: dict[str, str] = {}
    for key, value in node.value:
        at = key.start_mark.line + 1
        name = str(key.value)
        if name not in _KNOWN:
            wrong(
                f"{name!r} is no key of a waiver: it is one of {', '.join(_KNOWN)}", at
            )
        elif name in found:
            wrong(f"{name} stands there twice", at)
        elif not isinstance(value, yaml.ScalarNode) or not value.value.strip():
            wrong(f"{name} must be a text", at)
        else:
            found[name] = value.value.strip()
    wrong_keys = [name for name in _REQUIRED if name not in found]
    if wrong_keys and len(mistakes) == before:
        wrong(f"the waiver lacks {', '.join(wrong_keys)}")
    if "check" in found and found["check"] not in known:
        wrong(f"there is no check {found['check']!r}; see service-status upgrade list")
    expires = _date(found.get("expires"))
    if "expires" in found and expires is None:
        wrong(f"expires must be a day, as 2027-01-31, not {found['expires']!r}")
    message = _pattern(found.get("message"))
    if "message" in found and message is None:
        wrong("message must be a regular expression")
    if len(mistakes) == before and expires is not None:
        yield Waiver(
            found["check"],
            found["reason"],
            found["owner"],
            expires,
            found.get("location"),
            message,
        )


def _date(text: str | None) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text or "")
    except ValueError:
        return None


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text)
    except re.error:
        return None


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
