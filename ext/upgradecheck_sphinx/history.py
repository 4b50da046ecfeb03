"""The directive ``upgrade:history``: what each version added, changed and removed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypeAlias

from docutils import nodes
from packaging.utils import canonicalize_name
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from upgradecheck import inventory_file
from upgradecheck.difference import Change
from upgradecheck.difference import Thing
from upgradecheck.difference import Verb
from upgradecheck.difference import differences
from upgradecheck.inventory import Inventory
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source
from upgradecheck.mistake import nearest
from upgradecheck_sphinx import parts
from upgradecheck_sphinx import words
from upgradecheck_sphinx.text import clean
from upgradecheck_sphinx.warning import Warn
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from upgradecheck_sphinx.domain import UpgradeDomain

#: A version, empty for what is not released yet, and its changes.
Version: TypeAlias = tuple[str, tuple[Change, ...]]

#: Where the inventory may be, seen from the folder of ``conf.py``; the usual place first.
PLACES = (
    f"../../releasenotes/{inventory_file.NAME}",
    f"../releasenotes/{inventory_file.NAME}",
)


def place(folder: Path, told: str) -> Path:
    """Where the inventory is, or should be.

    :param folder: that of ``conf.py``.
    :param told: what that says of it; empty if nothing.
    """
    places = [Path(folder, each).resolve() for each in ([told] if told else PLACES)]
    return next((each for each in places if each.is_file()), places[0])


class HistoryDirective(SphinxDirective):
    """What each version added, changed, renamed, moved and removed; newest first."""

    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        self.upgrade.note_rendered(self.env.docname, "history")
        is_kept = self.upgrade.guide.inventory.is_file()
        if not (is_kept or self.config.upgradecheck_inventory):
            return self._declared()
        self.inventory = self._inventory()
        return [] if self.inventory is None else self._kept(self.inventory)

    def _kept(self, inventory: Inventory) -> list[nodes.Node]:
        """What an inventory tells."""
        services = self._services(inventory)
        found: list[nodes.Node] = []
        for version, changes in self._versions(inventory):
            wanted = [each for each in changes if each.service in services]
            if wanted:
                found += self._version(version, wanted)
        return found or [parts.told(_("No version is recorded yet."))]

    def _declared(self) -> list[nodes.Node]:
        """What checks say of themselves, where no inventory is kept."""
        guide = self.upgrade.guide
        self.inventory = Inventory("")
        services = self._services(self.inventory) & guide.services.keys()
        providers = {guide.services[each].provider for each in services}
        text = _(
            "No releases are recorded: this is what the checks say of themselves, "
            "and nothing of what was removed."
        )
        found: list[nodes.Node] = [parts.told(text)]
        for provider in sorted(providers):
            held = guide.held[canonicalize_name(provider)]
            for version, changes in Inventory.declared(provider, held).history():
                wanted = [each for each in changes if each.service in services]
                label = f"{provider} {version}" if len(providers) > 1 else version
                found += self._version(label, wanted) if wanted else []
        return found

    @property
    def upgrade(self) -> UpgradeDomain:
        """The domain of the build."""
        from upgradecheck_sphinx.domain import domain_of

        return domain_of(self.env)

    def _inventory(self) -> Inventory | None:
        """The inventory; None, with warnings, if there is none."""
        path = self.upgrade.guide.inventory
        self.env.note_dependency(str(path))
        try:
            return inventory_file.load(path)
        except OSError as fault:
            Warn.LOAD.at(
                self.get_location(),
                f"the inventory {path} cannot be read: {fault.strerror}; "
                "service-status upgrade notes writes it, and upgradecheck_inventory "
                "in conf.py says where it is",
            )
        except Mistaken as fault:
            for each in fault.mistakes:
                Warn.LOAD.at(each.source, f"{each.what}; {each.right}")
        return None

    def _services(self, inventory: Inventory) -> set[str]:
        asked = "".join(self.arguments).replace(",", " ").split()
        if not asked:
            return set(self.upgrade.guide.watched)
        held = {name.partition(".")[0] for name in self._names(inventory)}
        known = held | set(self.upgrade.guide.services)
        for name in asked:
            if name not in known:
                right = nearest(name, known)
                Warn.UNKNOWN_CHECK.at(
                    self.get_location(), f"no service is {name}; {right}"
                )
        return set(asked)

    def _names(self, inventory: Inventory) -> Iterable[str]:
        return (*inventory.checks, *inventory.procedures)

    def _versions(self, inventory: Inventory) -> Iterator[Version]:
        guide = self.upgrade.guide
        now = guide.held.get(canonicalize_name(inventory.distribution))
        if now is None:
            Warn.LOAD.at(
                self.get_location(),
                f"the inventory is that of {inventory.distribution}, of which nothing "
                "is registered here; install it",
            )
        else:
            yield (
                "",
                tuple(
                    each
                    for each in differences(inventory.at(), now)
                    # What does not load is told apart, and not removed.
                    if each.verb is not Verb.REMOVED or each.name not in guide.refused
                ),
            )
        yield from inventory.history()

    def _version(self, version: str, changes: list[Change]) -> list[nodes.Node]:
        title = clean(version) or _("Not yet released")
        id = make_id(
            self.env, self.state.document, "history", version or "not-yet-released"
        )
        body = self._body(changes)
        if not parts.is_among_sections(self):
            rubric = nodes.rubric(title, title, ids=[id], translatable=False)
            self.state.document.note_explicit_target(rubric)
            return [rubric, body]
        heading = nodes.title(title, title, translatable=False)
        found = nodes.section("", heading, body, ids=[id], classes=["upgrade-history"])
        for node in (found, heading):
            node.source, node.line = self.get_source_info()
        self.state.document.note_explicit_target(found)
        return [found]

    def _body(self, changes: list[Change]) -> nodes.definition_list:
        """The changes, those of a kind together."""
        terms = {
            Verb.ADDED: _("Added"),
            Verb.CHANGED: _("Changed"),
            Verb.RENAMED: _("Renamed"),
            Verb.MOVED: _("Moved"),
            Verb.REMOVED: _("Removed"),
        }
        found = nodes.definition_list()
        for verb, word in terms.items():
            items = [self._item(each) for each in changes if each.verb is verb]
            if items:
                term = nodes.term(word, word, translatable=False)
                body = nodes.definition("", nodes.bullet_list("", *items))
                found += nodes.definition_list_item("", term, body)
        return found

    def _item(self, change: Change) -> nodes.list_item:
        found = nodes.list_item("", self._told(change))
        if change.facts:
            found += self._facts(change)
        if change.thing is Thing.STEP:
            found += self._more_of_step(change)
        return found

    def _more_of_step(self, change: Change) -> list[nodes.Node]:
        """Where a step was before, and the steps that are within it."""
        told = []
        if change.was:
            was = nodes.literal(change.was, clean(change.was))
            told.append(parts.sentence(_("It was %s"), was))
        for name in change.inner:
            inner = self._object(change, Thing.STEP, name)
            told.append(parts.sentence(_("Within it is %s"), inner))
        items = [nodes.list_item("", each) for each in told]
        return [nodes.bullet_list("", *items)] if items else []

    def _told(self, change: Change) -> nodes.paragraph:
        here = self._object(change, change.thing, change.name)
        title = _inline(change.title)
        if change.thing is Thing.STEP:
            return self._told_of_step(change, here)
        is_check = change.thing is Thing.CHECK
        if change.verb is Verb.RENAMED:
            template = (
                _("The check %s is titled “%s” (was “%s”)")
                if is_check
                else _("The procedure %s is titled “%s” (was “%s”)")
            )
            return parts.sentence(template, here, title, _inline(change.was))
        template = _("The check %s: %s") if is_check else _("The procedure %s: %s")
        return parts.sentence(template, here, title)

    def _told_of_step(self, change: Change, here: nodes.Node) -> nodes.paragraph:
        procedure = self._object(change, Thing.PROCEDURE, change.procedure)
        if change.verb is Verb.REMOVED:
            return parts.sentence(_("The step %s of the procedure %s"), here, procedure)
        if not change.after:
            template = _("The step %s of the procedure %s: it comes first")
            return parts.sentence(template, here, procedure)
        template = _("The step %s of the procedure %s: it comes after %s")
        after = self._object(change, Thing.STEP, change.after)
        return parts.sentence(template, here, procedure, after)

    def _facts(self, change: Change) -> nodes.bullet_list:
        names = {
            "phase": _("Phase"),
            "needs": _("Needs"),
            "applies_to": _("Applies to"),
            "procedures": _("Only on the way of"),
        }
        found = nodes.bullet_list()
        for fact in change.facts:
            now, before = (
                _inline(
                    words.phase(each) if fact.name == "phase" else each or _("nothing")
                )
                for each in (fact.now, fact.before)
            )
            name = nodes.Text(names[fact.name])
            told = parts.sentence(_("%s: %s (was %s)"), name, now, before)
            found += nodes.list_item("", told)
        return found

    def _object(self, change: Change, thing: Thing, name: str) -> nodes.Node:
        """A link to what is there, the name of what is not."""
        if name not in self.upgrade.guide.names[thing]:
            return nodes.literal(name, clean(name))
        assert self.inventory is not None
        source = self.inventory.source(change)
        if not source.file:
            source = Source(*self.get_source_info())
        # No page need show it: the name will do.
        found = parts.link(self, thing, name, source, name, is_loose=True)
        found.children = []
        found += nodes.literal(name, clean(name))
        return found


def _inline(text: str) -> nodes.inline:
    return nodes.inline(text, clean(text))
