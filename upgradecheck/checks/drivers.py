"""Drivers that the operator enables: does the release have them?

A driver that it has lists its options only where the libraries that it needs are
installed too. So it is looked up among the entry points, which need no library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from upgradecheck.check import Finding
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.deployment.configuration import Setting
from upgradecheck.history import History
from upgradecheck.mistake import nearest
from upgradecheck.place import Place
from upgradecheck.place import normal
from upgradecheck.series import Timeline
from upgradecheck.service import DriverOption


def judge(
    upgrade: Upgrade, used: Mapping[Place, Sequence[Setting]], history: History
) -> Iterator[Finding]:
    """Judge the drivers that one configuration enables.

    :param used: what is set of each option; the last setting counts.
    :param history: what earlier releases had.
    """
    for option in upgrade.service.drivers:
        settings = used.get(_place(option.option))
        if option.judged and settings:
            yield from _drivers(upgrade, option, settings[-1], history)


def names_in(value: str) -> dict[str, str]:
    """The entries of an option that enables drivers: their drivers by their names.

    Of an entry without a colon the name is the driver.
    """
    found = {}
    for entry in re.split(r"[,\n]", value):
        name, colon, driver = entry.partition(":")
        if name.strip():
            found[name.strip()] = (driver if colon else name).strip()
    return found


def _drivers(
    upgrade: Upgrade, option: DriverOption, setting: Setting, history: History
) -> Iterator[Finding]:
    target = upgrade.target
    known = target.catalogue.entry_points.get(option.entry_points)
    for driver in dict.fromkeys(names_in(setting.value).values()):
        if known is not None and driver in known:
            continue
        what = f"{setting.spoken} enables the driver {driver or '(none)'}"
        went = _went(upgrade, option, driver, history)
        if went is not None:
            yield Finding(
                f"{what}, which was removed in {went}: {target.spoken} does not have "
                "it",
                setting.location,
                "Move what it keeps to a driver that the new release has, before the "
                "upgrade and with the old release, and take it out of "
                f"{setting.spoken}.",
                Status.FAILURE,
            )
        elif known is None or not target.is_installed:
            why = (
                "does not tell which drivers it has"
                if known is None
                else "has none of this name, which may be a third party's"
            )
            yield Finding(
                f"{what}, which is not verified: {target.source or target.spoken} {why}",
                setting.location,
                f"Ask where {target.spoken} is installed.",
                Status.ERROR,
            )
        else:
            yield Finding(
                f"{what}, and no driver of this name is installed beside "
                f"{target.spoken} (entry points {option.entry_points})",
                setting.location,
                f"Correct the name{_hint(driver, known)}, or install the package that "
                "provides the driver.",
                Status.FAILURE,
            )


def _went(
    upgrade: Upgrade, option: DriverOption, driver: str, history: History
) -> str | None:
    """The first release without a driver that earlier ones had; None if none had."""
    release = history.without(option.entry_points, driver)
    if release is not None:
        return history.first_of(release)
    version = dict(option.gone).get(driver)
    if version is None:
        return None
    series = Timeline(upgrade.service).series_of(version)
    return f"{version} ({series})" if series else version


def _hint(driver: str, known: Sequence[str]) -> str:
    return f" ({nearest(driver, [*known])})" if known else ""


def _place(option: Place) -> Place:
    return normal(option[0]), option[1]
