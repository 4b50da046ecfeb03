"""Procedures on the command line: ``--procedure``, and what ``list`` shows."""

from __future__ import annotations

import pytest

from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins

SERVICE = """
from upgradecheck import Service
service = Service("widget", title="Widget", procedures="widget_service:ways")
"""
STEPS = """
service: widget
name: cold
title: Cold upgrade
summary: All at once.
steps:
  - id: look
    title: Look
    gate: [{gate}]
"""


def install(plugins: Plugins, gate: str) -> None:
    """Install a service with a procedure whose first step has a gate."""
    plugins.install_checks(
        "widget", fine="return Result(Code.SUCCESS)", late="return Result(Code.SUCCESS)"
    )
    plugins.install(
        "widget-service",
        {
            "widget_service/__init__.py": SERVICE,
            "widget_service/ways/cold.yaml": STEPS.format(gate=gate),
        },
        {"upgradecheck.services": {"widget": "widget_service:service"}},
    )


class TestProcedureOption:
    def test_the_gates_of_the_first_step_are_asked_alone(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        install(plugins, "widget.fine")
        done = status.check("--procedure", "widget.cold")
        assert done.statuses == {"widget.fine": "success"}
        assert done.code == 0

    def test_an_unknown_one_is_no_verdict_and_says_the_nearest(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        install(plugins, "widget.fine")
        done = status.check("--procedure", "widget.cald")
        assert (done.code, done.stdout) == (255, "")
        assert "widget.cold" in done.stderr

    def test_one_that_gates_on_an_unknown_check_is_refused(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        install(plugins, "widget.fien")
        done = status.check("--procedure", "widget.cold")
        assert done.code == 255
        assert "cold.yaml:9" in done.stderr
        assert "widget.fine" in done.stderr

    def test_a_bundled_one_asks_its_gates(self, status: ServiceStatus) -> None:
        done = status.check("--procedure", "octavia.cold")
        assert {"octavia.config-options", "octavia.amphora-image"} <= set(done.statuses)


class TestList:
    @pytest.mark.parametrize("service", ["octavia", "glance", "ceilometer"])
    def test_the_bundled_services_have_procedures_without_mistakes(
        self, status: ServiceStatus, service: str
    ) -> None:
        listed = status("upgrade", "list", service, "--json")
        assert listed.code == 0
        (found,) = listed.json["services"]
        assert len(found["procedures"]) == 2
        assert all(each["steps"] for each in found["procedures"])

    def test_one_that_is_refused_is_a_problem(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        install(plugins, "widget.fien")
        listed = status("upgrade", "list", "widget", "--json")
        assert listed.code == 255
        (problem,) = listed.json["problems"]
        assert problem["id"] == "widget.cold"
        assert "cold.yaml:9" in problem["message"]

    def test_each_mistake_of_a_file_is_on_a_line_of_its_own(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        install(plugins, "widget.fien, widget.alte")
        listed = status("upgrade", "list", "widget")
        file = plugins.folder / "widget_service" / "ways" / "cold.yaml"
        assert listed.code == 255
        told = [line for line in listed.stdout.splitlines() if "cold.yaml:" in line]
        assert [line.startswith(f"  {file}:9: ") for line in told] == [True, True]
