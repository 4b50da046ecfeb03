"""Taking a baseline: what a node has, recorded for a later check."""

from __future__ import annotations

import datetime
import importlib
import json
import secrets
from collections.abc import Iterator
from typing import Any

from upgradecheck import baseline
from upgradecheck import isolation
from upgradecheck.baseline import Baseline
from upgradecheck.baseline import Kept
from upgradecheck.check import NotVerified
from upgradecheck.check import Upgrade
from upgradecheck.checks.revision import revisions_of
from upgradecheck.deployment.configuration import Setting
from upgradecheck.mistake import Mistaken
from upgradecheck.place import Place
from upgradecheck.place import normal
from upgradecheck.secret import passwords_in
from upgradecheck.secret import sounds_secret

#: Bytes of salt.
_SALT = 16


def take(upgrade: Upgrade, timeout: float) -> Baseline:
    """What a node has.

    :param upgrade: the service's deployment, and as its target the release that is
        installed there.
    :param timeout: seconds that each of its parts may take.
    :raises NotVerified: if the service is not installed, or has no configuration.
    """
    service = upgrade.service
    version = upgrade.target.version
    if version is None:
        raise NotVerified(
            f"{service.distribution} is not installed here, so there is no old release "
            "to record",
            remedy=f"Run this on a node where the old {service.title} is installed.",
        )
    files = dict.fromkeys(
        file for view in upgrade.deployment.configurations for file in view.files
    )
    salt = secrets.token_hex(_SALT)
    faults: dict[str, str] = {}
    return Baseline(
        service=service.name,
        version=version,
        made=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        config_files=tuple(files),
        salt=salt,
        options=tuple(_options(upgrade, salt, faults)),
        databases=dict(_databases(upgrade, timeout, faults)),
        forms=dict(_forms(upgrade, timeout, faults)),
        faults=faults,
    )


def written(upgrade: Upgrade) -> dict[Place, str]:
    """What the configuration says of each option that is set, as it is written there.

    Files count in reading order, the environment after them; of an option that may
    stand several times all that stands counts.
    """
    known = _known(upgrade)
    found: dict[Place, list[str]] = {}
    for setting in _settings(upgrade):
        place = _place(setting)
        values = found.setdefault(place, [])
        if not (setting.file and place in known and known[place].multi):
            values.clear()
        values.append(setting.value.strip())
    return {place: "\n".join(values) for place, values in found.items()}


def _settings(upgrade: Upgrade) -> Iterator[Setting]:
    seen: set[str] = set()
    views = upgrade.deployment.configurations
    for view in views:
        for setting in view.settings:
            if setting.file not in seen:
                yield setting
        seen |= {*view.files}
    yield from views[0].variables


def _place(setting: Setting) -> Place:
    name = setting.name if setting.file else setting.name.lower()
    return normal(setting.group) if setting.group != "default" else "DEFAULT", name


def _known(upgrade: Upgrade) -> Any:
    options = upgrade.deployment.options
    return {} if options is None or isinstance(options, NotVerified) else options


def _options(upgrade: Upgrade, salt: str, faults: dict[str, str]) -> Iterator[Kept]:
    if isinstance(upgrade.deployment.options, NotVerified):
        faults["values"] = upgrade.deployment.options.reason
    known = _known(upgrade)
    mask = upgrade.deployment.mask()
    for (group, name), value in sorted(written(upgrade).items()):
        opt = known.get((group, name))
        hidden = (
            opt is None
            or opt.secret
            or sounds_secret(name, value)
            or bool(passwords_in(value))
            or mask(value) != value
        )
        if hidden:
            yield Kept(group, name, None)
        else:
            yield Kept(group, name, baseline.digest(salt, (group, name), value))


def _databases(
    upgrade: Upgrade, timeout: float, faults: dict[str, str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    for database in upgrade.service.databases:
        configuration = upgrade.deployment.configuration_of(database)
        where = configuration.where(*database.option)
        if database.optional and where is None:
            continue
        try:
            rows = _apart(lambda d=database: revisions_of(upgrade, d), timeout)
        except NotVerified as fault:
            mask = upgrade.deployment.mask()
            faults[f"database {database.name}"] = mask(fault.reason)
        else:
            yield database.name, tuple(rows)


def _forms(
    upgrade: Upgrade, timeout: float, faults: dict[str, str]
) -> Iterator[tuple[str, Any]]:
    mask = upgrade.deployment.mask()
    for name, place in upgrade.service.normal_forms:
        try:
            form = _apart(lambda p=place: _called(p, upgrade), timeout)
        except NotVerified as fault:
            faults[f"form {name}"] = mask(fault.reason)
        else:
            yield name, _masked(form, mask)


def _called(place: str, upgrade: Upgrade) -> Any:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)(upgrade)


def _masked(form: Any, mask: Any) -> Any:
    if isinstance(form, dict):
        return {mask(str(key)): _masked(each, mask) for key, each in form.items()}
    if isinstance(form, list | tuple):
        return [_masked(each, mask) for each in form]
    return mask(form) if isinstance(form, str) else form


def _apart(function: Any, timeout: float) -> Any:
    """What a function answers, in a process of its own.

    :raises NotVerified: if it cannot answer.
    """

    def answer() -> Any:
        try:
            return {"answer": json.loads(json.dumps(function()))}
        except NotVerified as fault:
            return {"fault": fault.reason}
        except Mistaken as fault:
            return {"fault": str(fault)}

    outcome = isolation.run(answer, timeout)
    if outcome.raised is not None:
        # Not its text: nobody knows what that quotes.
        raise NotVerified(
            f"it raised {outcome.raised.kind} at {outcome.raised.location}"
        )
    if outcome.fault is not None:
        raise NotVerified(f"it {outcome.fault}")
    if "fault" in outcome.answer:
        raise NotVerified(outcome.answer["fault"])
    return outcome.answer["answer"]
