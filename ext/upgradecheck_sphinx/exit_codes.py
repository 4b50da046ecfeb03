"""The directive ``upgrade:exit-codes``: asked of the code, not written down."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.report import MEANINGS
from upgradecheck.report import Report
from upgradecheck.report import Row
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTHS = (15, 14, 12, 26)


class ExitCodesDirective(SphinxDirective):
    """Each status, the exit code of a run that has no graver one, its meaning."""

    def run(self) -> list[nodes.Node]:
        found = parts.table(
            self,
            _("Exit codes"),
            ("exit-codes", ""),
            (_("Gravest status"), _("Result in JSON"), _("Exit code"), _("Meaning")),
            WIDTHS,
            ([parts.told(word) for word in words] for words in statuses()),
        )
        return [found, *(parts.told(_(text)) for text in rule())]


def rule() -> list[str]:
    """How the exit code of a run follows from its results, by paragraphs."""
    text = inspect.getdoc(Report.exit_code) or ""
    return [" ".join(each.split()) for each in text.split("\n\n") if each.strip()]


def words_of_code() -> list[str]:
    """What is said of exit codes in the code, which we translate as well."""
    return [*MEANINGS.values(), *rule()]


def statuses() -> Iterator[tuple[str, str, str, str]]:
    """Each status, its number, the exit code it leads to, and what that means."""
    for status in Status:
        report = Report(
            rows=[Row("a.b", "A", "a", Result.stated(status, "An answer"))],
        )
        code = report.exit_code
        yield status, str(status.number), str(code), _(MEANINGS[code])
