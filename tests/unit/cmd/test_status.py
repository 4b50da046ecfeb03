"""The command line: its words, its streams, its exit codes."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.command import PROGRAM
from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.plugins import CHECKS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins

FINE = "return Result(Code.SUCCESS, 'All is fine.')"


@pytest.fixture
def widget(plugins: Plugins) -> None:
    plugins.install_checks(
        "widget", fine=FINE, bad="return Result(Code.FAILURE, 'No.')"
    )


@pytest.mark.usefixtures("widget")
class TestWords:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["upgrade", "chekc"], "Did you mean check?"),
            (["upgarde", "check"], "Did you mean upgrade?"),
            (["upgrade", "check", "widgte"], "Did you mean widget?"),
            (["upgrade", "list", "widgte"], "Did you mean widget?"),
            (
                ["upgrade", "check", "--check", "widget.fin"],
                "Did you mean widget.fine?",
            ),
            (
                ["upgrade", "check", "widget", "--exclude", "widget.fin"],
                "Did you mean widget.fine?",
            ),
            (["upgrade", "explain", "widget.fin"], "Did you mean widget.fine?"),
            (
                ["upgrade", "check", "widget", "--phase", "befor"],
                "Did you mean before?",
            ),
            (["upgrade", "check", "widget", "--format", "jsn"], "Did you mean json?"),
            (["upgrade", "check", "widget", "--ouput", "x"], "Did you mean --output?"),
            (["upgrade", "check", "widget", "--jsno"], "Did you mean --json?"),
            (
                ["upgrade", "check", "widget", "--config-file", "w.conf"],
                "belongs before the word upgrade",
            ),
            (
                ["upgrade", "check", "widget", "--config-dir=w"],
                "belongs before the word upgrade",
            ),
            (["--config-flie", "x", "upgrade", "check", "widget"], "--config-file"),
            (["upgrade", "check", "widget", "--timeout", "soon"], "'soon'"),
            (["upgrade", "check", "widget", "--timeout", "0"], "'0'"),
            (["upgrade", "check", "widget", "--timeout", "-1"], "-1"),
            (["upgrade", "check", "widget", "--timeout", "nan"], "'nan'"),
            (["upgrade"], "--help"),
            (["upgrade", "explain"], "ID"),
            ([], "--help"),
            (["--config-file", "w.conf", "upgrade", "check"], "exactly one service"),
            (
                ["--config-file", "glance:g.conf", "upgrade", "check", "widget"],
                "glance",
            ),
        ],
        ids=" ".join,
    )
    def test_a_mistake_is_no_verdict_and_says_what_would_be_right(
        self, status: ServiceStatus, words: list[str], said: str
    ) -> None:
        done = status(*words)
        assert done.code == 255
        assert said in done.stderr
        assert "Traceback" not in done.output
        assert done.stdout == ""

    @pytest.mark.parametrize(
        "words",
        [
            ["upgrade", "check", "widget", "--json"],
            ["upgrade", "--json", "check", "widget"],
            ["upgrade", "check", "--json", "widget"],
            ["upgrade", "check", "widget", "--format", "json"],
        ],
        ids=" ".join,
    )
    def test_json_is_asked_for_in_either_place(
        self, status: ServiceStatus, words: list[str]
    ) -> None:
        done = status(*words)
        assert done.statuses == {"widget.bad": "failure", "widget.fine": "success"}
        assert done.code == 2

    @pytest.mark.parametrize(
        "words",
        [
            ["--help"],
            ["upgrade", "--help"],
            ["upgrade", "check", "--help"],
            ["upgrade", "list", "--help"],
            ["upgrade", "explain", "--help"],
            ["--version"],
        ],
        ids=" ".join,
    )
    def test_help_is_given(self, status: ServiceStatus, words: list[str]) -> None:
        done = status(*words)
        assert (done.code, done.stderr) == (0, "")
        assert len(done.stdout) > 10

    def test_the_help_tells_the_exit_codes(self, status: ServiceStatus) -> None:
        text = status("upgrade", "check", "--help").stdout
        assert all(f"\n  {code} " in text for code in (0, 1, 2, 255))

    def test_a_check_of_a_service_may_be_asked_without_naming_the_service(
        self, status: ServiceStatus
    ) -> None:
        assert status.check("--check", "widget.fine").code == 0

    def test_a_service_is_asked_once_however_often_it_is_named(
        self, status: ServiceStatus
    ) -> None:
        done = status.check("widget", "widget")
        assert len(done.json["checks"]) == 2

    def test_a_check_of_another_service_than_named_is_not_passed_over(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("gadget", fine=FINE)
        done = status.check("widget", "--check", "gadget.fine")
        assert done.code == 255


class TestDefaultServices:
    def test_those_that_are_installed_or_configured_are_checked(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", fine=FINE)
        for service in ("absent", "configured"):
            plugins.install_checks(service, distribution=f"for-{service}", fine=FINE)
        (status.home / ".configured").mkdir()
        file = status.home / ".configured" / "configured.conf"
        file.write_text("[DEFAULT]\n")
        done = status.check("--timeout", "20", timeout=60)
        files = {s["name"]: s["config_files"] for s in done.json["services"]}
        assert done.statuses["widget.fine"] == "success"
        assert done.statuses["configured.fine"] == "success"
        assert files["configured"] == [str(file)]
        assert "absent" not in files
        assert "absent.fine" not in done.rows

    def test_each_service_takes_its_own_files(
        self, status: ServiceStatus, plugins: Plugins, conf: WriteConf
    ) -> None:
        plugins.install_checks("widget", fine=FINE)
        plugins.install_checks("gadget", fine=FINE)
        widget, gadget = conf("[a]\n", "w.conf"), conf("[a]\n", "g.conf")
        done = status(
            "--config-file",
            f"widget:{widget}",
            "--config-file",
            f"gadget:{gadget}",
            *("upgrade", "check", "widget", "gadget", "--json"),
        )
        files = {s["name"]: s["config_files"] for s in done.json["services"]}
        assert files == {"widget": [str(widget)], "gadget": [str(gadget)]}


class TestAsAnotherProgram:
    @pytest.fixture(params=["link", "script"])
    def widget_status(
        self, request: pytest.FixtureRequest, tmp_path: Path, status: ServiceStatus
    ) -> ServiceStatus:
        program = tmp_path / "widget-status"
        if request.param == "link":
            program.symlink_to(PROGRAM)
        else:
            program.write_text(
                f"#!{sys.executable}\nimport sys\n"
                "from upgradecheck.cmd.status import main\nsys.exit(main())\n"
            )
            program.chmod(0o755)
        status.program = program
        return status

    @pytest.mark.usefixtures("widget")
    def test_it_takes_its_service(self, widget_status: ServiceStatus) -> None:
        done = widget_status.check()
        assert set(done.rows) == {"widget.bad", "widget.fine"}
        assert done.code == 2

    @pytest.mark.usefixtures("widget")
    def test_it_takes_plain_files_of_its_service(
        self, widget_status: ServiceStatus, conf: WriteConf
    ) -> None:
        file = conf("[a]\nb = 1\n")
        done = widget_status("--config-file", file, "upgrade", "check", "--json")
        assert done.json["services"][0]["config_files"] == [str(file)]

    @pytest.mark.usefixtures("widget")
    def test_it_refuses_other_services(self, widget_status: ServiceStatus) -> None:
        done = widget_status.check("octavia")
        assert done.code == 255
        assert "service-status upgrade check octavia" in done.stderr

    @pytest.mark.usefixtures("widget")
    def test_it_lists_its_service_alone(self, widget_status: ServiceStatus) -> None:
        (service,) = widget_status("upgrade", "list", "--json").json["services"]
        assert service["name"] == "widget"


@pytest.mark.usefixtures("widget")
class TestOutputFile:
    def test_it_holds_the_report(self, status: ServiceStatus, tmp_path: Path) -> None:
        report = tmp_path / "report.json"
        done = status.check("widget", "--output", report)
        assert (done.code, done.stdout) == (2, "")
        assert json.loads(report.read_text())["exit_code"] == 2

    def test_an_old_report_is_replaced_and_keeps_its_mode(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        report = tmp_path / "report.json"
        report.write_text("old")
        report.chmod(0o640)
        status.check("widget", "--output", report)
        assert json.loads(report.read_text())["exit_code"] == 2
        assert report.stat().st_mode & 0o777 == 0o640

    def test_on_a_full_disk_the_old_report_stays(
        self, status: ServiceStatus, tmp_path: Path, full: Callable[[Path], None]
    ) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        report = disk / "report.json"
        full(report)
        done = status.check("widget", "--output", report)
        assert done.code == 255
        assert str(report) in done.stderr
        assert "No space left" in done.stderr
        assert "Traceback" not in done.output
        assert report.read_text() == "old"
        assert [f.name for f in disk.iterdir() if "report" in f.name] == ["report.json"]

    def test_over_its_quota_the_old_report_stays(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        report = tmp_path / "report.json"
        report.write_text("old")
        done = status.check(
            "widget",
            "--output",
            report,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600)),
        )
        assert done.code == 255
        assert "Traceback" not in done.output
        assert report.read_text() == "old"

    def test_a_folder_that_is_not_there_is_told(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        report = tmp_path / "nowhere" / "report.json"
        done = status.check("widget", "--output", report)
        assert done.code == 255
        assert str(report) in done.stderr

    def test_a_device_is_written_to_and_stays_one(self, status: ServiceStatus) -> None:
        done = status.check("widget", "--output", "/dev/stdout")
        assert done.json["exit_code"] == 2
        assert not Path("/dev/stdout").is_file() or Path("/dev/stdout").is_symlink()

    def test_a_full_device_is_told(self, status: ServiceStatus) -> None:
        done = status.check("widget", "--output", "/dev/full")
        assert done.code == 255
        assert "No space left" in done.stderr

    def test_a_link_stays_a_link(self, status: ServiceStatus, tmp_path: Path) -> None:
        report, link = tmp_path / "report.json", tmp_path / "latest.json"
        link.symlink_to(report)
        status.check("widget", "--output", link)
        assert link.is_symlink()
        assert json.loads(report.read_text())["exit_code"] == 2

    def test_standard_output_on_a_full_disk_is_no_verdict(
        self, status: ServiceStatus
    ) -> None:
        with open("/dev/full", "w") as full_device:
            done = subprocess.run(
                [PROGRAM, "upgrade", "check", "widget", "--json"],
                stdout=full_device,
                stderr=subprocess.PIPE,
                text=True,
                env=status.environment(),
                check=False,
            )
        assert done.returncode == 255
        assert "Traceback" not in done.stderr
        assert "cannot write" in done.stderr


@pytest.fixture
def full() -> Iterator[Callable[[Path], None]]:
    """Fills the disk that an old report is on, as far as this user may."""
    mounted: list[Path] = []

    def fill(report: Path) -> None:
        options = ["-t", "tmpfs", "-o", "size=16k", "none", str(report.parent)]
        if subprocess.run(["mount", *options], check=False).returncode:
            pytest.skip("only root may mount the small disk of this test")
        mounted.append(report.parent)
        report.write_text("old")
        with open(report.parent / "ballast", "wb", buffering=0) as ballast:
            try:
                while ballast.write(b"x" * 1024):
                    pass
            except OSError:
                pass

    try:
        yield fill
    finally:
        for folder in mounted:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.usefixtures("widget")
class TestClosedPipe:
    @pytest.mark.parametrize(
        "words",
        [
            "upgrade check widget",
            "upgrade check widget --json",
            "upgrade list",
            "upgrade explain widget.fine",
        ],
    )
    def test_a_reader_that_leaves_is_no_traceback(
        self, status: ServiceStatus, words: str
    ) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [PROGRAM, *words.split()],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            env=status.environment(),
            check=False,
        )
        os.close(writer)
        assert (done.stderr, done.returncode) == ("", 255)

    def test_help_for_a_reader_that_leaves_is_no_traceback(
        self, status: ServiceStatus
    ) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [PROGRAM, "--help"],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            env=status.environment(),
            check=False,
        )
        os.close(writer)
        assert done.stderr == ""

    def test_head_is_served(self, status: ServiceStatus) -> None:
        done = subprocess.run(
            f"'{PROGRAM}' upgrade check widget --json | head -1",
            shell=True,
            capture_output=True,
            text=True,
            env=status.environment(),
            check=False,
        )
        assert (done.stdout, done.stderr) == ("{\n", "")

    @pytest.mark.parametrize("closed", ["1>&-", "2>&-", "1>&- 2>&-", "0<&-"])
    def test_streams_that_were_never_open_are_no_traceback(
        self, status: ServiceStatus, closed: str
    ) -> None:
        done = subprocess.run(
            f"'{PROGRAM}' upgrade check widget --json {closed}",
            shell=True,
            capture_output=True,
            text=True,
            env=status.environment(),
            check=False,
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert done.returncode in (2, 255)


@pytest.mark.usefixtures("widget")
class TestTerminal:
    def test_it_shows_colour_and_the_words(self, status: ServiceStatus) -> None:
        text = status.on_terminal("upgrade", "check", "widget").stdout
        assert "\x1b[" in text
        assert "Success" in text
        assert "Failure" in text

    def test_no_color_is_respected(self, status: ServiceStatus) -> None:
        done = status.on_terminal("upgrade", "check", "widget", env={"NO_COLOR": "1"})
        assert "\x1b" not in done.stdout
        assert "Result: Failure" in done.stdout

    def test_a_dumb_terminal_gets_no_colour(self, status: ServiceStatus) -> None:
        done = status.on_terminal("upgrade", "check", "widget", env={"TERM": "dumb"})
        assert "\x1b" not in done.stdout

    def test_no_color_holds_for_the_progress_too(self, status: ServiceStatus) -> None:
        done = status.on_terminal("upgrade", "check", "widget", env={"NO_COLOR": "1"})
        assert not any(f"\x1b[{n}m" in done.stderr for n in range(30, 50))

    def test_a_pipe_gets_plain_text(self, status: ServiceStatus) -> None:
        done = status.on_terminal("upgrade", "check", "widget", piped="stdout")
        assert "\x1b" not in done.stdout
        assert "Result: Failure" in done.stdout

    def test_json_on_a_terminal_stays_json(self, status: ServiceStatus) -> None:
        done = status.on_terminal("upgrade", "check", "widget", "--json")
        assert done.json["exit_code"] == done.code == 2

    def test_a_colour_never_goes_into_the_output_file(
        self, status: ServiceStatus, tmp_path: Path
    ) -> None:
        report = tmp_path / "report.txt"
        status.on_terminal("upgrade", "check", "widget", "--output", report)
        assert "\x1b" not in report.read_text()

    def test_progress_is_shown_on_a_terminal_while_a_check_runs(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks(
            "gadget", slow="time.sleep(1)\nreturn Result(Code.SUCCESS, 'ok')"
        )
        done = status.on_terminal("upgrade", "check", "gadget", piped="stdout")
        assert "gadget.slow" in done.stderr
        assert "gadget.slow" in done.stdout
        assert "asked now" not in done.stdout

    def test_no_progress_is_shown_in_a_pipe(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks(
            "gadget", slow="time.sleep(1)\nreturn Result(Code.SUCCESS, 'ok')"
        )
        done = status.on_terminal("upgrade", "check", "gadget", piped="stderr")
        assert done.stderr == ""


class TestEscapes:
    EVIL = "\x1b]0;owned\x07\x1b[2J\u202egnp.exe"

    @pytest.fixture
    def evil(self, plugins: Plugins) -> None:
        plugins.install(
            "evil",
            {
                "evil.py": f"""
                from upgradecheck import Code, Finding, Result, Service, check
                EVIL = {self.EVIL!r}
                service = Service("widget", title="Widget" + EVIL)

                @check("widget.evil", title="Title" + EVIL)
                def evil(upgrade):
                    \"\"\"Summary.\"\"\"
                    print("printed" + EVIL)
                    finding = Finding("message" + EVIL, "at" + EVIL, "remedy" + EVIL)
                    return Result(Code.WARNING, "details" + EVIL, [finding])

                evil = type(evil)(**{{**vars(evil), "text": "Text" + EVIL}})

                @check("widget.raises", title="Raises")
                def raises(upgrade):
                    raise type("Odd" + EVIL, (Exception,), {{}})(EVIL)
                """
            },
            {
                SERVICES: {"widget": "evil:service"},
                CHECKS: {
                    "widget.evil": "evil:evil",
                    "widget.raises": "evil:raises",
                    "widget.br\x1b[2Joken": "nowhere:x",
                },
            },
        )

    @pytest.mark.usefixtures("evil")
    @pytest.mark.parametrize(
        "words",
        [
            "upgrade check widget",
            "upgrade check widget --json",
            "upgrade list widget",
            "upgrade list widget --json",
            "upgrade explain widget.evil",
            "upgrade explain widget.\x1b[2Jno",
            "upgrade check \x1b[2Jno",
            "upgrade \x1b[2Jcheck",
        ],
    )
    def test_text_that_others_wrote_does_not_steer_the_terminal(
        self, status: ServiceStatus, words: str
    ) -> None:
        done = status(*words.split(" "))
        assert done.output
        assert not {"\x1b", "\x07", "\u202e"} & set(done.output)

    @pytest.mark.usefixtures("evil")
    def test_the_terminals_colours_are_the_only_escapes(
        self, status: ServiceStatus
    ) -> None:
        text = status.on_terminal("upgrade", "check", "widget").output
        assert "\x1b]0;" not in text
        assert "\u202e" not in text
        assert "Title" in text

    def test_a_path_is_written_out(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", needs=("config",), fine=FINE)
        done = status("--config-file", "a\x1b[2Jb.conf", "upgrade", "check", "widget")
        assert done.code == 255
        assert "\x1b" not in done.output
        assert "\\x1b" in done.stdout


class TestListAndExplain:
    def test_list_names_every_check(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", fine=FINE, other=FINE)
        done = status("upgrade", "list", "widget")
        (service,) = status("upgrade", "list", "widget", "--json").json["services"]
        assert done.code == 0
        assert "widget.fine" in done.stdout
        assert [c["id"] for c in service["checks"]] == ["widget.fine", "widget.other"]
        assert service["provider"] == {"name": "widget", "version": "1.0"}

    def test_json_may_stand_before_list(self, status: ServiceStatus) -> None:
        names = [
            service["name"]
            for service in status("upgrade", "--json", "list").json["services"]
        ]
        assert names == ["ceilometer", "glance", "octavia"]

    def test_every_bundled_check_is_explained(self, status: ServiceStatus) -> None:
        listed = status("upgrade", "list", "octavia", "--json").json["services"]
        for check in listed[0]["checks"]:
            done = status("upgrade", "explain", check["id"])
            assert done.code == 0
            assert check["summary"] in done.stdout
            assert check["id"] in done.stdout

    def test_explain_tells_text_remedy_and_provider(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install(
            "gadgets",
            {
                "gadgets.py": '''
                from upgradecheck import Code, Result, check

                @check("widget.bolt", title="Bolts", added="0.9", applies_to=">=3",
                       phase="during", needs=["config"], remedy="Fasten it.")
                def bolt(upgrade):
                    """Every bolt is fast.

                    Loose bolts fall off.
                    """
                '''
            },
            {CHECKS: {"widget.bolt": "gadgets:bolt"}},
            version="1.2",
        )
        text = status("upgrade", "explain", "widget.bolt").stdout
        for word in (
            "Bolts",
            "widget.bolt",
            "Every bolt is fast.",
            "Loose bolts fall off.",
            "Fasten it.",
            "gadgets 1.2",
            "0.9",
            ">=3",
            "during",
            "config",
        ):
            assert word in text

    @pytest.mark.parametrize(
        "words",
        [
            ["upgrade", "list"],
            ["upgrade", "list", "--json"],
            ["upgrade", "explain", "octavia.amphora-image"],
            ["upgrade", "explain", "octavia.database-revision"],
        ],
        ids=" ".join,
    )
    def test_listing_and_explaining_import_no_heavy_library(
        self, status: ServiceStatus, words: list[str]
    ) -> None:
        done = status(*words, env={"PYTHONPROFILEIMPORTTIME": "1"})
        imported = {
            line.rpartition("|")[2].strip().partition(".")[0]
            for line in done.stderr.splitlines()
            if line.startswith("import time:")
        }
        assert "upgradecheck" in imported
        assert not imported & {
            "sqlalchemy",
            "alembic",
            "openstack",
            "keystoneauth1",
            "octavia",
            "glance",
            "ceilometer",
        }


class TestMissingExtras:
    #: Makes packages look as if they were not installed.
    HIDE = """
    import importlib.machinery, sys
    HIDDEN = {hidden!r}
    finder = importlib.machinery.PathFinder

    class Without:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.partition(".")[0] in HIDDEN:
                return None
            return finder.find_spec(name, path, target)

        find_distributions = finder.find_distributions
        invalidate_caches = finder.invalidate_caches

    sys.meta_path[sys.meta_path.index(finder)] = Without
    """

    @pytest.mark.parametrize(
        ("hidden", "need", "extra"),
        [
            (("sqlalchemy",), "database", "upgradecheck[db]"),
            (("alembic",), "database", "upgradecheck[db]"),
            (("sqlalchemy", "alembic"), "database", "upgradecheck[db]"),
            (("openstack",), "image", "upgradecheck[image]"),
            (("openstack", "keystoneauth1"), "image", "upgradecheck[image]"),
        ],
    )
    def test_it_is_an_error_that_names_the_extra(
        self,
        status: ServiceStatus,
        plugins: Plugins,
        hidden: tuple[str, ...],
        need: str,
        extra: str,
    ) -> None:
        plugins.install_checks("widget", needs=(need,), needy=FINE)
        plugins.write("sitecustomize.py", self.HIDE.format(hidden=hidden))
        done = status.check("widget")
        row = done.rows["widget.needy"]
        assert (done.code, row["status"]) == (255, "error")
        assert extra in row["details"]
        assert all(module in row["details"] for module in hidden)
        assert done.stderr == ""

    def test_bundled_checks_say_so_too(
        self, status: ServiceStatus, plugins: Plugins, conf: WriteConf
    ) -> None:
        hidden = ("sqlalchemy", "alembic", "openstack", "keystoneauth1")
        plugins.write("sitecustomize.py", self.HIDE.format(hidden=hidden))
        file = conf("[DEFAULT]\n", "octavia.conf")
        done = status(
            *("--config-file", file, "upgrade", "check", "--json"),
            *("--check", "octavia.database-revision"),
            *("--check", "octavia.amphora-image"),
        )
        assert done.statuses == {
            "octavia.database-revision": "error",
            "octavia.amphora-image": "error",
        }
        details = {id: row["details"] for id, row in done.rows.items()}
        assert "upgradecheck[db]" in details["octavia.database-revision"]
        assert "upgradecheck[db,image]" in details["octavia.amphora-image"]
        assert "Traceback" not in done.output
