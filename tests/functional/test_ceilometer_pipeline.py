"""``ceilometer.pipeline`` says of each file what Ceilometer 27 itself makes of it."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.functional.question import ask
from tests.unit.command import ServiceStatus
from upgradecheck import installed
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.deployment import Deployment
from upgradecheck.installed import catalogue_of
from upgradecheck.release import Release
from upgradecheck.services.ceilometer import service
from upgradecheck.services.ceilometer.pipeline import pipeline

PROGRAM = Path(__file__).parent / "servers" / "programs" / "ceilometer_verdicts.py"
CONF = "[DEFAULT]\npollsters_definitions_dirs = {folder}/pollsters.d\n"

SAMPLES = """
sources:
  - name: all
    meters: {meters}
    sinks: {sinks}
sinks:
  - name: sink
    publishers: {publishers}
"""
EVENTS = SAMPLES.replace("meters: {meters}", "events: {meters}")
POLLED = """
sources:
  - name: some
    interval: {interval}
    meters: {meters}
"""
DYNAMIC = """
- name: {name}
  sample_type: {sample_type}
  unit: request
  value_attribute: {value}
  endpoint_type: identity
  url_path: v3/projects
"""
RESOURCES = """
resources:
  - resource_type: instance
    metrics: {metrics}
    attributes: {attributes}
"""


@dataclasses.dataclass(frozen=True)
class Case:
    """A file, and what we say of it.

    :param file: the file's name.
    :param text: what is in it.
    :param status: our status.
    :param line: the line of the first finding; 0 if there is none.
    :param stricter: whether Ceilometer takes it, and then measures nothing.
    """

    file: str
    text: str
    status: Status
    line: int = 0
    stricter: bool = False


def samples(
    status: Status, line: int = 0, stricter: bool = False, **parts: str
) -> Case:
    """A pipeline.yaml."""
    given = {"meters": '["*"]', "sinks": "[sink]", "publishers": "[test://]"} | parts
    return Case("pipeline.yaml", SAMPLES.format(**given), status, line, stricter)


def events(status: Status, line: int = 0, **parts: str) -> Case:
    """An event_pipeline.yaml."""
    given = {"meters": '["*"]', "sinks": "[sink]", "publishers": "[test://]"} | parts
    return Case("event_pipeline.yaml", EVENTS.format(**given), status, line)


def polled(status: Status, line: int = 0, stricter: bool = False, **parts: str) -> Case:
    """A polling.yaml."""
    text = POLLED.format(**({"interval": "300", "meters": "[cpu]"} | parts))
    return Case("polling.yaml", text, status, line, stricter)


def dynamic(status: Status, line: int = 0, **parts: str) -> Case:
    """A file of dynamic pollsters."""
    given = {"name": "dynamic.one", "sample_type": "gauge", "value": "id"} | parts
    text = DYNAMIC.format(**given)
    return Case("pollsters.d/one.yaml", text, status, line)


def resources(status: Status, line: int = 0, **parts: str) -> Case:
    """A gnocchi_resources.yaml."""
    given = {"metrics": "[cpu]", "attributes": "{host: resource_metadata.host}"} | parts
    return Case("gnocchi_resources.yaml", RESOURCES.format(**given), status, line)


GOOD, ODD, BAD = Status.SUCCESS, Status.WARNING, Status.FAILURE

CASES = {
    "samples": samples(GOOD),
    "a pattern": samples(GOOD, meters='["disk.*", cpu]'),
    "all but some": samples(GOOD, meters='["*", "!cpu", "!disk.*"]'),
    "only exclusions": samples(GOOD, meters='["!cpu"]'),
    "the star alone": samples(GOOD, meters='"*"'),
    "a publisher without URL": samples(GOOD, publishers="[test]"),
    "the case of a scheme": samples(GOOD, publishers='["TEST://"]'),
    "included and excluded": samples(BAD, 4, meters='[cpu, "!vcpus"]'),
    "included beside the star": samples(BAD, 4, meters='["*", cpu]'),
    "no meters": samples(BAD, 4, meters="[]"),
    "meters without value": samples(BAD, 4, meters=""),
    "a number as meter": samples(BAD, 4, meters="[5]"),
    "an empty meter": samples(BAD, 4, meters='[""]'),
    "letters": samples(BAD, 4, meters="cpu", stricter=True),
    "an unknown meter": samples(ODD, 4, meters="[cpuu]"),
    "a pattern of nothing": samples(ODD, 4, meters='["dsik.*"]'),
    "a dangling sink": samples(BAD, 5, sinks="[drain]"),
    "no sinks": samples(BAD, 5, sinks="[]"),
    "sinks are a text": samples(BAD, 5, sinks="sink"),
    "a sink twice": samples(BAD, 5, sinks="[sink, sink]"),
    "no publishers": samples(BAD, 8, publishers="[]"),
    "an unknown publisher": samples(BAD, 8, publishers="[panko://]"),
    "a publisher without host": samples(BAD, 8, publishers='["http://"]'),
    "a publisher with a bad port": samples(BAD, 8, publishers='["http://h:p/"]'),
    "a publisher without path": samples(GOOD, publishers='["file:///dev/null"]'),
    "a publisher that is a number": samples(BAD, 8, publishers="[5]"),
    "transformers": Case(
        "pipeline.yaml",
        SAMPLES.format(meters='["*"]', sinks="[sink]", publishers="[test]")
        + "    transformers: [{name: rate_of_change}]\n",
        ODD,
        9,
    ),
    "an unused sink": Case(
        "pipeline.yaml",
        SAMPLES.format(meters='["*"]', sinks="[sink]", publishers="[test]")
        + "  - name: other\n    publishers: [test]\n",
        ODD,
        9,
    ),
    "a sink's name twice": Case(
        "pipeline.yaml",
        SAMPLES.format(meters='["*"]', sinks="[sink]", publishers="[test]")
        + "  - name: sink\n    publishers: [test]\n",
        BAD,
        9,
    ),
    "a misspelt key": Case(
        "pipeline.yaml",
        SAMPLES.format(meters='["*"]', sinks="[sink]", publishers="[test]")
        + "    publisher: [test]\n",
        ODD,
        9,
    ),
    "a key twice": Case(
        "pipeline.yaml",
        SAMPLES.format(meters='["*"]', sinks="[sink]", publishers="[test]")
        + "    publishers: [test]\n",
        ODD,
        9,
    ),
    "no sinks at all": Case("pipeline.yaml", "sources: []\n", BAD, 1),
    "nothing": Case("pipeline.yaml", "", BAD, 1),
    "a list": Case("pipeline.yaml", "- sources\n- sinks\n", BAD, 1),
    "no YAML": Case("pipeline.yaml", "sources: [\n", BAD, 2),
    "two documents": Case("pipeline.yaml", "---\na: 1\n---\nb: 2\n", BAD, 3),
    "a tag": Case("pipeline.yaml", "sources: !!python/name:os.system\n", BAD, 1),
    "a date that is none": Case("pipeline.yaml", "sources: 2026-02-30\n", BAD, 1),
    "an unknown alias": Case("pipeline.yaml", "sources: *all\n", BAD, 1),
    "aliases": Case(
        "pipeline.yaml",
        "common: &all {meters: ['*'], sinks: [sink]}\n"
        "sources:\n  - {<<: *all, name: one}\n"
        "sinks:\n  - {name: sink, publishers: [test]}\n",
        ODD,
        1,
    ),
    "a source without name": Case(
        "pipeline.yaml",
        SAMPLES.format(meters='["*"]', sinks="[sink]", publishers="[test]").replace(
            "name: all\n    ", ""
        ),
        BAD,
        3,
    ),
    "a source that is a word": Case(
        "pipeline.yaml", "sources: [one]\nsinks: []\n", BAD, 1
    ),
    "events": events(GOOD),
    "an event of anybody's": events(GOOD, meters='["my.own.*"]'),
    "events included and excluded": events(BAD, 4, meters='[a.b, "!c.d"]'),
    "a publisher of samples alone": events(BAD, 8, publishers='["udp://h:1"]'),
    "polled": polled(GOOD),
    "an interval in quotation marks": polled(GOOD, interval='"600"'),
    "an interval of 0": polled(BAD, 4, interval="0"),
    "an interval below 0": polled(BAD, 4, interval="-5"),
    "an interval in words": polled(BAD, 4, interval="often"),
    "an interval without value": polled(BAD, 4, interval=""),
    "a list as interval": polled(BAD, 4, interval="[1]"),
    "an endless interval": polled(BAD, 4, interval=".inf"),
    "an unknown pollster": polled(ODD, 5, meters="[cpu_util]"),
    "polled included and excluded": polled(BAD, 5, meters='[cpu, "!vcpus"]'),
    "resources that are a text": Case(
        "polling.yaml",
        POLLED.format(interval="1", meters="[cpu]") + "    resources: snmp://h\n",
        BAD,
        6,
    ),
    "an unknown discovery": Case(
        "polling.yaml",
        POLLED.format(interval="1", meters="[cpu]") + "    discovery: [localnode]\n",
        ODD,
        6,
    ),
    "no sources to poll": Case("polling.yaml", "{}\n", BAD, 1),
    "sources without value": Case("polling.yaml", "sources:\n", BAD, 1),
    "a dynamic pollster": dynamic(GOOD),
    "several meters": dynamic(GOOD, name="dynamic.{name}", value='"[list].value"'),
    "several meters of one": dynamic(BAD, 5, name="dynamic.{name}", value="value"),
    "a name with blanks": dynamic(BAD, 2, name='"dynamic one"'),
    "a number as name": dynamic(BAD, 2, name="5"),
    "no type of samples": dynamic(BAD, 3, sample_type="rate"),
    "an empty value": dynamic(BAD, 2, value='""'),
    "a pollster without name": Case(
        "pollsters.d/one.yaml", "- sample_type: gauge\n", BAD, 1
    ),
    "a file of pollsters that is empty": Case("pollsters.d/one.yaml", "", BAD, 1),
    "a file of pollsters that is a mapping": Case(
        "pollsters.d/one.yaml", "name: one\n", BAD, 1
    ),
    "a command of the host": Case(
        "pollsters.d/one.yaml",
        "- {name: one, sample_type: gauge, unit: x, value_attribute: v,\n"
        "   host_command: date}\n",
        GOOD,
    ),
    "an API that is not OpenStack's": Case(
        "pollsters.d/one.yaml",
        "- {name: one, sample_type: gauge, unit: x, value_attribute: v,\n"
        "   url_path: http://h/, module: m}\n",
        BAD,
        1,
    ),
    "a handler": Case(
        "pollsters.d/one.yaml",
        DYNAMIC.format(name="one", sample_type="gauge", value="v")
        + "  response_handlers: [yaml]\n",
        BAD,
        8,
    ),
    "resources": resources(GOOD),
    "metrics that are a mapping": resources(GOOD, metrics="{cpu: , vcpus: {}}"),
    "metrics that are a text": resources(BAD, 4, metrics="cpu"),
    "an attribute without value": resources(BAD, 5, attributes="{host: }"),
    "an unknown plug-in": resources(
        BAD, 5, attributes="{host: {fields: a, plugin: none}}"
    ),
    "a metric with a text": resources(BAD, 4, metrics="{cpu: low}"),
    "metrics of nobody": resources(ODD, 4, metrics="[cpuu]"),
}


def _write(folder: Path, case: Case) -> None:
    file = folder / case.file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(case.text)
    (folder / "pollsters.d").mkdir(exist_ok=True)
    (folder / "ceilometer.conf").write_text(CONF.format(folder=folder))
    for name, what in (("pipeline", "meters"), ("event_pipeline", "events")):
        other = folder / f"{name}.yaml"
        if not other.exists():
            text = SAMPLES.replace("meters:", f"{what}:")
            url = "gnocchi://" if "gnocchi" in case.file else "test://"
            other.write_text(
                text.format(meters='["*"]', sinks="[sink]", publishers=f"['{url}']")
            )
    if case.file.startswith("pollsters.d"):
        names = [
            line.partition("name: ")[2].partition(",")[0].strip('"')
            for line in case.text.splitlines()
            if line.startswith(("- name: ", "- {name: "))
        ]
        (folder / "pollsters.d" / "names").write_text("\n".join(names))
    (folder / "types").write_text("instance")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder a case."""
    home = tmp_path_factory.mktemp("cases")
    for name, case in CASES.items():
        folder = home / name.replace(" ", "-")
        folder.mkdir()
        _write(folder, case)
    return home


@pytest.fixture(scope="module")
def verdicts(folders: Path) -> dict[str, Any]:
    """What Ceilometer makes of each case: None, or what it refuses."""
    done = subprocess.run(
        [sys.executable, PROGRAM, folders],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def release() -> Release:
    """The Ceilometer that is installed."""
    return Release(service, installed.version_of(service), catalogue_of(service))


def _judged(conf: Path, release: Release) -> Result:
    options = release.options.definitions()
    deployment = Deployment(service, [[str(conf)]], options)
    return pipeline(Upgrade(service, deployment, release))


@pytest.mark.parametrize("name", CASES)
def test_our_verdict_is_the_tables_and_ceilometers(
    name: str, folders: Path, verdicts: dict[str, Any], release: Release
) -> None:
    case = CASES[name]
    folder = folders / name.replace(" ", "-")
    result = _judged(folder / "ceilometer.conf", release)
    assert result.status is case.status, (result, verdicts[folder.name])
    refused = verdicts[folder.name] is not None
    assert refused == (case.status is BAD and not case.stricter), verdicts[folder.name]
    if case.line:
        assert result.findings[0].location == f"{folder / case.file}:{case.line}"


@pytest.mark.parametrize(
    ("policies", "line", "what"),
    [
        ("- {definition: [{granularity: 1 h}]}", 2, "number 1 has no name"),
        ("- name: a\n  back_window: 0", 2, "a has no definition"),
        ("- {}", 2, "number 1 has no name and no definition"),
        ("- a", 2, "is no mapping"),
        ("- {name: a, definition: [{granularity: 1 h}]}", 0, ""),
    ],
)
def test_an_archive_policy_that_gnocchi_refuses_is_a_failure(
    tmp_path: Path, release: Release, policies: str, line: int, what: str
) -> None:
    # Ceilometer takes it, and fails on it with Gnocchi when it is to publish.
    good = CASES["resources"]
    _write(tmp_path, good)
    file = tmp_path / good.file
    file.write_text(f"archive_policies:\n{policies}\n{good.text}")
    result = _judged(tmp_path / "ceilometer.conf", release)
    if not line:
        assert result.status is Status.SUCCESS
        return
    assert result.status is Status.FAILURE
    (finding,) = result.findings
    assert what in finding.message
    assert finding.location == f"{file}:{line}"


class TestFilesThatAreNotRead:
    @pytest.mark.parametrize(
        ("text", "line", "what"),
        [
            (b"# " + b"x" * 300_000, 1, "is larger than"),
            (b"sources: " + b"[" * 500, 1, "levels deep"),
            (b"sources: &a [*a]\n", 1, "stands for what contains it"),
            (
                b"a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
                + b"".join(
                    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n".encode()
                    for before, name in zip("abcdef", "bcdefg", strict=True)
                ),
                5,
                "aliases stand for more than",
            ),
        ],
        ids=["huge", "deep", "cyclic alias", "aliases of aliases"],
    )
    def test_what_nobody_wrote_by_hand_is_no_verdict(
        self, tmp_path: Path, release: Release, text: bytes, line: int, what: str
    ) -> None:
        _write(tmp_path, CASES["samples"])
        file = tmp_path / "pipeline.yaml"
        file.write_bytes(text)
        result = _judged(tmp_path / "ceilometer.conf", release)
        assert result.status is Status.ERROR
        (finding,) = result.findings
        assert what in finding.message
        assert finding.location is not None
        assert finding.location.startswith(f"{file}")

    @pytest.mark.parametrize(
        "name",
        [
            "pipeline.yaml",
            "event_pipeline.yaml",
            "polling.yaml",
            "pollsters.d/one.yaml",
            "gnocchi_resources.yaml",
        ],
    )
    def test_bytes_that_are_no_text_are_a_failure_with_their_line(
        self, tmp_path: Path, release: Release, name: str
    ) -> None:
        _write(tmp_path, CASES["resources"])
        file = tmp_path / name
        file.write_bytes(b"one: 1\ntwo: \xff\n")
        result = _judged(tmp_path / "ceilometer.conf", release)
        assert result.status is Status.FAILURE
        assert f"{file}:2" in {each.location for each in result.findings}

    def test_a_file_that_is_not_ours_to_read_is_no_verdict(
        self, tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _write(tmp_path, CASES["samples"])
        file = tmp_path / "polling.yaml"
        file.mkdir()  # root may read what nobody may
        result = _judged(tmp_path / "ceilometer.conf", release)
        assert result.status is Status.ERROR
        assert [each.location for each in result.findings] == [str(file)]


class TestWhereFilesAreFound:
    def test_a_file_that_an_option_names_is_read_wherever_it_is(
        self, tmp_path: Path, release: Release
    ) -> None:
        _write(tmp_path, CASES["samples"])
        other = tmp_path / "elsewhere" / "mine.yaml"
        other.parent.mkdir()
        other.write_text("sources: []\n")
        conf = tmp_path / "ceilometer.conf"
        conf.write_text(f"[DEFAULT]\npipeline_cfg_file = {other}\n")
        result = _judged(conf, release)
        assert [each.location for each in result.findings] == [f"{other}:1"]

    def test_an_option_that_names_no_file_is_a_failure_at_the_option(
        self, tmp_path: Path, release: Release
    ) -> None:
        _write(tmp_path, CASES["samples"])
        conf = tmp_path / "ceilometer.conf"
        conf.write_text("[DEFAULT]\n[polling]\ncfg_file = mine.yaml\n")
        result = _judged(conf, release)
        assert result.status is Status.FAILURE
        assert [each.location for each in result.findings] == [f"{conf}:3"]

    def test_where_there_are_none_the_releases_own_are_judged(
        self, tmp_path: Path, release: Release
    ) -> None:
        conf = tmp_path / "ceilometer.conf"
        conf.write_text("[DEFAULT]\n")
        result = _judged(conf, release)
        assert result.status is Status.SUCCESS
        assert "27.0.0's own pipeline.yaml" in (result.details or "")
        assert "There is no polling.yaml" in (result.details or "")

    def test_pollsters_in_folders_that_no_agent_asks_for_are_told(
        self, tmp_path: Path, release: Release
    ) -> None:
        conf = tmp_path / "ceilometer.conf"
        conf.write_text(f"[polling]\npollsters_definitions_dirs = {tmp_path}\n")
        result = _judged(conf, release)
        assert result.status is Status.WARNING
        assert [each.location for each in result.findings] == [f"{conf}:2"]

    def test_a_definition_file_that_a_publisher_names_is_read(
        self, tmp_path: Path, release: Release
    ) -> None:
        mine = tmp_path / "mine.yaml"
        mine.write_text("resources: 5\n")
        url = f'["gnocchi://?resources_definition_file={mine}"]'
        _write(tmp_path, samples(GOOD, publishers=url))
        result = _judged(tmp_path / "ceilometer.conf", release)
        assert [each.location for each in result.findings] == [f"{mine}:1"]

    def test_a_definition_file_that_is_missing_is_told_at_the_publisher(
        self, tmp_path: Path, release: Release
    ) -> None:
        url = "['gnocchi://?resources_definition_file=/absent.yaml']"
        _write(tmp_path, samples(GOOD, publishers=url))
        result = _judged(tmp_path / "ceilometer.conf", release)
        assert result.status is Status.WARNING
        where = f"{tmp_path / 'pipeline.yaml'}:8"
        assert [each.location for each in result.findings] == [where]


def test_the_command_shows_file_and_line_and_no_password(
    status: ServiceStatus, tmp_path: Path
) -> None:
    url = "['http://user:hunter2-hunter2@host:port/?token=hunter3-hunter3']"
    _write(tmp_path, samples(BAD, publishers=url))
    answer = ask(status, "ceilometer.pipeline", tmp_path / "ceilometer.conf")
    assert answer.run.code == 2
    assert f"{tmp_path / 'pipeline.yaml'}:8" in answer.run.stdout
    assert "hunter" not in answer.run.output
