"""Each check costs its own row alone; through the real console script."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from tests.unit.command import ServiceStatus
from tests.unit.command import interrupt
from tests.unit.plugins import CHECKS
from tests.unit.plugins import OPTIONS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins

FINE = "return Result(Code.SUCCESS, 'All is fine.')"
STATUSES = {
    "success": FINE,
    "warning": "return Result(Code.WARNING, 'Look at this.')",
    "failure": "return Result(Code.FAILURE, 'Not like this.')",
    "error": "return Result.error('Could not be asked.')",
    "skipped": "return Result.skipped('Does not apply.')",
}


@pytest.fixture
def all_statuses(plugins: Plugins) -> None:
    plugins.install_checks("widget", bodies=STATUSES)


@pytest.mark.usefixtures("all_statuses")
class TestStatusesAndExitCodes:
    @pytest.mark.parametrize(
        ("name", "number", "code"),
        [
            ("success", 0, 0),
            ("warning", 1, 1),
            ("failure", 2, 2),
            ("error", 255, 255),
            ("skipped", 0, 0),
        ],
    )
    def test_a_status_has_its_number_and_its_exit_code(
        self, status: ServiceStatus, name: str, number: int, code: int
    ) -> None:
        done = status.check("--check", f"widget.{name}")
        (row,) = done.json["checks"]
        assert (row["status"], row["result"]) == (name, number)
        assert done.code == done.json["exit_code"] == code

    @pytest.mark.parametrize(
        ("names", "code"),
        [
            (["failure", "error", "warning", "success", "skipped"], 2),
            (["failure", "error"], 2),
            (["error", "warning", "success"], 255),
            (["warning", "success", "skipped"], 1),
            (["success", "skipped"], 0),
        ],
    )
    def test_the_gravest_status_decides(
        self, status: ServiceStatus, names: list[str], code: int
    ) -> None:
        words = [w for name in names for w in ("--check", f"widget.{name}")]
        done = status.check(*words)
        assert done.code == code
        assert set(done.statuses.values()) == set(names)

    def test_the_table_names_every_status(self, status: ServiceStatus) -> None:
        done = status("upgrade", "check", "widget")
        for name in STATUSES:
            assert f"Result: {name.capitalize()} " in done.stdout

    def test_excluded_checks_stay_as_skipped_rows(self, status: ServiceStatus) -> None:
        done = status.check(
            "widget", "--exclude", "widget.failure", "--exclude", "widget.error"
        )
        assert done.statuses["widget.failure"] == "skipped"
        assert done.statuses["widget.error"] == "skipped"
        assert done.code == 1

    def test_a_run_in_which_no_check_was_asked_gives_no_verdict(
        self, status: ServiceStatus
    ) -> None:
        words = [w for name in STATUSES for w in ("--exclude", f"widget.{name}")]
        done = status.check("widget", *words)
        assert done.code == done.json["exit_code"] == 255

    def test_a_phase_without_checks_gives_no_verdict(
        self, status: ServiceStatus
    ) -> None:
        done = status.check("widget", "--phase", "after")
        assert (done.code, done.json["checks"]) == (255, [])
        assert "no check was asked" in done.stderr


class TestRows:
    def test_rows_keep_the_order_of_the_registry(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks(
            "widget",
            delta=FINE,
            bravo=FINE,
            alpha=f"time.sleep(0.5)\n{FINE}",
            charlie="raise OSError('no')",
        )
        ids = list(status.check("widget").rows)
        assert ids == [
            "widget.alpha",
            "widget.bravo",
            "widget.charlie",
            "widget.delta",
        ]

    def test_checks_run_side_by_side(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        names = [f"slow_{number}" for number in range(6)]
        plugins.install_checks(
            "widget", bodies=dict.fromkeys(names, f"time.sleep(2)\n{FINE}")
        )
        done = status.check("widget")
        assert set(done.statuses.values()) == {"success"}
        assert done.seconds < sum(row["seconds"] for row in done.rows.values())

    def test_a_row_tells_how_long_its_check_took(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", slow=f"time.sleep(0.5)\n{FINE}")
        assert 0.5 <= status.check("widget").rows["widget.slow"]["seconds"] < 5

    def test_findings_keep_message_location_and_remedy(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks(
            "widget",
            found="""
            finding = Finding("too small", "table widgets", "Enlarge it.")
            return Result(Code.WARNING, "One is too small.", findings=[finding])
            """,
        )
        (finding,) = status.check("widget").rows["widget.found"]["findings"]
        assert finding == {
            "message": "too small",
            "location": "table widgets",
            "remedy": "Enlarge it.",
            "status": "warning",
        }


#: What a check may do to itself, and what its own row says then.
HARM = {
    "raises": ("raise RuntimeError('no such bolt')", "RuntimeError: no such bolt"),
    "raises_silently": ("raise KeyError", "KeyError"),
    "raises_base": ("raise BaseException('all of it')", "all of it"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "exits_well": ("sys.exit(0)", "sys.exit(0)"),
    "exits_badly": ("sys.exit('gone')", "sys.exit('gone')"),
    "leaves": ("os._exit(0)", "no answer"),
    "leaves_badly": ("os._exit(3)", "status 3"),
    "segfaults": ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
    "is_killed": ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    "dies_oddly": ("os.kill(os.getpid(), signal.SIGRTMIN + 1)", "died by"),
    "never_returns": ("while True: time.sleep(60)", "no answer within"),
    "never_yields": ("while True: pass", "no answer within"),
    "stops": ("os.kill(os.getpid(), signal.SIGSTOP)", "no answer within"),
    "closes_everything": (
        "os.closerange(0, 4096)\nreturn Result(Code.SUCCESS)",
        "",
    ),
    "returns_none": ("return None", "NoneType"),
    "returns_text": ("return 'success'", "str"),
    "returns_strange_details": (
        "return Result(Code.SUCCESS, details=object())",
        "",
    ),
    "returns_strange_findings": (
        "return Result(Code.FAILURE, 'no', findings=['loose words'])",
        "",
    ),
    "raises_unprintable": (
        """
        class Odd(Exception):
            def __str__(self): raise ValueError
        raise Odd
        """,
        "Odd",
    ),
    "raises_surrogates": ("raise ValueError('\\udcff broken')", "broken"),
    "ignores_sigterm": (
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: time.sleep(60)",
        "no answer within",
    ),
    "has_no_memory": ("raise MemoryError", "MemoryError"),
    "recurses": ("def f(): return f()\nreturn f()", "RecursionError"),
}


class TestHarmfulChecks:
    @pytest.fixture(scope="class")
    @staticmethod
    def harmed(tmp_path_factory: pytest.TempPathFactory) -> ServiceStatus:
        folder = tmp_path_factory.mktemp("harm")
        (folder / "home").mkdir()
        plugins = Plugins(folder / "site-packages")
        plugins.install_checks(
            "widget",
            bodies={name: body for name, (body, _) in HARM.items()},
            a_fine_one=FINE,
            z_fine_one=FINE,
        )
        return ServiceStatus(folder / "home", plugins.folder)

    @pytest.fixture(scope="class")
    @staticmethod
    def rows(harmed: ServiceStatus) -> dict[str, Any]:
        done = harmed.check("widget", "--timeout", "2")
        assert done.code == 255
        return done.rows

    @pytest.mark.parametrize("name", HARM)
    def test_it_costs_its_own_row_alone(self, rows: dict[str, Any], name: str) -> None:
        row = rows[f"widget.{name.replace('_', '-')}"]
        assert row["status"] == "error"
        assert HARM[name][1] in str(row["details"])

    @pytest.mark.parametrize(
        ("name", "remedy"),
        [
            ("never-returns", "give it more time: --timeout SECONDS"),
            ("leaves", "Report this to those who provide widget.leaves"),
        ],
    )
    def test_it_says_what_to_do(
        self, rows: dict[str, Any], name: str, remedy: str
    ) -> None:
        (finding,) = rows[f"widget.{name}"]["findings"]
        assert remedy in finding["remedy"]

    def test_the_others_are_answered(self, rows: dict[str, Any]) -> None:
        assert rows["widget.a-fine-one"]["status"] == "success"
        assert rows["widget.z-fine-one"]["status"] == "success"
        assert len(rows) == len(HARM) + 2

    def test_no_traceback_is_printed(self, harmed: ServiceStatus) -> None:
        done = harmed("upgrade", "check", "--check", "widget.raises")
        assert "RuntimeError" in done.stdout
        assert "Traceback" not in done.output

    def test_where_it_raised_is_told(
        self, rows: dict[str, Any], harmed: ServiceStatus
    ) -> None:
        (finding,) = rows["widget.raises"]["findings"]
        file, line = finding["location"].rsplit(":", 1)
        assert "no such bolt" in Path(file).read_text().splitlines()[int(line) - 1]


class TestForeignResults:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [("SUCCESS", "success"), ("WARNING", "warning"), ("FAILURE", "failure")],
    )
    def test_a_result_of_oslo_is_as_good(
        self, status: ServiceStatus, plugins: Plugins, code: str, expected: str
    ) -> None:
        plugins.install_checks(
            "widget", plain=f"return oslo.Result(oslo.Code.{code}, 'as ever')"
        )
        row = status.check("widget").rows["widget.plain"]
        assert (row["status"], row["details"]) == (expected, "as ever")


class TestOutputOfChecks:
    PRINTS = """
    print("on stdout")
    print("on stderr", file=sys.stderr)
    os.system("echo from a child")
    return Result(Code.SUCCESS, "Done.")
    """

    def test_json_stays_json_and_keeps_what_was_printed(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", prints=self.PRINTS)
        done = status.check("widget")
        output = done.rows["widget.prints"]["output"]
        assert sorted(output.splitlines()) == [
            "from a child",
            "on stderr",
            "on stdout",
        ]
        assert done.stderr == ""

    def test_a_flood_is_cut_off(self, status: ServiceStatus, plugins: Plugins) -> None:
        plugins.install_checks(
            "widget", floods=f"for _ in range(4000): print('x' * 1000)\n{FINE}"
        )
        done = status.check("widget")
        assert len(done.rows["widget.floods"]["output"]) < 10_000
        assert done.code == 0

    def test_printing_without_end_costs_its_own_row_alone(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks(
            "widget", fine=FINE, floods="while True: print('x' * 100_000)"
        )
        done = status.check("widget", "--timeout", "5")
        assert done.statuses == {"widget.fine": "success", "widget.floods": "error"}

    def test_what_no_text_is_is_kept_as_text(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", bytes=f"os.write(1, b'\\xff\\x00!')\n{FINE}")
        assert "!" in status.check("widget").rows["widget.bytes"]["output"]

    def test_nothing_is_read_from_the_terminal(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install_checks("widget", asks="return Result(Code.SUCCESS, input())")
        row = status.check("widget").rows["widget.asks"]
        assert (row["status"], "EOFError" in row["details"]) == ("error", True)


class TestChildrenOfChecks:
    def test_a_child_that_outlives_its_check_is_ended(
        self, status: ServiceStatus, plugins: Plugins, tmp_path: Path
    ) -> None:
        pid = tmp_path / "pid"
        plugins.install_checks(
            "widget",
            leaves_a_child=f"""
            child = subprocess.Popen(["sleep", "300"])
            open({str(pid)!r}, "w").write(str(child.pid))
            return Result(Code.SUCCESS, "left it")
            """,
        )
        done = status.check("widget")
        assert done.statuses == {"widget.leaves-a-child": "success"}
        assert done.seconds < 20
        assert not _runs(int(pid.read_text()))

    def test_a_child_of_a_check_that_is_late_is_ended(
        self, status: ServiceStatus, plugins: Plugins, tmp_path: Path
    ) -> None:
        pid = tmp_path / "pid"
        plugins.install_checks(
            "widget",
            waits=f"""
            child = subprocess.Popen(["sleep", "300"])
            open({str(pid)!r}, "w").write(str(child.pid))
            child.wait()
            """,
        )
        done = status.check("widget", "--timeout", "3")
        assert done.statuses == {"widget.waits": "error"}
        assert not _runs(int(pid.read_text()))


def _runs(pid: int) -> bool:
    """Whether a process runs, a moment after it was killed."""
    for _ in range(20):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        if state in "ZX":
            return False
        time.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    return True


class TestInterrupt:
    @pytest.fixture
    def started(self, plugins: Plugins, tmp_path: Path) -> Path:
        mark = tmp_path / "asleep"
        plugins.install_checks(
            "widget",
            fine=FINE,
            sleeps=f"time.sleep(1)\nopen({str(mark)!r}, 'w')\ntime.sleep(300)",
        )
        return mark

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_it_ends_at_once_with_the_rows_so_far(
        self, status: ServiceStatus, started: Path, number: signal.Signals
    ) -> None:
        process = status.start("upgrade", "check", "widget", "--json")
        _wait_for(started)
        done = interrupt(process, number)
        assert done.seconds < 10
        assert done.code == done.json["exit_code"] == 255
        assert done.statuses == {"widget.fine": "success", "widget.sleeps": "error"}
        assert "interrupted" in done.rows["widget.sleeps"]["details"]

    def test_the_table_holds_the_rows_so_far(
        self, status: ServiceStatus, started: Path
    ) -> None:
        process = status.start("upgrade", "check", "widget")
        _wait_for(started)
        done = interrupt(process)
        assert done.code == 255
        assert "Result: Success" in done.stdout
        assert "Traceback" not in done.output

    def test_it_ends_at_once_while_the_services_code_is_asked(
        self, status: ServiceStatus, plugins: Plugins, tmp_path: Path
    ) -> None:
        mark = tmp_path / "asked"
        plugins.install(
            "widget",
            {
                "widget_upgrade.py": """
                from upgradecheck import Service
                from upgradecheck.checks import OptionsCheck
                service = Service("widget", namespaces=("widget",))
                config_options = OptionsCheck("widget")
                """,
                "widget_options.py": f"""
                import time
                open({str(mark)!r}, "w")
                time.sleep(300)
                """,
            },
            {
                SERVICES: {"widget": "widget_upgrade:service"},
                CHECKS: {"widget.config-options": "widget_upgrade:config_options"},
                OPTIONS: {"widget": "widget_options:list_opts"},
            },
        )
        process = status.start("upgrade", "check", "widget")
        _wait_for(mark)
        done = interrupt(process)
        assert done.seconds < 10
        assert done.code == 255
        assert "Traceback" not in done.output


def _wait_for(file: Path) -> None:
    for _ in range(200):
        if file.exists():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{file} did not come")


class TestMetadata:
    def test_a_check_for_other_releases_is_skipped_with_the_reason(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install(
            "widget",
            {
                "widget_checks.py": """
                from upgradecheck import Code, Result, check

                @check("widget.old", title="Old", applies_to="<1")
                def old(upgrade):
                    return Result(Code.FAILURE, "asked nevertheless")

                @check("widget.new", title="New", applies_to=">=1")
                def new(upgrade):
                    return Result(Code.SUCCESS, "asked")

                @check("widget.odd", title="Odd", applies_to="about 1")
                def odd(upgrade):
                    return Result(Code.SUCCESS, "asked")
                """
            },
            {
                CHECKS: {
                    f"widget.{name}": f"widget_checks:{name}"
                    for name in ("old", "new", "odd")
                }
            },
        )
        rows = status.check("widget").rows
        assert rows["widget.old"]["status"] == "skipped"
        assert "<1" in rows["widget.old"]["details"]
        assert rows["widget.new"]["status"] == "success"
        assert rows["widget.odd"]["status"] == "error"
        assert "about 1" in rows["widget.odd"]["details"]

    def test_a_check_of_another_phase_is_asked_by_its_id_alone(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        plugins.install(
            "widget",
            {
                "widget_checks.py": """
                from upgradecheck import Code, Result, check

                @check("widget.done", title="Done", phase="after")
                def done(upgrade):
                    return Result(Code.SUCCESS, "done")

                @check("widget.ready", title="Ready")
                def ready(upgrade):
                    return Result(Code.SUCCESS, "ready")
                """
            },
            {
                CHECKS: {
                    "widget.done": "widget_checks:done",
                    "widget.ready": "widget_checks:ready",
                }
            },
        )
        assert list(status.check("widget").rows) == ["widget.ready"]
        assert list(status.check("widget", "--phase", "after").rows) == ["widget.done"]
        assert list(status.check("--check", "widget.done").rows) == ["widget.done"]

    def test_a_check_that_needs_the_releases_code_is_an_error_without_it(
        self, status: ServiceStatus, plugins: Plugins
    ) -> None:
        files = {
            "cog_checks.py": """
                from upgradecheck import Code, Result, check

                @check("cog.code", title="Code", needs=("installed",))
                def code(upgrade):
                    return Result(Code.SUCCESS, "asked")
                """
        }
        groups = {CHECKS: {"cog.code": "cog_checks:code"}}
        plugins.install("cog-elsewhere", files, groups)
        row = status.check("cog").rows["cog.code"]
        assert row["status"] == "error"
        assert "not installed here" in row["details"]
        plugins.install("cog", {}, {})
        assert status.check("cog").rows["cog.code"]["status"] == "success"
