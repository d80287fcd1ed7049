"""Sockets that are ready are told of, whatever the system has for it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from alpheus.exposure.poller import FAILED, READ, WRITE, AnyPoller, Poller, best_poller


@pytest.fixture(params=[best_poller, AnyPoller])
def poller(request: pytest.FixtureRequest) -> Iterator[Poller[str]]:
    """The best one of this system, and the one for all systems."""
    make: Callable[[], Poller[str]] = request.param
    made = make()
    yield made
    made.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected."""
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_what_is_waited_for_is_told(
    poller: Poller[str], pair: tuple[socket.socket, socket.socket]
) -> None:
    """With what it stands for; nothing else is."""
    one, other = pair
    poller.watch(one, READ, "one")
    poller.watch(other, READ, "other")
    assert list(poller.wait(0)) == []
    other.sendall(b"x")
    assert [(item, events & (READ | WRITE)) for item, events in poller.wait(1)] == [("one", READ)]


def test_what_is_waited_for_changes(
    poller: Poller[str], pair: tuple[socket.socket, socket.socket]
) -> None:
    """To be written to, to be read, or both."""
    one, other = pair
    poller.watch(one, WRITE, "one")
    assert [events & (READ | WRITE) for _, events in poller.wait(1)] == [WRITE]
    poller.change(one, READ, "one")
    assert list(poller.wait(0)) == []
    other.sendall(b"x")
    poller.change(one, READ | WRITE, "one")
    assert [events & (READ | WRITE) for _, events in poller.wait(1)] == [READ | WRITE]


def test_what_is_forgotten_is_not_told_of_any_more(
    poller: Poller[str], pair: tuple[socket.socket, socket.socket]
) -> None:
    """Not even where it was ready together with the one that is being dealt with."""
    poller.forget(pair[0])  # who is not known, is not forgotten
    for mine in pair:
        poller.watch(mine, WRITE, "ready")
    told = poller.wait(1)
    assert next(told)[0] == "ready"
    for mine in pair:
        poller.forget(mine)
        mine.close()
    assert list(told) == []


def test_a_connection_that_fails_is_told_of(poller: Poller[str]) -> None:
    """As one that failed, so that nobody takes it for one that stands."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = listening.getsockname()
    with socket.socket() as refused:
        refused.settimeout(0)
        refused.connect_ex(place)
        poller.watch(refused, WRITE, "refused")
        assert [(item, bool(events & FAILED)) for item, events in poller.wait(1)] == [
            ("refused", True)
        ]
