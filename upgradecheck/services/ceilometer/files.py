"""Where Ceilometer's programs find their files of pipelines and pollsters."""

from __future__ import annotations

import dataclasses
import functools
import glob
import os
from typing import Any

from oslo_config import cfg

from upgradecheck.check import NotVerified
from upgradecheck.deployment import Deployment
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.mistake import Mistake
from upgradecheck.mistake import Mistaken
from upgradecheck.mistake import Source
from upgradecheck.place import Place
from upgradecheck.release import Release
from upgradecheck.services.ceilometer import document
from upgradecheck.services.ceilometer.document import Document

POLLING = "ceilometer-polling"
NOTIFICATION = "ceilometer-agent-notification"

_POLLSTERS = cfg.MultiStrOpt(
    "pollsters_definitions_dirs", default=["/etc/ceilometer/pollsters.d"]
)
_METERS = cfg.MultiStrOpt(
    "meter_definitions_dirs", default=["/etc/ceilometer/meters.d"]
)


@dataclasses.dataclass(frozen=True)
class Kind:
    """A file of Ceilometer's, which one option names.

    :param name: its name where the option is not set.
    :param option: the option.
    :param program: the program that reads it.
    """

    name: str
    option: Place
    program: str


PIPELINE = Kind("pipeline.yaml", ("DEFAULT", "pipeline_cfg_file"), NOTIFICATION)
EVENTS = Kind(
    "event_pipeline.yaml", ("DEFAULT", "event_pipeline_cfg_file"), NOTIFICATION
)
POLL = Kind("polling.yaml", ("polling", "cfg_file"), POLLING)


class Missing(Exception):
    """The operator has no such file, and needs none on this host.

    :param name: the file that was looked for.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Files:
    """The files that Ceilometer's programs read here.

    :param deployment: what the operator has.
    :param release: the release whose own files count where the operator has none.
    """

    def __init__(self, deployment: Deployment, release: Release) -> None:
        self._deployment = deployment
        self._release = release

    def configuration(self, program: str) -> Configuration:
        """What one of the programs reads."""
        return self._deployment.read_by(program)

    @functools.cache  # noqa: B019 - lives as long as the check does
    def _bare(self, program: str) -> cfg.ConfigOpts:
        return self.configuration(program).bare()

    def value(self, program: str, place: Place, opt: cfg.Opt) -> Any:
        """The value of an option, as a program reads it."""
        return self.configuration(program).value(*place, opt)

    def where(self, program: str, place: Place) -> str | None:
        """Where the operator set an option; None if nowhere."""
        return self.configuration(program).where(*place)

    def find(self, name: str, program: str) -> str | None:
        """The path of a file that the operator named; None if there is none.

        After ``ceilometer.agent.ConfigManagerBase.load_config``, except that a
        relative path counts from oslo.config's folders alone: the folder in which
        the agent was started is not known here.
        """
        if os.path.isabs(name) and os.path.exists(name):
            return name
        try:
            found: str | None = self._bare(program).find_file(name)
        except cfg.Error:
            return None
        return found

    def load(self, kind: Kind) -> Document:
        """A file of the operator's, or what the release reads in its place.

        :raises Missing: if there is none, and the operator set none either.
        :raises Mistaken: if Ceilometer cannot read it.
        :raises NotVerified: if only we cannot.
        """
        opt = cfg.StrOpt(kind.option[1], default=kind.name)
        name = str(self.value(kind.program, kind.option, opt))
        path = self.find(name, kind.program)
        if path is not None:
            return document.read(path)
        packaged = self._packaged()
        if name in packaged:
            label = f"{self._release.spoken}'s own {name}"
            return document.parse(packaged[name], label)
        where = self.where(kind.program, kind.option)
        if where is None:
            raise Missing(name)
        group, option = kind.option
        file, _, line = where.rpartition(":")
        source = Source(file, int(line)) if line.isdigit() else Source(where, 0)
        what = f"[{group}] {option} names {name}, and there is no such file"
        right = "write the file, or correct the name"
        raise Mistaken([Mistake(source, what, right)])

    def _packaged(self) -> dict[str, str]:
        try:
            return dict(self._release.catalogue.facts.get("pipelines", {}))
        except NotVerified:
            return {}

    def pollsters(self) -> tuple[list[str], list[str]]:
        """The files of dynamic pollsters, and the folders set that are not there.

        After ``ceilometer.polling.manager.AgentManager.create_dynamic_pollsters``,
        which asks for the option in ``[DEFAULT]``, where it is registered too.
        """
        place = ("DEFAULT", _POLLSTERS.name)
        return self._folders(place, POLLING, _POLLSTERS)

    def unread_pollsters(self) -> str | None:
        """Where the option stands in ``[polling]``, which no agent asks for."""
        return self.where(POLLING, ("polling", _POLLSTERS.name))

    def meters(self) -> list[str]:
        """The files of the operator's own meters of notifications.

        After ``ceilometer.meter.notifications.ProcessMeterNotifications
        ._load_definitions``; the release's own are left out.
        """
        place = ("meter", _METERS.name)
        return self._folders(place, NOTIFICATION, _METERS)[0]

    def _folders(
        self, place: Place, program: str, opt: cfg.Opt
    ) -> tuple[list[str], list[str]]:
        folders = [str(each) for each in self.value(program, place, opt) or ()]
        files = [
            file
            for folder in folders
            for file in sorted(glob.glob(os.path.join(folder, "*.yaml")))
        ]
        is_set = self.where(program, place) is not None
        return files, [f for f in folders if is_set and not os.path.isdir(f)]
