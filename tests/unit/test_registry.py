"""The registry reports, never hides; through the real console script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from upgradecheck import registry

FINE = "return Result(Code.SUCCESS, 'All is fine.')"

MODULE = """
import functools
from upgradecheck import Code, Result, check

def ask(upgrade):
    \"\"\"Asks.\"\"\"
    return Result(Code.SUCCESS, "asked")

one = check("widget.one", title="One")(ask)
two = check("widget.two", title="Two")(ask)
other = check("widget.other", title="Other")(lambda upgrade: None)
number = 7
"""


def _one(done: Finished) -> Any:
    """The only row that is an error."""
    (row,) = (row for row in done.rows.values() if row["status"] == "error")
    return row


class TestProblemsOfChecks:
    @pytest.mark.parametrize(
        ("entry", "value", "words"),
        [
            ("broken", "no_such_module:x", ["ModuleNotFoundError", "no_such_module"]),
            ("broken", "widget_checks:missing", ["AttributeError", "missing"]),
            ("broken", "widget_raises:x", ["RuntimeError", "rust"]),
            ("broken", "widget_exits:x", ["sys.exit(0)"]),
            ("broken", "widget_syntax:x", ["SyntaxError"]),
            ("broken", "widget_checks:number", ["int"]),
            ("broken", "widget_checks:ask", ["function"]),
            ("broken", "widget_checks:other", ["widget.other", "declares"]),
            ("one-again", "widget_checks:one", ["widget.one", "second time"]),
            ("two", "widget_checks:two", ["widget.one", "one id"]),
        ],
    )
    def test_an_entry_that_cannot_join_is_an_error_row(
        self,
        status: ServiceStatus,
        plugins: Plugins,
        entry: str,
        value: str,
        words: list[str],
    ) -> None:
        plugins.install(
            "sprocket-checks",
            {
                "widget_checks.py": MODULE,
                "widget_raises.py": "raise RuntimeError('rust')",
                "widget_exits.py": "import sys; sys.exit(0)",
                "widget_syntax.py": "def (",
            },
            {CHECKS: {"widget.one": "widget_checks:one", f"widget.{entry}": value}},
            version="2.7",
        )
        done = status.check("widget")
        row = _one(done)
        assert row["id"] == f"widget.{entry}"
        assert all(word in row["details"] for word in ["sprocket-checks 2.7", *words])
        assert done.statuses["widget.one"] == "success"
        assert done.code == 255

    def test_an_id_that_is_taken_is_an_error_row_that_names_both(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", distribution="first", same=FINE)
        plugins.install_checks("widget", distribution="second", same=FINE)
        done = status.check("widget")
        rows = done.json["checks"]
        assert sorted(row["status"] for row in rows) == ["error", "success"]
        details = next(r["details"] for r in rows if r["status"] == "error")
        assert "first 1.0" in details
        assert "second 1.0" in details
        assert done.code == 255

    def test_a_module_is_tried_once_however_many_checks_it_has(
        self, status: ServiceStatus, plugins: Plugins, tmp_path: Path
    ) -> None:
        runs = tmp_path / "runs"
        plugins.install_checks("widget", one=FINE, two=FINE, three=FINE)
        module = plugins.folder / "widget_checks.py"
        line = f"open({str(runs)!r}, 'a').write('run ')\n"
        module.write_text(line + module.read_text())
        status("upgrade", "list")
        # In a process of its own first, then in the one that lists.
        assert runs.read_text() == "run run "

    def test_the_services_own_distribution_keeps_its_id(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", distribution="aaa", same=FINE)
        plugins.install_checks("widget", same="return Result(Code.WARNING, 'own')")
        done = status.check("widget")
        details = [r["details"] for r in done.json["checks"]]
        assert "own" in details
        assert any("aaa 1.0" in each for each in details)

    def test_an_entry_that_is_broken_is_asked_for_by_its_id(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install("gadget", {}, {CHECKS: {"widget.broken": "nowhere:x"}})
        done = status.check("--check", "widget.broken")
        assert done.statuses == {"widget.broken": "error"}
        assert done.code == 255

    def test_explaining_a_broken_entry_says_why(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install("gadget", {}, {CHECKS: {"widget.broken": "nowhere:x"}})
        done = status("upgrade", "explain", "widget.broken")
        assert done.code == 255
        assert "nowhere" in done.stderr
        assert "gadget 1.0" in done.stderr

    def test_list_shows_it_as_well(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install("gadget", {}, {CHECKS: {"widget.broken": "nowhere:x"}})
        text = status("upgrade", "list")
        (problem,) = status("upgrade", "list", "--json").json["problems"]
        assert "widget.broken" in text.stdout
        assert "gadget" in text.stdout
        assert (problem["id"], problem["provider"]["name"]) == (
            "widget.broken",
            "gadget",
        )

    def test_a_name_that_is_no_id_is_an_error_row(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install(
            "gadget",
            {"widget_checks.py": MODULE},
            {CHECKS: {"widget": "widget_checks:one"}},
        )
        row = _one(status.check("widget"))
        assert "gadget 1.0" in row["details"]

    def test_a_check_of_an_older_oslo_is_told_what_it_lacks(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        source = "def old(self):\n    return None\n"
        plugins.install(
            "gadget", {"old.py": source}, {CHECKS: {"widget.old": "old:old"}}
        )
        assert "upgradecheck.check" in _one(status.check("widget"))["details"]


class TestModulesOfPlugins:
    @pytest.mark.parametrize(
        "talk", ["print('hello')", "os.write(1, b'hello')", "os.system('echo hello')"]
    )
    def test_one_that_prints_leaves_json_as_json(
        self, status: ServiceStatus, plugins: Plugins, talk: str
    ) -> None:
        plugins.install_checks("widget", fine=FINE)
        plugins.install(
            "chatter",
            {"chatter.py": f"import os\n{talk}\n{MODULE}"},
            {CHECKS: {"widget.one": "chatter:one"}},
        )
        done = status.check("widget")
        assert done.statuses == {"widget.fine": "success", "widget.one": "success"}
        assert status("upgrade", "list", "widget", "--json").json["problems"] == []

    @pytest.mark.parametrize(
        "harm",
        [
            "sys.exit(0)",
            "raise BaseException",
            "raise KeyboardInterrupt",
            "assert False",
            "os._exit(0)",
        ],
    )
    def test_one_that_ends_the_process_is_an_error_row(
        self, status: ServiceStatus, plugins: Plugins, harm: str
    ) -> None:
        plugins.install_checks("widget", fine=FINE)
        plugins.install(
            "gadget",
            {"gadget.py": f"import os, sys\n{harm}\n"},
            {CHECKS: {"widget.broken": "gadget:x"}},
        )
        done = status.check("widget")
        assert done.code == 255
        assert done.statuses == {"widget.fine": "success", "widget.broken": "error"}


class TestProblemsOfServices:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("no_such_module:service", ["ModuleNotFoundError"]),
            ("widget_service:number", ["int"]),
            ("widget_service:gadget", ["gadget"]),
        ],
    )
    def test_a_service_that_cannot_join_is_an_error_row(
        self, status: ServiceStatus, plugins: Plugins, value: str, words: list[str]
    ) -> None:
        plugins.install(
            "sprocket",
            {
                "widget_service.py": """
                from upgradecheck import Service
                number = 7
                gadget = Service("gadget")
                """
            },
            {SERVICES: {"widget": value}},
        )
        done = status.check("widget")
        row = _one(done)
        assert row["id"] == row["service"] == "widget"
        assert all(word in row["details"] for word in ["sprocket 1.0", *words])
        assert done.code == 255

    def test_two_definitions_from_outside_are_an_error_row(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        for name in ("gear", "sprocket"):
            plugins.install(
                name,
                {f"{name}_service.py": SERVICE.format(title=name.capitalize())},
                {SERVICES: {"widget": f"{name}_service:service"}},
            )
        details = _one(status.check("widget"))["details"]
        assert "gear 1.0" in details
        assert "sprocket 1.0" in details


SERVICE = """
from upgradecheck import Service
service = Service("widget", title="{title}")
"""


class TestReplacedDefinitions:
    @pytest.fixture
    def own_octavia(self, plugins: Plugins) -> None:
        plugins.install(
            "octavia",
            {
                "octavia_upgrade.py": """
                from upgradecheck import Code, Result, Service, check

                service = Service("octavia", title="Octavia by itself")

                @check("octavia.own", title="Own")
                def own(upgrade):
                    return Result(Code.SUCCESS, "asked by Octavia itself")
                """
            },
            {
                SERVICES: {"octavia": "octavia_upgrade:service"},
                CHECKS: {"octavia.own": "octavia_upgrade:own"},
            },
            version="99.0",
        )

    @pytest.mark.usefixtures("own_octavia")
    def test_a_services_own_definition_replaces_ours_as_a_whole(
        self, status: ServiceStatus
    ) -> None:
        done = status.check("octavia")
        assert done.statuses == {"octavia.own": "success"}
        (service,) = done.json["services"]
        assert service["title"] == "Octavia by itself"

    @pytest.mark.usefixtures("own_octavia")
    def test_list_says_so(self, status: ServiceStatus) -> None:
        text = status("upgrade", "list", "octavia").stdout
        (service,) = status("upgrade", "list", "octavia", "--json").json["services"]
        assert "octavia 99.0, which replaces the definition of upgradecheck" in text
        assert service["replaces_bundled"] is True
        assert [check["id"] for check in service["checks"]] == ["octavia.own"]

    def test_ours_says_that_it_is_ours(self, status: ServiceStatus) -> None:
        (service,) = status("upgrade", "list", "octavia", "--json").json["services"]
        assert service["replaces_bundled"] is False
        assert service["provider"]["name"] == "upgradecheck"

    def test_a_third_party_adds_a_check_and_leaves_ours(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("octavia", distribution="ovn-octavia", ovn=FINE)
        (service,) = status("upgrade", "list", "octavia", "--json").json["services"]
        ids = {check["id"]: check["provider"]["name"] for check in service["checks"]}
        assert ids["octavia.ovn"] == "ovn-octavia"
        assert ids["octavia.config-options"] == "upgradecheck"


class TestOrder:
    def test_the_families_come_first_then_the_rest_by_id(
        self, plugins_here: Plugins
    ) -> None:
        plugins_here.install_checks(
            "widget",
            zebra=FINE,
            database_revision=FINE,
            ant=FINE,
            policy_file=FINE,
            config_options=FINE,
        )
        assert list(registry.load(["widget"]).checks) == [
            "widget.config-options",
            "widget.policy-file",
            "widget.database-revision",
            "widget.ant",
            "widget.zebra",
        ]

    def test_only_what_is_asked_for_is_loaded(self, plugins_here: Plugins) -> None:
        plugins_here.install("gadget", {}, {CHECKS: {"gadget.broken": "nowhere:x"}})
        plugins_here.install_checks("widget", fine=FINE)
        assert registry.load(["widget"]).problems == []
        assert [p.entry for p in registry.load().problems] == ["gadget.broken"]


def test_a_procedure_that_is_refused_is_a_problem_with_all_its_mistakes(
    plugins_here: Plugins,
) -> None:
    plugins_here.install(
        "widget",
        {
            "a_widget.py": "from upgradecheck import Service\n"
            "service = Service('widget', procedures='a_widget_files:procedures')\n",
            "a_widget_files/procedures/cold.yaml": "service: widget\n"
            "name: cold\ntitle: Cold\nsummary: Cold.\nsteps:\n"
            "  - id: stop\n    requires: [gone]\n  - id: stop\n",
        },
        {SERVICES: {"widget": "a_widget:service"}},
    )
    loaded = registry.load(["widget"])
    assert registry.procedures_of(loaded) == {}
    (problem,) = loaded.problems
    assert problem.entry == "widget.cold"
    assert [each.source.line for each in problem.mistakes] == [7, 8]
    assert all(each.source.file.endswith("cold.yaml") for each in problem.mistakes)
    assert all(str(each) in problem.reason for each in problem.mistakes)
