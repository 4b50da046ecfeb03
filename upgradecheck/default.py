"""An option's default, and how people read it."""

from __future__ import annotations

import json
from typing import Any

from upgradecheck.catalogue import KnownOption

#: The default of an option that has none that may be shown.
HIDDEN = object()
#: As much of a default is told, in characters, and of what comes before a difference.
_LONGEST = 77
_BEFORE = 20


def default_of(known: KnownOption) -> Any:
    """An option's default as JSON holds it; :data:`HIDDEN` if that does not tell it."""
    if known.data.get("secret") or known.data.get("has_default"):
        return HIDDEN
    value = known.data.get("default")
    # As the option reads its default, whichever way its code writes it.
    return list(value) if isinstance(value, tuple) else value


def spoken(value: Any) -> str:
    """A default as people read it, cut off if it is long."""
    return _cut(_text(value), 0)


def contrasted(old: Any, new: Any) -> tuple[str, str]:
    """Two defaults as people read them; long ones from where they differ."""
    one, other = _text(old), _text(new)
    pairs = enumerate(zip(one, other, strict=False))
    alike = next((n for n, (a, b) in pairs if a != b), 0)
    is_long = max(len(one), len(other)) > _LONGEST
    start = max(0, alike - _BEFORE) if is_long else 0
    return _cut(one, start), _cut(other, start)


def _cut(text: str, start: int) -> str:
    """What can be told of a text, from a character on."""
    end = start + _LONGEST
    before, after = "..." if start else "", "..." if len(text) > end else ""
    return f"{before}{text[start:end]}{after}"


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if value is HIDDEN:
        return "not shown"
    return repr(value) if isinstance(value, str) else json.dumps(value)
