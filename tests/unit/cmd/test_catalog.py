"""``upgrade catalog`` through the real console script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.command import ServiceStatus
from tests.unit.plugins import OPTIONS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins

MODULE = """
import os, socket, sys
from oslo_config import cfg
from upgradecheck import Service
from upgradecheck.service import Database

service = Service("widget", title="Widget", namespaces=("widget", "lost"))

def list_opts():
    return [
        ("frame", [
            cfg.StrOpt("host", default=socket.gethostname(), sample_default="<host>"),
            cfg.StrOpt("colour", choices=set(["red", "green", "blue", "white", "black"]),
                       default="red", help="What it is painted in."),
            cfg.IntOpt("size", min=1, max=9, default=3),
            cfg.StrOpt("key", secret=True, default="hunter2"),
            cfg.IntOpt("workers", default=os.cpu_count()),
            cfg.StrOpt("home", default=os.path.expanduser("~/widget")),
            cfg.StrOpt("here", default=os.getcwd()),
            cfg.StrOpt("program", default=os.path.basename(sys.argv[0])),
            cfg.StrOpt("templates", default=os.path.dirname(__file__)),
            cfg.StrOpt("token", default=os.environ.get("OS_TOKEN")),
            cfg.BoolOpt("rusty", deprecated_for_removal=True, deprecated_since="1.5",
                        deprecated_reason="Rust is out of fashion."),
            cfg.IntOpt("width", deprecated_name="breadth"),
        ]),
    ]

class Rule:
    def __init__(self, name, check_str, **more):
        self.name, self.check_str = name, check_str
        self.__dict__.update(more)

def list_rules():
    return [
        [Rule("frame:paint", "role:painter", deprecated_rule=Rule(
            "frame:colour", "@", deprecated_reason="Words  change.",
            deprecated_since="1.5"))],
        [Rule("frame:bend", "rule:smith", scope_types=["project"])],
    ]
"""


@pytest.fixture
def status(status: ServiceStatus, plugins: Plugins) -> ServiceStatus:
    """The command where Widget is installed."""
    plugins.install(
        "widget",
        {"widget.py": MODULE},
        {
            OPTIONS: {"widget": "widget:list_opts"},
            SERVICES: {"widget": "widget:service"},
            "oslo.policy.policies": {"widget": "widget:list_rules"},
            "console_scripts": {"widget-api": "widget:main"},
        },
        version="2.0.0",
    )
    return status


class TestContent:
    def test_it_is_what_the_release_expects(self, status: ServiceStatus) -> None:
        found = status("upgrade", "catalog", "widget").json
        assert (found["service"], found["version"]) == ("widget", "2.0.0")
        assert found["libraries"]["widget"] == "2.0.0"
        assert found["programs"] == ["widget-api"]
        ((group, opts),) = found["options"]["widget"]
        assert group == "frame"
        named = {opt["name"]: opt for opt in opts}
        assert named["colour"]["help"] == "What it is painted in."
        assert named["colour"]["type"]["choices"] == [
            *("black", "blue", "green", "red", "white")
        ]
        assert named["size"]["type"] == {"type": "Integer", "min": 1, "max": 9}
        assert named["size"]["default"] == 3
        assert named["rusty"]["deprecated_reason"] == "Rust is out of fashion."
        assert named["width"]["deprecated"] == [[None, "breadth"]]

    def test_policy_rules_tell_what_they_were(self, status: ServiceStatus) -> None:
        assert status("upgrade", "catalog", "widget").json["policies"] == [
            {"name": "frame:bend", "default": "rule:smith", "scopes": ["project"]},
            {
                "name": "frame:paint",
                "default": "role:painter",
                "deprecated": {
                    "name": "frame:colour",
                    "default": "@",
                    "reason": "Words change.",
                    "since": "1.5",
                },
            },
        ]

    def test_what_depends_on_the_machine_is_a_sample_or_left_out(
        self, status: ServiceStatus
    ) -> None:
        ((_, opts),) = status("upgrade", "catalog", "widget").json["options"]["widget"]
        named = {opt["name"]: opt for opt in opts}
        assert (named["host"]["default"], named["host"]["sample"]) == ("<host>", True)
        for name in ("workers", "home", "here", "program"):
            assert named[name]["machine"]
            assert "default" not in named[name]

    def test_what_cannot_be_loaded_is_told_and_kept(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install(
            "lost", {}, {OPTIONS: {"lost": "no_such_module:list_opts"}}, version="1.0"
        )
        run = status("upgrade", "catalog", "widget")
        assert "no_such_module" in run.json["faults"]["lost"]
        assert "not in the catalogue: lost: " in run.stderr

    def test_another_service_of_this_environment_changes_nothing(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        alone = status("upgrade", "catalog", "widget").stdout
        changes = """
        import widget
        widget.list_opts = lambda: []
        def set_defaults():
            pass
        """
        plugins.install(
            "sprocket",
            {"sprocket.py": changes},
            {"oslo.config.opts.defaults": {"sprocket": "sprocket:set_defaults"}},
        )
        assert status("upgrade", "catalog", "widget").stdout == alone

    def test_no_secret_is_in_it(self, status: ServiceStatus) -> None:
        run = status("upgrade", "catalog", "widget", env={"OS_TOKEN": "open-sesame"})
        assert "hunter2" not in run.output
        assert "open-sesame" not in run.output
        ((_, opts),) = run.json["options"]["widget"]
        key = next(opt for opt in opts if opt["name"] == "key")
        assert key["secret"]
        assert "default" not in key


class TestDeterminism:
    def test_another_user_folder_and_hash_seed_give_the_same_bytes(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        (tmp_path / "elsewhere").mkdir()
        elsewhere = {
            "HOME": str(tmp_path / "elsewhere"),
            "TMPDIR": str(tmp_path / "elsewhere"),
            "USER": "somebody",
            "LANG": "de_DE.UTF-8",
            "TZ": "Asia/Tokyo",
            "PYTHONHASHSEED": "2",
        }
        one = status("upgrade", "catalog", "widget", env={"PYTHONHASHSEED": "1"})
        other = status("upgrade", "catalog", "widget", env=elsewhere)
        assert one.code == 0, one.stderr
        assert one.stdout == other.stdout


class TestCommand:
    def test_it_writes_a_file(self, status: ServiceStatus, tmp_path: Path) -> None:
        file = tmp_path / "widget.json"
        run = status("upgrade", "catalog", "widget", "--output", str(file))
        assert (run.code, run.stdout) == (0, "")
        assert json.loads(file.read_text())["version"] == "2.0.0"

    def test_a_place_that_cannot_be_written_to_is_told(
        self, status: ServiceStatus
    ) -> None:
        run = status("upgrade", "catalog", "widget", "--output", "/nowhere/widget.json")
        assert run.code == 255
        assert "a catalogue that was there before is unchanged" in run.stderr

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ([], "SERVICE"),
            (["widgte"], "Did you mean widget?"),
            (["widget", "octavia"], "octavia is not understood here"),
        ],
    )
    def test_misuse_is_no_verdict(
        self, status: ServiceStatus, words: list[str], told: str
    ) -> None:
        run = status("upgrade", "catalog", *words)
        assert run.code == 255
        assert told in run.stderr

    def test_a_service_that_is_not_installed_is_not_verified(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install(
            "gizmo-checks",
            {
                "gizmo_checks.py": "from upgradecheck import Service\n"
                "service = Service('gizmo', title='Gizmo')\n"
            },
            {SERVICES: {"gizmo": "gizmo_checks:service"}},
        )
        run = status("upgrade", "catalog", "gizmo")
        assert run.code == 255
        assert "gizmo is not installed here" in run.stderr
        assert "Try: Run this where the new Gizmo is installed." in run.stderr
