"""``config-options``: every kind of finding, and what must never be one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit import widget
from tests.unit.command import ServiceStatus
from tests.unit.conftest import WriteConf
from tests.unit.conftest import line_of
from tests.unit.plugins import CHECKS
from tests.unit.plugins import OPTIONS
from tests.unit.plugins import SERVICES
from tests.unit.plugins import Plugins
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks import OptionsCheck
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.service import Database
from upgradecheck.service import Service

WARNING, FAILURE, ERROR = Status.WARNING, Status.FAILURE, Status.ERROR
SECRET = "hunter2-hunter2"

check = OptionsCheck("widget")


def judged(*files: Path, **more: Any) -> Result:
    return check(widget.upgrade(*files, **more))


def at(file: Path, text: str) -> str:
    return f"{file}:{line_of(file, text)}"


#: Name, the lines of a file, the text in the line that is at fault, how grave
#: it is, words of the message, words of the remedy.
FINDINGS: list[tuple[str, str, str, Status, list[str], list[str]]] = [
    (
        "an unknown option, the nearest name suggested",
        "[frame]\nsize = 3\nsiez = 4",
        "siez",
        WARNING,
        ["[frame] siez", "Widget 2.0"],
        ["[frame] size"],
    ),
    (
        "an unknown option that another group has",
        "[frame]\ncolour = red",
        "colour",
        WARNING,
        ["[frame] colour"],
        ["[DEFAULT] colour"],
    ),
    (
        "an unknown option that nothing is near to",
        "[frame]\nzzyzx = 4",
        "zzyzx",
        WARNING,
        ["[frame] zzyzx"],
        [],
    ),
    (
        "an option in capitals",
        "[frame]\nSIZE = 4",
        "SIZE",
        WARNING,
        ["[frame] SIZE"],
        ["[frame] size"],
    ),
    (
        "an unknown group, the nearest name suggested",
        "[frmae]\nsize = 4",
        "size",
        WARNING,
        ["[frmae]"],
        ["[frame]"],
    ),
    (
        "the default group in lower case",
        "[default]\ndebug = true",
        "debug",
        WARNING,
        ["[default]"],
        ["[DEFAULT]"],
    ),
    (
        "a dashed name that is silently ignored",
        "[DEFAULT]\nlog-dir = /var/log",
        "log-dir",
        WARNING,
        ["log-dir", "ignored"],
        ["log_dir"],
    ),
    (
        "a renamed option",
        "[frame]\ntallness = 3",
        "tallness",
        WARNING,
        ["[frame] tallness", "[frame] height"],
        ["height"],
    ),
    (
        "a moved option",
        "[chassis]\nbreadth = 3",
        "breadth",
        WARNING,
        ["[chassis] breadth", "[frame] width"],
        ["width", "[frame]"],
    ),
    (
        "an option deprecated for removal, why and since when",
        "[frame]\nrusty = true",
        "rusty",
        WARNING,
        ["[frame] rusty", "12.0", "Rust is out of fashion"],
        [],
    ),
    (
        "a value that is no integer",
        "[frame]\nsize = three",
        "size",
        FAILURE,
        ["[frame] size", "three"],
        ["1", "10"],
    ),
    (
        "a value that is no truth value",
        "[DEFAULT]\ndebug = perhaps",
        "debug",
        FAILURE,
        ["[DEFAULT] debug", "perhaps"],
        [],
    ),
    (
        "a value that is no number",
        "[frame]\nratio = half",
        "ratio",
        FAILURE,
        ["half"],
        [],
    ),
    (
        "a value above the bounds",
        "[frame]\nsize = 11",
        "size",
        FAILURE,
        ["[frame] size", "11"],
        ["1", "10"],
    ),
    (
        "a value below the bounds",
        "[frame]\nsize = 0",
        "size",
        FAILURE,
        ["[frame] size", "0"],
        ["1", "10"],
    ),
    ("no port", "[frame]\nport = 70000", "port", FAILURE, ["70000"], ["65535"]),
    ("no address", "[frame]\naddress = a b", "address", FAILURE, ["a b"], []),
    ("no IP address", "[frame]\nip = 10.0.0.300", "ip", FAILURE, ["10.0.0.300"], []),
    (
        "no URI of the right scheme",
        "[frame]\nendpoint = ftp://a/",
        "endpoint",
        FAILURE,
        ["ftp"],
        [],
    ),
    (
        "an item of the wrong type",
        "[frame]\nbolts = 1, two, 3",
        "bolts",
        FAILURE,
        ["two"],
        [],
    ),
    ("a range out of bounds", "[frame]\nwindow = 3-12", "window", FAILURE, ["12"], []),
    ("a value of another form", "[frame]\ncode = A1", "code", FAILURE, ["A1"], []),
    ("a value too long", "[frame]\nlabel = abcdef", "label", FAILURE, ["abcdef"], []),
    (
        "a value that is no choice",
        "[DEFAULT]\ncolour = blue",
        "colour",
        FAILURE,
        ["[DEFAULT] colour", "blue"],
        ["red", "green"],
    ),
    (
        "an invalid value under an old name",
        "[frame]\nheight = tall",
        "height",
        FAILURE,
        ["tall"],
        [],
    ),
    (
        "an option set twice in one file",
        "[frame]\nsize = 3\n[DEFAULT]\n[frame]\n# again\nsize = 4",
        "size = 4",
        WARNING,
        ["[frame] size", "twice", "line 3"],
        [],
    ),
    (
        "an option set twice, its group in two cases",
        "[frame]\nsize = 3\n[FRAME]\nsize = 4",
        "size = 4",
        WARNING,
        ["twice", "line 3"],
        [],
    ),
    (
        "a reference to nothing",
        "[frame]\ncode = $no_such_option",
        "code",
        WARNING,
        ["[frame] code", "no_such_option"],
        ["$$"],
    ),
    (
        "an option of a store that its driver does not have",
        "[DEFAULT]\nstores = one:file\n[one]\nbucket = b",
        "bucket",
        WARNING,
        ["[one] bucket"],
        [],
    ),
    (
        "an invalid value of a store",
        "[DEFAULT]\nstores = one:file\n[one]\nmode = rw",
        "mode",
        FAILURE,
        ["[one] mode", "rw"],
        [],
    ),
    (
        "an option that the plug-in in use does not have",
        "[auth]\nauth_type = password\napplication_credential_id = 5",
        "application_credential_id",
        WARNING,
        ["application_credential_id"],
        [],
    ),
    (
        "a continuation that makes a value invalid",
        "[frame]\nratio = 1\n  2\nsize = 3",
        "ratio",
        FAILURE,
        ["[frame] ratio"],
        [],
    ),
]


class TestFindings:
    @pytest.mark.parametrize(
        ("text", "line", "status", "message", "remedy"),
        [case[1:] for case in FINDINGS],
        ids=[case[0] for case in FINDINGS],
    )
    def test_it_is_found_with_its_line_and_a_remedy(
        self,
        conf: WriteConf,
        text: str,
        line: str,
        status: Status,
        message: list[str],
        remedy: list[str],
    ) -> None:
        file = conf(f"# A comment first.\n{text}\n# And last.\n")
        result = judged(file)
        (finding,) = result.findings
        assert (finding.status, result.status) == (status, status)
        assert finding.location == at(file, line)
        assert all(word in finding.message for word in message)
        assert finding.remedy
        assert all(word in finding.remedy for word in remedy)

    def test_the_old_and_the_new_name_at_once_in_one_file(
        self, conf: WriteConf
    ) -> None:
        file = conf("[frame]\ntallness = 3\nheight = 4\n")
        messages = {f.message for f in judged(file).findings if "same" in f.message}
        (message,) = messages
        assert "[frame] tallness" in message
        assert "[frame] height" in message
        assert judged(file).status is WARNING

    def test_the_old_and_the_new_name_at_once_in_two_files(
        self, conf: WriteConf
    ) -> None:
        new, old = (
            conf("[frame]\nheight = 4\n", "a.conf"),
            conf("[frame]\ntallness = 3\n", "b.conf"),
        )
        (finding,) = (f for f in judged(new, old).findings if "same" in f.message)
        assert at(new, "height") in f"{finding.message} {finding.location}"
        assert at(old, "tallness") in f"{finding.message} {finding.location}"

    @pytest.mark.parametrize("names", [("tallness", "height"), ("height", "tallness")])
    def test_which_of_two_names_has_an_effect_is_told_as_oslo_reads_it(
        self, conf: WriteConf, names: tuple[str, str]
    ) -> None:
        first = conf(f"[frame]\n{names[0]} = 1\n", "a.conf")
        second = conf(f"[frame]\n{names[1]} = 2\n", "b.conf")
        upgrade = widget.upgrade(first, second)
        value = upgrade.deployment.value("frame", "height")
        (finding,) = (f for f in check(upgrade).findings if "same" in f.message)
        effective = {1: first, 2: second}[value]
        assert f"{effective}:2 has" in finding.message

    def test_one_option_with_two_names_in_one_file_is_told_as_oslo_reads_it(
        self, conf: WriteConf
    ) -> None:
        for text in ("height = 1\ntallness = 2", "tallness = 1\nheight = 2"):
            file = conf(f"[frame]\n{text}\n")
            upgrade = widget.upgrade(file)
            value = upgrade.deployment.value("frame", "height")
            (finding,) = (f for f in check(upgrade).findings if "same" in f.message)
            assert f"{at(file, f'= {value}')} has" in finding.message

    def test_a_required_option_that_is_missing_is_a_failure(
        self, conf: WriteConf
    ) -> None:
        file = conf("[frame]\n")
        service = Service(
            "widget", title="Widget", required=(("frame", "size"),), namespaces=("w",)
        )
        (finding,) = judged(file, service=service).findings
        assert finding.status is FAILURE
        assert "[frame] size" in finding.message
        assert (finding.location or "").startswith(str(file))

    def test_a_required_option_under_its_old_name_is_not_missing(
        self, conf: WriteConf
    ) -> None:
        service = Service("widget", required=(("frame", "height"),))
        (finding,) = judged(conf("[frame]\ntallness = 3\n"), service=service).findings
        assert finding.status is WARNING

    def test_a_namespace_that_does_not_load_is_not_verified(
        self, conf: WriteConf
    ) -> None:
        known = widget.catalogue(faults={"widget": "ImportError: no frame"})
        result = judged(conf("[frame]\nsize = 3\n"), known=known)
        assert result.status is ERROR
        assert "no frame" in result.findings[0].message

    def test_no_finding_hides_another(self, conf: WriteConf) -> None:
        wrong = ("siez", "zzyzx", "tallness", "rusty", "ratio", "ip", "bolts", "code")
        body = "".join(f"{name} = !\n" for name in wrong)
        file = conf(f"[frame]\n{body}[DEFAULT]\ncolour = blue\nlog-dir = /a\n")
        found = {finding.location for finding in judged(file).findings}
        assert found == {at(file, name) for name in (*wrong, "colour", "log-dir")}

    def test_failures_come_first(self, conf: WriteConf) -> None:
        file = conf("[frame]\nrusty = 1\nsize = 99\nsiez = 1\nport = x\n")
        statuses = [finding.status for finding in judged(file).findings]
        assert statuses == [FAILURE, FAILURE, WARNING, WARNING]


#: Name and the lines of a file in which nothing is wrong.
INNOCENT = {
    "nothing at all": "",
    "an empty group": "[frame]\n",
    "valid values": "[frame]\nsize = 10\nratio = 1e3\nport = 65535\nbolts = 1,2\n",
    "an empty value of a string": "[frame]\nfirst =\n",
    "comments": "# [x]\n; y = 1\n[frame]\n# size = none\n;size = none\nsize = 3\n",
    "continuation lines": "[frame]\nbolts = 1,\n  2,\n\t3\nsize = 4\n",
    "colons for equals": "[frame]\nsize: 3\n",
    "space around the name": "[frame]\nsize   =   3\n",
    "carriage returns": "[frame]\r\nsize = 3\r\n",
    "an option of the plug-in in use": (
        "[auth]\nauth_type = password\nauth_url = http://k\nusername = u\n"
        "password = p\nuser_domain_name = d\nproject_domain_name = d\n"
        "project_name = n\n"
    ),
    "options of another plug-in in use": (
        "[auth]\nauth_type = v3applicationcredential\nauth_url = http://k\n"
        "application_credential_id = i\napplication_credential_secret = s\n"
    ),
    "a plug-in's options in a section of their own": (
        "[auth]\nauth_section = shared\n"
        "[shared]\nauth_type = password\nauth_url = http://k\nusername = u\n"
    ),
    "groups that another option names": (
        "[DEFAULT]\nstores = one:file, two:cloud\n"
        "[one]\nfolder = /a\nmode = 7\n[two]\nbucket = b\n"
    ),
    "a reserved group": "[staging]\nfolder = /a\n",
    "a reference": "[frame]\ncode = $colour\nip = $my_ip\n",
    "a reference into a group": "[frame]\nport = ${frame.size}\n",
    "a reference in braces": "[frame]\nendpoint = http://${my_ip}/\n",
    "a dollar sign": "[frame]\nfirst = a$$b\n",
    "a name both current and another's old one": "[frame]\nfirst = a\nsecond = b\n",
    "a current name alone that is another's old one": "[frame]\nfirst = a\n",
    "a group in mixed case": "[MIXED]\ncase = a\n[Frame]\nsize = 3\n",
    "an option that may be given several times": "[frame]\nname = a\nname = b\n",
    "an option defined with a dash": "[frame]\ndashed_name = a\n",
    "a percent sign": "[frame]\nfirst = 100%\n",
    "quotation marks": "[frame]\nfirst = 'a'\n",
    "a value with an equals sign": "[frame]\nfirst = a=b\n",
    "a truth value in every spelling": "[DEFAULT]\ndebug = YES\n",
    "words beyond ASCII": "[frame]\nfirst = Größe\n",
}


class TestNoFalseAlarm:
    @pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
    def test_it_is_no_finding(self, conf: WriteConf, text: str) -> None:
        result = judged(conf(text))
        assert (result.findings, result.status) == ((), Status.SUCCESS)

    def test_fragments_of_a_directory(self, conf: WriteConf, tmp_path: Path) -> None:
        file = conf("[DEFAULT]\nstores = one:file\n")
        conf("[one]\nfolder = /a\n", "widget.d/10-one.conf")
        conf("not = read\n", "widget.d/notes.txt")
        result = judged(file, directories=[tmp_path / "widget.d"])
        assert result.findings == ()

    def test_a_fragment_is_judged_where_it_stands(
        self, conf: WriteConf, tmp_path: Path
    ) -> None:
        file = conf("[frame]\nsize = 3\n")
        fragment = conf("[frame]\nsize = many\n", "widget.d/10-one.conf")
        (finding,) = judged(file, directories=[tmp_path / "widget.d"]).findings
        assert finding.location == at(fragment, "size")

    def test_a_value_that_a_later_file_overrides(self, conf: WriteConf) -> None:
        wrong = conf("[frame]\nsize = none\n", "a.conf")
        right = conf("[frame]\nsize = 3\n", "b.conf")
        assert judged(wrong, right).findings == ()
        assert [f.location for f in judged(right, wrong).findings] == [
            at(wrong, "size")
        ]

    def test_one_option_in_two_files_is_not_set_twice(self, conf: WriteConf) -> None:
        files = [conf("[frame]\nsize = 3\n", f"{name}.conf") for name in "ab"]
        assert judged(*files).findings == ()

    def test_a_reference_to_a_later_file(self, conf: WriteConf) -> None:
        first = conf("[frame]\nport = $my_ip\n", "a.conf")
        second = conf("[DEFAULT]\nmy_ip = 443\n", "b.conf")
        assert judged(first, second).findings == ()

    def test_what_is_wrong_through_a_reference_is_found(self, conf: WriteConf) -> None:
        file = conf("[frame]\nport = $my_ip\n")
        (finding,) = judged(file).findings
        assert (finding.status, finding.location) == (FAILURE, at(file, "port"))

    def test_logging_options_of_every_service(self, conf: WriteConf) -> None:
        from oslo_log import _options

        known = Catalogue("2.0", {"widget": widget.as_data(_options.list_opts())}, {})
        file = conf(
            "[DEFAULT]\ndebug = true\nlog_file = a\nlog_dir = /b\nuse_syslog = false\n"
            "default_log_levels = a=INFO,b=WARN\n"
        )
        assert judged(file, known=known).findings == ()


class TestEnvironment:
    @pytest.fixture(autouse=True)
    def _file(self, conf: WriteConf) -> None:
        self.file = conf("[frame]\nratio = 1\n")

    def test_an_invalid_value_is_judged_where_it_stands(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OS_FRAME__SIZE", "eleven")
        (finding,) = judged(self.file).findings
        assert finding.location == "environment OS_FRAME__SIZE"
        assert finding.status is FAILURE

    def test_the_default_group_is_judged_too(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OS_DEFAULT__COLOUR", "blue")
        (finding,) = judged(self.file).findings
        assert finding.location == "environment OS_DEFAULT__COLOUR"

    def test_an_unknown_name_of_a_known_group_is_a_warning(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OS_FRAME__SIEZ", "3")
        (finding,) = judged(self.file).findings
        assert finding.status is WARNING
        assert finding.location == "environment OS_FRAME__SIEZ"
        assert "[frame] size" in (finding.remedy or "")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("OS_FRAME__SIZE", "3"),
            ("OS_MIXED__CASE", "a"),
            ("OS_GLANCE__WORKERS", "some"),
            ("OS_AUTH_URL", "http://k"),
            ("OS_CLIENT_CONFIG_FILE", "x"),
            ("OS__", "x"),
        ],
    )
    def test_what_is_fine_or_not_meant_for_us_is_no_finding(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        assert judged(self.file).findings == ()

    def test_an_option_that_is_deprecated_is_a_warning(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OS_FRAME__RUSTY", "true")
        (finding,) = judged(self.file).findings
        assert finding.location == "environment OS_FRAME__RUSTY"

    def test_a_required_option_may_come_from_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service = Service("widget", required=(("frame", "size"),))
        monkeypatch.setenv("OS_FRAME__SIZE", "3")
        assert judged(self.file, service=service).findings == ()


class TestSecrets:
    @pytest.mark.parametrize(
        "text",
        [
            f"[frame]\npin = {SECRET}",
            f"[frame]\npasswrod = {SECRET}",
            f"[frame]\nzzyzx = {SECRET}",
            f"[nowhere]\npassword = {SECRET}",
            f"[frame]\npassword = {SECRET}\npassword = {SECRET}2",
            f"[frame]\nendpoint = ftp://u:{SECRET}@h/",
            f"[frame]\nsize = http://u:{SECRET}@h/",
            f"[frame]\nbolts = 1,http://u:{SECRET}@h/",
            f"[frame]\npassword = ${SECRET}",
            f"[frame]\nfirst = http://u:{SECRET}@h/$x",
            f"[DEFAULT]\ntransport_url = rabbit://u:{SECRET}@h/$x",
            f"[auth]\nauth_type = password\npassword = ${SECRET}",
        ],
    )
    def test_a_secret_is_in_no_finding(self, conf: WriteConf, text: str) -> None:
        result = judged(conf(f"{text}\n"))
        assert result.findings
        assert SECRET not in repr(result)

    @pytest.mark.parametrize("name", ["OS_FRAME__PIN", "OS_FRAME__SIEZ"])
    def test_nor_one_from_the_environment(
        self, conf: WriteConf, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setenv(name, SECRET)
        result = judged(conf("[frame]\n"))
        assert result.findings
        assert SECRET not in repr(result)


class TestRandomFiles:
    WORDS = st.sampled_from(
        [
            "[frame]",
            "[DEFAULT]",
            "[auth]",
            "[one]",
            "[",
            "]",
            "size",
            "colour",
            "password",
            "stores",
            "auth_type",
            "auth_section",
            "first",
            "=",
            ":",
            "#",
            ";",
            "$",
            "${",
            "}",
            "$size",
            "${frame.size}",
            "one:file",
            "\n",
            "\r\n",
            "\t",
            ",",
            "'",
            '"',
            "%",
            "\\",
            "\x00",
            "ü",
            "3",
            "true",
            "password",
            "http://u:p@h/",
            "name",
        ]
    )

    @settings(
        max_examples=80,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(text=st.lists(WORDS, max_size=60).map(" ".join) | st.text(max_size=200))
    def test_a_random_text_is_judged_or_not_verified(
        self, tmp_path: Path, text: str
    ) -> None:
        file = tmp_path / "random.conf"
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        result = judged(file)
        assert isinstance(result.status, Status)
        assert all(finding.location for finding in result.findings)

    @settings(
        max_examples=80,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        lines=st.lists(
            st.tuples(
                st.sampled_from([o.dest for o in widget.FRAME] + ["siez", "x-y"]),
                st.text(
                    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")),
                    max_size=20,
                ),
            ),
            max_size=20,
        )
    )
    def test_random_values_of_known_options_are_judged(
        self, tmp_path: Path, lines: list[tuple[str, str]]
    ) -> None:
        file = tmp_path / "random.conf"
        body = "".join(f"{name} = {value}\n" for name, value in lines)
        file.write_text(f"[frame]\n{body}", encoding="utf-8")
        result = judged(file)
        assert result.status in (Status.SUCCESS, WARNING, FAILURE)
        assert all((f.location or "").startswith(f"{file}:") for f in result.findings)

    @settings(
        max_examples=60,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.binary(max_size=200))
    def test_random_bytes_are_judged_or_not_verified(
        self, tmp_path: Path, data: bytes
    ) -> None:
        file = tmp_path / "random.conf"
        file.write_bytes(data)
        assert isinstance(judged(file).status, Status)


WIDGET_OPTIONS = """
import os
with open(os.environ["WIDGET_LOG"], "a") as log:
    log.write("imported\\n")

from oslo_config import cfg
from oslo_config import types


class Even(types.Integer):
    def __call__(self, value):
        number = super().__call__(value)
        if number % 2:
            raise ValueError(f"{number} is odd")
        return number


def list_opts():
    return [
        (None, [cfg.BoolOpt("debug", default=False)]),
        (cfg.OptGroup("frame"), [
            cfg.IntOpt("size", min=1, max=10, default=3),
            cfg.Opt("legs", type=Even()),
            cfg.StrOpt("password", secret=True),
            cfg.ListOpt("plugins", default=[]),
            cfg.StrOpt("serial", required=True),
        ]),
    ]
"""
WIDGET_SERVICE = """
from upgradecheck import DriverOption, Service
from upgradecheck.checks import OptionsCheck

service = Service(
    name="widget", title="Widget", namespaces=("widget",),
    drivers=(DriverOption("widget.plugins", ("frame", "plugins")),),
)
config_options = OptionsCheck("widget")
"""


class TestInstalledService:
    @pytest.fixture(autouse=True)
    def _installed(self, plugins: Plugins, tmp_path: Path) -> None:
        self.env = {"WIDGET_LOG": str(tmp_path / "imports.log")}
        plugins.install(
            "widget",
            {
                "widget_options.py": WIDGET_OPTIONS,
                "widget_upgrade.py": WIDGET_SERVICE,
            },
            {
                SERVICES: {"widget": "widget_upgrade:service"},
                CHECKS: {"widget.config-options": "widget_upgrade:config_options"},
                OPTIONS: {"widget": "widget_options:list_opts"},
            },
            version="2.0",
        )

    def test_it_is_judged_through_the_real_console_script(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        file = conf(
            f"""
            [DEFAULT]
            debug = perhaps
            [frame]
            serial = 1
            siez = 3
            legs = 3
            password = {SECRET}
            """
        )
        done = status(
            *("--config-file", file, "upgrade", "check", "widget", "--json"),
            env={**self.env, "OS_FRAME__SIZE": "99"},
        )
        row = done.rows["widget.config-options"]
        found = {f["location"]: f["status"] for f in row["findings"]}
        assert found == {
            at(file, "debug"): "failure",
            at(file, "siez"): "warning",
            at(file, "legs"): "failure",
            "environment OS_FRAME__SIZE": "failure",
        }
        assert (done.code, row["status"]) == (2, "failure")
        assert SECRET not in done.output

    def test_a_type_of_the_services_own_is_judged_by_its_own_code(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        for legs, expected in (("4", "success"), ("5", "failure")):
            file = conf(f"[frame]\nserial = 1\nlegs = {legs}\n")
            done = status(
                *("--config-file", file, "upgrade", "check", "widget", "--json"),
                env=self.env,
            )
            assert done.statuses == {"widget.config-options": expected}

    def test_an_option_that_the_code_requires_is_missing(
        self, status: ServiceStatus, conf: WriteConf
    ) -> None:
        file = conf("[frame]\n")
        done = status(
            *("--config-file", file, "upgrade", "check", "widget", "--json"),
            env=self.env,
        )
        (finding,) = done.rows["widget.config-options"]["findings"]
        assert finding["status"] == "failure"
        assert "[frame] serial" in finding["message"]

    def test_options_of_a_driver_that_is_enabled_are_known(
        self, status: ServiceStatus, plugins: Plugins, conf: WriteConf
    ) -> None:
        plugins.install(
            "gilder",
            {
                "gilder.py": """
                from oslo_config import cfg
                def list_opts():
                    return [("gilding", [cfg.IntOpt("carat", max=24)])]
                """
            },
            {
                "widget.plugins": {"gold": "gilder:Gold"},
                OPTIONS: {"gilder": "gilder:list_opts"},
            },
        )
        text = "[frame]\nserial = 1\nplugins = {}\n[gilding]\ncarat = 18\n"
        for enabled, expected in (("gold", "success"), ("", "warning")):
            file = conf(text.format(enabled))
            done = status(
                *("--config-file", file, "upgrade", "check", "widget", "--json"),
                env=self.env,
            )
            assert done.statuses == {"widget.config-options": expected}

    def test_options_that_cannot_be_imported_are_not_verified(
        self, status: ServiceStatus, plugins: Plugins, conf: WriteConf
    ) -> None:
        plugins.write("widget_options.py", "raise RuntimeError('rusted')")
        file = conf("[frame]\nserial = 1\n")
        done = status(
            *("--config-file", file, "upgrade", "check", "widget", "--json"),
            env=self.env,
        )
        row = done.rows["widget.config-options"]
        assert (done.code, row["status"]) == (255, "error")
        assert "rusted" in str(row)

    def test_a_service_that_is_not_installed_is_not_verified(
        self, status: ServiceStatus, plugins: Plugins, conf: WriteConf
    ) -> None:
        plugins.install(
            "gadgets",
            {"gadget_upgrade.py": WIDGET_SERVICE.replace("widget", "gadget")},
            {
                SERVICES: {"gadget": "gadget_upgrade:service"},
                CHECKS: {"gadget.config-options": "gadget_upgrade:config_options"},
            },
        )
        file = conf("[frame]\n")
        done = status(
            "--config-file", file, "upgrade", "check", "gadget", "--json", env=self.env
        )
        row = done.rows["gadget.config-options"]
        assert (done.code, row["status"]) == (255, "error")
        assert "not installed" in row["details"]


def test_a_judgement_without_files_is_not_verified(tmp_path: Path) -> None:
    upgrade = widget.upgrade(tmp_path / "missing.conf")
    with pytest.raises(NotVerified, match="no such file"):
        check.function(upgrade)


def test_a_reader_takes_the_settings_of_the_environment_last(
    conf: WriteConf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_FRAME__SIZE", "5")
    upgrade: Upgrade = widget.upgrade(conf("[frame]\nsize = 4\n"))
    configuration: Configuration = upgrade.deployment.configuration
    assert configuration.value("frame", "size") == 5
    assert configuration.where("frame", "size") == "environment OS_FRAME__SIZE"


def test_a_finding_without_a_status_is_no_judgement() -> None:
    with pytest.raises(ValueError, match="without a status"):
        Result.judged("One.", [Finding("one")])


class TestServiceThatListsNoOptions:
    """Its definition names no namespace, and its distribution has none."""

    SERVICE = Service(
        "widget",
        title="Widget",
        databases=(
            Database("main", "widget:db", "widget-db", option=("Store", "url")),
        ),
        required=(("frame", "size"),),
    )

    def _judged(self, file: Path) -> Result:
        return judged(file, service=self.SERVICE, known=Catalogue("2.0"))

    def test_what_the_definition_itself_names_is_known(self, conf: WriteConf) -> None:
        result = self._judged(conf("[store]\nurl = sqlite://\n[frame]\nsize = 4\n"))
        assert (result.status, result.findings) == (Status.SUCCESS, ())

    def test_anything_else_is_not_verified(self, conf: WriteConf) -> None:
        result = self._judged(conf("[store]\nurl = sqlite://\n[frame]\nsiez = 4\n"))
        assert result.status is ERROR
        assert "names no namespace" in (result.details or "")
