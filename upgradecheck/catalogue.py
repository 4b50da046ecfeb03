"""A catalogue: what one version of a service expects of a deployment."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any
from typing import NamedTuple

from oslo_config import cfg

from upgradecheck import option
from upgradecheck.deployment.configuration import normal

#: The form of the data; a catalogue of another form is not read.
FORM = 1


class Revision(NamedTuple):
    """One alembic revision of a service's database.

    The fields are those of ``alembic.script.revision.Revision``.
    """

    revision: str
    down_revision: tuple[str, ...]
    depends_on: tuple[str, ...]
    branch_labels: tuple[str, ...]
    title: str


@dataclasses.dataclass(frozen=True)
class KnownOption:
    """An option of a release: its group, its definition, who lists it."""

    group: str
    opt: cfg.Opt
    namespace: str
    opaque: bool = False
    has_default: bool = False

    @property
    def spoken(self) -> str:
        """``[group] name``."""
        return f"[{self.group}] {self.opt.dest}"


@dataclasses.dataclass
class Catalogue:
    """What one version of a service expects of a deployment.

    :param version: the version it was made of.
    :param options: by namespace, pairs of group and options as data.
    :param plugins: the options of keystoneauth's plug-ins, by plug-in, as data.
    :param revisions: the revisions of each database, by the database's name.
    :param drivers: the names of the drivers in each entry-point group.
    :param faults: what could not be loaded: a namespace or a database, and why.
    """

    version: str
    options: Mapping[str, list[tuple[str, list[Any]]]] = dataclasses.field(
        default_factory=dict
    )
    plugins: Mapping[str, list[Any]] = dataclasses.field(default_factory=dict)
    revisions: Mapping[str, list[Revision]] = dataclasses.field(default_factory=dict)
    drivers: Mapping[str, list[str]] = dataclasses.field(default_factory=dict)
    faults: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def to_data(self) -> Any:
        """The catalogue as JSON holds it."""
        return {"form": FORM, **dataclasses.asdict(self)}

    @classmethod
    def from_data(cls, data: Any) -> Catalogue:
        """A catalogue out of its data.

        :raises ValueError: if the data has another form.
        """
        if not isinstance(data, dict) or data.get("form") != FORM:
            raise ValueError("the catalogue has another form")
        fields = {f.name: data[f.name] for f in dataclasses.fields(cls)}
        fields["revisions"] = {
            name: [
                Revision(r[0], tuple(r[1]), tuple(r[2]), tuple(r[3]), r[4])
                for r in revisions
            ]
            for name, revisions in fields["revisions"].items()
        }
        return cls(**fields)

    def known_options(self, skip: Iterable[str] = ()) -> list[KnownOption]:
        """Every option, in the order of the namespaces.

        :param skip: namespaces to leave out.
        """
        left_out = set(skip)
        return [
            known(group, data, namespace)
            for namespace, groups in self.options.items()
            if namespace not in left_out
            for group, opts in groups
            for data in opts
        ]

    def plugin_options(self, plugin: str) -> list[cfg.Opt] | None:
        """The options of a keystoneauth plug-in; None if it is not installed."""
        found = self.plugins.get(plugin)
        return None if found is None else [option.option_of(data) for data in found]


def known(group: str, data: Any, namespace: str) -> KnownOption:
    """An option of a group, out of its data."""
    opt = option.option_of(data)
    return KnownOption(
        group,
        opt,
        namespace,
        opaque=data["type"] == option.OPAQUE,
        has_default="default" in data or data.get("has_default", False),
    )


class Options:
    """The options of a release, found by their places.

    Of two options of one place the first counts, as in oslo.config.
    """

    def __init__(self, options: Iterable[KnownOption]) -> None:
        self.current: dict[tuple[str, str], KnownOption] = {}
        self.old: dict[tuple[str, str], KnownOption] = {}
        self.groups: dict[str, str] = {}
        for each in options:
            self.add(each)

    def add(self, each: KnownOption) -> None:
        """Take one more option."""
        self.groups.setdefault(normal(each.group), each.group)
        self.current.setdefault((normal(each.group), each.opt.dest), each)
        for old in each.opt.deprecated_opts:
            if old.name or old.group:
                place = (normal(old.group or each.group), old.name or each.opt.dest)
                self.old.setdefault(place, each)

    def definitions(self) -> dict[tuple[str, str], cfg.Opt]:
        """oslo.config's options by place."""
        return {place: known.opt for place, known in self.current.items()}
