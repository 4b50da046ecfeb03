"""Our own settings: from our own upgradecheck.conf, and from no other file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.command import ServiceStatus
from tests.unit.plugins import Plugins
from upgradecheck import settings
from upgradecheck.check import NotVerified

FINE = "return Result(Code.SUCCESS, 'All is fine.')"


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    folder = tmp_path / "home" / ".upgradecheck"
    folder.mkdir()
    return folder / "upgradecheck.conf"


class TestLoad:
    def test_without_a_file_there_are_defaults(self) -> None:
        found = settings.load()
        assert (found.timeout, found.exclude) == (60, ())

    def test_the_file_is_read(self, ours: Path) -> None:
        ours.write_text("[DEFAULT]\ntimeout = 5\nexclude = a.b, c.d\n")
        found = settings.load()
        assert (found.timeout, found.exclude) == (5, ("a.b", "c.d"))

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[DEFAULT]\ntimeuot = 5\n", [":2", "timeuot", "no setting"]),
            ("[checks]\ntimeout = 5\n", [":2", "[checks]"]),
            ("[DEFAULT]\ntimeout = soon\n", ["soon"]),
            ("[DEFAULT]\ntimeout = 0\n", ["0"]),
            ("[DEFAULT]\ntimeout\n", [":2"]),
        ],
    )
    def test_a_mistake_in_it_is_told(
        self, ours: Path, text: str, words: list[str]
    ) -> None:
        ours.write_text(text)
        with pytest.raises(NotVerified) as fault:
            settings.load()
        assert all(word in str(fault.value) for word in [str(ours), *words])

    def test_environment_variables_of_services_are_not_ours(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OS_DEFAULT__TIMEOUT", "5")
        assert settings.load().timeout == 60


class TestThroughTheCommand:
    def test_the_timeout_holds(
        self, status: ServiceStatus, plugins: Plugins, ours: Path
    ) -> None:
        plugins.install_checks("widget", sleeps="time.sleep(60)")
        ours.write_text("[DEFAULT]\ntimeout = 1\n")
        done = status.check("widget")
        assert done.statuses == {"widget.sleeps": "error"}
        assert "within 1 seconds" in done.rows["widget.sleeps"]["details"]

    def test_an_option_wins_over_the_file(
        self, status: ServiceStatus, plugins: Plugins, ours: Path
    ) -> None:
        plugins.install_checks("widget", sleeps=f"time.sleep(1.5)\n{FINE}")
        ours.write_text("[DEFAULT]\ntimeout = 1\n")
        assert status.check("widget", "--timeout", "20").code == 0

    def test_excluded_checks_are_skipped_rows(
        self, status: ServiceStatus, plugins: Plugins, ours: Path
    ) -> None:
        plugins.install_checks("widget", fine=FINE, bad="return None")
        ours.write_text("[DEFAULT]\nexclude = widget.bad\n")
        done = status.check("widget")
        assert done.statuses == {"widget.bad": "skipped", "widget.fine": "success"}

    def test_a_mistake_is_no_verdict(
        self, status: ServiceStatus, plugins: Plugins, ours: Path
    ) -> None:
        plugins.install_checks("widget", fine=FINE)
        ours.write_text("[DEFAULT]\ntimeuot = 1\n")
        done = status.check("widget")
        assert (done.code, done.stdout) == (255, "")
        assert f"{ours}:2" in done.stderr
        assert "timeout" in done.stderr

    def test_the_services_own_files_hold_no_settings_of_ours(
        self, status: ServiceStatus, plugins: Plugins, tmp_path: Path
    ) -> None:
        plugins.install_checks("widget", sleeps=f"time.sleep(1)\n{FINE}")
        file = tmp_path / "widget.conf"
        file.write_text("[DEFAULT]\ntimeout = 0.1\nexclude = widget.sleeps\n")
        done = status("--config-file", file, "upgrade", "check", "widget", "--json")
        assert done.statuses == {"widget.sleeps": "success"}
