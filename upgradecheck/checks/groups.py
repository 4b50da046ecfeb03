"""Groups that an option's values name, as Glance's stores: whether the names may be."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Status
from upgradecheck.checks import drivers
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import Setting
from upgradecheck.place import Place
from upgradecheck.place import normal
from upgradecheck.service import NamedGroups
from upgradecheck.service import Service


def judge(
    service: Service,
    configuration: Configuration,
    used: Mapping[Place, Sequence[Setting]],
) -> Iterator[Finding]:
    """Judge the names of groups in one configuration.

    :param used: what is set of each option; the last setting counts.
    """
    for rule in service.named_groups:
        group, name = rule.option
        settings = used.get((normal(group), name))
        names = [*drivers.names_in(settings[-1].value)] if settings else []
        if settings and names:
            yield from _kept(service, rule, settings[-1], names)
            yield from _default(service, rule, configuration, settings[-1], names)


def _kept(
    service: Service, rule: NamedGroups, setting: Setting, names: Sequence[str]
) -> Iterator[Finding]:
    kept = [each for each in names if rule.kept and each.startswith(rule.kept)]
    if kept:
        yield Finding(
            f"{setting.spoken} names {', '.join(kept)}: names that begin with "
            f"{rule.kept} are {service.title}'s own, and it does not start with them",
            setting.location,
            "Give the group another name, or take it out.",
            Status.FAILURE,
        )


def _default(
    service: Service,
    rule: NamedGroups,
    configuration: Configuration,
    setting: Setting,
    names: Sequence[str],
) -> Iterator[Finding]:
    if rule.default is None:
        return
    spoken = f"[{rule.default[0]}] {rule.default[1]}"
    where = configuration.where(*rule.default)
    try:
        chosen = configuration.value(*rule.default) if where else None
    except NotVerified as fault:
        yield Finding(fault.reason, fault.location, fault.remedy, Status.ERROR)
        return
    if chosen and chosen not in names:
        yield Finding(
            f"{spoken} names {chosen}, which {setting.spoken} does not name, and "
            f"{service.title} does not start so",
            where,
            f"Set {spoken} to one of: {', '.join(names)}.",
            Status.FAILURE,
        )
