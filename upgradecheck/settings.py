"""Our own settings, from our own ``upgradecheck.conf``."""

from __future__ import annotations

import dataclasses

from oslo_config import cfg

from upgradecheck.check import NotVerified
from upgradecheck.deployment.configuration import settings_of

_PROJECT = "upgradecheck"

OPTIONS = (
    cfg.FloatOpt(
        "timeout",
        default=60.0,
        min=0.001,
        help="Seconds that one check may take.",
    ),
    cfg.ListOpt(
        "exclude",
        default=[],
        help="Ids of checks that are not asked; reports show them as skipped.",
    ),
    cfg.StrOpt(
        "waivers",
        help="The YAML file of waivers, reasons to let findings pass.",
    ),
)


@dataclasses.dataclass(frozen=True)
class Settings:
    """What ``upgradecheck.conf`` says, or our defaults."""

    timeout: float
    exclude: tuple[str, ...]
    waivers: str | None


def load() -> Settings:
    """Our settings, out of the files that oslo.config finds for our name.

    :raises NotVerified: if the file cannot be read or says something unknown.
    """
    files = cfg.find_config_files(project=_PROJECT, prog=_PROJECT)
    known = {opt.dest for opt in OPTIONS}
    for file in files:
        for setting in settings_of(file):
            if setting.key not in {("DEFAULT", name) for name in known}:
                raise NotVerified(
                    f"{setting.location}: {setting.spoken} is no setting of ours",
                    setting.location,
                    f"Known are, in [DEFAULT]: {', '.join(sorted(known))}.",
                )
    conf = cfg.ConfigOpts()
    conf.register_opts(OPTIONS)
    arguments = [word for file in files for word in ("--config-file", file)]
    conf(arguments, project=_PROJECT, default_config_files=[], use_env=False)
    try:
        return Settings(conf.timeout, tuple(conf.exclude), conf.waivers)
    except cfg.ConfigFileValueError as fault:
        raise NotVerified(
            f"{', '.join(files)}: {fault}", remedy="Correct the value."
        ) from None
