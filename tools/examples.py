"""The examples in the guide and the README, from real runs: ``tox -e examples``.

The :mod:`tutorial <tools.tutorial>` is followed too.

A block of an ``.rst`` file under the comment ``.. example: few`` is run line by
line, and what its commands print is written below them. The word names the
deployment: ``few`` or ``many`` mistakes. With ``--check`` nothing is written; an
example that came out otherwise than the page says is shown, and the exit code is 1.

What differs from run to run is made the same: the private directory is called
``/etc/octavia``, the Image service's port 9292, images get ids in the order in which
they appear, and everything takes half a second.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import itertools
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path

from tests.functional.servers import program
from tools import tutorial
from tools.old_octavia import FEW_MISTAKES
from tools.old_octavia import MANY_MISTAKES
from tools.old_octavia import OldOctavia
from tools.old_octavia import made

ROOT = Path(__file__).parents[1]
DEPLOYMENTS = {"few": FEW_MISTAKES, "many": MANY_MISTAKES}

_BLOCK = re.compile(
    r"^\.\. example: (?P<name>\w+)\n\n"
    r"\.\. code-block:: \w+\n\n"
    r"(?P<body>(?:   .*\n|\n(?=   ))+)",
    re.MULTILINE,
)
_CONSOLE = re.compile(
    r"^(?P<in>[ ]*)(?:\.\. (?:code-block|sourcecode|highlight|code|parsed-literal)::.*"
    r"|[^\n]*::)\n(?:(?P=in)   :.*\n)*\n+"
    r"(?P<body>(?P=in)[ ]+\$ .*\n(?:(?P=in)[ ]+.*\n|\n(?=\n*(?P=in)[ ]))*)",
    re.MULTILINE,
)
_IMAGE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="examples", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    check = parser.parse_args().check
    stale = False
    for page, old, new in itertools.chain(renewed(pages()), followed()):
        if old == new:
            continue
        stale = True
        name = str(page.relative_to(ROOT))
        lines = old.splitlines(True), new.splitlines(True)
        sys.stdout.writelines(difflib.unified_diff(*lines, name, f"{name}, as run"))
        if not check:
            page.write_text(new, encoding="utf-8")
    return 1 if check and stale else 0


def pages() -> list[Path]:
    """The files that may hold examples."""
    return [ROOT / "README.rst", *sorted((ROOT / "doc" / "source").rglob("*.rst"))]


def renewed(files: Iterable[Path]) -> Iterator[tuple[Path, str, str]]:
    """Each page as it is, and as it is with its examples run anew.

    :raises LookupError: if an example names an unknown deployment.
    """
    with contextlib.ExitStack() as undo:
        there: dict[str, OldOctavia] = {}

        def output(match: re.Match[str]) -> str:
            name = match["name"]
            if name not in there:
                there[name] = undo.enter_context(made(DEPLOYMENTS[name], images=2))
            return _filled(match, there[name])

        for file in files:
            text = file.read_text(encoding="utf-8")
            yield file, text, _BLOCK.sub(output, text)


def followed() -> Iterator[tuple[Path, str, str]]:
    """The tutorial as it is, and as it is once it was followed anew."""
    with tempfile.TemporaryDirectory() as folder:
        text = tutorial.PAGE.read_text(encoding="utf-8")
        yield tutorial.PAGE, text, tutorial.follower(Path(folder)).follow(text)


def unproven(text: str) -> Iterator[str]:
    """The console blocks of a page that show an output which nothing runs."""
    for match in _CONSOLE.finditer(_BLOCK.sub("", text)):
        lines = textwrap.dedent(match["body"]).splitlines()
        if any(line and not line.startswith("$ ") for line in lines):
            yield match["body"]


def _filled(match: re.Match[str], deployment: OldOctavia) -> str:
    """The block with what its commands print."""
    head = match[0][: match.start("body") - match.start()]
    typed = [
        line.strip()
        for line in match["body"].splitlines()
        if line.strip().startswith("$ ")
    ]
    lines: list[str] = []
    last = 0
    for command in typed:
        done = _run(command.removeprefix("$ "), last, deployment)
        last = done.returncode
        lines += [command, *_settled(done.stdout, deployment)]
    body = "\n".join(f"   {line}".rstrip() for line in lines)
    return f"{head}{body}\n"


def _run(
    command: str, last: int, deployment: OldOctavia
) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell, in which ``$?`` is the exit code of the one before."""
    variables = deployment.variables()
    variables["PATH"] = f"{program.PROGRAMS}:{variables.get('PATH', '')}"
    return subprocess.run(
        ["bash", "-c", f"(exit {last}); {command}"],
        cwd=deployment.directory,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


def _settled(text: str, deployment: OldOctavia) -> list[str]:
    """The lines of an output, without what differs from run to run."""
    text = text.replace(str(deployment.directory), "/etc/octavia")
    text = text.replace(deployment.image_service, "http://127.0.0.1:9292")
    text = re.sub(r'"seconds": [\d.]+', '"seconds": 0.5', text)
    ids: dict[str, str] = {}

    def settled(match: re.Match[str]) -> str:
        number = len(ids) + 1
        return ids.setdefault(match[0], f"{number:08d}-0000-4000-8000-{number:012d}")

    return tutorial.padded(_IMAGE.sub(settled, text).expandtabs().splitlines())


if __name__ == "__main__":
    sys.exit(main())
