"""Revisions whose scripts a test writes, as a package that is installed."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from upgradecheck.service import Database
from upgradecheck.service import Service

_IMPORTS = "import sqlalchemy as sa\nfrom alembic import op\n"

DATABASE = Database("main", "sprocket.db:migrations", "sprocket-db upgrade")
SERVICE = Service("sprocket", title="Sprocket", databases=(DATABASE,))


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, bodies: Mapping[str, str]
) -> None:
    """Install revisions in one line, each given by the body of its ``upgrade``.

    A name such as ``b2@expand<a1`` has a branch label and what comes before it.
    """
    versions = folder / "sprocket" / "db" / "migrations" / "versions"
    versions.mkdir(parents=True)
    last = None
    for spec, body in bodies.items():
        name, _, down = spec.partition("<")
        name, _, label = name.partition("@")
        down = down or last or ""
        lines = textwrap.indent(textwrap.dedent(body).strip("\n") or "pass", "    ")
        (versions / f"{name}.py").write_text(
            f'"""Do {name}"""\n{_IMPORTS}'
            f"revision = {name!r}\ndown_revision = {down.split(',') if down else None!r}\n"
            f"branch_labels = {label or None!r}\ndepends_on = None\n"
            f"\n\ndef upgrade():\n{lines}\n"
        )
        last = name
    # Its env.py is the service's own affair, and is not run.
    (versions.parent / "env.py").write_text("raise RuntimeError('env.py ran')\n")
    monkeypatch.syspath_prepend(str(folder))
