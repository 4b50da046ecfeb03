"""What the options of one configuration may be called."""

from __future__ import annotations

import dataclasses
import difflib
import fnmatch
import re
from collections.abc import Iterator

from upgradecheck import option
from upgradecheck.catalogue import Catalogue
from upgradecheck.catalogue import KnownOption
from upgradecheck.catalogue import Options
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import Setting
from upgradecheck.place import Place
from upgradecheck.place import normal
from upgradecheck.place import variable_of
from upgradecheck.service import Service

_AUTH_TYPES = ("auth_type", "auth_plugin")
_AUTH_OPTIONS = (*_AUTH_TYPES, "auth_section")


class Vocabulary(Options):
    """The options that a release lists, and those that it takes unlisted.

    These are options that libraries read and list nowhere, those of the groups
    that other options name, and those of the keystoneauth plug-ins in use.

    :param service: the service.
    :param catalogue: what its release expects.
    :param listed: the options that the release lists.
    :param configuration: the configuration that is judged.
    """

    def __init__(
        self,
        service: Service,
        catalogue: Catalogue,
        listed: Options,
        configuration: Configuration,
    ) -> None:
        super().__init__(listed.current.values())
        self._service = service
        self._catalogue = catalogue
        self._configuration = configuration
        variables = [
            dataclasses.replace(each, group=each.group.lower(), name=each.name.lower())
            for each in configuration.variables
        ]
        self._written = (*configuration.settings, *variables)
        #: Options that are taken as they are; ``*`` stands for any name.
        self._accepted: list[Place] = []
        #: Plug-ins of keystoneauth that are in use and not installed, by group.
        self.missing_plugins: dict[str, str] = {}
        for group, name in service.unlisted:
            if "*" in name:
                self._accepted.append((normal(group), name))
            else:
                self.add(KnownOption(group, {"name": name, "type": "str"}))
        for each in (*self._named_groups(), *self._plugin_options()):
            self.add(each)
        # What the definition itself says is read.
        for group, name in (
            *(database.option for database in service.databases),
            *service.required,
        ):
            own = KnownOption(group, {"name": name, "type": "str"})
            if own.place not in self.old:
                self.add(own)
        # oslo.config itself reads these two, and groups that a third names.
        self._accepted += [("DEFAULT", "config_file"), ("DEFAULT", "config_dir")]
        for group in self._names(("DEFAULT", "config_source")):
            self._accepted.append((normal(group), "*"))

    def _named_groups(self) -> Iterator[KnownOption]:
        """Options of the groups that other options name, as Glance's stores."""
        catalogue = self._catalogue
        for each in self._service.named_groups:
            patterns: dict[str, list[option.Data]] = {}
            for namespace in each.namespaces:
                for group, opts in catalogue.options.get(namespace, []):
                    patterns.setdefault(group, []).extend(opts)
            drivers = self._names(each.option)
            common = [{"name": name, "type": "str"} for name in each.common]
            for group in (*drivers, *each.reserved):
                driver = drivers.get(group, "")
                # As glance_store: a part of a driver's name is enough. A reserved
                # group has none, and takes what any takes.
                fitting = [name for name in patterns if driver in name]
                if not fitting:
                    # A library that the driver needs may be missing here.
                    self._accepted.append((normal(group), "*"))
                for data in (d for name in fitting for d in patterns[name]):
                    yield KnownOption(group, data)
                yield from (KnownOption(group, data) for data in common)

    def _names(self, place: Place) -> dict[str, str]:
        """Groups and their drivers, out of an option such as enabled_backends."""
        found = {}
        for setting in self._written:
            if setting.key == place:
                for entry in re.split(r"[,\n]", setting.value):
                    group, _, driver = entry.partition(":")
                    found[group.strip()] = driver.strip()
        return found

    def _plugin_options(self) -> Iterator[KnownOption]:
        """Options of the keystoneauth plug-ins in use."""
        plugins = self._catalogue.plugins
        written = {setting.key: setting.value.strip() for setting in self._written}
        groups = {g for g, name in written if name in _AUTH_OPTIONS}
        for group in sorted(groups):
            section = normal(written.get((group, "auth_section"), group))
            named = [written.get((g, n)) for g in (section, group) for n in _AUTH_TYPES]
            plugin = next(filter(None, named), "")
            if section != group:
                # Ceilometer reads all that its group may have from there.
                own = [known for (g, _), known in self.current.items() if g == group]
                yield from (KnownOption(section, known.data) for known in own)
            for each in {section, group}:
                self._accepted += [(each, name) for name in _AUTH_OPTIONS]
                if plugin and plugin not in plugins:
                    # Not installed here, so nothing can be said of its options.
                    self._accepted.append((each, "*"))
                    self.missing_plugins[section] = plugin
                for data in plugins.get(plugin, ()):
                    yield KnownOption(each, data)

    def variables(self) -> tuple[Setting, ...]:
        """Environment variables meant for this service, with the options' names."""
        places = {
            variable_of(known.group, known.name): (known.group, known.name)
            for known in self.current.values()
        }
        groups = {group.upper(): group for group in self.groups.values()}
        own = []
        for setting in self._configuration.variables:
            variable = variable_of(setting.group, setting.name)
            if variable in places:
                group, name = places[variable]
            elif setting.group in groups:
                group, name = groups[setting.group], setting.name.lower()
            else:
                continue  # of another service, or of another program altogether
            own.append(dataclasses.replace(setting, group=group, name=name))
        return tuple(own)

    def known(self, setting: Setting) -> KnownOption | None:
        """The option that a setting sets, by its current name or an old one."""
        # A current name wins over another option's old one.
        return self.current.get(setting.key) or self.old.get(setting.key)

    def is_accepted(self, setting: Setting) -> bool:
        """Whether a setting is taken as it is, though nobody lists it."""
        group, name = setting.key
        return any(
            group == each and fnmatch.fnmatchcase(name, pattern)
            for each, pattern in self._accepted
        )

    def nearest(self, setting: Setting) -> str:
        """What an unknown option may have been meant to be, as a remedy."""
        group, name = setting.key
        plain = name.replace("-", "_").lower()
        elsewhere = [
            known.spoken for (_, dest), known in self.current.items() if dest == plain
        ]
        if elsewhere:
            return f"Did you mean {', or '.join(sorted(set(elsewhere))[:3])}?"
        here = [dest for g, dest in self.current if g == group]
        near = difflib.get_close_matches(plain, here, 1, 0.75)
        if near:
            return f"Did you mean {self.current[group, near[0]].spoken}?"
        if (group, "auth_type") in self.current and not self._has_plugin(group):
            return (
                f"Set auth_type in [{setting.group}], if it is an option of a "
                "keystoneauth plug-in."
            )
        everywhere = {known.name: known.spoken for known in self.current.values()}
        near = difflib.get_close_matches(plain, everywhere, 1, 0.85)
        if near:
            return f"Did you mean {everywhere[near[0]]}?"
        return "Remove it, or install the package that owns it beside the service."

    def _has_plugin(self, group: str) -> bool:
        names = {(group, name) for name in _AUTH_OPTIONS}
        return any(each.key in names for each in self._written)

    def nearest_group(self, group: str, first: Setting) -> str:
        """What an unknown group may have been meant to be, as a remedy."""
        groups = {normal(name).lower(): name for name in self.groups.values()}
        near = difflib.get_close_matches(group.lower(), groups, 1, 0.7)
        if near:
            return f"Did you mean [{groups[near[0]]}]?"
        return self.nearest(first)
