"""Redis."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import redis

from tests.functional.servers.server import LOOPBACK
from tests.functional.servers.server import Server


class Redis(Server):
    """A Redis server of its own, that forgets everything.

    :param password: without which it denies every client.
    :param tls: a file with its key and certificate; it then speaks TLS alone.
    :param options: more of its configuration.
    """

    def __init__(
        self,
        password: str | None = None,
        tls: Path | None = None,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self.password = password
        self._tls = tls
        self._options = dict(options or {})

    def command(self) -> list[str | Path]:
        options = {
            "bind": LOOPBACK,
            "dir": str(self.directory),
            "save": "",
            "appendonly": "no",
            "enable-debug-command": "local",
            **self._options,
        }
        if self.password:
            options["requirepass"] = self.password
        if self._tls:
            options |= {
                "port": "0",
                "tls-port": str(self.port),
                "tls-cert-file": str(self._tls),
                "tls-key-file": str(self._tls),
                "tls-auth-clients": "no",
            }
        else:
            options["port"] = str(self.port)
        words = [
            word for name, value in options.items() for word in (f"--{name}", value)
        ]
        return [program_of("redis-server"), *words]

    def client(self) -> redis.Redis:
        """A client that may do everything."""
        return redis.Redis(
            host=LOOPBACK,
            port=self.port,
            password=self.password,
            ssl=self._tls is not None,
            ssl_cert_reqs="none",
        )


class Sentinel(Server):
    """A Redis Sentinel that watches one server.

    :param master: the server.
    :param name: how it calls that.
    """

    def __init__(self, master: Redis, name: str) -> None:
        self._master = master
        self._name = name

    def prepare(self) -> None:
        lines = [
            f"port {self.port}",
            f"bind {LOOPBACK}",
            f"dir {self.directory}",
            f"sentinel monitor {self._name} {LOOPBACK} {self._master.port} 1",
        ]
        (self.directory / "sentinel.conf").write_text("\n".join(lines) + "\n")

    def command(self) -> list[str | Path]:
        file = self.directory / "sentinel.conf"
        return [program_of("redis-server"), file, "--sentinel"]


def program_of(name: str) -> str:
    """Where Redis's program is."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: install Debian's redis-server")
    return found
