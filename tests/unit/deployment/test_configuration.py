"""What the operator wrote: files and lines, the environment, bad input."""

from __future__ import annotations

import ctypes
import itertools
import os
import resource
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from oslo_config import cfg

from tests.unit.command import Finished
from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.conftest import line_of
from tests.unit.plugins import Plugins
from upgradecheck.check import NotVerified
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import files_of
from upgradecheck.deployment.configuration import settings_of
from upgradecheck.place import variable_of
from upgradecheck.secret import Mask
from upgradecheck.service import Program
from upgradecheck.service import Service

FINE = "return Result(Code.SUCCESS, 'All is fine.')"
SECRET = "hunter2-hunter2"

one_directory = settings(
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class TestLines:
    def test_a_setting_knows_its_group_name_value_and_line(
        self, conf: WriteConf
    ) -> None:
        file = conf("# top\n[DEFAULT]\n\na = 1\n[b]\nc: 2\n")
        found = [(s.group, s.name, s.value, s.location) for s in settings_of(str(file))]
        assert found == [
            ("DEFAULT", "a", "1", f"{file}:4"),
            ("b", "c", "2", f"{file}:6"),
        ]

    @pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n# end", "\n  \n"])
    def test_a_continued_value_stands_in_its_first_line(
        self, conf: WriteConf, end: str
    ) -> None:
        file = conf("[a]\nlist = 1,\n  2,\n  3\nnext = 4" + end)
        found = {s.name: s.line for s in settings_of(str(file))}
        assert found == {"list": 2, "next": 5}

    @pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n# end"])
    def test_the_last_value_of_a_file_may_be_continued(
        self, conf: WriteConf, end: str
    ) -> None:
        file = conf("[a]\nfirst = 4\nlist = 1,\n  2" + end)
        found = {s.name: s.line for s in settings_of(str(file))}
        assert found == {"first": 2, "list": 3}

    entries = st.lists(
        st.one_of(
            st.just(["# comment"]),
            st.just([""]),
            st.just(["; other comment"]),
            st.just(["[other]"]),
            st.tuples(
                st.sampled_from(["a", "b", "c d"]),
                st.sampled_from(["=", " = ", ":"]),
                st.lists(st.sampled_from(["1", "x y", "#3", "k=v"]), max_size=3),
            ).map(
                lambda t: [
                    f"{t[0]}{t[1]}{t[2][0] if t[2] else ''}",
                    *(f"  {more}" for more in t[2][1:] if not more.startswith("#")),
                ]
            ),
        ),
        max_size=15,
    )

    @one_directory
    @given(entries=entries, end=st.sampled_from(["", "\n", "\r\n"]))
    def test_lines_are_the_true_lines_of_any_file(
        self, tmp_path: Path, entries: list[list[str]], end: str
    ) -> None:
        lines = ["[group]"]
        expected = []
        for entry in entries:
            if entry[0][:1] not in ("", "#", ";", "["):
                expected.append(len(lines) + 1)
            lines += entry
        file = tmp_path / "lines.conf"
        file.write_text("\n".join(lines) + end, newline="")
        assert [s.line for s in settings_of(str(file))] == expected

    @one_directory
    @given(entries=entries)
    def test_values_are_those_that_oslo_reads(
        self, tmp_path: Path, entries: list[list[str]]
    ) -> None:
        file = tmp_path / "lines.conf"
        file.write_text("\n".join(["[group]", *itertools.chain.from_iterable(entries)]))
        sections: dict[str, dict[str, list[str]]] = {}
        cfg.ConfigParser(str(file), sections).parse()
        ours: dict[str, dict[str, list[str]]] = {}
        for each in settings_of(str(file)):
            ours.setdefault(each.group, {}).setdefault(each.name, []).append(each.value)
        assert ours == {group: names for group, names in sections.items() if names}


class TestRandomFiles:
    @one_directory
    @given(data=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
    def test_any_bytes_are_settings_or_not_verified(
        self, tmp_path: Path, data: bytes
    ) -> None:
        file = tmp_path / "random.conf"
        file.write_bytes(data)
        try:
            places = [setting.location for setting in settings_of(str(file))]
        except NotVerified as fault:
            places = [fault.location or ""]
        assert all(place.startswith(str(file)) for place in places)


class TestFiles:
    service = Service("widget", programs=(Program("widget-api"), Program("widget-db")))

    @pytest.fixture
    def folder(self, home: Path) -> Path:
        folder = home / ".widget"
        folder.mkdir()
        return folder

    def test_each_program_reads_the_projects_file_and_its_own(
        self, folder: Path
    ) -> None:
        for name in ("widget", "widget-api", "widget-db", "other"):
            (folder / f"{name}.conf").write_text("[DEFAULT]\n")
        assert files_of(self.service) == (
            (str(folder / "widget.conf"), str(folder / "widget-api.conf")),
            (str(folder / "widget.conf"), str(folder / "widget-db.conf")),
        )

    def test_the_files_are_those_that_oslo_finds(self, folder: Path) -> None:
        (folder / "widget.conf").write_text("[DEFAULT]\na = file\n")
        (folder / "widget-api.conf.d").mkdir()
        (folder / "widget-api.conf.d" / "1.conf").write_text("[DEFAULT]\na = folder\n")
        conf = cfg.ConfigOpts()
        conf.register_opt(cfg.StrOpt("a"))
        conf([], project="widget", prog="widget-api")
        (ours, _) = files_of(self.service)
        assert list(ours) == [
            str(folder / "widget.conf"),
            str(folder / "widget-api.conf.d" / "1.conf"),
        ]
        assert Configuration(ours).value("DEFAULT", "a") == conf.a

    def test_one_view_where_all_programs_read_the_same(self, folder: Path) -> None:
        (folder / "widget.conf").write_text("[DEFAULT]\n")
        assert files_of(self.service) == ((str(folder / "widget.conf"),),)

    def test_given_files_take_the_place_of_found_ones(
        self, folder: Path, conf: WriteConf
    ) -> None:
        (folder / "widget.conf").write_text("[DEFAULT]\n")
        given = conf("[DEFAULT]\n")
        assert files_of(self.service, [str(given)]) == ((str(given),),)

    def test_fragments_are_read_in_the_order_of_their_names(
        self, conf: WriteConf, tmp_path: Path
    ) -> None:
        paths = [str(conf("[a]\n", f"d/{name}.conf")) for name in ("20", "10", "30")]
        conf("[a]\n", "d/notes.txt")
        (view,) = files_of(self.service, directories=[str(tmp_path / "d")])
        assert [file for file in view if file in paths] == sorted(paths)
        assert "notes" not in str(view)

    def test_a_directory_that_is_not_there_is_not_verified(self) -> None:
        with pytest.raises(NotVerified, match="no such directory"):
            files_of(self.service, directories=["/nowhere/at/all"])


class TestConfiguration:
    def test_later_files_win(self, conf: WriteConf) -> None:
        files = [str(conf(f"[a]\nb = {n}\n", f"{n}.conf")) for n in (1, 2)]
        configuration = Configuration(files)
        assert configuration.value("a", "b") == "2"
        assert configuration.where("a", "b") == f"{files[1]}:2"

    def test_the_environment_wins_over_files(
        self, conf: WriteConf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(variable_of("a", "b"), "3")
        configuration = Configuration([str(conf("[a]\nb = 1\n"))])
        assert configuration.value("a", "b") == "3"
        assert configuration.where("a", "b") == "environment OS_A__B"

    def test_what_is_not_set_stands_nowhere(self, conf: WriteConf) -> None:
        assert Configuration([str(conf("[a]\n"))]).where("a", "b") is None

    def test_an_old_name_is_found_too(self, conf: WriteConf) -> None:
        opt = cfg.IntOpt("new", deprecated_name="old", deprecated_group="past")
        file = conf("[past]\nold = 7\n")
        configuration = Configuration([str(file)], options={("a", "new"): opt})
        assert configuration.value("a", "new") == 7
        assert configuration.where("a", "new") == f"{file}:2"

    def test_an_invalid_value_is_not_verified_and_not_shown(
        self, conf: WriteConf
    ) -> None:
        file = conf(f"[a]\nb = {SECRET}\n")
        configuration = Configuration([str(file)])
        with pytest.raises(NotVerified) as fault:
            configuration.value("a", "b", cfg.IntOpt("b"))
        assert fault.value.location == f"{file}:2"
        assert SECRET not in str(fault.value)

    @pytest.mark.parametrize(
        ("text", "secret"),
        [
            ("[a]\npassword = {}\n", True),
            ("[a]\nadmin_password = {}\n", True),
            ("[a]\nmy-secret = {}\n", True),
            ("[a]\nauth_token = {}\n", True),
            ("[a]\nheartbeat_key = {}\n", True),
            ("[a]\nmarked = {}\n", True),
            ("[a]\nurl = http://u:{}@h/\n", True),
            ("[a]\nurls = x,amqp://u:one111@h,u:{}@i//\n", True),
            ("[a]\nurl = http://h/?password={}\n", True),
            ("[a]\nlog_file = {}\n", False),
            ("[a]\nmonkey = {}\n", False),
        ],
    )
    def test_secrets_are_known_by_mark_name_and_url(
        self, conf: WriteConf, text: str, secret: bool
    ) -> None:
        options = {("a", "marked"): cfg.StrOpt("marked", secret=True)}
        configuration = Configuration(
            [str(conf(text.format(SECRET)))], environment={}, options=options
        )
        shown = Mask(configuration.secrets())(f"it said {SECRET} and left")
        assert (SECRET not in shown) is secret

    def test_a_known_option_is_no_secret_for_its_name_alone(
        self, conf: WriteConf
    ) -> None:
        configuration = Configuration(
            [str(conf("[a]\ntoken_roles = service\ntoken_rolse = misspelt\n"))],
            environment={"OS_A__TOKEN_ROLES": "operator"},
            options={("a", "token_roles"): cfg.StrOpt("token_roles")},
        )
        assert configuration.secrets() == {"misspelt"}

    def test_a_secret_is_hidden_under_its_options_old_name_too(
        self, conf: WriteConf
    ) -> None:
        opt = cfg.StrOpt("phrase", secret=True, deprecated_name="words")
        configuration = Configuration(
            [str(conf(f"[a]\nwords = {SECRET}\n"))],
            environment={},
            options={("a", "phrase"): opt},
        )
        assert SECRET not in Mask(configuration.secrets())(f"it said {SECRET}")

    def test_no_setting_shows_its_value(self, conf: WriteConf) -> None:
        found = settings_of(str(conf(f"[a]\nb = {SECRET}\n")))
        assert SECRET not in repr(found)


class TestBadInput:
    """Through the real console script: a sentence, 255, nothing lost."""

    @pytest.fixture(autouse=True)
    def _widget(self, plugins: Plugins, status: ServiceStatus) -> None:
        self.status = status
        plugins.install_checks("widget", needs=("config",), reads=FINE)
        module = plugins.folder / "widget_checks.py"
        module.write_text(
            module.read_text() + "\n@check('widget.aloof', title='Aloof')\n"
            "def aloof(upgrade):\n    return Result(Code.SUCCESS, 'Needs nothing.')\n"
        )
        entry = next(plugins.folder.glob("*.dist-info/entry_points.txt"))
        entry.write_text(entry.read_text() + "widget.aloof = widget_checks:aloof\n")

    def _check(self, *files: str | Path, **more: Any) -> Finished:
        words = [word for file in files for word in ("--config-file", file)]
        done = self.status(*words, "upgrade", "check", "widget", "--json", **more)
        assert "Traceback" not in done.output
        assert done.statuses["widget.aloof"] == "success"
        return done

    def _refused(self, done: Finished, *words: str) -> Any:
        row = done.rows["widget.reads"]
        assert (done.code, row["status"]) == (255, "error")
        (finding,) = row["findings"]
        assert finding["remedy"]
        for word in words:
            assert word in row["details"]
        return finding

    def test_no_configuration_file(self) -> None:
        self._refused(self._check(), "configuration file of widget", "widget.conf")

    def test_a_missing_file(self, tmp_path: Path) -> None:
        missing = tmp_path / "missing.conf"
        finding = self._refused(self._check(missing), str(missing), "no such file")
        assert finding["location"] == str(missing)

    def test_one_missing_file_of_two(self, conf: WriteConf, tmp_path: Path) -> None:
        done = self._check(conf("[a]\n"), tmp_path / "missing.conf")
        self._refused(done, "missing.conf")

    def test_a_directory_for_a_file(self, tmp_path: Path) -> None:
        finding = self._refused(self._check(tmp_path), "is a directory")
        assert "--config-dir" in finding["remedy"]

    def test_a_file_for_a_directory(self, conf: WriteConf) -> None:
        file = conf("[a]\n")
        done = self.status("--config-dir", file, "upgrade", "check", "widget", "--json")
        self._refused(done, str(file))

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        done = self.status(
            "--config-dir", tmp_path / "no", "upgrade", "check", "widget", "--json"
        )
        self._refused(done, "no such directory")

    def test_a_binary_file(self, tmp_path: Path) -> None:
        file = tmp_path / "widget.conf"
        file.write_bytes(b"\x7fELF\x02\x01\x00\xff\xfe" * 50)
        self._refused(self._check(file), str(file), "no text")

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("[a]\nb = 1\n[c\nd = 2\n", "[c"),
            ("[a]\nb = 1\njust words\n", "just words"),
            ("[a]\n= 1\n", "= 1"),
            ("b = 1\n", "b = 1"),
            ("[a]\n[]\n", "[]"),
            ("  b = 1\n", "  b"),
        ],
    )
    def test_an_invalid_file_with_its_line(
        self, conf: WriteConf, text: str, line: str
    ) -> None:
        file = conf("")
        file.write_text(text)
        place = f"{file}:{line_of(file, line)}"
        finding = self._refused(self._check(file), place)
        assert finding["location"] == place

    def test_an_invalid_line_is_not_quoted(self, conf: WriteConf) -> None:
        file = conf(f"[a]\npassword {SECRET}\n")
        done = self._check(file)
        self._refused(done, f"{file}:2")
        assert SECRET not in done.output

    def test_a_file_that_cannot_be_read(self) -> None:
        row = self._check("/proc/self/mem").rows["widget.reads"]
        assert row["status"] == "error"
        assert "/proc/self/mem" in row["details"]

    def test_a_pipe_that_nobody_writes_to_does_not_hang(self, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe.conf"
        os.mkfifo(pipe)
        done = self._check(pipe, timeout=5)
        self._refused(done, str(pipe))

    def test_a_device_without_end_does_not_hang(self) -> None:
        done = self._check("/dev/zero", timeout=5, preexec_fn=_have_little_memory)
        self._refused(done, "/dev/zero")

    def test_an_empty_file_is_a_file(self, conf: WriteConf) -> None:
        assert self._check(conf("")).code == 0

    def test_a_pipe_that_can_be_read_once_is_no_silent_pass(
        self, plugins: Plugins
    ) -> None:
        # As --config-file <(decrypt widget.conf) gives it.
        plugins.install_checks(
            "gadget",
            needs=("config",),
            looks="""
            value = upgrade.deployment.configuration.value("a", "b")
            return Result(Code.FAILURE if value == "1" else Code.SUCCESS, value)
            """,
        )
        reader, writer = os.pipe()
        os.write(writer, b"[a]\nb = 1\n")
        os.close(writer)
        done = self.status(
            *("--config-file", f"/dev/fd/{reader}"),
            *("upgrade", "check", "gadget", "--json"),
            pass_fds=(reader,),
        )
        os.close(reader)
        assert done.statuses["gadget.looks"] in ("failure", "error")

    def test_a_byte_order_mark_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "widget.conf"
        file.write_bytes(b"\xef\xbb\xbf[a]\nb = 1\n")
        done = self._check(file)
        assert done.code == 255
        assert f"{file}:1" in done.rows["widget.reads"]["details"]


class TestUnreadableFile:
    def test_permission_denied_is_an_error_row(
        self, status: ServiceStatus, plugins: Plugins, conf: WriteConf
    ) -> None:
        plugins.install_checks("widget", needs=("config",), reads=FINE)
        file = conf(f"[a]\npassword = {SECRET}\n")
        file.chmod(0o000)
        done = status(
            *("--config-file", file, "upgrade", "check", "widget", "--json"),
            preexec_fn=_obey_permissions,
        )
        row = done.rows["widget.reads"]
        assert (done.code, row["status"]) == (255, "error")
        assert f"{file}: permission denied" in row["details"]
        assert row["findings"][0]["remedy"]


def _obey_permissions() -> None:
    """Give up, for good, root's right to read any file."""
    prctl = ctypes.CDLL(None).prctl
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def _have_little_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
