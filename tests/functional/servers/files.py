"""The smallest server there is, to ask what all servers have in common."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.functional.servers.server import LOOPBACK
from tests.functional.servers.server import Server


class Files(Server):
    """A server of the files in its own directory."""

    def command(self) -> list[str | Path]:
        serve = [sys.executable, "-m", "http.server", "--bind", LOOPBACK]
        return [*serve, str(self.port)]


class DeafFiles(Files):
    """One that runs and never listens."""

    start_seconds = 0.5

    def command(self) -> list[str | Path]:
        script = "import time; print('no ears', flush=True); time.sleep(60)"
        return [sys.executable, "-c", script]
