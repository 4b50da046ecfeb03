"""Configuration files of services."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

Sections = Mapping[str, Mapping[str, object]]


def write(path: Path, sections: Sections) -> Path:
    """Write the options into a file that oslo.config reads back the same."""
    lines = []
    for section, options in sections.items():
        lines.append(f"[{section}]")
        for name, value in options.items():
            # A dollar would name another option.
            text = str(value).replace("$", "$$")
            lines.append(f"{name} = {text}".rstrip())
    path.write_text("\n".join(lines) + "\n")
    return path
