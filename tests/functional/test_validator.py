"""Side by side with oslo-config-validator: the same files, both real programs.

The names of these tests stand in the guide, beside what they show.
"""

from __future__ import annotations

import dataclasses
import re
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from oslo_config import cfg

from tests.functional.deployment import Answer
from tests.functional.question import ask
from tests.functional.servers import program
from tests.unit.command import ServiceStatus

#: As in octavia-config-generator.conf, which Octavia's source ships.
OCTAVIA_NAMESPACES = (
    "octavia",
    "oslo.db",
    "oslo.log",
    "oslo.messaging",
    "oslo.middleware.cors",
    "oslo.middleware.http_proxy_to_wsgi",
    "oslo.middleware.healthcheck",
    "oslo.middleware.sizelimit",
    "oslo.policy",
    "oslo.reports",
    "keystonemiddleware.audit",
    "keystonemiddleware.auth_token",
    "cotyledon",
    "castellan.config",
)
#: As in Glance's glance-api.conf for the generator, without os_brick.
GLANCE_NAMESPACES = (
    "glance.api",
    "glance.store",
    "glance.multi_store",
    "keystonemiddleware.auth_token",
    "oslo.concurrency",
    "oslo.db",
    "oslo.limit",
    "oslo.log",
    "oslo.messaging",
    "oslo.middleware.cors",
    "oslo.middleware.healthcheck",
    "oslo.middleware.http_proxy_to_wsgi",
    "oslo.policy",
    "oslo.reports",
    "castellan.config",
)

OCTAVIA = """\
[DEFAULT]
debg = true
log-dir = /var/log/octavia
[database]
connection = sqlite:////nowhere/octavia.sqlite
[API_Settings]
bind_port = 9999
[default]
use_journal = true
[haproxy_amphorae]
connection_max_retries = 5
[haproxy_amphora]
active_connection_rety_interval = 3
[amphora_agent]
amphora_udp_driver = keepalived_lvs
[health_manager]
heartbeat_interval = soon
bind_port = 70000
[controller_worker]
volume_driver = volume_floppy_driver
[networking]
max_retries = 15
max_retries = 16
[keystone_authtoken]
auth_type = password
auth_url = http://192.0.2.1/identity
usernam = octavia
[service_auth]
auth_type = v3applicationcredential
application_credential_id = abc
application_credential_secret = not-to-be-shown
[key_manager]
auth_url = http://192.0.2.1/identity
"""
GLANCE = """\
[DEFAULT]
enabled_backends = fast:file, shared:rbd
[database]
connection = sqlite:////nowhere/glance.sqlite
[glance_store]
default_backend = fast
[fast]
filesystem_store_datadir = /srv/images
store_description = Local disks
[shared]
rbd_store_pool = images
rbd_store_chunk_size = 0
"""


@dataclasses.dataclass(frozen=True)
class Validated:
    """What oslo-config-validator said of a file."""

    code: int
    output: str

    def of(self, option: str) -> str:
        """The kind of what it said of ``group/option``; empty if nothing."""
        (kind,) = {
            line.partition(":")[0]
            for line in self.output.splitlines()
            if option in line
        } or {""}
        return kind


@dataclasses.dataclass(frozen=True)
class Both:
    """One file, and what both programs say of it."""

    conf: Path
    validated: Validated
    answer: Answer

    def line(self, text: str) -> str:
        """Where a text stands for the last time, as ``file:line``."""
        lines = self.conf.read_text().splitlines()
        number = max(n for n, line in enumerate(lines, 1) if line.startswith(text))
        return f"{self.conf}:{number}"

    def ours(self, text: str) -> list[dict[str, str]]:
        """Our findings on the line that starts with a text."""
        place = self.line(text)
        return [each for each in self.answer.findings if each["location"] == place]

    def our_only(self, text: str) -> dict[str, str]:
        """Our only finding on the line that starts with a text."""
        (finding,) = self.ours(text)
        return finding


def validate(conf: Path, *namespaces: str) -> Validated:
    done = subprocess.run(
        [
            program.PROGRAMS / "oslo-config-validator",
            *("--input-file", conf),
            *(word for name in namespaces for word in ("--namespace", name)),
        ],
        capture_output=True,
        text=True,
        env=program.environment(),
        timeout=60,
        check=False,
    )
    return Validated(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def both(
    status: ServiceStatus, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Both]:
    """Give a file's text to both programs."""

    def give(service: str, text: str, namespaces: tuple[str, ...]) -> Both:
        conf = tmp_path_factory.mktemp("validated") / f"{service}.conf"
        conf.write_text(text)
        answer = ask(status, f"{service}.config-options", conf)
        return Both(conf, validate(conf, *namespaces), answer)

    return give


@pytest.fixture(scope="module")
def octavia(both: Callable[..., Both]) -> Both:
    """An octavia.conf with a line for each case."""
    given: Both = both("octavia", OCTAVIA, OCTAVIA_NAMESPACES)
    assert given.validated.code == 1
    assert (given.answer.status, given.answer.run.code) == ("failure", 2)
    assert "not-to-be-shown" not in given.answer.run.output
    return given


@pytest.fixture
def read(octavia: Both) -> Callable[[cfg.Opt, str | None], object]:
    """What oslo.config itself reads from the octavia.conf."""

    def value(opt: cfg.Opt, group: str | None = None) -> object:
        conf = cfg.ConfigOpts()
        conf(["--config-file", str(octavia.conf)], project="octavia")
        conf.register_opt(opt, group)
        return conf[group][opt.dest] if group else conf[opt.dest]

    return value


def test_unknown_option(octavia: Both) -> None:
    assert octavia.validated.of("DEFAULT/debg") == "ERROR"
    assert "octavia.conf" not in octavia.validated.output  # no file, no line
    finding = octavia.our_only("debg")
    assert "does not know [DEFAULT] debg" in finding["message"]
    assert finding["remedy"] == "Did you mean [DEFAULT] debug?"


def test_unknown_group(octavia: Both) -> None:
    option = "haproxy_amphorae/connection_max_retries"
    assert octavia.validated.of(option) == "ERROR"
    finding = octavia.our_only("connection_max_retries")
    assert "does not know the group [haproxy_amphorae]" in finding["message"]
    assert "[haproxy_amphora]" in finding["remedy"]


def test_group_in_another_case(
    octavia: Both, read: Callable[[cfg.Opt, str | None], object]
) -> None:
    # Invented: oslo.config reads such a group.
    assert octavia.validated.of("API_Settings/bind_port") == "ERROR"
    assert read(cfg.PortOpt("bind_port"), "api_settings") == 9999
    assert octavia.ours("bind_port = 9999") == []
    # But for DEFAULT, which both find.
    assert octavia.validated.of("default/use_journal") == "ERROR"
    assert read(cfg.BoolOpt("use_journal"), None) is None
    finding = octavia.our_only("use_journal")
    assert "[default]" in finding["message"]
    assert "[DEFAULT]" in finding["remedy"]


def test_deprecated_name(octavia: Both) -> None:
    option = "active_connection_rety_interval"
    assert octavia.validated.of(option) == "WARNING"
    # The new name is not told.
    assert "active_connection_retry_interval" not in octavia.validated.output
    finding = octavia.our_only(option)
    assert finding["status"] == "warning"
    assert finding["remedy"].startswith("Write active_connection_retry_interval")


def test_deprecated_for_removal(octavia: Both) -> None:
    assert octavia.validated.of("amphora_udp_driver") == ""
    finding = octavia.our_only("amphora_udp_driver")
    assert finding["status"] == "warning"
    assert "deprecated for removal since Wallaby:" in finding["message"]


def test_wrong_type(octavia: Both) -> None:
    assert octavia.validated.of("heartbeat_interval") == ""
    finding = octavia.our_only("heartbeat_interval")
    assert finding["status"] == "failure"
    assert "= 'soon' is not valid" in finding["message"]
    assert finding["remedy"]


def test_out_of_bounds(octavia: Both) -> None:
    assert octavia.validated.of("health_manager/bind_port") == ""
    finding = octavia.our_only("bind_port = 70000")
    assert finding["status"] == "failure"
    assert finding["remedy"] == "Write a value from 0 to 65535."


def test_bad_choice(octavia: Both) -> None:
    assert octavia.validated.of("volume_driver") == ""
    finding = octavia.our_only("volume_driver")
    assert finding["status"] == "failure"
    choices = "volume_noop_driver, volume_cinder_driver"
    assert finding["remedy"] == f"Write one of: {choices}."


def test_set_twice(octavia: Both) -> None:
    assert octavia.validated.of("max_retries = ") == ""
    assert octavia.validated.of("networking/max_retries") == ""
    finding = octavia.our_only("max_retries = 16")
    assert finding["status"] == "warning"
    assert "set twice in this file, first in line 22" in finding["message"]


def test_keystone_authtoken(octavia: Both) -> None:
    assert octavia.validated.of('missing option "usernam"') == "INFO"
    finding = octavia.our_only("usernam =")
    assert finding["status"] == "warning"
    assert finding["remedy"] == "Did you mean [keystone_authtoken] username?"


def test_dashed_name(
    octavia: Both, read: Callable[[cfg.Opt, str | None], object]
) -> None:
    assert octavia.validated.of("log-dir") == ""
    assert read(cfg.StrOpt("log-dir"), None) is None  # silently ignored
    finding = octavia.our_only("log-dir")
    assert "silently ignored" in finding["message"]
    assert finding["remedy"] == "Write log_dir."


def test_auth_plugin_options(octavia: Both) -> None:
    # Invented: they are the options of the plug-in that auth_type names.
    for name in ("application_credential_id", "application_credential_secret"):
        assert octavia.validated.of(f"service_auth/{name}") == "ERROR"
        assert octavia.ours(name) == []


def test_groups_named_by_options(both: Callable[..., Both]) -> None:
    glance = both("glance", GLANCE, GLANCE_NAMESPACES)
    # Invented: enabled_backends names these groups.
    for option in (
        "fast/filesystem_store_datadir",
        "fast/store_description",
        "shared/rbd_store_pool",
    ):
        assert glance.validated.of(option) == "ERROR"
    # And the value that no store of that kind takes is missed.
    finding = glance.answer.finding
    assert finding["location"] == glance.line("rbd_store_chunk_size")
    assert finding["remedy"] == "Write a value of at least 1."


def test_current_name_that_is_also_an_old_one(octavia: Both) -> None:
    # Invented: it is an option of its own, and another one's old name.
    assert octavia.validated.of("key_manager/auth_url") == "WARNING"
    last = octavia.line("auth_url")
    assert all(each["location"] != last for each in octavia.answer.findings)


def test_missing_namespace(octavia: Both) -> None:
    # Its caller forgot a library: all options of that library are "unknown".
    validated = validate(octavia.conf, "octavia", "no.such.namespace")
    assert validated.of("database/connection") == "ERROR"
    assert octavia.validated.of("database/connection") == ""
    assert octavia.ours("connection = ") == []


def test_missing_file(status: ServiceStatus, tmp_path: Path) -> None:
    missing = tmp_path / "octavia.conf"
    validated = validate(missing, "octavia")
    assert validated.code == 1
    assert "Traceback" in validated.output
    answer = ask(status, "octavia.config-options", missing)
    assert (answer.status, answer.run.code) == ("error", 255)
    assert answer.finding["message"] == f"{missing}: no such file"
    assert answer.finding["location"] == str(missing)


def test_bad_syntax(both: Callable[..., Both]) -> None:
    text = """\
        [database]
        connection = sqlite://
        password not-to-be-shown
    """
    given = both("octavia", textwrap.dedent(text), ("octavia",))
    assert given.validated.code == 1
    assert "Traceback" in given.validated.output
    assert (given.answer.status, given.answer.run.code) == ("error", 255)
    assert given.answer.finding["location"] == f"{given.conf}:3"
    assert "not-to-be-shown" not in given.answer.run.output


def test_old_and_new_name(both: Callable[..., Both]) -> None:
    octavia = both(
        "octavia",
        "[database]\n"
        "connection = sqlite:////nowhere\n"
        "[haproxy_amphora]\n"
        "active_connection_rety_interval = 2\n"
        "active_connection_retry_interval = 3\n",
        OCTAVIA_NAMESPACES,
    )
    # The old name's warning, and no word of the other.
    assert octavia.validated.of("active_connection_rety_interval") == "WARNING"
    assert octavia.validated.of("active_connection_retry_interval") == ""
    finding = octavia.our_only("active_connection_rety_interval")
    assert "octavia.conf:4 has no effect" in finding["message"]
    assert "octavia.conf:5 has" in finding["message"]


def test_the_guide_names_each_of_these() -> None:
    guide = Path(__file__).parents[2] / "doc" / "source" / "config-options.rst"
    named = set(re.findall(r"``(test_\w+)``", guide.read_text()))
    written = {name for name in globals() if name.startswith("test_")}
    assert named == written - {"test_the_guide_names_each_of_these"}
