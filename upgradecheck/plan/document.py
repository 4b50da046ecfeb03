"""A plan as JSON; its schema ships as ``plan.schema.json``."""

from __future__ import annotations

import json
from typing import Any

import upgradecheck
from upgradecheck.plan.live import Plan
from upgradecheck.plan.task import Task
from upgradecheck.report import document

#: The version of the plan's form.
SCHEMA = 1


def data(plan: Plan) -> Any:
    """The plan as JSON holds it; its steps flat, in the advised order."""
    advised = plan.advised
    return {
        "schema": SCHEMA,
        "tool": {"name": "upgradecheck", "version": upgradecheck.__version__},
        "procedure": {"id": plan.procedure.name, "title": plan.procedure.title},
        "services": [document.service(plan.service)],
        "journal": plan.journal,
        "next": advised.name if advised else None,
        "done": plan.is_done,
        "placeholders": plan.open_placeholders,
        "steps": [_task(task) for task in plan],
        "checks": [document.check(row) for row in plan.rows],
        "exit_code": plan.exit_code,
    }


def _task(task: Task) -> Any:
    said = task.said
    return {
        "id": task.name,
        "title": task.title,
        "state": str(task.state),
        "within": task.around.name if task.around else None,
        "for": task.item or None,
        "where": task.step.where,
        "seen_by": "checks" if task.step.verify else "person",
        "optional": task.step.is_optional,
        "anytime": task.step.is_anytime,
        "commands": list(task.commands),
        "gate": [str(each) for each in task.step.gate],
        "verify": [str(each) for each in task.step.verify],
        "waits_for": list(task.waits_for),
        "blocked_by": [row.id for row in task.blockers],
        "contradicted": task.is_contradicted,
        "said": said
        and {
            "done": said.is_done,
            "note": said.note,
            "by": said.by,
            "time": said.time.isoformat(),
        },
    }


def render(plan: Plan) -> str:
    """The plan as a JSON document; ASCII alone, so safe on any terminal."""
    return json.dumps(data(plan), indent=2) + "\n"
