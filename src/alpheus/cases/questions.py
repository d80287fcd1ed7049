"""Questions that are asked for nearly every page: put into words once, and asked with values.

To build a statement of SQLAlchemy, to look up how it is written, and to wrap what comes back takes
more time than a database needs to answer. A `Question` is written once for each kind of database
and goes to the driver as it is.
"""

from __future__ import annotations

import json
from collections import namedtuple
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Select
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import CompoundSelect
from sqlalchemy.types import NullType


class OneOf(ColumnElement[bool]):
    """Whether a column is one of a list of values, which is given as one value, however long."""

    inherit_cache = False
    type = NullType()  # type: ignore[assignment] # see below
    """Of a Boolean, SQLite would be asked whether it is 1, and look into no index."""

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column, self.name = column, name


@compiles(OneOf, "sqlite")
def _in_json(one: OneOf, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401
    given = func.json_each(bindparam(one.name, type_=Text())).table_valued("value")
    return str(compiler.process(one.column.in_(select(given.c.value)), **more))


@compiles(OneOf, "postgresql")
def _in_array(one: OneOf, compiler: SQLCompiler, **more: Any) -> str:  # noqa: ANN401
    is_text = isinstance(one.column.type, Text)
    given = bindparam(one.name, type_=ARRAY(Text if is_text else BigInteger))
    return str(compiler.process(one.column == any_(given), **more))


class Question:
    """A statement that reads text and numbers, with parameters (`bindparam`, `OneOf`).

    A parameter of `OneOf` takes a list, no tuple. Rows are named tuples, whose names are those of
    the columns. Raises DBAPIError as a connection does.
    """

    def __init__(self, statement: Select[Any] | CompoundSelect[Any]) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}
        self.names = tuple(str(column.key) for column in statement.selected_columns)
        row = namedtuple("row", self.names, rename=True)  # type: ignore[misc] # noqa: PYI024 - by names
        self._row: Any = row

    def rows(self, connection: Connection, **values: Any) -> list[Any]:  # noqa: ANN401
        """All rows."""
        return list(map(self._row._make, self._ask(connection, values)))

    def first(self, connection: Connection, **values: Any) -> Any:  # noqa: ANN401
        """The first row; None where there is none."""
        found = self._ask(connection, values)
        return self._row._make(found[0]) if found else None

    def value(self, connection: Connection, **values: Any) -> Any:  # noqa: ANN401
        """The first value of the first row; None where there is none."""
        found = self._ask(connection, values)
        return found[0][0] if found else None

    def column(self, connection: Connection, **values: Any) -> list[Any]:  # noqa: ANN401
        """The first value of each row."""
        return [row[0] for row in self._ask(connection, values)]

    def dicts(self, connection: Connection, **values: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """All rows by the names of their columns."""
        names = self.names
        return [dict(zip(names, row, strict=True)) for row in self._ask(connection, values)]

    def _ask(self, connection: Connection, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        written = self._written.get(connection.dialect.name)
        if written is None:
            written = self._written[connection.dialect.name] = _Written(self._statement, connection)
        return written.ask(connection, values)


of_tables = lru_cache(64)
"""For functions that make questions of the derived tables: once for each generation of them."""


class _Written:
    """A statement as one kind of database takes it."""

    def __init__(
        self, statement: Select[Any] | CompoundSelect[Any], connection: Connection
    ) -> None:
        compiled = statement.compile(dialect=connection.dialect)
        self._text = str(compiled)
        self._fixed = dict(compiled.params)
        self._order: list[str] | None = getattr(compiled, "positiontup", None)

    def ask(self, connection: Connection, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        raw: Any = connection.connection.driver_connection
        given: Any = self._fixed | values
        if self._order is not None:
            given = [_simple(given[name]) for name in self._order]
        try:
            found: list[tuple[Any, ...]] = raw.execute(self._text, given).fetchall()
        except _module(connection).Error as error:
            raise self._told(connection, error, given) from error
        return found

    def _told(self, connection: Connection, error: Any, given: Any) -> BaseException:  # noqa: ANN401
        """The error as SQLAlchemy tells it; a connection that broke is not used again."""
        dialect = connection.dialect
        is_gone = dialect.is_disconnect(error, connection.connection.driver_connection, None)
        if is_gone:
            connection.invalidate(error)
        found: BaseException = DBAPIError.instance(
            self._text, given, error, _module(connection).Error, connection_invalidated=is_gone,
            dialect=dialect,
        )  # fmt: skip
        return found


def _module(connection: Connection) -> Any:  # noqa: ANN401 - sqlite3 or psycopg
    return connection.dialect.dbapi


def _simple(value: object) -> object:
    """A list as the text that `json_each` reads."""
    return json.dumps(value) if isinstance(value, list) else value
