"""What the tests of the extension stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extension.guide import Checks
from tests.extension.guide import Guide
from tests.unit.plugins import Plugins

PROCEDURE = """\
service: widget
name: cold
title: Cold upgrade
summary: |
  Stops everything, see :upgrade:check:`widget.ready`.
notes:
  - kind: warning
    id: backup
    title: Backups
    removed: "3.0.0"
    text: |
      First.

      Second.
prerequisites:
  - text: There is a backup.
    check: widget.ready
before:
  - id: plan
    title: Plan it
    text: |
      Read on.
steps:
  - id: stop
    title: Stop the widgets
    where: every node
    run:
      - widget-manage stop --all "now"
      - widget-manage status
    text: |
      They stop.
  - id: nodes
    each: node
    requires: [stop]
    steps:
      - id: install
        title: Install
        gate: [widget.ready]
        verify: [widget.done]
        notes:
          - see: backup
"""


@pytest.fixture(autouse=True)
def _nothing_from_outside(home: Path) -> None:
    """Every page is built in a home of its own."""


@pytest.fixture
def guide(tmp_path: Path, plugins: Plugins) -> Guide:
    """Pages, built for real."""
    return Guide(tmp_path / "pages", plugins)


@pytest.fixture
def checks(plugins: Plugins) -> Checks:
    """The service Widget with two checks and a procedure, installed."""
    found = Checks(plugins)
    found.add("ready", "Widgets are ready.\n\nSee :upgrade:step:`widget.cold.stop`.")
    found.add("done", "Widgets are done.", more=', phase="after"')
    found.install({"cold": PROCEDURE})
    return found
