"""Which of many sockets have something to say: epoll where there is one, for it costs least.

A socket that is closed need not be taken out for the system's sake, only `forget` it: its number
may soon be another one's.
"""

from __future__ import annotations

import select
import selectors
import socket
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

READ, WRITE, FAILED = 1, 4, 24
"""What a socket is ready for; FAILED, any bit of it, is told in any case. They are epoll's own."""

_MOST = 1024
"""So many sockets at most are told of at a time."""

Item = TypeVar("Item")


class Poller(Protocol[Item]):
    """Sockets, each with what it stands for."""

    def watch(self, sock: socket.socket, events: int, item: Item) -> None:
        """Begin to look after a socket. Raises OSError."""

    def change(self, sock: socket.socket, events: int, item: Item) -> None:
        """Wait for something else. Raises OSError."""

    def forget(self, sock: socket.socket) -> None:
        """Let go of a socket that is about to be closed, if it is known."""

    def wait(self, patience: float) -> Iterator[tuple[Item, int]]:
        """What is ready after at most `patience` seconds.

        One that is forgotten meanwhile is not told of any more.
        """

    def close(self) -> None:
        """Let go of everything."""


def best_poller() -> Poller[Item]:
    """The one that suits this system."""
    return Epoll() if hasattr(select, "epoll") else AnyPoller()


class Epoll(Generic[Item]):
    """For Linux."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._items: dict[int, Item] = {}

    def watch(self, sock: socket.socket, events: int, item: Item) -> None:
        """See `Poller`."""
        number = sock.fileno()
        self._epoll.register(number, events)
        self._items[number] = item

    def change(self, sock: socket.socket, events: int, item: Item) -> None:
        """See `Poller`."""
        del item
        self._epoll.modify(sock.fileno(), events)

    def forget(self, sock: socket.socket) -> None:
        """See `Poller`; the system forgets it as it is closed."""
        self._items.pop(sock.fileno(), None)

    def wait(self, patience: float) -> Iterator[tuple[Item, int]]:
        """See `Poller`."""
        items = self._items
        for number, events in self._epoll.poll(patience, _MOST):
            if number in items:
                yield items[number], events

    def close(self) -> None:
        """See `Poller`."""
        self._items.clear()
        self._epoll.close()


class AnyPoller(Generic[Item]):
    """For other systems."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def watch(self, sock: socket.socket, events: int, item: Item) -> None:
        """See `Poller`."""
        self._selector.register(sock, _asked(events), item)

    def change(self, sock: socket.socket, events: int, item: Item) -> None:
        """See `Poller`."""
        self._selector.modify(sock, _asked(events), item)

    def forget(self, sock: socket.socket) -> None:
        """See `Poller`."""
        if sock in self._selector.get_map():
            self._selector.unregister(sock)

    def wait(self, patience: float) -> Iterator[tuple[Item, int]]:
        """See `Poller`. Whether one has failed is not told: that shows as it is used."""
        known = self._selector.get_map()
        for key, mask in self._selector.select(patience):
            if known.get(key.fd) is key:
                yield key.data, _told(mask)

    def close(self) -> None:
        """See `Poller`."""
        self._selector.close()


def _asked(events: int) -> int:
    reads = selectors.EVENT_READ if events & READ else 0
    return reads | (selectors.EVENT_WRITE if events & WRITE else 0)


def _told(mask: int) -> int:
    # Where failing is not told apart, one that is ready to be written to may have failed.
    return (READ if mask & selectors.EVENT_READ else 0) | (
        WRITE | FAILED if mask & selectors.EVENT_WRITE else 0
    )
