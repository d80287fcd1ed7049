"""Waiting for sockets."""

from __future__ import annotations

import socket

import pytest

from alpheus.lab.internet.poller import READ, WRITE, new_poller


@pytest.mark.parametrize("portable", [False, True], ids=["best", "portable"])
def test_it_tells_what_can_be_read_and_written(portable: bool) -> None:
    """What is watched and ready is told, and nothing else."""
    poller = new_poller(portable=portable)
    one, other = socket.socketpair()
    with one, other:
        poller.register(one.fileno(), READ)
        assert poller.poll(0) == []
        other.send(b".")
        assert [(fd, bool(mask & READ)) for fd, mask in poller.poll(1)] == [(one.fileno(), True)]
        poller.modify(one.fileno(), WRITE)
        assert [(fd, bool(mask & WRITE)) for fd, mask in poller.poll(1)] == [(one.fileno(), True)]
        poller.unregister(one.fileno())
        assert poller.poll(0) == []
    poller.close()
