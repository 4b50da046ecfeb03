"""Where Glance's database stands between the branches of a release's revisions."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from upgradecheck.catalogue import Revision
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Upgrade
from upgradecheck.checks import revision as revisions

if TYPE_CHECKING:
    from alembic.script.revision import RevisionMap

#: The labels of the branches, as ``glance.db.migration`` names them.
EXPAND = "expand"
CONTRACT = "contract"
#: SQLAlchemy's names of the kinds of database that ``glance-manage`` expands, migrates
#: and contracts: its own rule.
STEPWISE = ("mysql", "sqlite")


@dataclasses.dataclass(frozen=True)
class Standing:
    """What of a release's revisions a database has been through.

    :param rows: the revisions in its version table.
    :param table: the name of that table.
    :param expand_head: the last revision of the expand branch.
    :param contract_head: that of the contract branch.
    :param to_expand: what is pending up to the first; in the order in which it runs.
    :param to_contract: what is pending besides.
    :param is_stepwise: whether ``glance-manage`` expands, migrates and contracts a
        database of this kind.
    """

    rows: tuple[str, ...]
    table: str
    expand_head: str
    contract_head: str
    to_expand: tuple[Revision, ...]
    to_contract: tuple[Revision, ...]
    is_stepwise: bool = True

    @property
    def is_expanded(self) -> bool:
        """Whether the head of the expand branch is applied."""
        return not self.to_expand

    @property
    def is_contracted(self) -> bool:
        """Whether the head of the contract branch is applied, and so all else."""
        return not self.to_expand and not self.to_contract

    @property
    def at(self) -> str:
        """``at revisions a, b``."""
        return f"at revision{'' if len(self.rows) == 1 else 's'} {', '.join(self.rows)}"

    @property
    def halfway(self) -> tuple[str, ...]:
        """Contract revisions of an earlier upgrade that was expanded and left so."""
        waiting = {each.revision for each in self.to_expand}
        return tuple(
            each.revision
            for each in self.to_contract
            if waiting and each.depends_on and not waiting.intersection(each.depends_on)
        )

    def crosses(self, release: str) -> bool:
        """Whether revisions of a release, as Glance's files name it, are pending."""
        return any(
            each.revision.startswith(f"{release}_")
            for each in (*self.to_expand, *self.to_contract)
        )


def find(upgrade: Upgrade) -> Standing | Result:
    """Where the database stands; a result if the release cannot upgrade it at all.

    :raises NotVerified: if the database cannot be asked, or the release's revisions
        are not known or have no such branches.
    """
    database = upgrade.service.databases[0]
    history = revisions.history_of(upgrade, database)
    scripts = revisions.map_of(history)
    expand_head = _head(upgrade, history, scripts, EXPAND)
    contract_head = _head(upgrade, history, scripts, CONTRACT)
    rows, tables = revisions.rows_of(upgrade, database)
    refused = revisions.unfit(upgrade, database, history, rows, tables)
    if refused is not None:
        return refused
    pending = revisions.pending_of(history, rows)
    late = _of_branch(scripts, pending, CONTRACT)
    return Standing(
        rows,
        f"table {database.version_table}",
        expand_head,
        contract_head,
        tuple(each for each in pending if each.revision not in late),
        tuple(each for each in pending if each.revision in late),
        kind_of(upgrade.deployment.database_url(database)) in STEPWISE,
    )


def kind_of(url: str | None) -> str | None:
    """The kind of database that a URL names; None if it names none."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    with contextlib.suppress(ArgumentError, ValueError):
        return make_url((url or "").strip()).get_backend_name()
    return None


def _head(
    upgrade: Upgrade, history: Sequence[Revision], scripts: RevisionMap, label: str
) -> str:
    """The head of a branch, found as Glance finds it."""
    head = None
    if any(label in each.branch_labels for each in history):
        head = scripts.get_current_head(label)
    if head is None:
        raise NotVerified(
            f"the database revisions of {upgrade.target.spoken} have no branch {label}",
            f"database {upgrade.service.databases[0].name}",
            "Glance has expanded, migrated and contracted its database since 14.0.0; "
            "look whether the release is the one to upgrade to.",
        )
    return head


def _of_branch(
    scripts: RevisionMap, pending: Sequence[Revision], label: str
) -> set[str]:
    return {
        each.revision
        for each in pending
        if (found := scripts.get_revision(each.revision)) is not None
        and label in found.branch_labels
    }
