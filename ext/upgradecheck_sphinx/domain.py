"""The domain ``upgrade``: what is shown where, who links it, what is stale."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Set
from pathlib import Path
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
        "check": XRefRole(innernodeclass=nodes.literal, warn_dangling=True),
        "procedure": XRefRole(innernodeclass=nodes.inline, warn_dangling=True),
        "step": XRefRole(innernodeclass=nodes.inline, warn_dangling=True),
    }
    indices = [CheckIndex]
    # objects: key -> docname -> Shown, as a tuple; rendered: docname -> what ->
    # digest; uses: docname -> keys; owed: what had to be shown at the last build
    initial_data = {"objects": {}, "rendered": {}, "uses": {}, "owed": []}
    data_version = 1

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self.guide = Guide()
        self.inventory = Path()
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
    ) -> None:
        """An object is shown on the page that is being read."""
        docname, line = location
        places = self.data["objects"].setdefault((kind, name), {})
        if docname in places:
            first = places[docname][4]
            if kind in ("check", "procedure"):
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

    def shown(self, kind: str, name: str) -> Shown | None:
        """Where an object is shown."""
        places = self.data["objects"].get((kind, name))
        return Shown(*places[min(places)]) if places else None

    def clear_doc(self, docname: str) -> None:
        for key, places in list(self.data["objects"].items()):
            places.pop(docname, None)
            if not places:
                del self.data["objects"][key]
        self.data["rendered"].pop(docname, None)
        self.data["uses"].pop(docname, None)

    def merge_domaindata(self, docnames: Set[str], otherdata: dict[str, Any]) -> None:
        for key, places in otherdata["objects"].items():
            for docname, shown in places.items():
                if docname in docnames:
                    self.data["objects"].setdefault(key, {})[docname] = shown
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
            places = self.data["objects"].get((kind, name), {})
            if docname in places:
                told = Shown(*places[docname])
                kind_of_title = nodes.title if _is_section(node) else nodes.strong
                title = next(iter(node.findall(kind_of_title)), node).astext()
                places[docname] = tuple(told._replace(title=title))
        self.data["uses"][docname] = set(self._used(document))

    def _used(self, document: nodes.document) -> Iterator[Key]:
        names = self.guide.names
        for node in document.findall(addnodes.pending_xref):
            kind, target = node.get("reftype"), node.get("reftarget", "")
            if node.get("refdomain") == self.name:
                yield kind, target
                if kind == "step":
                    yield "procedure", _procedure_of(target)
            elif kind == "any":
                yield from ((each, target) for each in names if target in names[each])

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
        shown = self.shown(typ, target)
        if shown is None:
            # A link that asks for no page is the name where there is none.
            is_loose = node.get("upgrade_loose")
            return cast("nodes.reference", contnode) if is_loose else None
        if not node.get("refexplicit") and typ != "check":
            text = self._spoken(typ, target, shown, bool(node.get("upgrade_near")))
            contnode = nodes.inline(text, text, classes=contnode["classes"])
        if builder.name == "man":
            # docutils would print the page's file beside the name.
            return cast("nodes.reference", contnode)
        return make_refnode(
            builder, fromdocname, shown.docname, shown.node_id, contnode, shown.title
        )

    def _spoken(self, kind: str, target: str, shown: Shown, is_near: bool) -> str:
        """What a link says; one from elsewhere says of which procedure a step is."""
        if not shown.number:
            return shown.title
        procedure = self.shown("procedure", _procedure_of(target))
        if kind != "step" or is_near or procedure is None:
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
        """A link leads nowhere."""
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
                    f"the {kind} {name} is shown by {first.docname} already; give one "
                    "of the two :no-index:",
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
        return {
            docname
            for docname, used in self.data["uses"].items()
            # A link that leads nowhere is told in each build.
            if used & changed or used - now.keys()
        }


def _is_section(node: nodes.Element) -> bool:
    return isinstance(node, nodes.section)


def _procedure_of(step: str) -> str:
    """The full name of the procedure that a step is of."""
    return ".".join(step.split(".")[:2])


def domain_of(env: BuildEnvironment) -> UpgradeDomain:
    """The domain of a build."""
    return cast(UpgradeDomain, env.get_domain(UpgradeDomain.name))
