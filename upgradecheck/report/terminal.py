"""Text for terminals: nothing that others wrote may steer the terminal."""

from __future__ import annotations

import unicodedata

from upgradecheck.check import Status

_COLOURS = {
    Status.SUCCESS: "32",
    Status.WARNING: "33",
    Status.FAILURE: "31;1",
    Status.ERROR: "35;1",
    Status.SKIPPED: "36",
    Status.WAIVED: "36",
}


def plain(text: str) -> str:
    r"""The text with control characters written out, as ``\x1b``.

    Line feeds stay. Characters that turn the reading direction around are
    written out too.
    """
    return "".join(
        char if char == "\n" or not _steers(char) else _written(char) for char in text
    )


def line(text: str) -> str:
    r"""The text on one line, as ``plain``; a line feed is written out as ``\x0a``."""
    return plain(text).replace("\n", r"\x0a")


def _steers(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def _written(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def coloured(text: str, status: Status) -> str:
    """The text in the colour of a status; the word says the same."""
    return f"\x1b[{_COLOURS[status]}m{text}\x1b[0m"
