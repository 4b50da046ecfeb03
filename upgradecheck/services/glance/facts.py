"""What an installed Glance tells of its data migrations.

Called where the release is installed. Modules are found as Glance itself finds them:
by the release with which their names begin.
"""

from __future__ import annotations

import pkgutil
import re

from upgradecheck.making import folder_of

_FOLDER = "glance:db/sqlalchemy/alembic_migrations/data_migrations"
_MODULE = re.compile(r"(?P<release>.+?)_migrate\d+_.+")


def data_migrations() -> dict[str, list[str]]:
    """The modules that migrate data, in the order in which they run, by release.

    :raises FileNotFoundError: if it has none.
    """
    found: dict[str, list[str]] = {}
    modules = pkgutil.iter_modules([str(folder_of(_FOLDER))])
    for name in sorted(module.name for module in modules):
        match = _MODULE.fullmatch(name)
        if match:
            found.setdefault(match["release"], []).append(name)
    return found


def current_release() -> str:
    """The release whose data migrations its own commands ask for."""
    from glance.db import migration

    return str(migration.CURRENT_RELEASE)
