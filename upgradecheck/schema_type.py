"""Types of columns: how they are shown, and what lies between two of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types

from upgradecheck.effect import Effect

#: Bytes that an integer takes.
_INTEGERS = {"TINYINT": 1, "SMALLINT": 2, "MEDIUMINT": 3, "INTEGER": 4, "BIGINT": 8}
_FLOATS = {"REAL": 4, "FLOAT": 4, "DOUBLE": 8, "DOUBLE_PRECISION": 8}
#: Bytes that a text or a BLOB without a length takes on MySQL.
_LONG = {"TINY": 2**8 - 1, "": 2**16 - 1, "MEDIUM": 2**24 - 1, "LONG": 2**32 - 1}
#: Digits of a second that PostgreSQL keeps unless told otherwise.
_PRECISION = 6
#: Bytes that one character may take.
_CHARACTER = 4
_CHANGES = {
    True: "column-widened",
    False: "column-narrowed",
    None: "column-retyped",
}


def shown(kind: Any) -> str:
    """A type as people write it: ``VARCHAR(36)``, ``ENUM(a, b)``."""
    name = _name(kind)
    if isinstance(kind, types.Enum):
        return f"ENUM({', '.join(_values(kind))})"
    if isinstance(kind, types.ARRAY):
        return f"{shown(kind.item_type)}[]"
    if name == "SET":
        return f"SET({', '.join(map(str, kind.values))})"
    numbers = [
        getattr(kind, attribute, None)
        for attribute in ("length", "precision", "scale", "fsp")
    ]
    inner = ", ".join(str(number) for number in numbers if number)
    if inner and name not in _INTEGERS:
        name = f"{name}({inner})"
    if getattr(kind, "unsigned", False):
        name = f"{name} UNSIGNED"
    return f"{name} WITH TIME ZONE" if getattr(kind, "timezone", False) else name


def between(
    table: str, column: str, old: Any, new: Any, same_collation: bool
) -> list[Effect]:
    """The effects that make one type another; none if they are the same.

    :param same_collation: whether both compare texts alike.
    """
    if isinstance(old, types.Enum) and isinstance(new, types.Enum):
        effects = _enumerations(table, column, _values(old), _values(new))
    elif shown(old) != shown(new):
        kind = _CHANGES[_widens(old, new)]
        effects = [Effect(kind, table, column, f"{shown(old)} to {shown(new)}")]
    elif _capacity(old) is None and repr(old) != repr(new):
        effects = [Effect("column-retyped", table, column, f"{old!r} to {new!r}")]
    else:
        effects = []
    if _called(old) and _called(new) and _called(old) != _called(new):
        detail = f"type {_called(old)} to {_called(new)}"
        effects.append(Effect("column-retyped", table, column, detail))
    both_texts = isinstance(old, types.String) and isinstance(new, types.String)
    if both_texts and not same_collation:
        effects.append(Effect("column-retyped", table, column, "another collation"))
    return effects


def _enumerations(
    table: str, column: str, old: list[str], new: list[str]
) -> list[Effect]:
    added = [v for v in new if v not in old]
    removed = [v for v in old if v not in new]
    effects = [
        Effect(kind, table, column, ", ".join(values))
        for kind, values in (
            ("enum-value-added", added),
            ("enum-value-removed", removed),
        )
        if values
    ]
    kept = [v for v in new if v in old]
    if kept != [v for v in old if v in new]:
        # Enumerations sort by position.
        effects.append(Effect("column-retyped", table, column, "another order"))
    return effects


def _values(kind: Any) -> list[str]:
    return [str(value) for value in kind.enums]


def _called(kind: Any) -> str:
    """The name of an enumeration that is a type of its own, which queries name."""
    return str(getattr(kind, "name", None) or "")


def _name(kind: Any) -> str:
    name = str(kind.__visit_name__).upper()
    return "NUMERIC" if name == "DECIMAL" else name


def _widens(old: Any, new: Any) -> bool | None:
    """Whether the new type takes more, or less; None if it is another kind."""
    was, now = _capacity(old), _capacity(new)
    if was is None or now is None or was[0] != now[0]:
        return None
    if _name(new) in ("CHAR", "BINARY") and _name(old) != _name(new):
        return None  # it cuts blanks off, or fills up with zeros
    return all(a <= b for a, b in zip(was[1:], now[1:], strict=True))


def _capacity(kind: Any) -> tuple[Any, ...] | None:
    """A word for what a type takes and how much of it; None for other types.

    Of two types with the same word, one that is nowhere smaller takes all that the
    other takes.
    """
    name = _name(kind)
    sign = "unsigned" if getattr(kind, "unsigned", False) else "signed"
    if name in _INTEGERS:
        return f"{sign} integer", _INTEGERS[name]
    if name == "NUMERIC":
        scale = kind.scale or 0
        return f"{sign} {name}", (kind.precision or float("inf")) - scale, scale
    if name in _FLOATS and getattr(kind, "scale", None) is None:
        return f"{sign} floating point", _FLOATS[name]
    if name in ("DATETIME", "TIMESTAMP", "TIME"):
        zone = "with" if getattr(kind, "timezone", False) else "without"
        return f"{name} {zone} zone", _digits(kind)
    # The length of a SET is that of its longest value.
    if isinstance(kind, types.Enum) or name == "SET":
        return None
    return _bytes(kind, name)


def _digits(kind: Any) -> int:
    """Digits of a second: those that are named, or the server's own number."""
    if hasattr(kind, "precision"):
        return _PRECISION if kind.precision is None else int(kind.precision)
    return getattr(kind, "fsp", None) or 0


def _bytes(kind: Any, name: str) -> tuple[str, float] | None:
    for word, long in (("text", "TEXT"), ("binary", "BLOB")):
        if name.endswith(long):
            return word, _LONG.get(name.removesuffix(long), float("inf"))
    length = getattr(kind, "length", None) or float("inf")
    if isinstance(kind, types.String):
        return "text", length * _CHARACTER
    if name in ("BINARY", "VARBINARY", "BYTEA"):
        return "binary", length
    return None
