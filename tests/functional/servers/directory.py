"""Private directories, and the account that works in them."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: Sockets are made in these directories, and the name of a Unix socket may
#: not exceed 107 characters: a long TMPDIR is not for us.
_LONGEST_PARENT = 60


@contextlib.contextmanager
def private_directory(account: str | None = None) -> Iterator[Path]:
    """A new directory that ``account`` owns, removed with all its content."""
    parent = tempfile.gettempdir()
    if len(parent) > _LONGEST_PARENT:
        parent = "/tmp"
    directory = Path(tempfile.mkdtemp(prefix="uc-", dir=parent))
    try:
        # Another account must be able to walk in, not to look around.
        directory.chmod(0o711)
        if account is not None and is_root():
            shutil.chown(directory, account, account)
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def identity_of(account: str | None) -> dict[str, Any]:
    """The arguments of Popen that make a program run as ``account``.

    Database servers refuse to run as root. Who is not root cannot become
    another, and need not: the program then runs as who started the tests.
    """
    if account is None or not is_root():
        return {}
    return {"user": account, "group": account, "extra_groups": []}


def is_root() -> bool:
    return os.geteuid() == 0
