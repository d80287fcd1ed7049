"""Figures that take a while: who asks gets those of just now while newer ones are made.

Quick ones are made by who asks for old ones. Slow ones are made beside, so that nobody waits but
for the first, and never so often that they keep a processor busy. Each process has its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock, Thread
from typing import Generic, NamedTuple, TypeVar

from alpheus.errors import AlpheusError

Value = TypeVar("Value")

FRESH = 10.0
"""Seconds for which figures are good enough."""
QUICK = 0.2
"""Seconds that somebody waits for newer ones."""
SHARE = 20
"""Slow figures are good enough for so many times what it took to make them."""

_LOG = logging.getLogger("alpheus.web")


class _Made(NamedTuple, Generic[Value]):
    """Figures, when they were made, and the seconds that it took."""

    at: float
    took: float
    value: Value


class Figures(Generic[Value]):
    """The newest figures of one kind. Safe for threads. `beside` runs what is made beside."""

    def __init__(
        self,
        make: Callable[[], Value],
        clock: Callable[[], float] = time.monotonic,
        beside: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._make = make
        self._clock = clock
        self._beside = beside or _in_a_thread
        self._making = Lock()
        self._found: _Made[Value] | None = None
        self._changed = False

    def get(self) -> Value:
        """The figures; newer ones are made where these are old, or no longer so."""
        found = self._found
        if found is None:
            with self._making:
                return self._found.value if self._found is not None else self._renew()
        age = self._clock() - found.at
        if age < max(FRESH, SHARE * found.took) and not (self._changed and found.took < QUICK):
            return found.value
        if found.took >= QUICK:
            if self._making.acquire(blocking=False):
                self._beside(self._renew_beside)
            return found.value
        with self._making:
            latest = self._found
            is_newer = latest is not found and latest is not None and not self._changed
            return latest.value if is_newer and latest is not None else self._renew()

    def change(self) -> None:
        """Say that they are no longer so: quick ones are made anew for the next who asks."""
        self._changed = True

    def _renew(self) -> Value:
        self._changed = False
        began = self._clock()
        value = self._make()
        now = self._clock()
        self._found = _Made(now, now - began, value)
        return value

    def _renew_beside(self) -> None:
        """Make them; whoever calls holds the lock."""
        try:
            self._renew()
        except AlpheusError as error:
            _LOG.error("figures are not renewed: %s", error)
        finally:
            self._making.release()


def _in_a_thread(work: Callable[[], None]) -> None:
    Thread(target=work, name="figures", daemon=True).start()
