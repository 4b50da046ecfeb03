"""A service: what is upgraded as one, and where its facts are found."""

from __future__ import annotations

import dataclasses

from upgradecheck.place import Place


@dataclasses.dataclass(frozen=True)
class Program:
    """A program of a service that reads the service's configuration.

    :param name: the program's name, which finds ``<name>.conf``.
    :param reads: names of the configuration files it reads after the
        project's own, where they differ from its name.
    """

    name: str
    reads: tuple[str, ...] = ()

    @property
    def config_names(self) -> tuple[str, ...]:
        """The names that find its files, in reading order."""
        return self.reads or (self.name,)


@dataclasses.dataclass(frozen=True)
class Database:
    """A database of a service, kept up to date by alembic.

    :param name: how reports call it.
    :param scripts: the script directory, ``package.module:folder``.
    :param command: what brings it to the release's revision.
    :param option: the option that holds its URL.
    :param optional: whether the service works without it; it is then looked
        at only if the operator set ``option``.
    :param version_table: the table that holds the revision.
    :param version_locations: folders of revisions, where the service names
        them at run time (Keystone, Neutron), each ``package.module:folder``.
    """

    name: str
    scripts: str
    command: str
    option: Place = ("database", "connection")
    optional: bool = False
    version_table: str = "alembic_version"
    version_locations: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class DriverOption:
    """An option whose value names drivers that are entry points.

    :param entry_points: the entry-point group in which drivers register.
    :param option: the option that enables them by name; a name, a list of
        names, or a mapping that has names as keys or as values.
    :param judged: whether ``config-options`` looks each name up among the drivers of
        the release; of a mapping the values are names then.
    :param gone: drivers that were removed before the oldest catalogue: pairs of name
        and first version without.
    """

    entry_points: str
    option: Place
    judged: bool = False
    gone: tuple[tuple[str, str], ...] = ()


@dataclasses.dataclass(frozen=True)
class NamedGroups:
    """Groups whose names an option's values give, as Glance's stores.

    :param option: the option, a mapping of group name to driver.
    :param namespaces: the namespaces that list the options of each driver, in
        a group named after the driver.
    :param reserved: groups of this kind that exist without being named.
    :param common: options that each such group has, whatever its driver.
    :param default: the option that, if it is set, must name one of the groups.
    :param kept: how names begin that the service keeps for itself.
    """

    option: Place
    namespaces: tuple[str, ...]
    reserved: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    default: Place | None = None
    kept: str = ""


@dataclasses.dataclass(frozen=True)
class Service:
    """What is upgraded as one.

    :param name: ``octavia``; the first part of its checks' ids.
    :param title: the name people read.
    :param distribution: the package that is installed; by default its name.
    :param project: oslo.config's project name; by default its name.
    :param programs: those that read its configuration, the main one first; a
        name alone will do.
    :param namespaces: the entry points of ``oslo.config.opts`` that list the
        options it reads, libraries included; if none is named, those of its own
        distribution and of the common libraries.
    :param databases: the main one first.
    :param required: options without which it cannot work.
    :param unlisted: options it reads that none of its namespaces lists; in a
        name ``*`` stands for anything.
    :param drivers: options that name drivers of third parties.
    :param entry_points: further entry-point groups whose names matter to an
        upgrade; in a group ``*`` stands for anything.
    :param facts: what else a release is to be asked for: a name and a function,
        as ``package.module:function``, which is called without arguments where the
        release is installed, and returns what JSON can hold.
    :param normal_forms: what a snapshot records of the service's own files: a name
        and a function, as ``package.module:function``, which is called with the
        :class:`~upgradecheck.check.Upgrade`, and returns what JSON can hold; no secret.
    :param named_groups: options that name groups.
    :param procedures: the folder that holds its procedures, one YAML file each,
        as ``package.module:folder``.
    :param releases: the folder that holds the catalogues of its releases, one
        file ``<version>.json`` each, as ``package.module:folder``.
    :param series: the first version of each of its series, as pairs of series and
        version; by default those of the facts that ship with upgradecheck.
    """

    name: str
    title: str = ""
    distribution: str = ""
    project: str = ""
    programs: tuple[Program | str, ...] = ()
    namespaces: tuple[str, ...] = ()
    databases: tuple[Database, ...] = ()
    required: tuple[Place, ...] = ()
    unlisted: tuple[Place, ...] = ()
    drivers: tuple[DriverOption, ...] = ()
    entry_points: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    normal_forms: tuple[tuple[str, str], ...] = ()
    named_groups: tuple[NamedGroups, ...] = ()
    procedures: str = ""
    releases: str = ""
    series: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for field in ("title", "distribution", "project"):
            if not getattr(self, field):
                object.__setattr__(self, field, self.name)

    @property
    def readers(self) -> tuple[Program, ...]:
        """The programs, each with the names of its files; never none."""
        return tuple(
            Program(each) if isinstance(each, str) else each
            for each in self.programs or (self.name,)
        )


def name_of(service: str | Service) -> str:
    """The name of a service, which may be given by its name alone."""
    return service if isinstance(service, str) else service.name
