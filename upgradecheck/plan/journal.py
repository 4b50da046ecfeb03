"""The journal of a plan: what people said of steps that no check can see.

One JSON object a line, in a file that is only ever appended to.
"""

from __future__ import annotations

import dataclasses
import datetime
import fcntl
import getpass
import json
import os
import pathlib
import socket
from typing import Any

from upgradecheck.check import NotVerified
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source

#: The version of the lines' form.
SCHEMA = 1
#: The largest journal that is read, in bytes.
LARGEST = 16 * 1024 * 1024
#: How every entry that we write begins.
_BEGINNING = b'{"schema": '
_NO_ENTRY = (ValueError, TypeError, LookupError, RecursionError)


@dataclasses.dataclass(frozen=True)
class Entry:
    """What one person said of one step.

    :param step: the name of the task, as a plan shows it.
    :param is_done: whether the step is done; false takes an earlier word back.
    :param note: a remark.
    :param time: when it was said, in UTC.
    :param by: who said it, as ``user@host``.
    :param procedure: the procedure's name.
    :param target: the version of the release to upgrade to; None if unknown.
    """

    step: str
    is_done: bool
    note: str
    time: datetime.datetime
    by: str
    procedure: str
    target: str | None

    @classmethod
    def now(
        cls, step: str, is_done: bool, note: str, procedure: str, target: str | None
    ) -> Entry:
        """An entry of this moment and this user."""
        time = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        return cls(step, is_done, note, time, _user(), procedure, target)


def _user() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # as in a container without /etc/passwd
        name = str(os.geteuid())
    return f"{name}@{socket.gethostname()}"


def default_place(procedure: str) -> str:
    """Where the journal of a procedure is kept, if nothing else is said.

    ``$XDG_STATE_HOME/upgradecheck``, as the XDG Base Directory Specification wants
    for what is to last.
    """
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    folder = pathlib.Path(base).expanduser() / "upgradecheck"
    return str(folder / f"{procedure}.jsonl")


def read(path: str) -> list[Entry]:
    """The entries of a journal, the oldest first; none if there is no file.

    What a crash left of a last entry is no entry, and is passed over.

    :raises NotVerified: with every mistake in the file, each with its line.
    """
    try:
        with open(path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return []
    except OSError as fault:
        raise _unusable(path, fault) from None
    if len(data) > LARGEST:
        raise NotVerified(
            f"{path} is larger than {LARGEST >> 20} MiB: it is no journal of a plan",
            path,
            "Name another file: --journal FILE",
        )
    entries, mistakes = [], []
    *whole, last = data.split(b"\n")
    if not _is_torn(last):
        whole.append(last)
    for number, line in enumerate(whole, start=1):
        try:
            if line.strip():
                entries.append(_entry(json.loads(line.decode())))
        except _NO_ENTRY:
            what = "this is no entry of a journal"
            right = "correct the line or take it away"
            mistakes.append(Mistake(Source(path, number), what, right))
    if mistakes:
        raise NotVerified(
            str(Mistaken(mistakes)), path, "Name another file: --journal FILE"
        )
    return entries


def _is_torn(last: bytes) -> bool:
    """Whether a last line is what a crash left of an entry: its beginning alone."""
    if not last or not (last.startswith(_BEGINNING) or _BEGINNING.startswith(last)):
        return False
    try:
        _entry(json.loads(last.decode()))
    except _NO_ENTRY:
        return True
    return False


def _entry(data: Any) -> Entry:
    """An entry out of a line's data; raises one of ``_NO_ENTRY`` if it is none."""
    if data["schema"] != SCHEMA:
        raise ValueError("another form")
    texts = [data[name] for name in ("step", "note", "by", "procedure")]
    target = data["target"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(
        target, str | None
    ):
        raise TypeError("no text")
    if not isinstance(data["done"], bool):
        raise TypeError("no truth value")
    time = datetime.datetime.fromisoformat(data["time"])
    if time.tzinfo is None:
        raise ValueError("a time without its zone")
    step, note, by, procedure = texts
    return Entry(step, data["done"], note, time, by, procedure, target)


def append(path: str, entries: list[Entry]) -> None:
    """Add entries to a journal: all of them, or none that is ever read.

    The file is locked against other writers, and on the disk when this returns.

    :raises NotVerified: if that cannot be done.
    """
    lines = "".join(json.dumps(_data(each)) + "\n" for each in entries)
    try:
        folder = os.path.dirname(os.path.abspath(path))
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with open(path, "ab+", opener=_private) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            last = file.read().rpartition(b"\n")[2]
            if _is_torn(last):  # nobody was told of that entry
                file.truncate(file.seek(-len(last), os.SEEK_END))
            elif last:
                lines = "\n" + lines
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as fault:
        raise _unusable(path, fault) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _data(entry: Entry) -> Any:
    return {
        "schema": SCHEMA,
        "time": entry.time.isoformat(),
        "procedure": entry.procedure,
        "target": entry.target,
        "step": entry.step,
        "done": entry.is_done,
        "note": entry.note,
        "by": entry.by,
    }


def _unusable(path: str, fault: OSError) -> NotVerified:
    return NotVerified(
        f"the journal {path} cannot be used: {fault.strerror}",
        path,
        "Name another file: --journal FILE",
    )
