"""``octavia.provider-drivers``: what enabled drivers need to be there at all.

The rules are those of Octavia 19.0.0: ``octavia.api.drivers.driver_factory``, which
loads a provider driver, and ``octavia.cmd.driver_agent``, which starts the agents that
such drivers bring along.
"""

from __future__ import annotations

import dataclasses
import importlib.metadata
from collections.abc import Iterable
from collections.abc import Iterator
from importlib.metadata import EntryPoint

from upgradecheck import entries
from upgradecheck import isolation
from upgradecheck.check import Finding
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.mistake import similar

DRIVERS = "octavia.api.drivers"
AGENTS = "octavia.driver_agent.provider_agents"
#: Seconds that importing the code of one driver may take.
PATIENCE = 20
#: Which distribution has a driver, where its makers say so.
DISTRIBUTIONS = {"ovn": "ovn-octavia-provider"}


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of plug-in that an option enables by name.

    :param spoken: how reports call it.
    :param entry_points: the group in which it registers.
    :param option: the option that enables it.
    """

    spoken: str
    entry_points: str
    option: tuple[str, str]


PROVIDER = Kind(
    "provider driver", DRIVERS, ("api_settings", "enabled_provider_drivers")
)
AGENT = Kind("provider agent", AGENTS, ("driver_agent", "enabled_provider_agents"))
_DEFAULT = ("api_settings", "default_provider_driver")


@check(
    "octavia.provider-drivers",
    title="Provider drivers",
    added="0.1.0",
    needs=("config", "installed"),
)
def provider_drivers(upgrade: Upgrade) -> Result:
    """Each enabled provider driver is installed in this environment.

    Looks for every name in ``[api_settings] enabled_provider_drivers`` and
    ``[driver_agent] enabled_provider_agents`` among what is installed beside the new
    Octavia: run it there. The code of drivers that are not Octavia's own is imported
    once, in a process of its own; nothing more of it is called.

    A **failure** means that load balancers of such a provider can be neither created
    nor changed, though those that exist may go on balancing: a driver is not installed,
    for drivers of others are not part of Octavia and are easily forgotten when the new
    release goes into a new environment; or it cannot be imported, for instance since it
    is too old for the new release; or ``default_provider_driver`` is not enabled.
    Octavia itself does not complain before somebody uses the driver, and leaves out an
    agent that is missing without a word.
    """
    deployment = upgrade.deployment
    findings: list[Finding] = []
    sentences = []
    for kind in (PROVIDER, AGENT):
        names = deployment.value(*kind.option) or ()
        where = deployment.configuration.where(*kind.option) or _spoken(kind.option)
        found = {each.name: each for each in entries.of_group(kind.entry_points)}
        findings += [
            _missing(kind, name, found, where) for name in names if name not in found
        ]
        here = [found[name] for name in names if name in found]
        findings += _broken(kind, here, upgrade.service.distribution)
        if here:
            sentences.append(f"{kind.spoken.capitalize()}s: {_listed(here)}.")
    enabled = deployment.value(*PROVIDER.option) or ()
    default = deployment.value(*_DEFAULT)
    if default not in enabled:
        findings.append(
            Finding(
                f"{_spoken(_DEFAULT)} = {default} is none of "
                f"{_spoken(PROVIDER.option)}: {', '.join(enabled) or 'none'}",
                deployment.configuration.where(*_DEFAULT)
                or deployment.configuration.where(*PROVIDER.option)
                or _spoken(_DEFAULT),
                "Enable it, or make one that is enabled the default.",
                Status.FAILURE,
            )
        )
    return Result.judged(
        " ".join(sentences) or "No enabled provider driver is installed here.", findings
    )


def _missing(kind: Kind, name: str, found: Iterable[str], where: str) -> Finding:
    """That what is enabled is not there."""
    distribution = DISTRIBUTIONS.get(name)
    near = similar(name, found)
    if distribution is not None and _is_installed(distribution):
        remedy = f"Install {distribution} anew: it is here, but lacks {name}."
    elif distribution is not None:
        remedy = f"Install {distribution} here, in a version for this release."
    else:
        remedy = (
            f"{f'Did you mean {near}? If not, install' if near else 'Install'} the "
            "package of the driver's makers here, in a version for this release, or "
            "disable the driver."
        )
    return Finding(
        f"the {kind.spoken} {name} is enabled, but nothing that is installed here "
        f"provides it: no entry point {name} of {kind.entry_points}",
        where,
        remedy,
        Status.FAILURE,
    )


def _broken(kind: Kind, some: list[EntryPoint], own: str) -> Iterator[Finding]:
    """Those of others' drivers that cannot be imported."""
    for entry in some:
        distribution, version = entries.owner(entry)
        if distribution == own:
            continue
        outcome = isolation.run(lambda e=entry: bool(e.load()), PATIENCE)  # type: ignore[misc]
        if outcome.raised is not None:
            told = f"{outcome.raised.kind}: {outcome.raised.message}"
        elif outcome.fault is not None:
            told = f"its code {outcome.fault}"
        else:
            continue
        yield Finding(
            f"the {kind.spoken} {entry.name} of {distribution} {version} cannot be "
            f"imported: {told}",
            f"entry point {entry.name} of {kind.entry_points}",
            f"Install a version of {distribution} for this release.",
            Status.FAILURE,
        )


def _listed(some: Iterable[EntryPoint]) -> str:
    by_owner: dict[str, list[str]] = {}
    for entry in some:
        by_owner.setdefault(" ".join(entries.owner(entry)), []).append(entry.name)
    return "; ".join(f"{', '.join(names)} of {who}" for who, names in by_owner.items())


def _spoken(option: tuple[str, str]) -> str:
    group, name = option
    return f"[{group}] {name}"


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
