"""A deployment: what the operator has. It is only ever read."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING
from typing import Any

from oslo_config import cfg

from upgradecheck.check import NotVerified
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import folders_searched
from upgradecheck.secret import Mask
from upgradecheck.service import Database
from upgradecheck.service import Service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    import sqlalchemy
    from keystoneauth1.adapter import Adapter


@dataclasses.dataclass
class Deployment:
    """What the operator has of one service.

    :param service: the service.
    :param files: the files each of its programs reads; the main one's first.
    :param options: the options of the release, which give values their types;
        or why they are not known.
    :param fault: why the configuration cannot be read at all.
    """

    service: Service
    files: Sequence[Sequence[str]] = ()
    options: Mapping[tuple[str, str], cfg.Opt] | NotVerified | None = None
    fault: NotVerified | None = None
    _read: dict[int, Configuration] = dataclasses.field(default_factory=dict)

    @property
    def configurations(self) -> list[Configuration]:
        """What each distinct set of programs reads; the main program's first.

        :raises NotVerified: if a file cannot be read or there is none.
        """
        if self.fault is not None:
            raise self.fault
        return [self._configuration(number) for number in range(len(self.files))]

    @property
    def configuration(self) -> Configuration:
        """What the service's main program reads.

        :raises NotVerified: if a file cannot be read or there is none.
        """
        return self.configurations[0]

    def read_by(self, program: str) -> Configuration:
        """What one of the service's programs reads: the view that holds its own file.

        :raises NotVerified: if a file cannot be read or there is none.
        """
        views = self.configurations
        names = {name for each in self.service.readers for name in each.config_names}

        def own(configuration: Configuration) -> set[str]:
            stems = {
                part.removesuffix(".d").removesuffix(".conf")
                for file in configuration.files
                for part in file.split(os.sep)[-2:]
            }
            return stems & names

        its = [each for each in views if program in own(each)]
        common = [each for each in views if not own(each)]
        return (its or common or views)[0]

    def configuration_of(self, database: Database) -> Configuration:
        """What the program reads that brings a database to the release's revision.

        :raises NotVerified: if a file cannot be read or there is none.
        """
        program = database.command.partition(" ")[0]
        if program not in {each.name for each in self.service.readers}:
            return self.configuration
        return self.read_by(program)

    def _configuration(self, number: int) -> Configuration:
        if number not in self._read:
            known = None if isinstance(self.options, NotVerified) else self.options
            files = self.files[number]
            configuration = Configuration(
                files, options=known, project=self.service.project
            )
            if not files and not configuration.variables:
                raise no_files(self.service)
            self._read[number] = configuration
        return self._read[number]

    def value(self, group: str, name: str) -> Any:
        """The value of an option of the release, as the main program reads it.

        :raises NotVerified: if the value is not valid, or if the release's
            options are not known: then neither is this one's default.
        """
        if isinstance(self.options, NotVerified):
            raise self.options
        return self.configuration.value(group, name)

    def database_url(self, database: Database | None = None) -> str | None:
        """The URL of a database, with its secrets; None if it is not set.

        :param database: by default the service's main one.
        :raises NotVerified: if the configuration cannot be read.
        """
        chosen = database or self._main
        group, name = chosen.option
        configuration = self.configuration_of(chosen)
        opt = cfg.StrOpt(name, secret=True)
        if configuration.where(group, name) is None:
            return None
        url = configuration.value(group, name, opt)
        more = configuration.value(
            group, "connection_parameters", cfg.StrOpt("connection_parameters")
        )
        if name == "connection" and url and more:
            # As oslo.db's enginefacade joins the two.
            url += ("&" if "?" in url else "?") + more
        return str(url) if url is not None else None

    @contextlib.contextmanager
    def database(
        self, database: Database | None = None
    ) -> Iterator[sqlalchemy.Connection]:
        """A read-only connection to a database of the service.

        :param database: by default the service's main one.
        :raises NotVerified: if it cannot be reached, then or later on.
        """
        from upgradecheck.deployment.database import connect

        chosen = database or self._main
        group, name = chosen.option
        url = self.database_url(chosen)
        where = self.configuration_of(chosen).where(group, name)
        with connect(url, f"[{group}] {name}", where, self.mask()) as connection:
            yield connection

    @property
    def _main(self) -> Database:
        if not self.service.databases:
            raise NotVerified(f"{self.service.title} has no database")
        return self.service.databases[0]

    def image(
        self,
        group: str,
        *,
        region: str | None = None,
        interface: str | None = None,
        service_name: str | None = None,
        endpoint: str | None = None,
        verify: bool | str | None = None,
    ) -> Adapter:
        """A way to the Image service, with a group's credentials.

        :param group: the group that holds keystoneauth's options.
        :param region: where to look in the service catalogue.
        :param interface: ``public`` or ``publicURL``, and so on.
        :param service_name: the service's name in the catalogue.
        :param endpoint: in place of the catalogue's.
        :param verify: in place of the group's TLS options: False, True or
            the file of a certificate authority.
        :raises NotVerified: if the credentials are no good.
        """
        from upgradecheck.deployment.image import connect

        return connect(
            self.configuration,
            group,
            region=region,
            interface=interface,
            service_name=service_name,
            endpoint=endpoint,
            verify=verify,
        )

    def mask(self) -> Mask:
        """What hides this deployment's secrets in any text."""
        return self._mask

    @functools.cached_property
    def _mask(self) -> Mask:
        # Once a run: the checks' processes inherit what the runner has made.
        public = (self.service.name, self.service.project, self.service.title)
        secrets: set[str] = set()
        for number in range(len(self.files)):
            # What cannot be read cannot be shown either.
            with contextlib.suppress(NotVerified):
                secrets |= self._configuration(number).secrets()
        return Mask(secrets, public)


def no_files(service: Service) -> NotVerified:
    """That a service has no configuration here."""
    names = dict.fromkeys(
        f"{name}.conf"
        for name in (
            service.project,
            *(n for program in service.readers for n in program.config_names),
        )
    )
    shown = [*names][:3]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return NotVerified(
        f"no configuration file of {service.title} was found: looked for "
        f"{', '.join(shown)}{more} in {folders_searched(service)}",
        remedy="Name it: --config-file FILE, before the word upgrade.",
    )
