"""What the operator wrote: configuration files, environment, and where."""

from __future__ import annotations

import dataclasses
import functools
import glob
import os
import re
import stat
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from oslo_config import cfg
from oslo_config import iniparser

from upgradecheck.check import NotVerified
from upgradecheck.place import Place
from upgradecheck.place import normal
from upgradecheck.place import variable_of
from upgradecheck.secret import passwords_in
from upgradecheck.secret import secrets_in
from upgradecheck.secret import sounds_secret
from upgradecheck.service import Service

_ENVIRONMENT = re.compile(r"OS_(?P<group>.+?)__(?P<name>.+)", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Setting:
    """One option as the operator wrote it.

    :param group: the group as written.
    :param name: the option's name as written.
    :param value: the raw text, references not resolved.
    :param file: the file, or None for an environment variable.
    :param line: the line of the file that holds the name, from 1.
    """

    group: str
    name: str
    value: str = dataclasses.field(repr=False)
    file: str | None
    line: int = 0

    @property
    def location(self) -> str:
        """``file:line``, or ``environment`` and the variable's name."""
        if self.file is None:
            variable = variable_of(self.group, self.name)
            return f"environment {variable}"
        return f"{self.file}:{self.line}"

    @property
    def key(self) -> Place:
        """Group and name as oslo.config looks them up."""
        return normal(self.group), self.name

    @property
    def spoken(self) -> str:
        """``[group] name``."""
        return f"[{self.group}] {self.name}"


class _Lines(cfg.ConfigParser):
    """oslo.config's own parser, which also remembers each option's line."""

    def __init__(self, filename: str) -> None:
        super().__init__(filename, {})
        self.settings: list[Setting] = []

    def assignment(self, key: str, value: list[str]) -> None:
        # The parser stands on the line after the value, and a value has as
        # many entries as lines; read() adds a last line, so this always holds.
        line = self.lineno - len(value)
        if not self.section:
            raise self.parse_exc("a [group] must come before options", line, key)
        super().assignment(key, value)
        self.settings.append(
            Setting(self.section, key, "\n".join(value), self.filename, line)
        )

    def read(self) -> list[Setting]:
        mode = os.stat(self.filename).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            # It can be read only once, or for ever; oslo.config reads it too.
            raise NotVerified(
                f"{self.filename}: is no regular file",
                self.filename,
                "Write the configuration to a file, and give that.",
            )
        with open(self.filename) as file:
            lines = file.readlines()
        iniparser.BaseParser.parse(self, [*lines, "\n"])
        return self.settings


def settings_of(file: str) -> list[Setting]:
    """All settings of one file, in the order in which they stand.

    :raises NotVerified: if the file is missing, unreadable, no text or no
        configuration; with the file and, of a mistake in it, the line.
    """
    try:
        return _Lines(file).read()
    except iniparser.ParseError as fault:
        # Not its own text: that quotes the line, which may hold a password.
        raise NotVerified(
            f"{file}:{fault.lineno}: {fault.msg}",
            f"{file}:{fault.lineno}",
            "Correct the line; the service's programs refuse the file as it is.",
        ) from None
    except UnicodeDecodeError as fault:
        raise NotVerified(
            f"{file}: is no text: byte {fault.start} is not UTF-8",
            file,
            "Give the service's configuration file.",
        ) from None
    except FileNotFoundError:
        raise NotVerified(
            f"{file}: no such file", file, "Look for a misspelt path."
        ) from None
    except IsADirectoryError:
        raise NotVerified(
            f"{file}: is a directory, not a file",
            file,
            f"Give the directory with --config-dir {file}",
        ) from None
    except PermissionError:
        raise NotVerified(
            f"{file}: permission denied",
            file,
            "Run as a user that may read the file, for example the service's own.",
        ) from None
    except (OSError, ValueError) as fault:
        raise NotVerified(f"{file}: cannot be read: {fault}", file) from None


def _fragments(directory: str) -> list[str]:
    """The files of a configuration directory, in oslo.config's order.

    :raises NotVerified: if there is no such directory.
    """
    if not os.path.isdir(directory):
        raise NotVerified(
            f"{directory}: no such directory",
            directory,
            "Look for a misspelt path after --config-dir.",
        )
    return sorted(glob.glob(os.path.join(directory, "*.conf")))


def _absolute(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path))


def _searched(service: Service, names: Iterable[str], suffix: str) -> list[str]:
    """What oslo.config finds by default for these program names."""
    find = cfg.find_config_files if suffix == ".conf" else cfg.find_config_dirs
    found: list[str] = []
    for name in names:
        for path in find(project=service.project, prog=name, extension=suffix):
            if path not in found:
                found.append(path)
    return found


def files_of(
    service: Service,
    files: Sequence[str] = (),
    directories: Sequence[str] = (),
) -> tuple[tuple[str, ...], ...]:
    """The files that each program of a service reads, in reading order.

    :param files: what the operator gave with ``--config-file``.
    :param directories: what the operator gave with ``--config-dir``.
    :returns: one tuple for each distinct set of files; the main program's
        first. Given files count for all programs alike.
    :raises NotVerified: if a given directory does not exist.
    """
    views: list[tuple[str, ...]] = []
    for program in service.readers:
        names = program.config_names
        # oslo.config looks for default directories even where files are
        # given, and for default files even where directories are given.
        paths = [_absolute(path) for path in files] or _searched(
            service, names, ".conf"
        )
        folders = [_absolute(path) for path in directories] or _searched(
            service, names, ".conf.d"
        )
        view = (*paths, *(file for folder in folders for file in _fragments(folder)))
        if view not in views:
            views.append(view)
    # A program without any file does not run here, if another one has some.
    return tuple([view for view in views if view] or views)


def folders_searched(service: Service) -> str:
    """Where oslo.config looks for the service's files, in words."""
    home = f"~/.{service.project}, ~"
    return f"{home}, /etc/{service.project} and /etc"


class Configuration:
    """What one program of a service reads: files in order, and environment.

    :param files: the files, in reading order; later ones win.
    :param environment: the environment variables; they win over files.
    :param options: the options that the release knows, by (group, dest); used
        to give values their types and defaults.
    :param project: oslo.config's project name, which finds further files.
    :raises NotVerified: if a file cannot be read.
    """

    def __init__(
        self,
        files: Sequence[str],
        environment: Mapping[str, str] | None = None,
        options: Mapping[Place, cfg.Opt] | None = None,
        project: str = "",
    ) -> None:
        self.project = project
        self.files = tuple(files)
        self.environment = os.environ if environment is None else environment
        self.settings: tuple[Setting, ...] = tuple(
            setting for file in self.files for setting in settings_of(file)
        )
        self._options: Mapping[Place, cfg.Opt] = options or {}
        self._parsed: dict[bool, cfg.ConfigOpts] = {}

    @property
    def variables(self) -> tuple[Setting, ...]:
        """The environment variables that have the form of an option."""
        matches = ((_ENVIRONMENT.fullmatch(name), name) for name in self.environment)
        return tuple(
            Setting(match["group"], match["name"], self.environment[name], None)
            for match, name in sorted(matches, key=lambda pair: pair[1])
            if match
        )

    def parsed(self, use_env: bool = True) -> cfg.ConfigOpts:
        """oslo.config's own view of these files.

        The known options are registered if any value refers to another one;
        otherwise whoever reads an option registers it first.

        :param use_env: whether environment variables count.
        """
        if use_env not in self._parsed:
            conf = self._parsed[use_env] = self.bare(use_env)
            if any("$" in each.value for each in (*self.settings, *self.variables)):
                self._register_all(conf)
        return self._parsed[use_env]

    def _register_all(self, conf: cfg.ConfigOpts) -> None:
        for (group, _), opt in self._options.items():
            register(conf, opt, group)

    def bare(self, use_env: bool = True) -> cfg.ConfigOpts:
        """oslo.config's view of these files, new, no option registered.

        For libraries that register their own definitions.
        """
        conf = cfg.ConfigOpts()
        conf(
            [part for file in self.files for part in ("--config-file", file)],
            project=self.project,
            default_config_files=[],
            default_config_dirs=[],
            use_env=use_env,
        )
        return conf

    def value(self, group: str, name: str, opt: cfg.Opt | None = None) -> Any:
        """The value the service would read, of its type, references resolved.

        :param opt: the option's definition, where the release's options are
            not at hand; by default a string without a default value.
        :raises NotVerified: if the value is not valid.
        """
        conf = self.parsed()
        known = self._options.get((normal(group), name)) or opt or cfg.StrOpt(name)
        if "$" in str(known.default):
            self._register_all(conf)
        register(conf, known, group)
        try:
            return read(conf, group, name)
        except (cfg.Error, ValueError):
            where = self.where(group, name)
            raise NotVerified(
                f"[{group}] {name} has no valid value",
                where,
                "See the findings of the service's config-options check.",
            ) from None

    def where(self, group: str, name: str) -> str | None:
        """Where the value stands that the service would read; None if unset."""
        if variable_of(group, name) in self.environment:
            return f"environment {variable_of(group, name)}"
        opt = self._options.get((normal(group), name))
        places = [(normal(group), name)]
        for old in opt.deprecated_opts if opt else ():
            places.append((normal(old.group or group), old.name or name))
        found = effective(self.settings, places)
        return found.location if found else None

    @functools.cached_property
    def _renamed(self) -> dict[Place, cfg.Opt]:
        """The known options by their old places."""
        return {
            (normal(old.group or group), old.name or name): opt
            for (group, name), opt in self._options.items()
            for old in opt.deprecated_opts
        }

    def secrets(self) -> set[str]:
        """The values that no output may show.

        A value counts as secret by the mark of its option; of an option that is
        not known, and of any other variable, by the name; and a password counts
        wherever a URL holds it.
        """
        secrets: set[str] = set()
        for name, value in self.environment.items():
            # A path, as in PWD, is no password; options are looked at below.
            is_option = _ENVIRONMENT.fullmatch(name) is not None
            if not is_option and sounds_secret(name, value) and value[:1] != "/":
                secrets |= secrets_in(value)
        for setting in (*self.settings, *self.variables):
            value = setting.value.strip()
            secrets |= passwords_in(value)
            place = setting.key
            if setting.file is None:
                place = setting.key[0], setting.name.lower()
            opt = self._options.get(place) or self._renamed.get(place)
            if opt is not None and not opt.secret:
                continue  # the service knows better than the name tells
            if sounds_secret(setting.name, value) or (opt and "://" not in value):
                secrets |= secrets_in(value)
        return secrets


def effective(settings: Sequence[Setting], places: Sequence[Place]) -> Setting | None:
    """The setting whose value oslo.config takes; None if there is none.

    The last file that has the option under any of its names; in that file the
    name that comes first in ``places``; of that name the last occurrence. After
    ``oslo_config.cfg._Namespace._get_file_value``.

    :param settings: settings of files, in reading order.
    :param places: the option's names, the current one first.
    """
    files = dict.fromkeys(each.file for each in settings if each.key in places)
    for file in reversed(files):
        for place in places:
            found = [s for s in settings if s.file == file and s.key == place]
            if found:
                return found[-1]
    return None


def register(conf: cfg.ConfigOpts, opt: cfg.Opt, group: str) -> None:
    """Register an option; of two of one name the first stays, as in oslo.config."""
    try:
        conf.register_opt(opt, None if group == "DEFAULT" else group)
    except cfg.DuplicateOptError:
        return


def read(conf: cfg.ConfigOpts, group: str, name: str) -> Any:
    """One value out of oslo.config's view."""
    return conf[name] if group == "DEFAULT" else conf[group][name]
