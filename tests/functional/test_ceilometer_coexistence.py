"""Whether new agents of Ceilometer may run beside the old ones of a baseline."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.command import ServiceStatus
from upgradecheck import installed
from upgradecheck import snapshot
from upgradecheck.baseline import Baseline
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.deployment import Deployment
from upgradecheck.installed import catalogue_of
from upgradecheck.release import Release
from upgradecheck.services.ceilometer import service
from upgradecheck.services.ceilometer.coexistence import notification
from upgradecheck.services.ceilometer.coexistence import polling

POLLED = Path(__file__).parent / "servers" / "programs" / "ceilometer_polled.py"
PIPELINE = """\
sources:
  - name: some
    meters: [cpu, vcpus]
    sinks: [here, there]
  - name: rest
    meters: ["*", "!cpu"]
    sinks: [here]
sinks:
  - name: here
    publishers: [gnocchi, "http://host/?batch=1&timeout=2"]
  - name: there
    publishers: [notifier://]
"""
POLLING = """\
sources:
  - name: often
    interval: 60
    meters: ["memory*"]
  - name: seldom
    interval: 600
    meters: [volume.size, image.size]
"""
DYNAMIC = """\
- name: dynamic.{name}
  sample_type: gauge
  unit: thing
  value_attribute: id
  endpoint_type: identity
  url_path: v3/things
"""


@dataclasses.dataclass
class Node:
    """A host of Ceilometer's agents: its folder of files."""

    folder: Path
    release: Release

    def write(self, name: str, text: str) -> None:
        """Write one of its files."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    @property
    def conf(self) -> Path:
        """Its ceilometer.conf."""
        return self.folder / "ceilometer.conf"

    def upgrade(self, baseline: Baseline | None = None) -> Upgrade:
        """The question whether it may be upgraded."""
        options = self.release.options.definitions()
        deployment = Deployment(service, [[str(self.conf)]], options)
        return Upgrade(service, deployment, self.release, baseline=baseline)

    def taken(self) -> Baseline:
        """Its snapshot."""
        found = snapshot.take(self.upgrade(), 60)
        assert found.faults == {}
        return dataclasses.replace(found, file="old.json", version="26.0.0")


@pytest.fixture(scope="module")
def release() -> Release:
    """The Ceilometer that is installed."""
    return Release(service, installed.version_of(service), catalogue_of(service))


@pytest.fixture
def node(tmp_path: Path, release: Release) -> Node:
    """A host with files of all kinds."""
    node = Node(tmp_path, release)
    node.write(
        "ceilometer.conf",
        f"[DEFAULT]\npollsters_definitions_dirs = {tmp_path}/pollsters.d\n"
        "[notification]\npipelines = meter\n",
    )
    node.write("pipeline.yaml", PIPELINE)
    node.write("polling.yaml", POLLING)
    node.write("pollsters.d/one.yaml", DYNAMIC.format(name="one"))
    return node


def without(baseline: Baseline, namespace: str, *names: str) -> Baseline:
    """A baseline of a release that does not have some pollsters."""
    static = baseline.forms["pollsters"]
    left = [each for each in static[namespace] if each not in names]
    assert len(left) == len(static[namespace]) - len(names)
    forms = {**baseline.forms, "pollsters": {**static, namespace: left}}
    return dataclasses.replace(baseline, forms=forms)


class TestNotificationAgents:
    def ask(self, node: Node, old: Baseline) -> Result:
        """Compare a node with what it was."""
        return notification(node.upgrade(old))

    def test_the_same_files_are_fine(self, node: Node) -> None:
        assert self.ask(node, node.taken()).status is Status.SUCCESS

    def test_an_order_that_ceilometer_passes_over_makes_no_difference(
        self, node: Node
    ) -> None:
        old = node.taken()
        value = yaml.safe_load(PIPELINE)
        value["sources"].reverse()
        value["sinks"].reverse()
        value["sources"][1]["meters"].reverse()
        value["sources"][1]["sinks"].reverse()
        value["sources"][0]["meters"] = ["!cpu"]
        value["sinks"][1]["publishers"] = [
            "HTTP://host/?timeout=2&batch=1",
            "gnocchi://",
        ]
        node.write("pipeline.yaml", "# anew\n" + yaml.safe_dump(value))
        assert self.ask(node, old).findings == ()

    @pytest.mark.parametrize(
        ("was", "is_", "said", "line"),
        [
            ("vcpus]", "memory]", "the source some: meters vcpus only with the old", 2),
            (
                "[here, there]",
                "[here]",
                "the source some: sinks there only with the",
                2,
            ),
            ("name: rest", "name: last", "the new agents have a source last", 5),
            (
                "notifier://",
                "udp://h:1",
                "the sink there: publishers notifier:// on",
                11,
            ),
            ("[gnocchi, ", "[gnocchi, gnocchi, ", "the sink here: publishers gnoc", 9),
        ],
        ids=["meters", "sinks", "sources", "publishers", "twice"],
    )
    def test_each_difference_is_named_where_it_is(
        self, node: Node, was: str, is_: str, said: str, line: int
    ) -> None:
        old = node.taken()
        node.write("pipeline.yaml", PIPELINE.replace(was, is_))
        result = self.ask(node, old)
        assert result.status is Status.FAILURE
        (found,) = [each for each in result.findings if said in each.message]
        assert found.location == f"{node.folder / 'pipeline.yaml'}:{line}"

    def test_an_event_pipeline_of_the_operators_differs_from_the_releases_own(
        self, node: Node
    ) -> None:
        old = node.taken()
        text = PIPELINE.replace("meters:", "events:")
        node.write("event_pipeline.yaml", text)
        messages = [each.message for each in self.ask(node, old).findings]
        assert "the old agents have a source event_source, the new ones not" in messages

    def test_agents_that_use_other_pipelines_differ(self, node: Node) -> None:
        old = node.taken()
        node.conf.write_text(node.conf.read_text().replace("= meter", "= event"))
        (found,) = self.ask(node, old).findings
        assert found.location == f"{node.conf}:4"

    def test_other_definitions_of_gnocchis_resources_are_a_warning(
        self, node: Node
    ) -> None:
        old = node.taken()
        node.write(
            "gnocchi_resources.yaml",
            "resources: [{resource_type: instance, metrics: [cpu]}]\n",
        )
        assert self.ask(node, old).status is Status.WARNING

    def test_a_file_that_agents_refuse_is_no_verdict(self, node: Node) -> None:
        old = node.taken()
        node.write("pipeline.yaml", "sources: []\n")
        result = self.ask(node, old)
        assert result.status is Status.ERROR
        assert "ceilometer.pipeline" in str(result.findings[0].remedy)

    def test_no_password_is_kept_and_none_makes_a_difference(self, node: Node) -> None:
        secret = PIPELINE.replace("host/", "user:hunter2@host/")
        node.write("pipeline.yaml", secret)
        old = node.taken()
        assert "hunter2" not in json.dumps(old.forms)
        node.write("pipeline.yaml", secret.replace("hunter2", "hunter3"))
        assert self.ask(node, old).status is Status.SUCCESS


class TestPollingAgents:
    def ask(self, node: Node, old: Baseline) -> Result:
        """Compare a node with what it was."""
        return polling(node.upgrade(old))

    def test_the_same_pollsters_are_fine(self, node: Node) -> None:
        result = self.ask(node, node.taken())
        assert (result.status, result.findings) == (Status.SUCCESS, ())

    def test_a_new_pollster_that_a_wildcard_asks_for_is_named_with_its_namespace(
        self, node: Node
    ) -> None:
        old = without(node.taken(), "compute", "memory.available")
        (found,) = self.ask(node, old).findings
        assert found.status is Status.FAILURE
        expected = "new pollsters in the namespace compute: memory.available"
        assert found.message == expected
        assert found.location == f"{node.folder / 'polling.yaml'}:2"

    def test_a_new_pollster_that_is_not_asked_for_is_fine(self, node: Node) -> None:
        old = without(node.taken(), "compute", "cpu")
        assert self.ask(node, old).status is Status.SUCCESS

    def test_a_new_pollster_that_is_excluded_is_fine(self, node: Node) -> None:
        node.write("polling.yaml", POLLING.replace('"memory*"', '"*", "!perf.*"'))
        old = without(node.taken(), "compute", "perf.instructions")
        assert self.ask(node, old).status is Status.SUCCESS

    def test_each_namespace_has_a_finding_of_its_own(self, node: Node) -> None:
        old = without(node.taken(), "compute", "memory.available")
        old = without(old, "central", "image.size")
        messages = [each.message for each in self.ask(node, old).findings]
        assert messages == [
            "new pollsters in the namespace central: image.size",
            "new pollsters in the namespace compute: memory.available",
        ]

    def test_a_new_dynamic_pollster_counts_where_it_is_asked_for(
        self, node: Node
    ) -> None:
        node.write("polling.yaml", POLLING.replace("volume.size", '"dynamic.*"'))
        old = node.taken()
        assert self.ask(node, old).status is Status.SUCCESS
        node.write("pollsters.d/two.yaml", DYNAMIC.format(name="two"))
        (found,) = self.ask(node, old).findings
        assert found.message == "new pollsters in the namespace central: dynamic.two"

    def test_what_is_polled_no_longer_is_told_and_no_fault(self, node: Node) -> None:
        old = node.taken()
        node.write("polling.yaml", POLLING.replace("volume.size, ", ""))
        result = self.ask(node, old)
        assert result.status is Status.SUCCESS
        assert "No longer polled: volume.size." in str(result.details)

    def test_what_old_agents_had_and_did_not_poll_is_new(self, node: Node) -> None:
        old = node.taken()
        node.write("polling.yaml", POLLING.replace("volume.size", "volume.backup.size"))
        (found,) = self.ask(node, old).findings
        assert "volume.backup.size" in found.message

    def test_a_baseline_of_a_node_without_polling_is_no_verdict(
        self, node: Node
    ) -> None:
        (node.folder / "polling.yaml").unlink()
        old = node.taken()
        node.write("polling.yaml", POLLING)
        result = self.ask(node, old)
        assert result.status is Status.ERROR
        assert "runs a polling agent" in str(result.findings[0].remedy)

    @pytest.mark.parametrize(
        ("name", "form"),
        [
            ("polling.yaml", "sources: []"),
            ("polling.yaml", {"sources": [{"name": "p"}]}),
            ("pollsters", {"central": [1, 2]}),
            ("pollsters.d", None),
        ],
    )
    def test_a_baseline_that_somebody_changed_is_no_verdict(
        self, node: Node, name: str, form: Any
    ) -> None:
        old = node.taken()
        changed = dataclasses.replace(old, forms={**old.forms, name: form})
        result = self.ask(node, changed)
        assert result.status is Status.ERROR
        (finding,) = result.findings
        assert f"old.json is not as a snapshot writes it: see forms/{name}" in (
            finding.message
        )
        assert "Make the baseline again" in (finding.remedy or "")

    def test_a_node_without_polling_is_no_verdict(self, node: Node) -> None:
        old = node.taken()
        (node.folder / "polling.yaml").unlink()
        assert self.ask(node, old).status is Status.ERROR

    def test_the_file_for_agents_of_their_own_polls_the_new_pollsters_alone(
        self, node: Node, tmp_path: Path
    ) -> None:
        new = ("memory.available", "memory.resident")
        old = without(node.taken(), "compute", *new)
        (found,) = self.ask(node, old).findings
        text = str(found.remedy)
        apart = tmp_path / "apart"
        apart.mkdir()
        (apart / "polling.yaml").write_text(text)
        settings = [
            line.removeprefix("#").strip()
            for line in text.splitlines()
            if line.startswith("#   ")
        ]
        (apart / "ceilometer.conf").write_text("\n".join(settings))
        done = subprocess.run(
            [sys.executable, POLLED, apart],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        polled: Any = json.loads(done.stdout)
        assert polled["polled"]["compute"] == {
            name: [["often_new", 60]] for name in new
        }
        assert polled["prefix"] == "new-in-27.0.0"


def test_a_snapshot_and_the_checks_that_need_it_through_the_console_script(
    node: Node, status: ServiceStatus, tmp_path: Path
) -> None:
    old = tmp_path / "old.json"
    given = ("--config-file", node.conf, "upgrade")
    made = status(*given, "snapshot", "ceilometer", "--output", old)
    assert (made.code, made.stderr) == (0, "")
    ids = ["ceilometer.notification-coexistence", "ceilometer.polling-coexistence"]
    plain = status(*given, "check", "ceilometer", "--json")
    assert [plain.statuses[id] for id in ids] == ["skipped", "skipped"]
    way = ("check", "ceilometer", "--procedure", "ceilometer.partial", "--json")
    asked = status(*given, *way)
    assert [asked.statuses[id] for id in ids] == ["error", "error"]
    assert asked.code == 255
    asked = status(*given, *way, "--baseline", old)
    assert {*asked.statuses.values()} == {"success"}, asked.stdout
    node.write("polling.yaml", POLLING.replace("volume.size", "volume.backup.size"))
    table = status(*given, *way[:-1], "--baseline", old)
    assert table.code == 2
    fragment = table.stdout.partition("Remedy:")[2].partition("partitioning")[0]
    lines = [line.strip("| ") for line in fragment.splitlines()]
    assert "- volume.backup.size" in lines


def test_wildcards_are_resolved_against_the_catalogues_of_the_releases_named(
    node: Node, status: ServiceStatus, tmp_path: Path
) -> None:
    node.write("polling.yaml", POLLING.replace("volume.size", '"manila.*"'))
    old = tmp_path / "old.json"
    given = ("--config-file", node.conf, "upgrade")
    status(*given, "snapshot", "ceilometer", "--output", old)
    check = "ceilometer.polling-coexistence"
    way = ("check", "ceilometer", "--json", "--check", check, "--baseline", old)
    later = status(*given, *way, "--from", "25.0.0", "--to", "26.0.0")
    (found,) = later.rows[check]["findings"]
    assert found["message"] == (
        "new pollsters in the namespace central: manila.share.size, manila.share.status"
    )
    assert {"manila.share.size", "manila.share.status"} == {
        name
        for source in yaml.safe_load(found["remedy"])["sources"]
        for name in source["meters"]
    }
    same = status(*given, *way, "--from", "26.0.0", "--to", "27.0.0")
    assert same.statuses == {check: "success"}
