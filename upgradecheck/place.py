"""The place of an option: its group and its name, as oslo.config compares them."""

from __future__ import annotations

from typing import TypeAlias

#: Group and name.
Place: TypeAlias = tuple[str, str]


def normal(group: str) -> str:
    """A group's name as oslo.config compares it: case matters in DEFAULT alone.

    After ``oslo_config.cfg._normalize_group_name``.
    """
    return group if group == "DEFAULT" else group.lower()


def variable_of(group: str, name: str) -> str:
    """The environment variable that oslo.config reads for an option.

    After ``oslo_config.sources._environment``.
    """
    return f"OS_{group.upper()}__{name.upper()}"
