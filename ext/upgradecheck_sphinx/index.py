"""The index of all checks, by service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sphinx.domains import Index
from sphinx.domains import IndexEntry

from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from upgradecheck_sphinx.domain import UpgradeDomain


class CheckIndex(Index):
    """All checks that the pages show."""

    name = "checks"
    localname = "Upgrade checks"
    shortname = "checks"
    domain: UpgradeDomain

    @classmethod
    def name_it(cls) -> None:
        """Take the names in the language of the build.

        Sphinx reads them from the class, and its JSON builder takes no text that
        is translated only when it is shown.
        """
        cls.localname = str(_("Upgrade checks"))
        cls.shortname = str(_("checks"))

    def generate(
        self, docnames: Iterable[str] | None = None
    ) -> tuple[list[tuple[str, list[IndexEntry]]], bool]:
        wanted = None if docnames is None else set(docnames)
        content: dict[str, list[IndexEntry]] = {}
        for (kind, name), shown in sorted(self.domain.objects.items()):
            if kind != "check" or (wanted is not None and shown.docname not in wanted):
                continue
            entry = IndexEntry(
                name, 0, shown.docname, shown.node_id, "", "", shown.title
            )
            content.setdefault(name.partition(".")[0], []).append(entry)
        return list(content.items()), False
