"""``octavia.provider-drivers`` finds the drivers that were left behind."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.functional.deployment import Answer
from tests.functional.deployment import OctaviaConf
from tests.functional.question import ask
from tests.functional.servers.settings import Sections
from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins
from upgradecheck.services.octavia.drivers import AGENTS
from upgradecheck.services.octavia.drivers import DRIVERS

CHECK = "octavia.provider-drivers"

#: Asks about the drivers that a configuration enables.
Ask = Callable[[Sections], Answer]


@pytest.fixture
def drivers(tmp_path: Path) -> Plugins:
    """Where drivers of others are installed."""
    return Plugins(tmp_path / "drivers")


@pytest.fixture
def ask_drivers(
    status: ServiceStatus, drivers: Plugins, octavia_conf: OctaviaConf
) -> Ask:
    """Asks ``octavia.provider-drivers`` alone."""

    def question(sections: Sections) -> Answer:
        own = ServiceStatus(status.home, drivers.folder)
        return ask(own, CHECK, octavia_conf(sections))

    return question


def enabled(*names: str, **more: object) -> dict[str, dict[str, object]]:
    """An octavia.conf that enables these drivers."""
    described = ", ".join(f"{name}: The driver {name}" for name in names)
    return {"api_settings": {"enabled_provider_drivers": described, **more}}


class TestOctaviasOwn:
    def test_are_there_by_default(self, ask_drivers: Ask) -> None:
        version = importlib.metadata.version("octavia")

        answer = ask_drivers({"DEFAULT": {"debug": "false"}})

        assert (answer.status, answer.findings, answer.run.code) == ("success", [], 0)
        assert answer.details == (
            f"Provider drivers: amphora, octavia of octavia {version}."
        )

    def test_are_there_with_an_agent(self, ask_drivers: Ask) -> None:
        agents = {"driver_agent": {"enabled_provider_agents": "noop_agent"}}

        answer = ask_drivers({**enabled("amphora", "noop_driver"), **agents})

        assert answer.status == "success"
        assert "Provider agents: noop_agent of octavia" in answer.details


class TestOthers:
    def test_that_are_installed_are_named_with_their_distribution(
        self, ask_drivers: Ask, drivers: Plugins
    ) -> None:
        drivers.install(
            "acme-octavia",
            {"acme.py": "class Driver:\n    pass\n"},
            {DRIVERS: {"acme": "acme:Driver"}, AGENTS: {"acme": "acme:Driver"}},
        )

        answer = ask_drivers(enabled("amphora", "acme"))

        assert answer.status == "success"
        assert "acme of acme-octavia 1.0" in answer.details

    def test_that_are_missing_are_a_failure_that_names_the_package_if_it_is_known(
        self, ask_drivers: Ask
    ) -> None:
        answer = ask_drivers(enabled("amphora", "ovn", "acme"))

        assert (answer.status, answer.run.code) == ("failure", 2)
        ovn, acme = answer.findings
        assert "the provider driver ovn is enabled" in ovn["message"]
        assert ovn["location"].endswith("octavia.conf:2")
        assert ovn["remedy"].startswith("Install ovn-octavia-provider here")
        assert acme["remedy"].startswith("Install the package of the driver's makers")

    def test_that_are_misspelt_are_told_the_nearest_name(
        self, ask_drivers: Ask
    ) -> None:
        answer = ask_drivers(enabled("amphora", "noop_drivr"))

        assert answer.finding["remedy"].startswith("Did you mean noop_driver? If not,")

    def test_that_are_installed_without_their_entry_point_are_told_so(
        self, ask_drivers: Ask, drivers: Plugins
    ) -> None:
        drivers.install("ovn-octavia-provider", {}, {})

        answer = ask_drivers(enabled("amphora", "ovn"))

        assert "it is here, but lacks ovn" in answer.finding["remedy"]

    @pytest.mark.parametrize(
        ("code", "told"),
        [
            ("import no_such_module", "ModuleNotFoundError: No module named"),
            ("from octavia_lib import no_such_name", "ImportError: cannot import"),
            ("class Another:\n    pass", "has no attribute 'Driver'"),
            ("import sys; sys.exit(0)", "its code called sys.exit(0)"),
            ("import os, signal; os.kill(os.getpid(), 11)", "its code died by SIGSEGV"),
        ],
    )
    def test_that_cannot_be_imported_are_a_failure(
        self, ask_drivers: Ask, drivers: Plugins, code: str, told: str
    ) -> None:
        drivers.install(
            "acme-octavia", {"acme.py": code}, {DRIVERS: {"acme": "acme:Driver"}}
        )

        answer = ask_drivers(enabled("amphora", "acme"))

        assert (answer.status, answer.run.code) == ("failure", 2)
        assert (
            "acme of acme-octavia 1.0 cannot be imported" in (answer.finding["message"])
        )
        assert told in answer.finding["message"]
        assert answer.finding["location"] == f"entry point acme of {DRIVERS}"

    def test_that_are_not_enabled_are_nobodys_business(
        self, ask_drivers: Ask, drivers: Plugins
    ) -> None:
        drivers.install(
            "acme-octavia", {"acme.py": "1 / 0"}, {DRIVERS: {"acme": "acme:Driver"}}
        )

        assert ask_drivers(enabled("amphora")).status == "success"


class TestAgents:
    def test_that_are_missing_are_a_failure(self, ask_drivers: Ask) -> None:
        agents = {"driver_agent": {"enabled_provider_agents": "ovn, noop_agent"}}

        answer = ask_drivers(agents)

        assert answer.status == "failure"
        assert "the provider agent ovn is enabled" in answer.finding["message"]


class TestTheDefault:
    @pytest.mark.parametrize("names", [("noop_driver",), ()])
    def test_must_be_enabled(self, ask_drivers: Ask, names: tuple[str, ...]) -> None:
        answer = ask_drivers(enabled(*names))

        assert answer.status == "failure"
        assert (
            "default_provider_driver = amphora is none of"
            in (answer.finding["message"])
        )
        assert "octavia.conf:2" in answer.finding["location"]

    def test_may_be_another(self, ask_drivers: Ask) -> None:
        answer = ask_drivers(
            enabled("noop_driver", default_provider_driver="noop_driver")
        )

        assert answer.status == "success"
