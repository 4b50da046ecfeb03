"""An Octavia to ask about: its octavia.conf, and the command that reads it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.functional.servers import settings
from tests.functional.servers.settings import Sections
from tests.unit.command import Finished
from tests.unit.command import ServiceStatus

#: Writes an octavia.conf and returns where it is.
OctaviaConf = Callable[[Sections], Path]

IMAGE_CHECK = "octavia.amphora-image"


@pytest.fixture(scope="session")
def status(tmp_path_factory: pytest.TempPathFactory) -> ServiceStatus:
    """The real ``service-status``, as a user who has nothing but it.

    The home is shared by all tests, so that the catalogue of the installed
    Octavia is made once.
    """
    place = tmp_path_factory.mktemp("operator")
    for name in ("home", "plugins"):
        (place / name).mkdir()
    return ServiceStatus(place / "home", place / "plugins")


@pytest.fixture
def octavia_conf(tmp_path: Path) -> OctaviaConf:
    """Writes an octavia.conf."""

    def write(sections: Sections) -> Path:
        return settings.write(tmp_path / "octavia.conf", sections)

    return write


def joined(*several: Sections) -> dict[str, dict[str, object]]:
    """The options of several configurations; those of later ones win.

    An option that a later one gives as None is left out.
    """
    all_of_them: dict[str, dict[str, object]] = {}
    for sections in several:
        for group, options in sections.items():
            all_of_them.setdefault(group, {}).update(options)
    return {
        group: {name: value for name, value in options.items() if value is not None}
        for group, options in all_of_them.items()
    }


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the command said of one check.

    :param row: the check's row in the JSON report.
    :param run: the run it comes from.
    :param conf: the file that was asked about, where it is needed.
    """

    row: dict[str, Any]
    run: Finished
    conf: Path | None = None

    @property
    def status(self) -> str:
        return str(self.row["status"])

    @property
    def details(self) -> str:
        return str(self.row["details"])

    @property
    def findings(self) -> list[dict[str, str]]:
        return list(self.row["findings"])

    @property
    def finding(self) -> dict[str, str]:
        """The only finding."""
        (finding,) = self.findings
        return finding

    def finding_at(self, location: str) -> dict[str, str]:
        """The only finding that is there."""
        (finding,) = [each for each in self.findings if each["location"] == location]
        return finding

    @property
    def messages(self) -> str:
        """What all findings say, a line each."""
        return "\n".join(finding["message"] for finding in self.findings)


#: Asks about the amphora image of an Octavia with this configuration.
AskImage = Callable[..., Answer]


@pytest.fixture(scope="session")
def ask_image(
    status: ServiceStatus,
    octavia_sqlite_old: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AskImage:
    """Asks ``octavia.amphora-image`` alone; its database is there, unless told."""
    usual = {"database": {"connection": octavia_sqlite_old}}

    def ask(*sections: Sections, env: dict[str, str] | None = None) -> Answer:
        conf = settings.write(
            tmp_path_factory.mktemp("etc") / "octavia.conf", joined(usual, *sections)
        )
        run = status(
            *("--config-file", conf),
            *("upgrade", "check", "--json", "octavia", "--check", IMAGE_CHECK),
            env=env,
        )
        assert run.stderr == "", run.stderr
        assert "Traceback" not in run.stdout, run.stdout
        return Answer(run.rows[IMAGE_CHECK], run, conf)

    return ask


def asked_at_once(ask: AskImage, *several: Sections) -> list[Answer]:
    """The answers for several configurations; time is spent waiting and importing."""
    with ThreadPoolExecutor(4) as together:
        return list(together.map(ask, several))
