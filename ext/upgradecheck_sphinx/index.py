"""The index of all checks, by service; entries of the general index."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.domains import Index
from sphinx.domains import IndexEntry
from sphinx.transforms import SphinxTransform

from upgradecheck_sphinx import parts
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from upgradecheck_sphinx.domain import UpgradeDomain

#: What Sphinx knows of an entry: its kind, text, place, weight and letter.
Entry = tuple[str, str, str, str, None]


def mark(node: addnodes.index, kind: str, name: str, node_id: str, spoken: str) -> None:
    """Have an object in the general index, by the title that its page will show.

    :param spoken: our own words for what it is, around the name.
    """
    node["upgrade_entry"] = (f"{kind} {name}", node_id, spoken % name)


class Entries(SphinxTransform):
    """What is marked for the general index is there by its name and its title."""

    # Sphinx has translated the titles by then.
    default_priority = 25

    def apply(self, **kwargs: Any) -> None:
        titles = {
            node["upgrade_object"]: parts.title_of(node)
            for node in self.document.findall(nodes.Element)
            if "upgrade_object" in node
        }
        for node in self.document.findall(addnodes.index):
            if "upgrade_entry" in node:
                what, node_id, named = node["upgrade_entry"]
                node["entries"] = _entries(titles.get(what, ""), node_id, named)


def _entries(title: str, node_id: str, named: str) -> list[Entry]:
    """The title is a text of its own, with the name below it.

    So the search knows it too, and puts what bears it above the pages that only have
    its words.
    """
    # A semicolon would make a subentry of the rest, an exclamation mark at the
    # start a main entry.
    titled = title.replace(";", ",").lstrip("! ")
    texts = [named, f"{titled}; {named}"] if titled else [named]
    return [("single", text, node_id, "main", None) for text in texts]


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
