"""A file of waivers: a YAML list of mappings."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from collections.abc import Iterator
from typing import Any

from upgradecheck import yamlfile
from upgradecheck.check import NotVerified
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import nearest
from upgradecheck.waiver import Waiver
from upgradecheck.yamlfile import Lined

_REQUIRED = ("check", "reason", "owner", "expires")
_KNOWN = (*_REQUIRED, "location", "message")


def load(path: str, known: Collection[str]) -> list[Waiver]:
    """The waivers of a file.

    :param known: the ids of all checks.
    :raises NotVerified: with every mistake in the file, each with its line.
    """
    try:
        with open(path, "rb") as file:
            lined = yamlfile.read(file.read(yamlfile.LARGEST + 1), path)
        mistakes = list(lined.mistakes)
        waivers = list(_waivers(lined, known, mistakes))
        if mistakes:
            raise Mistaken(mistakes)
    except OSError as fault:
        reason = f"the waivers {path} cannot be read: {fault.strerror}"
        remedy = "Name a file that can be read: --waivers FILE. Nothing was checked."
        raise NotVerified(reason, path, remedy) from None
    except Mistaken as fault:
        remedy = "Correct the file of waivers; nothing was checked."
        raise NotVerified(str(fault), path, remedy) from None
    return waivers


def _waivers(
    lined: Lined, known: Collection[str], mistakes: list[Mistake]
) -> Iterator[Waiver]:
    entries = [] if lined.value is None else lined.value
    if not isinstance(entries, list):
        what, right = "this is no list", f"write a list of waivers: {_form()}"
        mistakes.append(Mistake(lined.source(()), what, right))
        return
    for number, entry in enumerate(entries):
        before = len(mistakes)
        found = dict(_texts(lined, number, entry, mistakes))
        check, expires, message = (
            found.get("check"),
            _date(found.get("expires")),
            _pattern(found.get("message")),
        )

        def wrong(key: str, what: str, right: str, at: int = number) -> None:
            mistakes.append(Mistake(lined.key((at, key)), what, right))

        if check is not None and check not in known:
            wrong("check", f"there is no check {check!r}", nearest(check, known))
        if "expires" in found and expires is None:
            what = f"expires is no day: {found['expires']!r}"
            wrong("expires", what, "write it as 2027-01-31")
        if "message" in found and message is None:
            wrong("message", "message is no regular expression", "correct it")
        if len(mistakes) == before and check is not None and expires is not None:
            yield Waiver(
                check,
                found["reason"],
                found["owner"],
                expires,
                found.get("location"),
                message,
            )


def _form() -> str:
    return f"each a mapping with {', '.join(_REQUIRED)}"


def _texts(
    lined: Lined, number: int, entry: Any, mistakes: list[Mistake]
) -> Iterator[tuple[str, str]]:
    """The keys of an entry and what is written there."""
    if not isinstance(entry, dict):
        mistakes.append(Mistake(lined.source((number,)), "this is no waiver", _form()))
        return
    before = len(mistakes)
    for key, value in entry.items():
        path = (number, key)
        text = lined.written(path).strip()
        if key not in _KNOWN:
            what = f"{key!r} is no key of a waiver"
            mistakes.append(Mistake(lined.key(path), what, nearest(key, _KNOWN)))
        elif isinstance(value, list | dict) or not text:
            mistakes.append(Mistake(lined.key(path), f"{key} is no text", "write one"))
        else:
            yield key, text
    missing = [key for key in _REQUIRED if key not in entry]
    if missing and len(mistakes) == before:
        what = f"the waiver lacks {', '.join(missing)}"
        mistakes.append(Mistake(lined.source((number,)), what, "add it"))


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
