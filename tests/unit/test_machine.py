"""Whatever depends on the machine is no default of the release."""

from __future__ import annotations

import getpass
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

from upgradecheck import isolation
from upgradecheck import machine


def seen(number: int, home: Path) -> list[Any]:
    """What a process sees of a pretended machine."""

    def look() -> Any:
        machine.pretend(number, str(home))
        return [
            socket.gethostname(),
            socket.getfqdn(),
            os.cpu_count(),
            os.path.expanduser("~"),
            tempfile.gettempdir(),
            os.getcwd(),
            getpass.getuser(),
            sys.argv[0],
        ]

    outcome = isolation.run(look, 30)
    assert outcome.answer is not None, outcome
    answer: list[Any] = outcome.answer
    return answer


def data(*opts: dict[str, Any]) -> dict[str, Any]:
    return {"options": {"widget": [["frame", list(opts)]]}, "plugins": {}}


class TestPretend:
    def test_two_machines_have_nothing_in_common(self, tmp_path: Path) -> None:
        homes = tmp_path / "one", tmp_path / "other"
        for home in homes:
            home.mkdir()
        one, other = (seen(number, home) for number, home in enumerate(homes, 1))
        assert all(a != b for a, b in zip(one, other, strict=True))

    def test_nothing_of_the_true_environment_is_left(
        self, tmp_path: Path, monkeypatch: Any
    ) -> None:
        monkeypatch.setenv("OS_PASSWORD", "secret")

        def look() -> Any:
            machine.pretend(1, str(tmp_path))
            return sorted(os.environ)

        assert "OS_PASSWORD" not in isolation.run(look, 30).answer


class TestSettled:
    def test_a_default_that_differs_is_left_out_and_marked(self) -> None:
        one = data({"name": "a", "default": 4}, {"name": "b", "default": 1})
        other = data({"name": "a", "default": 8}, {"name": "b", "default": 1})
        ((_, (a, b)),) = machine.settled(one, other)["options"]["widget"]
        assert a == {"name": "a", "has_default": True, "machine": True}
        assert b == {"name": "b", "default": 1}

    def test_a_default_inside_this_installation_is_left_out(self) -> None:
        path = f"{sys.prefix}/share/widget"
        for default in (path, [path], {"a": path}):
            one = data({"name": "a", "default": default})
            other = data({"name": "a", "default": default})
            ((_, (a,)),) = machine.settled(one, other)["options"]["widget"]
            assert "default" not in a
