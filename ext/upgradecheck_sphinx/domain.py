"""The domain ``upgrade``: what is shown where, who links it, what is stale."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Set
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import TypeAlias
from typing import cast

from docutils import nodes
from sphinx import addnodes
from sphinx.domains import Domain
from sphinx.domains import ObjType
from sphinx.roles import XRefRole
from sphinx.util.nodes import make_refnode

from upgradecheck.mistake import nearest
from upgradecheck_sphinx import parts
from upgradecheck_sphinx.changes import ChangesDirective
from upgradecheck_sphinx.checks import CheckDirective
from upgradecheck_sphinx.checks import ChecksDirective
from upgradecheck_sphinx.exit_codes import ExitCodesDirective
from upgradecheck_sphinx.guide import Guide
from upgradecheck_sphinx.history import HistoryDirective
from upgradecheck_sphinx.index import CheckIndex
from upgradecheck_sphinx.procedures import ProcedureDirective
from upgradecheck_sphinx.schema import SchemaDirective
from upgradecheck_sphinx.warning import Warn
from upgradecheck_sphinx.words import _

if TYPE_CHECKING:
    from sphinx.builders import Builder
    from sphinx.environment import BuildEnvironment

#: Kind and name of an object.
Key: TypeAlias = tuple[str, str]
#: What stands for the digest of what is not there: it never becomes current.
MISSING = "missing"


class Shown(NamedTuple):
    """Where an object is shown, and what links to it say."""

    docname: str
    node_id: str
    title: str
    number: str
    line: int

    @property
    def visible(self) -> tuple[str, ...]:
        """What the pages that link it show of it."""
        return self[:4]


class UpgradeRole(XRefRole):
    """A link by name; with ``~`` before the name it says less, as in other domains."""

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: nodes.Element,
        has_explicit_title: bool,
        title: str,
        target: str,
    ) -> tuple[str, str]:
        if not has_explicit_title and target.startswith("~"):
            refnode["upgrade_short"] = True
            target = target.removeprefix("~")
            title = target.rpartition(".")[2]
        return super().process_link(env, refnode, has_explicit_title, title, target)


class UpgradeDomain(Domain):
    """Checks, procedures and steps."""

    name = "upgrade"
    label = "Upgrade"
    object_types = {
        "check": ObjType("check", "check"),
        "procedure": ObjType("procedure", "procedure"),
        "step": ObjType("step", "step"),
    }
    directives = {
        "check": CheckDirective,
        "checks": ChecksDirective,
        "changes": ChangesDirective,
        "procedure": ProcedureDirective,
        "exit-codes": ExitCodesDirective,
        "history": HistoryDirective,
        "schema": SchemaDirective,
    }
    roles = {
        "check": UpgradeRole(innernodeclass=nodes.literal, warn_dangling=True),
        "procedure": UpgradeRole(innernodeclass=nodes.inline, warn_dangling=True),
        "step": UpgradeRole(innernodeclass=nodes.inline, warn_dangling=True),
    }
    indices = [CheckIndex]
    # objects, and unlisted those with :no-index:: key -> docname -> Shown, as a tuple;
    # rendered: docname -> what -> digest; uses: docname -> key -> whether it has to
    # lead somewhere; owed: what had to be shown at the last build
    initial_data = {
        "objects": {},
        "unlisted": {},
        "rendered": {},
        "uses": {},
        "owed": [],
    }
    data_version = 2

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.guide = Guide()
        self._before: dict[Key, Shown] = {}

    # What directives tell

    def note_object(
        self,
        kind: str,
        name: str,
        node_id: str,
        title: str,
        location: tuple[str, int],
        number: str = "",
        is_listed: bool = True,
    ) -> None:
        """An object is shown on the page that is being read.

        :param is_listed: whether other pages may link it there, and the index has it.
        """
        docname, line = location
        part = "objects" if is_listed else "unlisted"
        places = self.data[part].setdefault((kind, name), {})
        if docname in places:
            first = places[docname][4]
            if is_listed and kind in ("check", "procedure"):
                Warn.DUPLICATE.at(
                    location,
                    f"the {kind} {name} is shown on line {first} of this page already; "
                    "give one of the two :no-index:",
                )
            return
        places[docname] = tuple(Shown(docname, node_id, title, number, line))

    def note_rendered(self, docname: str, what: str) -> None:
        """A page shows something of the guide, or should."""
        digest = self.guide.digests.get(what, MISSING)
        self.data["rendered"].setdefault(docname, {})[what] = digest

    # What Sphinx asks

    @property
    def objects(self) -> dict[Key, Shown]:
        """Each object, where it is shown first."""
        return {
            key: Shown(*places[min(places)])
            for key, places in self.data["objects"].items()
            if places
        }

    def shown(self, kind: str, name: str, near: str = "") -> Shown | None:
        """Where an object is shown.

        :param near: a page that may link what it shows itself with ``:no-index:``.
        """
        unlisted = self.data["unlisted"].get((kind, name), {})
        places = self.data["objects"].get((kind, name))
        if near in unlisted:
            return Shown(*unlisted[near])
        return Shown(*places[min(places)]) if places else None

    def clear_doc(self, docname: str) -> None:
        for part in ("objects", "unlisted"):
            for key, places in list(self.data[part].items()):
                places.pop(docname, None)
                if not places:
                    del self.data[part][key]
        self.data["rendered"].pop(docname, None)
        self.data["uses"].pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        for part in ("objects", "unlisted"):
            for key, places in otherdata[part].items():
                for docname, shown in places.items():
                    if docname in docnames:
                        self.data[part].setdefault(key, {})[docname] = shown
        for part in ("rendered", "uses"):
            for docname, value in otherdata[part].items():
                if docname in docnames:
                    self.data[part][docname] = value

    def process_doc(
        self, env: BuildEnvironment, docname: str, document: nodes.document
    ) -> None:
        """Take the titles as they are translated, and see what is linked."""
        for node in document.findall(nodes.Element):
            kind, _, name = node.get("upgrade_object", "").partition(" ")
            for part in ("objects", "unlisted"):
                places = self.data[part].get((kind, name), {})
                if docname in places:
                    told = Shown(*places[docname])
                    places[docname] = tuple(told._replace(title=parts.title_of(node)))
        uses: dict[Key, bool] = {}
        self.data["uses"][docname] = uses
        for key, is_strict in self._used(document):
            uses[key] = uses.get(key, False) or is_strict

    def _used(self, document: nodes.document) -> Iterator[tuple[Key, bool]]:
        """What is linked, and whether the link has to lead somewhere."""
        names = self.guide.names
        for node in document.findall(addnodes.pending_xref):
            kind, target = node.get("reftype"), node.get("reftarget", "")
            if node.get("refdomain") == self.name:
                yield (kind, target), not node.get("upgrade_loose")
                if kind == "step":
                    yield ("procedure", _procedure_of(target)), False
            elif kind == "any":
                known = (each for each in names if target in names[each])
                yield from (((each, target), True) for each in known)

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        for (kind, name), shown in self.objects.items():
            if kind in self.object_types:
                yield name, name, kind, shown.docname, shown.node_id, 1

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        near = node.get("refdoc", "") if node.get("upgrade_near") else ""
        shown = self.shown(typ, target, near)
        if shown is None:
            return None
        if not node.get("refexplicit") and typ != "check":
            text = shown.title
            if shown.number and not node.get("upgrade_short"):
                text = self._numbered(target, shown, bool(node.get("upgrade_near")))
            contnode = nodes.inline(text, text, classes=contnode["classes"])
        if builder.name == "man":
            # docutils would print the page's file beside the name.
            return cast("nodes.reference", contnode)
        return make_refnode(
            builder, fromdocname, shown.docname, shown.node_id, contnode, shown.title
        )

    def _numbered(self, step: str, shown: Shown, is_near: bool) -> str:
        """A step's number and title; from elsewhere also its procedure's."""
        procedure = self.shown("procedure", _procedure_of(step))
        if is_near or procedure is None:
            text = _("step %(number)s: %(title)s")
            return text % {"number": shown.number, "title": shown.title}
        return _("step %(number)s of %(procedure)s: %(title)s") % {
            "number": shown.number,
            "procedure": procedure.title,
            "title": shown.title,
        }

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        found = []
        for kind in self.object_types:
            resolved = self.resolve_xref(
                env, fromdocname, builder, kind, target, node, contnode
            )
            if resolved is not None:
                found.append((f"{self.name}:{kind}", resolved))
        return found

    def warn_missing(self, node: addnodes.pending_xref) -> None:
        """A link leads nowhere; one that need not is the name then."""
        if node.get("upgrade_loose"):
            return
        kind, target = node["reftype"], node["reftarget"]
        warn = Warn.UNKNOWN_CHECK if kind == "check" else Warn.PROCEDURE
        known = self.guide.names.get(kind, set())
        if target in known:
            why = "no page shows it"
        else:
            why = f"there is none; {nearest(target, known)}" if known else "none is"
        warn.at(node, f"the link to the {kind} {target} leads nowhere: {why}")

    def check_consistency(self) -> None:
        for what in self._undocumented(()):
            source = self.guide.owed[what]
            Warn.UNDOCUMENTED.at(source, f"no page shows the {what}")
        for (kind, name), places in self.data["objects"].items():
            if kind not in ("check", "procedure"):
                continue
            first, *others = (Shown(*places[each]) for each in sorted(places))
            for other in others:
                Warn.DUPLICATE.at(
                    (other.docname, other.line),
                    f"the {kind} {name} is shown on the page {first.docname} already; "
                    "give one of the two :no-index:",
                )

    # What is to be done again

    def _undocumented(self, without: Iterable[str]) -> list[str]:
        shown = {
            what
            for docname, rendered in self.data["rendered"].items()
            if docname not in without
            for what in rendered
        }
        return [what for what in self.guide.owed if what not in shown]

    def stale_documents(self, removed: Set[str]) -> set[str]:
        """The pages to read again, since the registry has changed."""
        self._before = self.objects
        now = self.guide.digests
        stale = {
            docname
            for docname, rendered in self.data["rendered"].items()
            if any(now.get(what) != digest for what, digest in rendered.items())
        }
        owed = sorted(self.guide.owed)
        if owed != self.data["owed"] or self._undocumented(removed):
            # Sphinx looks for consistency only if some page was read.
            stale.add(self.env.config.root_doc)
        self.data["owed"] = owed
        return stale

    def documents_to_rewrite(self) -> set[str]:
        """The pages to write again, since what they link has changed."""
        before, now = self._before, self.objects
        changed = {
            key
            for key in before.keys() | now.keys()
            if key not in before
            or key not in now
            or before[key].visible != now[key].visible
        }
        there = now.keys() | self.data["unlisted"].keys()
        return {
            docname
            for docname, used in self.data["uses"].items()
            # A link that leads nowhere is told in each build.
            if used.keys() & changed
            or any(is_strict and key not in there for key, is_strict in used.items())
        }


def _procedure_of(step: str) -> str:
    """The full name of the procedure that a step is of."""
    return ".".join(step.split(".")[:2])


def domain_of(env: BuildEnvironment) -> UpgradeDomain:
    """The domain of a build."""
    return cast(UpgradeDomain, env.get_domain(UpgradeDomain.name))
