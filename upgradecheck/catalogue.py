"""A catalogue: what one version of a service expects of a deployment."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from oslo_config import cfg

from upgradecheck import option
from upgradecheck.place import Place
from upgradecheck.place import normal

#: The form of the data; a catalogue of another form is not read.
FORM = 3


class Revision(NamedTuple):
    """One alembic revision of a service's database.

    The fields are those of ``alembic.script.revision.Revision``.
    """

    revision: str
    down_revision: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    title: str

    @property
    def spoken(self) -> str:
        """Its id and its title, to stand within a sentence."""
        return f"{self.revision} {self.title.rstrip('.')}".rstrip()


class KnownOption:
    """An option of a release: its group, its definition, who lists it.

    :param group: the group's name, as it is registered.
    :param data: the definition, as a catalogue holds it.
    :param namespace: who lists it; empty for options that nobody lists.
    """

    def __init__(self, group: str, data: Any, namespace: str = "") -> None:
        self.group = group
        self.data = data
        self.namespace = namespace

    @property
    def name(self) -> str:
        """The name that oslo.config reads."""
        return str(self.data["name"])

    @property
    def place(self) -> tuple[str, str]:
        """Group and name as oslo.config looks them up."""
        return normal(self.group), self.name

    @property
    def spoken(self) -> str:
        """``[group] name``."""
        return f"[{self.group}] {self.name}"

    @property
    def opaque(self) -> bool:
        """Whether its type is known to the installed code alone."""
        return bool(self.data["type"] == option.OPAQUE)

    @property
    def has_default(self) -> bool:
        """Whether it has a value where the operator sets none."""
        return "default" in self.data or self.data.get("has_default", False)

    @functools.cached_property
    def opt(self) -> cfg.Opt:
        """oslo.config's option; made when it is first asked for."""
        return option.option_of(self.data)

    @property
    def old_places(self) -> list[Place]:
        """The places where oslo.config reads it too, for old files' sake."""
        return [
            (normal(group or self.group), name or self.name)
            for group, name in self.data.get("deprecated", ())
            if group or name
        ]


@dataclasses.dataclass
class Catalogue:
    """What one version of a service expects of a deployment.

    A catalogue that is written down tells all of this; the one of the installed
    release leaves out what only people read.

    :param version: the version it was made of.
    :param options: by namespace, pairs of group and options as data.
    :param plugins: the options of keystoneauth's plug-ins, by plug-in, as data.
    :param revisions: the revisions of each database, by the database's name.
    :param entry_points: the names in each entry-point group that matters.
    :param programs: the names of the programs that it installs; sorted.
    :param facts: what else its service's definition asks for, as JSON data.
    :param faults: what could not be loaded: a namespace, a database, a fact, and
        why.
    :param effects: what each revision does to each database, by the database's name
        and the revision's id, as :func:`upgradecheck.effects.record` tells it; a
        revision that is not there was not recorded.
    :param service: the service's name.
    :param policies: its policy rules: each a mapping of ``name``, ``default`` (the
        rule in force where the operator writes none) and, of a rule that is about to
        change or to go, ``deprecated``.
    :param libraries: the versions of the distributions whose options it holds, its
        own included.
    """

    version: str
    options: Mapping[str, list[tuple[str, list[Any]]]] = dataclasses.field(
        default_factory=dict
    )
    plugins: Mapping[str, list[Any]] = dataclasses.field(default_factory=dict)
    revisions: Mapping[str, list[Revision]] = dataclasses.field(default_factory=dict)
    entry_points: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    programs: list[str] = dataclasses.field(default_factory=list)
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    faults: Mapping[str, str] = dataclasses.field(default_factory=dict)
    effects: Mapping[str, Mapping[str, list[Any]]] = dataclasses.field(
        default_factory=dict
    )
    service: str = ""
    policies: list[Any] = dataclasses.field(default_factory=list)
    libraries: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def to_data(self) -> Any:
        """The catalogue as JSON holds it."""
        return {"form": FORM, **dataclasses.asdict(self)}

    @classmethod
    def from_data(cls, data: Any) -> Catalogue:
        """A catalogue out of its data.

        :raises ValueError, TypeError, LookupError: if the data has another form.
        """
        if not isinstance(data, dict) or data.get("form") != FORM:
            raise ValueError("the catalogue has another form")
        known = {f.name for f in dataclasses.fields(cls)}
        if unknown := data.keys() - known - {"form"}:
            raise ValueError(f"the catalogue holds {', '.join(sorted(unknown))}")
        fields = {name: data[name] for name in data if name in known}
        for database in fields.get("effects", {}).values():
            for effects in database.values():
                if not all(len(e) == 4 and _all_text(e) for e in effects):
                    raise ValueError("the catalogue's effects are damaged")
        for groups in fields.get("options", {}).values():
            for group, opts in groups:
                if not isinstance(group, str) or not all("type" in o for o in opts):
                    raise ValueError("the catalogue's options are damaged")
        fields["revisions"] = {
            name: [
                Revision(r[0], tuple(r[1]), tuple(r[2]), tuple(r[3]), r[4])
                for r in revisions
            ]
            for name, revisions in fields.get("revisions", {}).items()
        }
        return cls(**fields)

    def known_options(self, skip: Iterable[str] = ()) -> list[KnownOption]:
        """Every option, in the order of the namespaces.

        :param skip: namespaces to leave out.
        """
        left_out = set(skip)
        return [
            KnownOption(group, data, namespace)
            for namespace, groups in self.options.items()
            if namespace not in left_out
            for group, opts in groups
            for data in opts
        ]


class Options:
    """The options of a release, found by their places.

    Of two options of one place the first counts, as in oslo.config.
    """

    def __init__(self, options: Iterable[KnownOption]) -> None:
        self.current: dict[Place, KnownOption] = {}
        self.old: dict[Place, KnownOption] = {}
        self.groups: dict[str, str] = {}
        for each in options:
            self.add(each)

    def add(self, each: KnownOption) -> None:
        """Take one more option."""
        self.groups.setdefault(normal(each.group), each.group)
        self.current.setdefault(each.place, each)
        for place in each.old_places:
            self.old.setdefault(place, each)

    def definitions(self) -> Mapping[Place, cfg.Opt]:
        """oslo.config's options by place, each made when it is asked for."""
        return _Definitions(self.current)


class _Definitions(Mapping[Place, cfg.Opt]):
    def __init__(self, known: Mapping[Place, KnownOption]) -> None:
        self._known = known

    def __getitem__(self, place: Place) -> cfg.Opt:
        return self._known[place].opt

    def __iter__(self) -> Iterator[Place]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _all_text(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
