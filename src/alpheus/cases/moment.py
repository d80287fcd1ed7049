"""What one thread reads for one answer: one transaction for all of it, begun when it is needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from sqlalchemy import Connection

Begin = Callable[[], AbstractContextManager[Connection]]


class Moment:
    """A transaction that several readers of a thread share, one within another or in turn.

    `begin` opens a connection with a transaction. After a failure, and after this thread has
    written something, the next reader begins anew: a broken transaction would refuse all that
    follows, and an older one would not know what was written.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._stack = ExitStack()
        self._connection: Connection | None = None
        self._readers = 0
        self._is_over = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """The connection. Raises what opening it raises."""
        if self._connection is None:
            self._connection = self._stack.enter_context(self._begin())
        self._readers += 1
        try:
            yield self._connection
        except BaseException:
            self._is_over = True
            raise
        finally:
            self._readers -= 1
            if self._is_over and not self._readers:
                self._end(*sys.exc_info())

    def renew(self) -> None:
        """Begin anew with the next reader; who reads now goes on."""
        self._is_over = True
        if not self._readers:
            self.end()

    def end(self) -> None:
        """Let the connection go."""
        self._end(None, None, None)

    def _end(self, *failure: Any) -> None:  # noqa: ANN401 - as `__exit__` takes it
        self._connection, self._is_over = None, False
        self._stack.__exit__(*failure)
