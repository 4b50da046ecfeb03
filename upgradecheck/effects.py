"""Recording what every revision of a service does, on a real scratch server.

The scripts run one by one by alembic's own machinery, without the service's
``env.py``, in a process of their own, since they import the service's code. Two
witnesses tell what each did: the schema before and after, as SQLAlchemy's inspector
reflects it, and the statements that went to the server, for what no schema shows.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import cast

from upgradecheck import isolation
from upgradecheck.check import NotVerified
from upgradecheck.effect import Effect
from upgradecheck.service import Database
from upgradecheck.service import Service

if TYPE_CHECKING:
    import sqlalchemy
    from alembic.script import ScriptDirectory

    from upgradecheck.statement import Statements

#: Seconds that all revisions of a database may take.
LONGEST = 600.0
#: The label of a branch whose revisions run when no old service is left.
CONTRACT = "contract"


def record(
    service: Service, database: Database, url: str, timeout: float = LONGEST
) -> dict[str, list[list[str]]]:
    """What each revision of a database does, out of running all of them.

    The service must be installed here. The same scripts give the same answer on the
    same kind of server.

    :param service: the service.
    :param database: which of its databases.
    :param url: a SQLAlchemy URL of an empty database, which is written to and left at
        the newest revision.
    :param timeout: seconds that it may take.
    :returns: by the revision's id its effects, each as kind, table, column and
        detail, as :class:`upgradecheck.effect.Effect` has them.
    :raises NotVerified: if the database is not empty or cannot be reached, the
        scripts cannot be found, or one of them fails.
    """
    outcome = isolation.run(lambda: _record(service, database, url), timeout)
    raised = outcome.raised
    what = f"the revisions of {service.title} ({database.scripts})"
    if raised is not None:
        raise NotVerified(
            f"{what} could not be run on the scratch database: {raised.kind}: "
            f"{' '.join(raised.message.split())}",
            raised.location,
            f"Look whether {service.distribution} is installed whole, and whether the "
            "server is of a kind that the service supports. Begin anew with an empty "
            "database.",
        )
    if outcome.fault is not None:
        raise NotVerified(
            f"{what} could not be run on the scratch database: it {outcome.fault}",
            remedy="Begin anew with an empty database, and leave it more time.",
        )
    answer = outcome.answer
    if "refused" in answer:
        reason, remedy = answer["refused"]
        raise NotVerified(reason, "the scratch database", remedy)
    recorded: dict[str, list[list[str]]] = answer["effects"]
    return recorded


# What follows runs in a process of its own.


def _record(service: Service, database: Database, url: str) -> Any:
    import sqlalchemy
    from sqlalchemy import exc

    from upgradecheck import making

    script = making.scripts_of(database)
    try:
        engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
        connection = engine.connect()
    except (exc.SQLAlchemyError, ImportError, ValueError) as fault:
        told = str(getattr(fault, "orig", None) or type(fault).__name__)
        return {
            "refused": (
                f"the scratch database cannot be opened: {told}",
                "Write driver://user:password@host/database of an empty database, for "
                "example mysql+pymysql://root@127.0.0.1/scratch",
            )
        }
    with connection:
        inspector = sqlalchemy.inspect(connection)
        there = [*inspector.get_table_names(), *inspector.get_view_names()]
        if there:
            return {
                "refused": (
                    f"the scratch database is not empty: it holds {sorted(there)[0]}"
                    + (f" and {len(there) - 1} more" if there[1:] else ""),
                    "Give an empty database that may be written to; never one that "
                    "anybody needs.",
                )
            }
        # The inspector's own queries began a transaction.
        connection.rollback()
        _register_options(service)
        recorder = _Recorder(connection, script, database.version_table)
        try:
            recorded = recorder.run()
        except Exception as fault:
            if recorder.running is None:
                raise
            told = " ".join(str(getattr(fault, "orig", None) or fault).split())
            return {
                "refused": (
                    f"the revision {recorder.running.revision} "
                    f"({recorder.running.path}) fails on the scratch database: "
                    f"{type(fault).__name__}: {told}",
                    "Look whether the server is of a kind that "
                    f"{service.title} supports, and its database of the character set "
                    "that the installation guide asks for. Begin anew with an empty "
                    "database.",
                )
            }
    return {"effects": {name: recorded[name] for name in sorted(recorded)}}


def _register_options(service: Service) -> None:
    """Give the service's options their defaults, which some scripts ask for.

    As its ``env.py`` or its own command would; Keystone's first script reads one.
    """
    from oslo_config import cfg

    from upgradecheck import entries
    from upgradecheck import making

    for entry in entries.of_group(making.OPTIONS):
        if entries.owner(entry)[0] != service.distribution:
            continue
        # A namespace that cannot be loaded matters to the script that needs it.
        with contextlib.suppress(Exception):
            for group, options in entry.load()():
                with contextlib.suppress(cfg.Error):
                    cfg.CONF.register_opts(options, group)


class _Recorder:
    """Runs all revisions on a connection and watches."""

    def __init__(
        self,
        connection: sqlalchemy.Connection,
        script: ScriptDirectory,
        version_table: str,
    ) -> None:
        from upgradecheck.schema import Reader
        from upgradecheck.schema import Schema

        self._connection = connection
        self._script = script
        self._version_table = version_table
        self._database = connection.engine.url.database or ""
        self._own = frozenset({version_table})
        self._reader = Reader(connection, self._own)
        self._schema = Schema()
        self._statements = self._listening()
        self._watching = False
        self._cursors: list[Any] = []
        #: The script that runs, or ran last.
        self.running: Any = None
        self._recorded: dict[str, list[list[str]]] = {}

    def run(self) -> dict[str, list[list[str]]]:
        from alembic.config import Config
        from alembic.runtime.environment import EnvironmentContext

        environment = EnvironmentContext(
            Config(),
            self._script,
            fn=self._steps,
            destination_rev="heads",
        )
        with environment, self._watched():
            environment.configure(
                connection=self._connection,
                version_table=self._version_table,
                transaction_per_migration=True,
                on_version_apply=cast("Any", self._applied),
            )
            with environment.begin_transaction():
                environment.run_migrations()
        return self._recorded

    def _steps(self, rows: Sequence[str], _context: Any) -> Iterable[Any]:
        """Every step, those of a contract branch last, as operators run them."""
        steps = self._script._upgrade_revs("heads", rows)  # type: ignore[arg-type]
        late = {
            step.revision.revision
            for step in steps
            if CONTRACT in step.revision.branch_labels
        }
        needed = {
            name
            for step in steps
            if step.revision.revision not in late
            for name in step.revision._all_down_revisions
        }
        if not late & needed:
            steps = sorted(steps, key=lambda step: step.revision.revision in late)
        for step in steps:
            self.running = step.revision
            self._watching = True
            yield step

    def _applied(self, *, step: Any, **_: Any) -> None:
        from upgradecheck import schema_change

        self._watching = False
        # Also without any statement: a script may have got at the driver itself.
        before, self._schema = self._schema, self._reader.read()
        shown = schema_change.between(before, self._schema, self._statements.acts())
        told = self._statements.effects(frozenset(before.tables), shown)
        effects = sorted({*shown, *told, *self._unheard()})
        self._recorded[step.up_revision_id] = [list(effect) for effect in effects]
        self._statements = self._listening()

    def _unheard(self) -> Iterator[Effect]:
        """What a script said to the driver itself, which nobody heard."""
        if self._cursors:
            self._cursors.clear()
            yield Effect("raw-sql", detail="by a cursor of the driver")

    def _listening(self) -> Statements:
        from upgradecheck.statement import Statements

        schema = self._connection.dialect.default_schema_name or ""
        return Statements(self._own, self._database, schema)

    @contextlib.contextmanager
    def _watched(self) -> Iterator[None]:
        """See what any engine sends to a server: a script may make its own."""
        import sqlalchemy
        from sqlalchemy import event

        #: Those that were opened and that SQLAlchemy does not use.
        cursors: list[Any] = []

        def see(
            _connection: Any,
            cursor: Any,
            text: str,
            parameters: Any,
            context: Any,
            many: bool,
        ) -> None:
            cursors[:] = [each for each in cursors if each is not cursor]
            if self._watching:
                compiled = getattr(context, "compiled", None)
                rows = len(parameters) if many else 1
                if compiled is not None and not many:
                    rows = _rows_of(compiled.statement)
                self._statements.see(text, getattr(compiled, "statement", None), rows)

        # What a script says to the driver itself, no event tells.
        proxy: Any = type(self._connection.connection)
        opens = proxy.cursor

        def opened(proxied: Any, *words: Any, **more: Any) -> Any:
            cursor = opens(proxied, *words, **more)
            if self._watching:
                cursors.append(cursor)
            return cursor

        self._cursors = cursors
        event.listen(sqlalchemy.Engine, "before_cursor_execute", see)
        proxy.cursor = opened
        try:
            yield
        finally:
            proxy.cursor = opens
            event.remove(sqlalchemy.Engine, "before_cursor_execute", see)


def _rows_of(statement: Any) -> int:
    """How many rows an INSERT holds in itself; otherwise one."""
    several = getattr(statement, "_multi_values", ())
    return sum(len(each) for each in several) or 1
