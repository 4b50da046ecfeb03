"""A JSON file that somebody else may have written, or damaged."""

from __future__ import annotations

import json
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any


class Unreadable(ValueError):
    """There is no JSON to be had from a file; its text says why.

    :param what: what is wrong, to be put after the file's name.
    :param line: where, from 1 on; 0 if it is the whole of the file.
    """

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


def read(file: Path | Traversable, largest: int) -> Any:
    """The value that a file holds.

    :param largest: the most bytes that are read.
    :raises Unreadable: if it cannot be read, is larger, or is no JSON in UTF-8.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(largest + 1)
    except OSError as fault:
        raise Unreadable(f"cannot be read: {fault.strerror}") from None
    if len(data) > largest:
        raise Unreadable(f"is larger than {largest} bytes")
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise Unreadable(f"is no text: byte {fault.start} is not UTF-8", line) from None
    except json.JSONDecodeError as fault:
        raise Unreadable(f"is no JSON: {fault.msg}", fault.lineno) from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    except ValueError:  # Python refuses numbers with thousands of digits
        raise Unreadable("holds a number that is too long") from None
