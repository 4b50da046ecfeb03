"""Writing a report to a file: whole, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile


def write(path: str, text: str) -> None:
    """Replace a file by a text; if that fails, the old file stays.

    What is no regular file, as ``/dev/stdout``, is written to directly.

    :raises OSError: if the text cannot be written.
    """
    if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return
    with_links = os.path.realpath(path)
    folder = os.path.dirname(with_links)
    handle, temporary = tempfile.mkstemp(
        dir=folder, prefix=f".{os.path.basename(path)}."
    )
    try:
        with open(handle, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), _mode(with_links))
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, with_links)
    except BaseException:
        os.unlink(temporary)
        raise


def _mode(path: str) -> int:
    """The old file's permissions, or those of any new file."""
    try:
        return stat.S_IMODE(os.stat(path).st_mode)
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
