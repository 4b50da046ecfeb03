"""The report as JSON; its schema ships as ``report.schema.json``."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import upgradecheck
from upgradecheck.check import Finding
from upgradecheck.report import TITLE
from upgradecheck.report import Examined
from upgradecheck.report import Report
from upgradecheck.report import Row

#: The version of the report's form.
SCHEMA = 1


def data(report: Report) -> Any:
    """The report as JSON holds it; oslo.upgradecheck's keys, and more."""
    return {
        "name": TITLE,
        "schema": SCHEMA,
        "tool": {"name": "upgradecheck", "version": upgradecheck.__version__},
        "services": [service(each) for each in report.services],
        "checks": [check(row) for row in report.rows],
        "exit_code": report.exit_code,
    }


def service(examined: Examined) -> Any:
    """A service of a report as JSON holds it."""
    return {
        "name": examined.name,
        "title": examined.title,
        "version": examined.version,
        "series": examined.series,
        "config_files": list(examined.files),
        "target": examined.target and dataclasses.asdict(examined.target),
        "origins": examined.origins and dataclasses.asdict(examined.origins),
    }


def check(row: Row) -> Any:
    """A row of a report as JSON holds it; oslo.upgradecheck's keys, and more."""
    found: dict[str, Any] = {
        "check": row.title,
        "result": row.result.status.number,
        "details": row.result.details,
        "id": row.id,
        "service": row.service,
        "status": str(row.result.status),
        "findings": [_finding(finding, row) for finding in row.result.findings],
        "seconds": round(row.seconds, 3),
    }
    if row.output:
        found["output"] = row.output
    return found


def _finding(finding: Finding, row: Row) -> Any:
    found: dict[str, Any] = {
        "message": finding.message,
        "location": finding.location,
        "remedy": finding.remedy,
        "status": str(finding.status or row.result.status),
    }
    if finding.waived:
        found["waiver"] = {
            "reason": finding.waived.reason,
            "owner": finding.waived.owner,
            "expires": finding.waived.expires.isoformat(),
            "expired": finding.waived.expired,
        }
    return found


def render(report: Report) -> str:
    """The report as a JSON document; ASCII alone, so safe on any terminal."""
    return json.dumps(data(report), indent=2) + "\n"
