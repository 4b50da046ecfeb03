"""Widget: an invented service whose options show every kind there is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from keystoneauth1 import loading
from oslo_config import cfg
from oslo_config import types

from upgradecheck.catalogue import Catalogue
from upgradecheck.check import Upgrade
from upgradecheck.deployment import Deployment
from upgradecheck.deployment.configuration import files_of
from upgradecheck.option import option_data
from upgradecheck.release import Release
from upgradecheck.service import NamedGroups
from upgradecheck.service import Service

SERVICE = Service(
    name="widget",
    title="Widget",
    namespaces=("widget",),
    named_groups=(
        NamedGroups(
            option=("DEFAULT", "stores"),
            namespaces=("widget.stores",),
            reserved=("staging",),
        ),
    ),
)

DEFAULT = [
    cfg.BoolOpt("debug", default=False),
    cfg.StrOpt("colour", choices=["red", "green"], default="red"),
    cfg.StrOpt("log_dir"),
    cfg.StrOpt("my_ip", default="10.0.0.1"),
    cfg.DictOpt("stores", default={}),
    cfg.StrOpt("transport_url", secret=True),
]
FRAME = [
    cfg.IntOpt("size", min=1, max=10, default=3),
    cfg.FloatOpt("ratio", default=0.5),
    cfg.PortOpt("port", default=80),
    cfg.HostAddressOpt("address"),
    cfg.IPOpt("ip"),
    cfg.URIOpt("endpoint", schemes=["http", "https"]),
    cfg.ListOpt("bolts", item_type=types.Integer(), default=[]),
    cfg.Opt("window", type=types.Range(min=0, max=9)),
    cfg.StrOpt("code", regex=r"[a-z]+"),
    cfg.StrOpt("label", max_length=5),
    cfg.MultiStrOpt("name", default=[]),
    cfg.StrOpt("password", secret=True),
    cfg.IntOpt("pin", secret=True),
    cfg.IntOpt("width", deprecated_name="breadth", deprecated_group="chassis"),
    cfg.IntOpt("height", deprecated_name="tallness"),
    cfg.BoolOpt(
        "rusty",
        deprecated_for_removal=True,
        deprecated_since="12.0",
        deprecated_reason="Rust is out\nof fashion.",
    ),
    # A name that is current, and an old name of another option as well.
    cfg.StrOpt("first"),
    cfg.StrOpt("second", deprecated_name="first"),
    cfg.StrOpt("dashed-name"),
]
STORES: dict[str, list[cfg.Opt]] = {
    "file": [cfg.StrOpt("folder"), cfg.IntOpt("mode")],
    "cloud": [cfg.StrOpt("bucket")],
}
AUTH = [
    *loading.get_auth_common_conf_options(),
    *loading.get_session_conf_options(),
]

GROUPS: list[tuple[str, list[cfg.Opt]]] = [
    ("DEFAULT", DEFAULT),
    ("frame", FRAME),
    ("Mixed", [cfg.StrOpt("case")]),
    ("auth", AUTH),
]


def as_data(
    groups: Iterable[tuple[Any, list[cfg.Opt]]],
) -> list[tuple[str, list[Any]]]:
    """Groups of options as a catalogue keeps them."""
    return [
        (group or "DEFAULT", [option_data(opt) for opt in opts])
        for group, opts in groups
    ]


def catalogue(**more: Any) -> Catalogue:
    """What Widget 2.0 expects."""
    plugins = {
        name: [option_data(o) for o in loading.get_auth_plugin_conf_options(name)]
        for name in ("password", "v3applicationcredential")
    }
    options = {"widget": as_data(GROUPS), "widget.stores": as_data(STORES.items())}
    return Catalogue("2.0", options, plugins, **more)


def upgrade(
    *files: Path,
    directories: Iterable[Path] = (),
    service: Service = SERVICE,
    known: Catalogue | None = None,
) -> Upgrade:
    """The question whether these files suit Widget 2.0."""
    views = files_of(service, [*map(os.fspath, files)], [*map(os.fspath, directories)])
    target = Release(service, "2.0", known or catalogue())
    deployment = Deployment(service, views, target.options.definitions())
    return Upgrade(service, deployment, target)
