"""What MariaDB and PostgreSQL have in common."""

from __future__ import annotations

import abc
import itertools
from typing import ClassVar

import sqlalchemy
from sqlalchemy.exc import OperationalError

from tests.functional.servers.server import LOOPBACK
from tests.functional.servers.server import Server


class DatabaseServer(Server):
    """A database server with a superuser that needs no password."""

    driver: ClassVar[str]
    superuser: ClassVar[str]
    #: A database that is always there, to be in when making others.
    first_database: ClassVar[str]

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def url(self, database: str) -> str:
        """The URL under which the superuser reaches the database."""
        return _text(
            sqlalchemy.URL.create(
                self.driver,
                username=self.superuser,
                host=LOOPBACK,
                port=self.port,
                database=database,
            )
        )

    def create(self, database: str | None = None) -> str:
        """Make an empty database and return its URL."""
        database = database or f"database_{next(self._numbers)}"
        self.execute(self._creation(database))
        return self.url(database)

    def create_user(
        self,
        url: str,
        password: str = "p@ss/w0rd%25",
        read_only: bool = False,
    ) -> str:
        """Make a user of the database at ``url``, and return their URL.

        They read and write its data, or only read. The password is needed:
        the server denies any other.
        """
        target = sqlalchemy.make_url(url)
        user = f"user_{next(self._numbers)}"
        assert target.database is not None
        for statement in self._user(user, target.database, read_only):
            self.execute(statement, password=password)
        return _text(target.set(username=user, password=password))

    def execute(self, statement: str, **values: str) -> None:
        """Run one statement as the superuser.

        Values are written into the statement, quoted, since servers take
        no parameters for statements about users.
        """
        text = sqlalchemy.text(statement)
        text = text.bindparams(
            *(
                sqlalchemy.bindparam(name, value, literal_execute=True)
                for name, value in values.items()
                if f":{name}" in statement
            )
        )
        with self._engine().connect() as connection:
            connection.execute(text)

    def answers(self) -> bool:
        try:
            self._engine().connect().close()
        except OperationalError:
            return False
        return True

    def _engine(self) -> sqlalchemy.Engine:
        return sqlalchemy.create_engine(
            self.url(self.first_database),
            isolation_level="AUTOCOMMIT",
            poolclass=sqlalchemy.NullPool,
            connect_args={"connect_timeout": 10},
        )

    @abc.abstractmethod
    def _creation(self, database: str) -> str:
        """The statement that makes a database."""

    @abc.abstractmethod
    def _user(self, user: str, database: str, read_only: bool) -> list[str]:
        """The statements that make a user; they may use ``:password``."""


def _text(url: sqlalchemy.URL) -> str:
    return url.render_as_string(hide_password=False)
