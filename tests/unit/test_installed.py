"""The catalogue of what is installed: made once, kept, and never believed blindly."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.plugins import CHECKS
from tests.unit.plugins import OPTIONS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from upgradecheck import installed
from upgradecheck import making
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import NotVerified
from upgradecheck.service import Database
from upgradecheck.service import DriverOption
from upgradecheck.service import Service

MODULE = """
import os
with open(os.environ["WIDGET_LOG"], "a") as log:
    log.write("imported\\n")
from oslo_config import cfg
from widget_limits import LARGEST

def list_opts():
    return [("frame", [cfg.IntOpt("size", max=LARGEST, default=3)])]
"""
SERVICE = """
from upgradecheck import Service
from upgradecheck.checks import OptionsCheck
service = Service("widget", title="Widget", namespaces=("widget",))
config_options = OptionsCheck("widget")
"""


class Widget:
    """An installed service that tells how often its options were imported."""

    def __init__(
        self, plugins: Plugins, status: ServiceStatus, file: Path, log: Path
    ) -> None:
        self.plugins = plugins
        self.status = status
        self.file = file
        self.log = log
        plugins.install(
            "widget",
            {
                "widget_options.py": MODULE,
                "widget_limits.py": "LARGEST = 10\n",
                "widget_upgrade.py": SERVICE,
            },
            {
                SERVICES: {"widget": "widget_upgrade:service"},
                CHECKS: {"widget.config-options": "widget_upgrade:config_options"},
                OPTIONS: {"widget": "widget_options:list_opts"},
            },
        )

    def check(self) -> Finished:
        return self.status(
            *("--config-file", self.file, "upgrade", "check", "widget", "--json"),
            env={"WIDGET_LOG": str(self.log)},
        )

    @property
    def imports(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0

    @property
    def kept(self) -> list[Path]:
        return list(self.status.cache.glob("*.json"))


@pytest.fixture
def widget(
    plugins: Plugins, status: ServiceStatus, conf: WriteConf, tmp_path: Path
) -> Widget:
    file = conf("[frame]\nsize = 8\n")
    made = Widget(plugins, status, file, tmp_path / "imports.log")
    assert made.check().code == 0
    assert made.imports == 1
    return made


def own_faults(found: Catalogue) -> dict[str, str]:
    """The faults but for keystoneauth's plug-ins, which may lack a library here."""
    return {
        name: fault
        for name, fault in found.faults.items()
        if not name.startswith(making.PLUGINS)
    }


class TestKeptCatalogue:
    def test_a_second_run_imports_nothing_of_the_service(self, widget: Widget) -> None:
        assert widget.check().code == 0
        assert widget.imports == 1

    def test_it_gives_the_same_answers(self, widget: Widget) -> None:
        widget.file.write_text("[frame]\nsize = 11\nsiez = 1\n")
        kept = widget.check().rows["widget.config-options"]
        for file in widget.kept:
            file.unlink()
        made = widget.check().rows["widget.config-options"]
        assert widget.imports == 2
        assert kept["findings"] == made["findings"]
        assert len(made["findings"]) == 2

    def test_a_changed_module_is_asked_anew(self, widget: Widget) -> None:
        widget.plugins.write("widget_options.py", MODULE.replace("size", "length"))
        done = widget.check()
        assert widget.imports == 2
        assert done.statuses == {"widget.config-options": "warning"}

    def test_a_changed_module_that_it_imports_is_asked_anew(
        self, widget: Widget
    ) -> None:
        # As long as before: only the time of change tells.
        widget.plugins.write("widget_limits.py", "LARGEST = 5 \n")
        assert widget.check().statuses == {"widget.config-options": "failure"}

    def test_a_changed_default_is_asked_anew(self, widget: Widget) -> None:
        widget.plugins.write(
            "widget_options.py", MODULE.replace("default=3", "default=4")
        )
        widget.check()
        assert widget.imports == 2

    def test_a_module_that_hides_another_is_noticed(
        self, widget: Widget, tmp_path: Path
    ) -> None:
        first = tmp_path / "first"
        Plugins(first).write("widget_limits.py", "LARGEST = 5\n")
        done = widget.status(
            *("--config-file", widget.file, "upgrade", "check", "widget", "--json"),
            env={
                "WIDGET_LOG": str(widget.log),
                "PYTHONPATH": f"{first}:{widget.plugins.folder}",
            },
        )
        assert done.statuses == {"widget.config-options": "failure"}

    def test_another_version_is_asked_anew(self, widget: Widget) -> None:
        info = next(widget.plugins.folder.glob("widget-*.dist-info"))
        metadata = info / "METADATA"
        metadata.write_text(metadata.read_text().replace("1.0", "1.1"))
        widget.check()
        assert widget.imports == 2

    def test_a_cache_that_others_may_write_to_is_not_trusted(
        self, widget: Widget
    ) -> None:
        self._plant(widget)
        assert widget.check().code == 1  # as long as it is ours alone
        widget.status.cache.chmod(0o777)
        assert widget.check().code == 0
        assert widget.imports == 2

    def test_a_cache_of_another_user_is_not_trusted(self, widget: Widget) -> None:
        if os.geteuid() != 0:
            pytest.skip("only root can give a folder to another user")
        self._plant(widget)
        os.chown(widget.status.cache, 65534, 65534)
        assert widget.check().code == 0

    @staticmethod
    def _plant(widget: Widget) -> None:
        """A catalogue that says no option is known."""
        for file in widget.kept:
            data = json.loads(file.read_text())
            data["catalogue"]["options"]["widget"] = [["frame", []]]
            file.write_text(json.dumps(data))

    def test_a_deleted_cache_is_made_again(self, widget: Widget) -> None:
        for file in widget.kept:
            file.unlink()
        widget.status.cache.rmdir()
        assert widget.check().code == 0
        assert widget.imports == 2
        assert len(widget.kept) == 1

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "{",
            "null",
            "[]",
            "{}",
            '{"asked": 1}',
            '{"asked": "x", "seen": [], "catalogue": {}}',
            "\x00\xff",
        ],
    )
    def test_a_corrupt_catalogue_is_ignored(self, widget: Widget, text: str) -> None:
        for file in widget.kept:
            file.write_text(text)
        assert widget.check().code == 0
        assert widget.imports == 2

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("seen", None),
            ("seen", [["/nowhere", 1, 1]]),
            ("seen", [["x"]]),
            ("catalogue", None),
            ("catalogue", {"form": 1}),
            ("catalogue", {"form": 0}),
            ("catalogue", []),
        ],
    )
    def test_a_damaged_catalogue_is_ignored(
        self, widget: Widget, key: str, value: object
    ) -> None:
        for file in widget.kept:
            file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))
        assert widget.check().code == 0
        assert widget.imports == 2

    @pytest.mark.parametrize("options", [{}, {"widget": 3}, {"widget": [["frame", 3]]}])
    def test_a_catalogue_with_damaged_options_harms_nothing(
        self, widget: Widget, options: object
    ) -> None:
        for file in widget.kept:
            data = json.loads(file.read_text())
            data["catalogue"]["options"] = options
            file.write_text(json.dumps(data))
        done = widget.check()
        assert "Traceback" not in done.output
        assert done.json["checks"]

    def test_a_file_in_the_caches_place_harms_nothing(self, widget: Widget) -> None:
        for file in widget.kept:
            file.unlink()
        widget.status.cache.rmdir()
        widget.status.cache.write_text("in the way")
        assert widget.check().code == 0
        assert widget.imports == 2

    def test_no_default_of_a_secret_option_is_kept(self, widget: Widget) -> None:
        widget.plugins.write(
            "widget_options.py",
            MODULE.replace("max=LARGEST, default=3", "max=LARGEST, default=8")
            + "\nSECRET = cfg.StrOpt('pw', secret=True, default='hunter2-hunter2')\n"
            "old = list_opts\ndef list_opts(): return [*old(), ('safe', [SECRET])]\n",
        )
        assert widget.check().code == 0
        assert widget.kept
        assert all("hunter2" not in file.read_text() for file in widget.kept)

    def test_only_the_user_may_read_it(self, widget: Widget) -> None:
        assert widget.status.cache.stat().st_mode & 0o077 == 0
        assert all(file.stat().st_mode & 0o077 == 0 for file in widget.kept)


class TestCatalogueOfTheInstalled:
    def test_a_service_that_is_not_installed_is_not_verified(self) -> None:
        with pytest.raises(NotVerified, match="no-such-service is not installed"):
            installed.catalogue_of(Service("no-such-service"))

    def test_it_has_the_options_revisions_and_drivers(
        self, plugins_here: Plugins
    ) -> None:
        plugins_here.install(
            "gizmo",
            {
                "gizmo/__init__.py": "raise RuntimeError('must not be imported')",
                "gizmo/db/versions/a1_first.py": '"""First\n\nMore."""\n'
                "revision = 'a1'\ndown_revision = None\n",
                "gizmo/db/versions/b2_next.py": '"""Second."""\n'
                "revision = 'b2'\ndown_revision = 'a1'\n",
                "gizmo_options.py": "from oslo_config import cfg\n"
                "def list_opts(): return [(None, [cfg.BoolOpt('debug')])]\n",
            },
            {
                OPTIONS: {"gizmo": "gizmo_options:list_opts"},
                "gizmo.drivers": {"fast": "gizmo:Fast", "slow": "gizmo:Slow"},
            },
        )
        service = Service(
            "gizmo",
            namespaces=("gizmo",),
            databases=(Database("main", "gizmo:db", "gizmo-db upgrade"),),
            drivers=(DriverOption("gizmo.drivers", ("DEFAULT", "driver")),),
        )
        found = installed.catalogue_of(service)
        assert [known.spoken for known in found.known_options()] == ["[DEFAULT] debug"]
        assert {r.revision: r.title for r in found.revisions["main"]} == {
            "a1": "First",
            "b2": "Second.",
        }
        assert found.entry_points == {"gizmo.drivers": ["fast", "slow"]}
        assert own_faults(found) == {}

    def test_it_has_the_programs_the_groups_and_the_facts_that_matter(
        self, plugins_here: Plugins
    ) -> None:
        plugins_here.install(
            "gizmo",
            {
                "gizmo_facts.py": "def meters(): return ('length', 'width')\n"
                "def broken(): raise ValueError('rust')\n"
            },
            {
                "console_scripts": {"gizmo-api": "gizmo:api", "gizmo": "gizmo:main"},
                "gizmo.poll.hot": {"heat": "gizmo:Heat"},
                "gizmo.poll.cold": {"frost": "gizmo:Frost"},
                "gizmo.other": {"rest": "gizmo:Rest"},
            },
        )
        service = Service(
            "gizmo",
            entry_points=("gizmo.poll.*",),
            facts=(
                ("meters", "gizmo_facts:meters"),
                ("broken", "gizmo_facts:broken"),
            ),
        )
        found = installed.catalogue_of(service)
        assert found.programs == ["gizmo", "gizmo-api"]
        assert found.entry_points == {
            "gizmo.poll.cold": ["frost"],
            "gizmo.poll.hot": ["heat"],
        }
        assert found.facts == {"meters": ["length", "width"]}
        assert "rust" in found.faults["fact broken"]

    def test_a_namespace_that_raises_is_a_fault_and_hides_no_other(
        self, plugins_here: Plugins
    ) -> None:
        plugins_here.install(
            "gizmo",
            {
                "gizmo_good.py": "from oslo_config import cfg\n"
                "def list_opts(): return [('a', [cfg.BoolOpt('b')])]\n",
                "gizmo_bad.py": "def list_opts(): raise ValueError('rust')\n",
            },
            {OPTIONS: {"good": "gizmo_good:list_opts", "bad": "gizmo_bad:list_opts"}},
        )
        found = installed.catalogue_of(Service("gizmo", namespaces=("bad", "good")))
        assert [known.spoken for known in found.known_options()] == ["[a] b"]
        assert "rust" in found.faults["bad"]

    def test_code_that_hangs_is_ended(self, plugins_here: Plugins) -> None:
        plugins_here.install(
            "gizmo",
            {"gizmo_slow.py": "import time\ntime.sleep(300)\n"},
            {OPTIONS: {"gizmo": "gizmo_slow:list_opts"}},
        )
        with pytest.raises(NotVerified, match="no answer within 1"):
            installed.catalogue_of(Service("gizmo", namespaces=("gizmo",)), timeout=1)

    def test_code_that_leaves_is_told(self, plugins_here: Plugins) -> None:
        plugins_here.install(
            "gizmo",
            {"gizmo_exits.py": "import sys\nsys.exit(0)\n"},
            {OPTIONS: {"gizmo": "gizmo_exits:list_opts"}},
        )
        with pytest.raises(NotVerified, match="exit"):
            installed.catalogue_of(Service("gizmo", namespaces=("gizmo",)))

    def test_the_bundled_services_namespaces_are_all_there(self) -> None:
        from upgradecheck.services.octavia import service

        found = installed.catalogue_of(service)
        assert own_faults(found) == {}
        assert set(found.options) == set(service.namespaces)


class TestFolders:
    def test_a_folder_is_found_without_running_the_package(
        self, plugins_here: Plugins
    ) -> None:
        plugins_here.write("cog/__init__.py", "raise RuntimeError('imported')")
        plugins_here.write("cog/db/sub/env.py", "")
        assert making.folder_of("cog.db:sub") == plugins_here.folder / "cog/db/sub"

    @pytest.mark.parametrize("place", ["no_such_package:x", "upgradecheck:nowhere"])
    def test_what_is_not_there_is_told(self, place: str) -> None:
        with pytest.raises(FileNotFoundError, match=place):
            making.folder_of(place)
