"""Distributions that are truly installed, in a folder that a test owns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

CHECKS = "upgradecheck.checks"
SERVICES = "upgradecheck.services"
OPTIONS = "oslo.config.opts"

_IMPORTS = """\
import os, signal, subprocess, sys, time
from oslo_upgradecheck import upgradecheck as oslo
from upgradecheck import Code, Finding, NotVerified, Result, check
"""


class Plugins:
    """A folder of installed distributions, as ``site-packages`` is one.

    :param folder: put it on ``PYTHONPATH``, and what is in it is installed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(
        self,
        name: str,
        files: Mapping[str, str],
        entry_points: Mapping[str, Mapping[str, str]],
        version: str = "1.0",
    ) -> None:
        """Install a distribution: its files, metadata and entry points."""
        for path, text in files.items():
            self.write(path, text)
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        self.write(
            f"{info}/METADATA",
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        )
        lines = []
        for group, entries in entry_points.items():
            lines.append(f"[{group}]")
            lines += [f"{entry} = {value}" for entry, value in entries.items()]
        self.write(f"{info}/entry_points.txt", "\n".join(lines) + "\n")

    def write(self, path: str, text: str) -> Path:
        """Write one file below the folder."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        return file

    def install_checks(
        self,
        service: str,
        *,
        distribution: str = "",
        needs: tuple[str, ...] = (),
        bodies: Mapping[str, str] | None = None,
        **more: str,
    ) -> None:
        """Install checks of a service, each given by the body of its function.

        ``widget`` with ``too_old="return None"`` makes ``widget.too-old``.
        """
        bodies = {**(bodies or {}), **more}
        name = distribution or service
        module = f"{name.replace('-', '_')}_checks"
        source = _IMPORTS
        entries = {}
        for function, body in bodies.items():
            id = f"{service}.{function.replace('_', '-')}"
            title = function.replace("_", " ").capitalize()
            lines = textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")
            source += (
                f"\n@check({id!r}, title={title!r}, needs={needs!r})\n"
                f'def {function}(upgrade):\n    """{title}, asked."""\n{lines}\n'
            )
            entries[id] = f"{module}:{function}"
        self.install(name, {f"{module}.py": source}, {CHECKS: entries})
