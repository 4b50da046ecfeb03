"""The tutorial, followed word for word: ``tox -e examples``.

A code block with a caption is a file, written as it stands. Each line of a console
block that begins with ``$`` is run, one after another, in one folder that is empty
at first; what it prints is what the page shows below it. ``pip`` installs the wheel
of these sources where the page tells it to install ``upgradecheck``.
"""

from __future__ import annotations

import dataclasses
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from tools import wheel
from upgradecheck import __version__

PAGE = Path(__file__).parents[1] / "doc" / "source" / "tutorial.rst"
#: What the page calls the folder.
FOLDER = "/home/you/gizmo"

_BLOCK = re.compile(
    r"^\.\. code-block:: (?P<language>\w+)\n"
    r"(?:   :caption: (?P<file>\S+)\n)?\n"
    r"(?P<body>(?:   .*\n|\n(?=\n*   ))+)",
    re.MULTILINE,
)


@dataclasses.dataclass
class Follower:
    """Somebody who does what the page says.

    :param folder: where; empty.
    :param links: the folder that holds the wheel.
    """

    folder: Path
    links: Path
    last: int = 0

    def follow(self, text: str) -> str:
        """The page with what its commands print."""
        return _BLOCK.sub(self._done, text)

    def _done(self, block: re.Match[str]) -> str:
        body = textwrap.dedent(block["body"])
        if block["file"]:
            file = self.folder / block["file"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(body, encoding="utf-8")
        if block["language"] != "console":
            return block[0]
        head = block[0][: block.start("body") - block.start()]
        lines = "\n".join(self._shown(commands(body))).rstrip()
        return head + textwrap.indent(lines, "   ") + "\n"

    def _shown(self, typed: list[str]) -> Iterator[str]:
        for command in typed:
            done = self._run(command)
            self.last = done.returncode
            yield f"$ {command}"
            told = done.stdout.replace(str(self.folder), FOLDER)
            lines = [line.rstrip() for line in told.splitlines()]
            yield from lines if told == done.stdout else padded(lines)

    def _run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a line of a shell, in which ``$?`` is the exit code of the one before."""
        return subprocess.run(
            ["bash", "-c", f"(exit {self.last}); {command}"],
            cwd=self.folder,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )

    def _environment(self) -> dict[str, str]:
        """The machine's way to packages, and nothing else of who runs this."""
        home = Path.home()
        settings = (home / ".config/pip/pip.conf", home / ".pip/pip.conf")
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("OS_", "PYTHON", "XDG_"))
        }
        for file in settings:
            if file.exists():
                kept.setdefault("PIP_CONFIG_FILE", str(file))
        constraint = self.links / "constraint.txt"
        constraint.write_text(f"upgradecheck == {__version__}\n")
        links = f"{os.environ.get('PIP_FIND_LINKS', '')} {self.links}".strip()
        return {
            **kept,
            "HOME": str(self.links / "home"),
            "NO_COLOR": "1",
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
            "PIP_CACHE_DIR": os.environ.get("PIP_CACHE_DIR", str(home / ".cache/pip")),
            "PIP_CONSTRAINT": str(constraint),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_FIND_LINKS": links,
            # Warnings of this machine's package index are none of the page's.
            "PIP_QUIET": "2",
        }


def commands(body: str) -> list[str]:
    """What is typed in a console block."""
    lines = body.splitlines()
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def padded(lines: list[str]) -> list[str]:
    """The lines, with the right edge of a table where it belongs."""
    cells = [line[2:-1].rstrip() for line in lines if line.startswith("| ")]
    width = max(map(len, cells), default=0)
    return [
        f"| {line[2:-1].rstrip():{width}} |"
        if line.startswith("| ")
        else f"+{'-' * (width + 2)}+"
        if re.fullmatch(r"\+-+\+", line)
        else line
        for line in lines
    ]


def follower(folder: Path) -> Follower:
    """Somebody in an empty folder, with the wheel at hand."""
    links, empty = folder / "links", folder / "gizmo"
    for each in (links, empty):
        each.mkdir()
    wheel.build(links)
    return Follower(empty, links)
