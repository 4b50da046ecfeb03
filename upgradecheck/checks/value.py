"""Whether the value of a known option is one that oslo.config accepts."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from oslo_config import cfg
from oslo_config import types

from upgradecheck.catalogue import KnownOption
from upgradecheck.check import Finding
from upgradecheck.check import Status
from upgradecheck.deployment.configuration import Configuration
from upgradecheck.deployment.configuration import Setting
from upgradecheck.deployment.configuration import effective
from upgradecheck.deployment.configuration import read
from upgradecheck.deployment.configuration import register
from upgradecheck.secret import mask_urls
from upgradecheck.secret import passwords_in


def fault_of(
    configuration: Configuration, known: KnownOption, settings: list[Setting]
) -> Iterator[Finding]:
    """What is wrong with the values that oslo.config would take.

    A value that a later file overrides is never read, so it is not judged.

    :param settings: where the operator set the option, in reading order.
    """
    in_files = [setting for setting in settings if setting.file is not None]
    in_environment = [setting for setting in settings if setting.file is None]
    # oslo.config takes a list apart by characters where a variable sets an
    # option that may be given several times; what it makes of it is no value.
    if in_environment and not known.opt.multi:
        yield from _judge(configuration, known, in_environment[-1], True)
    read_last = effective(in_files, [known.place, *known.old_places])
    if read_last is not None:
        yield from _judge(configuration, known, read_last, False)


def _judge(
    configuration: Configuration, known: KnownOption, setting: Setting, use_env: bool
) -> Iterator[Finding]:
    conf = configuration.parsed(use_env)
    register(conf, known.opt, known.group)
    try:
        read(conf, known.group, known.name)
    except cfg.ConfigSourceValueError as fault:
        cause = fault.__context__
        reason = str(cause) if isinstance(cause, ValueError) else str(fault)
        yield Finding(
            f"{setting.spoken} {_told(known, setting, reason)}",
            setting.location,
            _remedy(known, setting),
            Status.FAILURE,
        )
    except cfg.Error:
        if _is_secret(known, setting):
            message = "holds a $ that refers to nothing"
        else:
            message = f"refers to an unknown option: {mask_urls(setting.value)}"
        yield Finding(
            f"{setting.spoken} {message}",
            setting.location,
            "Name a known option after the $, or write $$ for the sign itself.",
            Status.WARNING,
        )


def _is_secret(known: KnownOption, setting: Setting) -> bool:
    return known.opt.secret or bool(passwords_in(setting.value))


def _told(known: KnownOption, setting: Setting, reason: str) -> str:
    if _is_secret(known, setting):
        return "has a value that is not valid (it is secret, so it is not shown)"
    value = setting.value if len(setting.value) <= 60 else f"{setting.value[:60]}..."
    return f"= {value!r} is not valid: {' '.join(reason.split())}"


def _remedy(known: KnownOption, setting: Setting) -> str:
    kind = known.opt.type
    if getattr(kind, "bounds", False) and not setting.value.startswith("["):
        return "Write the value in brackets: [first,second]."
    # Of a list or a mapping it is an entry that oslo.config refuses.
    kind = getattr(kind, "item_type", None) or kind
    if isinstance(kind, types.Dict):
        return "Write name:value pairs, with commas between them."
    regex = getattr(getattr(kind, "regex", None), "pattern", None)
    choices = getattr(kind, "choices", None)
    if regex or choices:
        form = f"one of: {', '.join(map(str, choices))}." if choices else None
        return f"Write {form or f'a value that matches {regex}'}"
    within = _within(getattr(kind, "min", None), getattr(kind, "max", None))
    what = getattr(kind, "type_name", None) or "valid value"
    article = "an" if what[:1] in "aeiouAEIOU" else "a"
    return f"Write a value {within}." if within else f"Write {article} {what}."


def _within(low: float | None, high: float | None) -> str:
    """The bounds of a value in words; empty if there are none."""
    # Some services write "no bound" as the largest number there is.
    if high is not None and high < sys.maxsize:
        return f"of at most {high}" if low is None else f"from {low} to {high}"
    return "" if low is None else f"of at least {low}"
