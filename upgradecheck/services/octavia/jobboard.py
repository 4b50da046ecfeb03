"""``octavia.jobboard``: what flows of Octavia need to survive a worker.

What Octavia 19.0.0's own ``octavia-status upgrade check`` asks, in
``octavia.cmd.status``, by the options that ``octavia.controller.worker.v2
.taskflow_jobboard_driver`` reads. That command connects as a worker would, which makes
the file of a SQLite database and the root of a board in ZooKeeper; here nothing is
written.
"""

from __future__ import annotations

from upgradecheck.check import Finding
from upgradecheck.check import NotVerified
from upgradecheck.check import Result
from upgradecheck.check import Status
from upgradecheck.check import Upgrade
from upgradecheck.check import check
from upgradecheck.deployment import Deployment
from upgradecheck.service import Database
from upgradecheck.services.octavia.amphora import no_driver
from upgradecheck.services.octavia.board import BACKENDS
from upgradecheck.services.octavia.board import Unreachable

GROUP = "task_flow"
_PERSISTENCE = "persistence_connection"
_BACKEND = "jobboard_backend_driver"
#: Who sets one of these means to use a job board.
_TELLING = (
    _PERSISTENCE,
    _BACKEND,
    "jobboard_backend_hosts",
    "jobboard_backend_port",
)


@check(
    "octavia.jobboard",
    title="Job board",
    added="0.1.0",
    needs=("config", "database"),
)
def jobboard(upgrade: Upgrade) -> Result:
    """The job board's database and backend answer.

    With a job board, what an ``octavia-worker`` was at is taken up by another one
    when it dies or is stopped. It needs a database, ``[task_flow]
    persistence_connection``, and a backend: Redis, ZooKeeper or etcd, by ``[task_flow]
    jobboard_backend_driver``. Both are connected to as Octavia would, and told to
    write nothing: Redis must be 2.6 or newer and no read-only replica.

    This is what ``octavia-status upgrade check`` asks, and a **failure** and a
    **warning** mean the same: that one of the two cannot be reached or refuses the
    credentials, and that the database is SQLite, which several workers cannot share.
    An **error** means that a library is lacking here: ``redis``, ``kazoo`` or
    ``etcd3gw``, for the backend in question.

    It is skipped where ``jobboard_enabled`` says so, or where no option of the job
    board is set at all; ``octavia-status`` warns then of a database that nobody uses.
    """
    deployment = upgrade.deployment
    reason = no_driver(upgrade) or _unused(deployment)
    if reason is not None:
        return Result.skipped(reason)
    findings: list[Finding] = []
    sentences = []
    for ask in (_persistence, _backend):
        try:
            sentences.append(ask(deployment))
        except _Wrong as fault:
            findings.append(fault.finding)
        except NotVerified as fault:
            findings.append(
                Finding(fault.reason, fault.location, fault.remedy, Status.ERROR)
            )
    if not deployment.value(GROUP, "jobboard_enabled"):
        sentences.append(
            f"[{GROUP}] jobboard_enabled is not set: it is not in use yet."
        )
    if findings:
        sentences.append(
            f"{len(findings)} of what the job board needs "
            f"{'is' if len(findings) == 1 else 'are'} not as it must be."
        )
    return Result.judged(" ".join(sentences), findings)


class _Wrong(Exception):
    """Something that the job board needs is not as it must be."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _unused(deployment: Deployment) -> str | None:
    """Why the job board is not asked about, as a sentence; None if it is."""
    if deployment.value(GROUP, "jobboard_enabled"):
        return None
    where = deployment.configuration.where(GROUP, "jobboard_enabled")
    if where is not None:
        return f"[{GROUP}] jobboard_enabled is False ({where}): there is no job board."
    if any(deployment.configuration.where(GROUP, name) for name in _TELLING):
        return None
    return f"No option of the job board is set in [{GROUP}], so there is none."


def _persistence(deployment: Deployment) -> str:
    """A sentence about the database, which answers.

    :raises _Wrong: if it does not, or is one that cannot be shared.
    :raises NotVerified: if a driver is lacking here.
    """
    import sqlalchemy
    from sqlalchemy import exc
    from sqlalchemy.engine import make_url

    option = f"[{GROUP}] {_PERSISTENCE}"
    database = _database(deployment)
    text = (deployment.database_url(database) or "").strip() or "sqlite://"
    configuration = deployment.configuration_of(database)
    where = configuration.where(GROUP, _PERSISTENCE) or f"default of {option}"
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        url = None
    if url is not None and url.get_backend_name() == "sqlite":
        raise _Wrong(
            Finding(
                f"{option} is a database of SQLite, which several workers cannot share",
                where,
                "Name a database of MariaDB, MySQL or PostgreSQL that is for the job "
                "board alone, and run octavia-db-manage upgrade_persistence.",
                Status.WARNING,
            )
        )
    try:
        if url is not None:
            url.get_dialect().import_dbapi()
    except ImportError as fault:
        raise NotVerified(
            f"{option} needs the driver {fault.name}, which is not installed here",
            where,
            "Install the driver's package, or pip install 'upgradecheck[db]' and use "
            "pymysql or psycopg.",
        ) from None
    except (exc.NoSuchModuleError, AttributeError):
        pass  # told in a moment
    try:
        with deployment.database(database) as connection:
            connection.execute(sqlalchemy.select(1))
    except NotVerified as fault:
        raise _Wrong(
            Finding(fault.reason, fault.location or where, fault.remedy, Status.FAILURE)
        ) from None
    return f"The database of {option} answers."


def _database(deployment: Deployment) -> Database:
    option = (GROUP, _PERSISTENCE)
    return next(each for each in deployment.service.databases if each.option == option)


def _backend(deployment: Deployment) -> str:
    """A sentence about the backend, which answers.

    :raises _Wrong: if it does not.
    :raises NotVerified: if its library is lacking here, or it is not known.
    """
    name = deployment.value(GROUP, _BACKEND)
    where = deployment.configuration.where(GROUP, _BACKEND)
    if name not in BACKENDS:
        raise NotVerified(
            f"[{GROUP}] {_BACKEND} = {name} is no backend that is known here",
            where,
            f"Known are {', '.join(BACKENDS)}.",
        )
    places = (
        deployment.configuration.where(GROUP, each) for each in reversed(_TELLING[1:])
    )
    backend = BACKENDS[name]
    try:
        with backend.library(where):
            answered = backend.ask(lambda option: deployment.value(GROUP, option))
    except Unreachable as fault:
        raise _Wrong(
            Finding(
                f"the job board's backend {fault.place} {fault.reason}",
                next(filter(None, places), f"default of [{GROUP}] {_BACKEND}"),
                "Look whether it runs, is reached from here and accepts the user, the "
                f"password and the TLS options of [{GROUP}].",
                Status.FAILURE,
            )
        ) from None
    return f"The job board's backend answers: {answered}."
