"""What follows from the derived tables, remembered as long as they stand as they do.

Where they stand (`derived_store.Standing`) is read in every transaction, and is another whenever
something in them was changed, by whichever process. What was found out is kept beside it: who reads
a newer state finds nothing of an older one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Connection

MOST = 2_000
"""Answers that are kept; those go first that nobody has asked for longest."""

OPTION = "remembering"
"""The execution option of a connection that only reads: its `Memo`."""

_Answer = TypeVar("_Answer")


class Remembered:
    """Answers of one database, for all transactions of this process. Safe for threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._found: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _Answer]) -> _Answer:
        """The answer under a key, made where there is none. Two who ask at once may both make it.

        What is given may be given to others, too: nobody changes it.
        """
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                found: _Answer = self._found[key]
                return found
        made = make()
        with self._lock:
            self._found[key] = made
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return made


class Memo:
    """What one transaction that only reads knows: where the tables stand, once it has read it."""

    __slots__ = ("found", "remembered", "text")

    def __init__(self, remembered: Remembered) -> None:
        self.remembered = remembered
        self.text = ""
        self.found: Any = None


def memo_of(connection: Connection) -> Memo | None:
    """That of a transaction; None where it may write: it may have changed what it asks about."""
    found: Memo | None = connection.get_execution_options().get(OPTION)
    return found


def remembered(connection: Connection, key: Hashable, make: Callable[[], _Answer]) -> _Answer:
    """What `make` finds out of the derived tables alone, once for each state of them.

    `key` says what was asked, and names who asks. Before it is called, the transaction has read
    where the tables stand; otherwise, and where it may write, it is made each time.
    """
    memo = memo_of(connection)
    if memo is None or not memo.text:
        return make()
    return memo.remembered.get((memo.text, key), make)
