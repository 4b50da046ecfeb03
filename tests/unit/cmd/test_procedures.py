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


class TestExplain:
    @pytest.mark.parametrize("service", ["octavia", "glance", "ceilometer"])
    def test_every_bundled_procedure_and_every_step_is_explained(
        self, status: ServiceStatus, service: str
    ) -> None:
        (listed,) = status("upgrade", "list", service, "--json").json["services"]
        for procedure in listed["procedures"]:
            done = status("upgrade", "explain", procedure["id"])
            assert done.code == 0, done.output
            assert done.stdout.startswith(f"{procedure['title']}\n=")
            ids = [step["id"] for step in procedure["steps"]]
            told = [f"({id.split('.', 2)[2]}" in done.stdout for id in ids]
            assert all(told)
            step = status("upgrade", "explain", ids[-1])
            assert step.code == 0, step.output
            assert procedure["steps"][-1]["title"] in step.stdout

    def test_all_gates_of_a_step_fit_a_terminal(self, status: ServiceStatus) -> None:
        done = status("upgrade", "explain", "glance.rolling.expand")
        facts = done.stdout.partition("\n\n")[2].partition("\n\n")[0]
        assert max(map(len, facts.splitlines())) < 80
        gates = facts.partition("gated by:")[2].partition("verified by:")[0]
        assert "glance.database-additive, glance.database-server" in (
            " ".join(gates.split())
        )

    def test_a_step_is_told_with_all_that_its_file_says(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        install(plugins, "widget.fine")
        way = """
            service: widget
            name: cold
            title: Cold upgrade
            summary: All at once.
            added: "2.0"
            prerequisites: [{text: Tea., check: widget.late, removed: "9.0"}]
            before: [{id: plan, title: Plan, text: Think twice.}]
            steps:
              - id: stop
                title: Stop
                notes: [{id: slowly, kind: warning, title: Slowly, text: Wait.}]
              - id: nodes
                each: node
                optional: true
                steps:
                  - id: bolt
                    title: Bolt
                    where: the node
                    requires: [stop]
                    gate: [widget.fine]
                    verify: [widget.late]
                    run: [bolt --on <node>]
                    text: Fasten it.
                    anytime: true
                    notes: [{see: slowly}]
            """
        plugins.write("widget_service/ways/cold.yaml", way)
        told = status("upgrade", "explain", "widget.cold.nodes.bolt").stdout
        assert told.splitlines() == [
            *("Bolt", "====", ""),
            "id:          widget.cold.nodes.bolt",
            "procedure:   Cold upgrade",
            "where:       the node",
            "at any time: yes",
            "gated by:    widget.fine",
            "verified by: widget.late",
            *("", "Fasten it."),
            *("", "    $ bolt --on <node>"),
            *("", "Warning: Slowly", "  Wait."),
            *("", "These must be done before:", "  * widget.cold.stop"),
            *("", "See where it stands: service-status upgrade plan widget.cold"),
        ]
        told = status("upgrade", "explain", "widget.cold").stdout
        assert "releases:    from 2.0 on\n" in told
        assert "  * Tea. (proved by widget.late; before 9.0)\n" in told
        assert "To read before:\n  * Plan (plan)\n" in told
        assert "  2. Each node (nodes; for each node; optional)\n" in told
        assert "    2.1. Bolt (nodes.bolt; at any time)\n" in told
        told = status("upgrade", "explain", "widget.cold.plan").stdout
        assert told.endswith("\nThink twice.\n")

    @pytest.mark.parametrize(
        ("id", "near"),
        [
            ("widget.cald", "Did you mean widget.cold?"),
            ("widget.cold.lok", "did you mean widget.cold.look?"),
            ("widget.nothing.like.it", "there is no check and no procedure"),
        ],
    )
    def test_what_there_is_not_names_the_nearest(
        self, status: ServiceStatus, plugins: Plugins, id: str, near: str
    ) -> None:
        install(plugins, "widget.fine")
        done = status("upgrade", "explain", id)
        assert (done.code, done.stdout) == (255, "")
        assert near in done.stderr

    def test_one_that_is_refused_says_why(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        install(plugins, "widget.fien")
        for id in ("widget.cold", "widget.cold.look"):
            done = status("upgrade", "explain", id)
            assert done.code == 255
            assert "cold.yaml:9: " in done.stderr


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
