"""``policy-file``: oslo.upgradecheck's common check, made honest."""

from __future__ import annotations

from pathlib import Path

import pytest
from oslo_config import cfg
from oslo_upgradecheck import common_checks
from oslo_upgradecheck.upgradecheck import UpgradeCommands

from tests.unit.conftest import WriteConf
from tests.unit.conftest import line_of
from upgradecheck.catalogue import Catalogue
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks import PolicyCheck
from upgradecheck.deployment import Deployment
from upgradecheck.release import Release
from upgradecheck.service import Service

SERVICE = Service("widget", title="Widget")


def judged(file: Path) -> Result:
    deployment = Deployment(SERVICE, ((str(file),),))
    target = Release(SERVICE, "2.0", Catalogue("2.0"))
    return PolicyCheck("widget")(Upgrade(SERVICE, deployment, target))


class TestPolicyFile:
    @pytest.mark.parametrize(
        ("text", "status"),
        [
            ('"a": "role:admin"\n', Status.SUCCESS),
            ("# nothing\n", Status.SUCCESS),
            ("", Status.SUCCESS),
            ('{"a": "role:admin"}', Status.FAILURE),
        ],
    )
    def test_it_is_judged_as_oslo_judges_it(
        self, conf: WriteConf, text: str, status: Status
    ) -> None:
        policy = conf(text, "policy.yaml")
        file = conf(f"[oslo_policy]\npolicy_file = {policy}\n")
        result = judged(file)
        own = cfg.ConfigOpts()
        own(["--config-file", str(file)], project="widget")
        oracle = common_checks.check_policy_json(UpgradeCommands(), own)
        assert result.status is status
        assert result.code == oracle.code

    def test_json_is_located_and_its_remedy_told(self, conf: WriteConf) -> None:
        policy = conf('{"a": "!"}', "policy.json")
        file = conf(f"[oslo_policy]\npolicy_file = {policy}\n")
        (finding,) = judged(file).findings
        assert finding.location == f"{file}:{line_of(file, 'policy_file')}"
        assert "oslopolicy-convert-json-to-yaml" in (finding.remedy or "")

    def test_a_configured_file_that_does_not_exist_is_a_warning(
        self, conf: WriteConf
    ) -> None:
        file = conf("[oslo_policy]\n\npolicy_file = /nowhere/policy.yaml\n")
        result = judged(file)
        (finding,) = result.findings
        assert result.status is Status.WARNING
        assert finding.location == f"{file}:3"
        assert "/nowhere/policy.yaml" in finding.message

    def test_no_policy_file_at_all_is_fine(self, conf: WriteConf) -> None:
        assert judged(conf("[DEFAULT]\n")).status is Status.SUCCESS

    def test_a_file_beside_the_configuration_is_found(self, conf: WriteConf) -> None:
        conf('{"a": "!"}', "rules.json")
        file = conf("[oslo_policy]\npolicy_file = rules.json\n")
        assert judged(file).status is Status.FAILURE

    def test_a_directory_is_not_verified(self, conf: WriteConf, tmp_path: Path) -> None:
        file = conf(f"[oslo_policy]\npolicy_file = {tmp_path}\n")
        assert judged(file).status in (Status.ERROR, Status.WARNING)

    def test_a_binary_file_is_not_verified(
        self, conf: WriteConf, tmp_path: Path
    ) -> None:
        policy = tmp_path / "policy.yaml"
        policy.write_bytes(b"\xff\xfe\x00\x80" * 20)
        file = conf(f"[oslo_policy]\npolicy_file = {policy}\n")
        assert judged(file).status is Status.ERROR

    def test_what_is_neither_json_nor_yaml_is_no_success(self, conf: WriteConf) -> None:
        policy = conf('"a": [unclosed\n  - "b\n', "policy.yaml")
        file = conf(f"[oslo_policy]\npolicy_file = {policy}\n")
        assert judged(file).status in (Status.FAILURE, Status.ERROR)


class TestRulesOfTheRelease:
    """What its catalogue alone tells of the rules; it need not be installed."""

    RELEASE = Catalogue(
        "2.0",
        policies=[
            {"name": "frame:bend", "default": "rule:smith"},
            {
                "name": "frame:paint",
                "default": "role:painter",
                "deprecated": {"name": "frame:colour", "default": "@"},
            },
        ],
    )

    def details(self, conf: WriteConf, text: str) -> str:
        policy = conf(text, "policy.yaml")
        file = conf(f"[oslo_policy]\npolicy_file = {policy}\n")
        deployment = Deployment(SERVICE, ((str(file),),))
        target = Release(SERVICE, "2.0", self.RELEASE)
        result = PolicyCheck("widget")(Upgrade(SERVICE, deployment, target))
        assert result.status is Status.SUCCESS
        return result.details or ""

    def test_a_rule_that_it_does_not_have_is_noted(self, conf: WriteConf) -> None:
        details = self.details(conf, "frame:bend: '@'\nframe:melt: '!'\n")
        assert "Widget 2.0 has no rule frame:melt, so it is without effect" in details
        assert "frame:bend" not in details

    def test_a_rule_under_its_old_name_is_noted(self, conf: WriteConf) -> None:
        details = self.details(conf, "frame:colour: '!'\n")
        assert "frame:colour is frame:paint now" in details

    def test_rules_that_others_use_are_not_noted(self, conf: WriteConf) -> None:
        text = "smith: role:smith\nmine: role:me\nframe:bend: (rule:mine or rule:x)\n"
        assert "Note" not in self.details(conf, text)

    def test_of_many_a_few_are_named(self, conf: WriteConf) -> None:
        text = "".join(f"frame:n{number}: '@'\n" for number in range(9))
        assert "frame:n4 and 4 more" in self.details(conf, text)
