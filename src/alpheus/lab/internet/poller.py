"""Waiting for sockets: epoll where there is one, whatever there is elsewhere."""

from __future__ import annotations

import select
import selectors
import sys
from typing import Protocol

READ = 1
WRITE = 4
"""The numbers of poll and epoll; an error or a hang-up comes with other bits as well."""


class Poller(Protocol):
    """What `select.epoll` can do, as far as it is needed. Times are in seconds."""

    def register(self, fd: int, eventmask: int) -> None:
        """Begin to watch."""

    def modify(self, fd: int, eventmask: int) -> None:
        """Watch for something else."""

    def unregister(self, fd: int) -> None:
        """Watch no longer."""

    def poll(self, timeout: float | None = None) -> list[tuple[int, int]]:
        """Descriptors with what happened to them."""

    def close(self) -> None:
        """Give the poller back."""


class _Selector:
    """The same on top of the standard library's portable selectors."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def register(self, fd: int, eventmask: int) -> None:
        self._selector.register(fd, _portable(eventmask))

    def modify(self, fd: int, eventmask: int) -> None:
        self._selector.modify(fd, _portable(eventmask))

    def unregister(self, fd: int) -> None:
        self._selector.unregister(fd)

    def poll(self, timeout: float | None = None) -> list[tuple[int, int]]:
        found = self._selector.select(timeout)
        return [(key.fd, READ if mask & selectors.EVENT_READ else WRITE) for key, mask in found]

    def close(self) -> None:
        self._selector.close()


def _portable(mask: int) -> int:
    reads = selectors.EVENT_READ if mask & READ else 0
    return reads | (selectors.EVENT_WRITE if mask & WRITE else 0)


def new_poller(*, portable: bool = False) -> Poller:
    """The best that this system has; `portable` asks for the one that every system has."""
    if sys.platform == "linux" and not portable:
        return select.epoll()
    return _Selector()
