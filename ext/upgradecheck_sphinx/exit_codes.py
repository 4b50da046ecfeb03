"""The directive ``upgrade:exit-codes``: asked of the code, not written down."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.mistake import Source
from upgradecheck.report import MEANINGS
from upgradecheck.report import Report
from upgradecheck.report import Row
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.text import parsed
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDTHS = (15, 14, 10, 27)


class ExitCodesDirective(SphinxDirective):
    """Each status, the exit code of a run that has no graver one, its meaning."""

    def run(self) -> list[nodes.Node]:
        source = parts.here(self)
        found = parts.table(
            self,
            _("Exit codes"),
            ("exit-codes", ""),
            (_("Gravest status"), _("Result in JSON"), _("Exit code"), _("Meaning")),
            WIDTHS,
            ([parts.paragraph(word, source) for word in words] for words in statuses()),
        )
        rule = inspect.getdoc(Report.exit_code) or ""
        file = inspect.getsourcefile(Report) or ""
        getter = inspect.getattr_static(Report, "exit_code").fget
        first = inspect.getsourcelines(getter)[1]
        # The decorator and the def come before the docstring.
        lines = [
            (line, Source(file, first + 2 + number))
            for number, line in enumerate(rule.splitlines())
        ]
        return [found, *parsed(self, lines)]


def statuses() -> Iterator[tuple[str, str, str, str]]:
    """Each status, its number, the exit code it leads to, and what that means."""
    for status in Status:
        report = Report(
            rows=[Row("a.b", "A", "a", Result.stated(status, "An answer"))],
        )
        code = report.exit_code
        yield status, str(status.number), str(code), MEANINGS[code]
