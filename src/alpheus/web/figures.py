"""Figures that take a while: who asks gets those of just now while newer ones are made.

Nobody waits but for the first ones. Each process has its own; a change that was made here shows at
once, one that was made elsewhere after `FRESH` seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")

FRESH = 10.0
"""Seconds for which figures are good enough."""


class Figures(Generic[Value]):
    """The newest figures of one kind. Safe for threads."""

    def __init__(
        self, make: Callable[[], Value], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._make = make
        self._clock = clock
        self._making = Lock()
        self._found: tuple[float, Value] | None = None
        self._changed = False

    def get(self) -> Value:
        """The figures; made anew by one of those who ask for old ones."""
        found = self._found
        if found is not None and not self._changed and self._clock() - found[0] < FRESH:
            return found[1]
        wait = found is None or self._changed
        if not self._making.acquire(blocking=wait):
            assert found is not None
            return found[1]
        try:
            latest = self._found
            if latest is not None and latest is not found and not self._changed:
                return latest[1]
            self._changed = False
            made = self._make()
            self._found = (self._clock(), made)
        finally:
            self._making.release()
        return made

    def change(self) -> None:
        """Say that they are no longer so: the next who asks gets new ones."""
        self._changed = True
