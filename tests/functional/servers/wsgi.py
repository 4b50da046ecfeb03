"""An OpenStack API in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from tests.functional.servers import program
from tests.functional.servers.server import LOOPBACK
from tests.functional.servers.server import Server

#: What a client of a service waits for an answer, in seconds.
PATIENCE = 20


class Api(Server):
    """A service's WSGI application, served by waitress."""

    #: Where the application is, as ``module:name``.
    application: ClassVar[str]
    #: The variable that tells the application where its configuration is.
    directory_variable: ClassVar[str]

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def command(self) -> list[str | Path]:
        return [
            sys.executable,
            program.OWN_PROGRAMS / "wsgi_server.py",
            self.application,
            LOOPBACK,
            str(self.port),
        ]

    def variables(self) -> dict[str, str]:
        own = {self.directory_variable: str(self.directory)}
        return super().variables() | own
