"""Writes what is counted of the catalogues into their page: ``python -m tools.table``.

The page has it between two marks. A test compares, so that nobody counts by hand.
"""

from __future__ import annotations

import importlib
import textwrap
import zlib
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

from tools import catalogs
from upgradecheck import catalogue_file
from upgradecheck.series import Timeline
from upgradecheck.service import Service

PAGE = catalogs.ROOT / "doc" / "source" / "catalogues.rst"
FIRST = ".. What follows is written by: python -m tools.table\n"
LAST = ".. So much for what is written by it.\n"


def block() -> str:
    """The table and the sentences after it, as reStructuredText."""
    services = [_service(name) for name in catalogs.OLDEST]
    contents = [
        file.read_bytes()
        for service in services
        for file in catalogue_file.shipped(service).values()
    ]
    whole = sum(map(len, contents))
    packed = sum(map(_packed, contents))
    table = _table(
        [("service", "versions", "series", "catalogues"), *map(_row, services)]
    )
    size = (
        f"These {len(contents)} files are {whole / 1e6:.1f} MB, and {packed / 1e6:.1f} "
        "MB in the wheel, which packs them."
    )
    return "\n".join([*table, "", *textwrap.wrap(size, 86), "", *_exempt()]) + "\n"


def page(text: str) -> str:
    """The page's text with the block of today.

    :raises ValueError: if it has not both marks.
    """
    head, first, rest = text.partition(FIRST)
    _, last, tail = rest.partition(LAST)
    if not (first and last):
        raise ValueError(f"{PAGE} lacks the lines {FIRST.strip()!r}, {LAST.strip()!r}")
    return f"{head}{first}\n{block()}\n{last}{tail}"


def _service(name: str) -> Service:
    found = importlib.import_module(f"upgradecheck.services.{name}").service
    assert isinstance(found, Service)
    return found


def _row(service: Service) -> tuple[str, ...]:
    versions = list(catalogue_file.shipped(service))
    timeline = Timeline(service)
    ends = (versions[0], versions[-1])
    series = [(timeline.series_of(version) or "").capitalize() for version in ends]
    return service.title, " to ".join(ends), " to ".join(series), str(len(versions))


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = "  ".join("=" * width for width in widths)
    head, *body = (
        "  ".join(map(str.ljust, row, widths)).rstrip()  # a cell a column
        for row in rows
    )
    yield from (rule, head, rule, *body, rule)


def _exempt() -> Iterator[str]:
    modern = ", ".join(f"``{name}``" for name in catalogs.MODERN)
    bounds = ", ".join(f"``{bound}``" for bound in catalogs.OLD_CONSTRAINTS)
    yield from _wrapped(
        f"Before Zed, these are as new as there are: {modern}; and these are held back, "
        f"whatever the day: {bounds}."
    )
    for release, versions in catalogs.MENDED.items():
        service, series = release.split(":")
        title = _service(service).title
        listed = ", ".join(f"``{name}`` {it}" for name, it in versions.items())
        yield ""
        yield from _wrapped(
            f"For {title} of {series.capitalize()}, {listed}: the one that came out with "
            "the series cannot list its options."
        )


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 86, break_on_hyphens=False)


def _packed(content: bytes) -> int:
    packer = zlib.compressobj(wbits=-15)
    return len(packer.compress(content) + packer.flush())


def main(file: Path = PAGE) -> None:
    """Write the page anew."""
    file.write_text(page(file.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
