"""Listening on loopback."""

from __future__ import annotations

import socket
import sys

import pytest

from alpheus.errors import UsageError
from alpheus.lab.internet.listening import is_loopback, listen
from alpheus.lab.internet.mix import MIXES


@pytest.mark.parametrize(
    ("peer", "near"),
    [
        ("127.0.0.1", True),
        ("127.200.3.4", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("128.0.0.1", False),
        ("::2", False),
        ("::ffff:10.0.0.1", False),
    ],
)
def test_who_is_this_machine(peer: str, near: bool) -> None:
    """All of 127.0.0.0/8, and ::1."""
    assert is_loopback(peer) is near


@pytest.mark.skipif(sys.platform != "linux", reason="binding to a device is Linux's")
def test_it_is_bound_to_the_loopback_device() -> None:
    """The kernel itself keeps other machines out; every loopback address is in."""
    opened = listen(0, 1, MIXES["plain"])
    first = opened.sockets[0]
    assert first.getsockopt(socket.SOL_SOCKET, 25, 16).rstrip(b"\0") == b"lo"
    for address in ("127.0.0.1", "127.99.3.4"):
        socket.create_connection((address, opened.port), timeout=2).close()
    for one in opened.sockets:
        one.close()


def test_a_port_that_is_taken() -> None:
    """It is said, not tried elsewhere; several may share one if all want to."""
    opened = listen(0, 1, MIXES["plain"])
    with pytest.raises(UsageError, match=f"port {opened.port}"):
        listen(opened.port, 1, MIXES["plain"])
    shared = [listen(0, 1, MIXES["plain"], shared=True)]
    shared.append(listen(shared[0].port, 1, MIXES["plain"], shared=True))
    for one in (opened, *shared):
        for listener in one.sockets:
            listener.close()


def test_a_system_that_cannot_bind_to_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then only 127.0.0.1 answers, and a remark says so."""
    monkeypatch.setattr("alpheus.lab.internet.listening._SO_BINDTODEVICE", -1)
    monkeypatch.setattr("alpheus.lab.internet.listening.attach", lambda *_: False)
    opened = listen(0, 1, MIXES["trouble"])
    assert opened.sockets[0].getsockname()[0] == "127.0.0.1"
    assert "only 127.0.0.1" in opened.remarks[0]
    assert "black holes" in opened.remarks[1]
    for one in opened.sockets:
        one.close()
