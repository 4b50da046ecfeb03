"""``policy-file``: oslo.upgradecheck's common check, made honest."""

from __future__ import annotations

import os
import re

from oslo_config import cfg
from oslo_upgradecheck.upgradecheck import Code
from oslo_upgradecheck.upgradecheck import UpgradeCommands

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.checks.family import Family

TEXT = """\
The policy file exists where one is configured, and is YAML.

Asks oslo.upgradecheck's own check whether the file of ``[oslo_policy]
policy_file`` is written in JSON, which oslo.policy no longer takes.

A **failure** means that it is JSON, which ``oslopolicy-convert-json-to-yaml``
converts, or that it is neither. A **warning** means that a file is configured
and does not exist, so that none of the rules you may believe in is in force.

Of a file that is fine it also tells, as a note, which of its rules the release does
not have, so that they are without effect, and which it has under another name.
"""

#: As many rules are named in a note.
_TOLD = 5
_REFERENCE = re.compile(r"\brule:([^\s()]+)")
_GROUP, _NAME = "oslo_policy", "policy_file"


def judge(upgrade: Upgrade) -> Result:
    """Judge the policy file that the service's main program would read.

    :raises NotVerified: if the file cannot be read.
    """
    from oslo_upgradecheck.common_checks import check_policy_json

    configuration = upgrade.deployment.configuration
    conf = configuration.bare()
    where = configuration.where(_GROUP, _NAME)
    try:
        answer = check_policy_json(UpgradeCommands(), conf)
        name = conf.oslo_policy.policy_file
        path = conf.find_file(name)
    except (OSError, UnicodeDecodeError, cfg.Error) as fault:
        raise NotVerified(
            f"the policy file cannot be read: {fault}",
            where,
            "Run as a user that may read it.",
        ) from None
    if answer.code != Code.SUCCESS:
        finding = Finding(
            f"{path} is written in JSON, which oslo.policy no longer takes",
            where or path,
            f"oslopolicy-convert-json-to-yaml --namespace {upgrade.service.name} "
            f"--policy-file {path} --output-file {os.path.splitext(path or name)[0]}.yaml, "
            f"then set [{_GROUP}] {_NAME} to the new file.",
            Status.FAILURE,
        )
        return Result.judged("The policy file is written in JSON.", [finding])
    if path is None and where is not None:
        finding = Finding(
            f"the policy file {name} does not exist",
            where,
            f"Create it, or remove [{_GROUP}] {_NAME}: the default rules are in "
            "force as it is.",
            Status.WARNING,
        )
        return Result.judged("The configured policy file does not exist.", [finding])
    if path is None:
        return Result(Code.SUCCESS, "No policy file: the default rules are in force.")
    mistake = _mistake_in(path)
    if mistake is not None:
        return Result.judged("The policy file is no YAML.", [mistake])
    return Result(
        Code.SUCCESS, f"The policy file {path} is YAML.{_notes(upgrade, path)}"
    )


def _notes(upgrade: Upgrade, path: str) -> str:
    """What the release makes of the rules of a file, as sentences."""
    import yaml

    try:
        rules = {each["name"]: each for each in upgrade.target.catalogue.policies}
    except NotVerified:
        rules = {}
    with open(path, encoding="utf-8") as file:
        written = yaml.safe_load(file)
    if not rules or not isinstance(written, dict):
        return ""
    used = {
        name
        for rule in (*written.values(), *(each["default"] for each in rules.values()))
        for name in _REFERENCE.findall(str(rule))
    }
    renamed = {
        each["deprecated"]["name"]: name
        for name, each in rules.items()
        if "name" in each.get("deprecated", {})
    }
    unknown = [str(name) for name in written if name not in rules]
    notes = [f"{name} is {renamed[name]} now" for name in unknown if name in renamed]
    idle = [name for name in unknown if name not in renamed and name not in used]
    if idle:
        more = f" and {len(idle) - _TOLD} more" if len(idle) > _TOLD else ""
        notes.append(
            f"{upgrade.target.spoken} has no rule {', '.join(idle[:_TOLD])}{more}, so "
            "it is without effect"
        )
    return f" Note: {'; '.join(notes)}." if notes else ""


def _mistake_in(path: str) -> Finding | None:
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            yaml.safe_load(file)
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        return Finding(
            f"the policy file is no YAML: {getattr(fault, 'problem', None) or 'broken'}",
            f"{path}:{mark.line + 1}" if mark else path,
            "Correct it: the service's programs refuse it as it is.",
            Status.FAILURE,
        )
    return None


class PolicyCheck(Family):
    """The check ``<service>.policy-file`` of a service."""

    slug = "policy-file"
    heading = "Policy file"
    prose = TEXT
    ask = staticmethod(judge)
