"""The report as oslo.upgradecheck's table, one box a check."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

import prettytable

from upgradecheck.check import Finding
from upgradecheck.check import Status
from upgradecheck.check import Waived
from upgradecheck.report import MEANINGS
from upgradecheck.report import TITLE
from upgradecheck.report import Report
from upgradecheck.report import Row
from upgradecheck.report.terminal import coloured
from upgradecheck.report.terminal import line
from upgradecheck.report.terminal import plain

#: The width of oslo.upgradecheck's details, in columns.
WIDTH = 60
_RESULT = re.compile(
    r"^(\| (?:Result: |  )?)(Success|Warning|Failure|Error|Skipped|Waived)\b"
)


def render(report: Report, colour: bool = False) -> str:
    """The table; the same words with colour and without."""
    table = prettytable.PrettyTable([TITLE], hrules=prettytable.HRuleStyle.ALL)
    table.align = "l"
    for row in report.rows:
        table.add_row([_cell(row)])
    text = "\n".join([*_heads(report), table.get_string()])
    if colour:
        text = "\n".join(map(_with_colour, text.split("\n")))
    return f"{text}\n{_verdict(report)}\n" if colour else f"{text}\n"


def _heads(report: Report) -> Iterator[str]:
    """What was judged, where the operator names a release."""
    for each in report.services:
        target, origins = each.target, each.origins
        if target is None:
            continue
        said = ""
        if target.version != each.version:
            said = f", as told by {target.source or 'no catalogue'}"
        if origins is not None and origins.told_by == "--from":
            said += f", from {origins.releases[0].short}"
        if said:
            text = plain(f"{each.title} is judged for {target.short}{said}.")
            yield "\n".join(textwrap.wrap(text, WIDTH + 4))


def _with_colour(text: str) -> str:
    found = _RESULT.match(text)
    if found is None:
        return text
    status = Status(found[2].lower())
    return f"{found[1]}{coloured(found[2], status)}{text[found.end() :]}"


def _cell(row: Row) -> str:
    lines = [
        f"Check: {line(row.title)} ({line(row.id)})"
        if row.title != row.id
        else f"Check: {line(row.id)}",
        f"Result: {row.result.status.capitalize()}",
        f"Details: {_wrapped(row.result.details or 'None')}",
    ]
    alone = len(row.result.findings) == 1
    for finding in row.result.findings:
        lines += _finding(finding, row, alone)
    if row.output.strip():
        lines.append(f"  It printed: {_wrapped(row.output.strip(), '    ')}")
    return "\n".join(lines)


def _finding(finding: Finding, row: Row, alone: bool) -> list[str]:
    status = finding.status or row.result.status
    word = f"{status.capitalize()}: "
    lines = []
    said = (row.result.details or "").rstrip(".").lower()
    if finding.waived or not (alone and finding.message.rstrip(".").lower() == said):
        lines.append(f"  {_wrapped(word + finding.message, '    ')}")
    if finding.location:
        lines.append(f"    At: {line(finding.location)}")
    if finding.remedy and "\n" in finding.remedy.strip():
        # A file to copy: its lines stay as they are.
        lines.append("    Remedy:")
        lines += [f"      {line(each)}" for each in finding.remedy.strip().split("\n")]
    elif finding.remedy:
        lines.append(f"    Remedy: {_wrapped(finding.remedy, '      ')}")
    if finding.waived:
        lines.append(f"    {_wrapped(_waiver(finding.waived), '      ')}")
    return lines


def _waiver(waived: Waived) -> str:
    if waived.expired:
        return (
            f"The waiver of {waived.owner} expired on {waived.expires}, so this counts "
            f"again: {waived.reason}"
        )
    return f"Waived by {waived.owner} until {waived.expires}: {waived.reason}"


def _wrapped(text: str, indent: str = "  ") -> str:
    lines = textwrap.wrap(
        plain(" ".join(text.split())),
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def _verdict(report: Report) -> str:
    counts = dict.fromkeys(Status, 0)
    for row in report.rows:
        counts[row.result.status] += 1
    said = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"{said or 'no check was asked'}\nExit code {report.exit_code}: {MEANINGS[report.exit_code]}"
