"""etcd."""

from __future__ import annotations

import contextlib
import shutil
import urllib.request
from pathlib import Path

import pytest

from tests.functional.servers.server import LOOPBACK
from tests.functional.servers.server import Server
from tests.functional.servers.server import free_port


class Etcd(Server):
    """An etcd of one member."""

    def prepare(self) -> None:
        self._peers = f"http://{LOOPBACK}:{free_port()}"

    @property
    def url(self) -> str:
        """Where clients ask it."""
        return f"http://{LOOPBACK}:{self.port}"

    def command(self) -> list[str | Path]:
        found = shutil.which("etcd")
        if found is None:
            pytest.skip("etcd is missing: install Debian's etcd-server")
        options = {
            "data-dir": str(self.directory / "data"),
            "listen-client-urls": self.url,
            "advertise-client-urls": self.url,
            "listen-peer-urls": self._peers,
            "initial-advertise-peer-urls": self._peers,
            "initial-cluster": f"default={self._peers}",
        }
        return [found, *(f"--{name}={value}" for name, value in options.items())]

    def answers(self) -> bool:
        """Whether it has elected itself, before which it refuses to serve."""
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{self.url}/health", timeout=1) as answer,
        ):
            return b'"true"' in answer.read()
        return False
