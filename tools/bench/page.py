"""The page of the benchmarks, which holds what the last run found."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "doc" / "source" / "benchmarks.rst"


def write(part: str, lines: Sequence[str], page: Path = PAGE) -> None:
    """Put lines into the page, between the two marks of a part."""
    starts, ends = (f".. {part} {word}\n" for word in ("start here", "end here"))
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(starts)
    _, after = rest.split(ends)
    body = "\n".join(lines)
    page.write_text(f"{before}{starts}\n{body}\n\n{ends}{after}", encoding="utf-8")


def table(titles: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """The head of a table."""
    yield ".. list-table::"
    yield "   :header-rows: 1"
    yield f"   :widths: {' '.join(map(str, widths))}"
    yield ""
    yield from row(*titles)


def row(*cells: str) -> Iterator[str]:
    """A row of a table."""
    marks = ["*", *" " * (len(cells) - 1)]
    for mark, cell in zip(marks, cells, strict=True):
        yield f"   {mark} - {cell}".rstrip()


def ratios(title: str, *values: float | None) -> Iterator[str]:
    """A row that stands out; None for what has no ratio."""
    cells = ("" if each is None else f"**{each:.2f}**" for each in values)
    yield from row(f"**{title}**", *cells)


def machine(*distributions: str) -> str:
    """Where it was measured, and with which versions."""
    model = platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.is_file():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    names = (*distributions, "upgradecheck")
    versions = ", ".join(f"{each} {importlib.metadata.version(each)}" for each in names)
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {versions}"
