"""The directive ``upgrade:changes``: what changed from one release to another."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import ClassVar
from typing import TypeAlias

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from upgradecheck import catalogue_file
from upgradecheck import changes as reader
from upgradecheck.changes import Changes
from upgradecheck.check import NotVerified
from upgradecheck.default import contrasted
from upgradecheck.mistake import nearest
from upgradecheck.release import Release
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.text import clean
from upgradecheck_sphinx.warning import Warn
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from sphinx.util.typing import OptionSpec

    from upgradecheck.service import Service
    from upgradecheck_sphinx.domain import UpgradeDomain

#: A name, and what is told of it.
Item: TypeAlias = tuple[str, str]


class ChangesDirective(SphinxDirective):
    """Options, revisions, plug-ins, programs and rules that changed, by their kind."""

    required_arguments = 1
    option_spec: ClassVar[OptionSpec] = {
        "from": directives.unchanged_required,
        "to": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0].strip()
        services = self.upgrade.guide.definitions
        if name not in services:
            right = nearest(name, services)
            Warn.UNKNOWN_CHECK.at(self.get_location(), f"no service is {name}; {right}")
            return []
        for option in self.option_spec:
            if option not in self.options:
                Warn.LOAD.at(
                    self.get_location(),
                    f"upgrade:changes needs :{option}:, a version, a series or its name",
                )
                return []
        found = self._changes(services[name])
        return [] if found is None else [*self._told(found)]

    @property
    def upgrade(self) -> UpgradeDomain:
        """The domain of the build."""
        from upgradecheck_sphinx.domain import domain_of

        return domain_of(self.env)

    def _changes(self, service: Service) -> Changes | None:
        try:
            for file in catalogue_file.shipped(service).values():
                self.env.note_dependency(str(file))
            return reader.between(service, self.options["from"], self.options["to"])
        except LookupError as fault:
            Warn.LOAD.at(self.get_location(), str(fault.args[0]))
        except NotVerified as fault:
            Warn.LOAD.at(self.get_location(), f"{fault.reason}; {fault.remedy or ''}")
        return None

    def _told(self, changes: Changes) -> Iterator[nodes.Node]:
        title = changes.target.service.title
        releases = (nodes.Text(clean(each.short)) for each in _ends(changes))
        service = nodes.Text(clean(title))
        found = nodes.definition_list()
        for word, items in _parts(changes):
            listed = [_item(*item) for item in items]
            if listed:
                term = nodes.term(word, clean(word), translatable=False)
                body = nodes.definition("", nodes.bullet_list("", *listed))
                found += nodes.definition_list_item("", term, body)
        if not found.children:
            yield parts.sentence(
                _("%s has not changed from %s to %s."), service, *releases
            )
            return
        yield parts.sentence(_("What changed in %s from %s to %s:"), service, *releases)
        yield found


def _ends(changes: Changes) -> tuple[Release, Release]:
    return changes.origin, changes.target


def _item(name: str, more: str) -> nodes.list_item:
    found = nodes.paragraph("", "", nodes.literal(name, clean(name)))
    found["translatable"] = False
    if more:
        found += nodes.inline(more, clean(more))
    return nodes.list_item("", found)


def _named(names: Iterable[str]) -> Iterator[Item]:
    return ((name, "") for name in names)


def _parts(changes: Changes) -> Iterator[tuple[str, Iterable[Item]]]:
    yield (
        _("Removed options"),
        (
            (known.spoken, removed.told if removed else "")
            for known, removed in changes.removed
        ),
    )
    yield (
        _("Renamed options"),
        (
            (each.old.spoken, _(", now %s") % each.new.spoken)
            for each in changes.renamed
        ),
    )
    yield (
        _("Options with another default"),
        (
            (each.known.spoken, _before_and_now(*contrasted(each.old, each.new)))
            for each in changes.defaults
        ),
    )
    yield (
        _("Newly deprecated options"),
        ((known.spoken, reader.deprecation(known)) for known in changes.deprecated),
    )
    yield _("New options"), ((known.spoken, "") for known in changes.new)
    yield (
        _("Options that were not compared"),
        ((each.namespace, each.told) for each in changes.unlisted),
    )
    for database, revisions in changes.revisions.items():
        word = _("Revisions of the database %s") % database
        yield word, ((each.revision, f" {each.title}") for each in revisions)
    for group, names in changes.entry_points.items():
        yield _("Added to %s") % group, _named(names.added)
        yield _("Removed from %s") % group, _named(names.removed)
    yield _("New programs"), _named(changes.programs.added)
    yield _("Removed programs"), _named(changes.programs.removed)
    yield _("New policy rules"), _named(changes.policies.added)
    yield _("Removed policy rules"), _named(changes.policies.removed)
    yield (
        _("Policy rules with another default"),
        (
            (name, _before_and_now(*contrasted(old, new)))
            for name, old, new in changes.rules
        ),
    )


def _before_and_now(before: str, now: str) -> str:
    return _(": %s, now %s") % (before, now)
