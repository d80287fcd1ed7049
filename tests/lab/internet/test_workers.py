"""Several processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from alpheus.errors import UsageError
from alpheus.lab.internet import MIXES, address_of
from alpheus.lab.internet.workers import run_until_signal

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")

PROGRAM = """
from alpheus.lab.internet import MIXES, Server
from alpheus.lab.internet.turns import Turns
from alpheus.lab.internet.workers import run_until_signal
turns = Turns()
make = lambda: Server({port}, MIXES["{mix}"], 1, shared=True, turns=turns)
run_until_signal(make, 2, lambda server: print("ready", flush=True))
"""


@contextmanager
def two_workers(mix: str) -> Iterator[int]:
    """Two processes on a port while the block lasts; a signal ends both."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [sys.executable, "-c", PROGRAM.format(port=port, mix=mix)]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline() == b"ready\n"
        yield port
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0


@forks
def test_two_share_a_port_and_end_together(client) -> None:
    """Both show the same servers with the same certificates; a signal ends both."""
    with two_workers("plain") as port:
        answered = [client.get("127.16.0.7", port) for _ in range(20)]
    assert len({one.certificate for one in answered}) == 1
    assert len({one.header("X-OWA-Version") for one in answered}) == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


@forks
@pytest.mark.parametrize("kind", ["pool-mixed-request", "pool-mixed-connection"])
def test_members_of_a_pool_take_turns_over_all_workers(client, kind: str) -> None:
    """Whichever process takes a connection, two looks meet two different members."""
    address = address_of(kind, MIXES["every-kind"])
    with two_workers("every-kind") as port:
        met = [client.get(address, port).header("X-FEServer") for _ in range(12)]
    assert len(set(met)) == 2
    assert met == met[:2] * 6


def test_where_nothing_can_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what is possible."""
    monkeypatch.delattr(os, "fork", raising=False)
    with pytest.raises(UsageError, match="--workers 1"):
        run_until_signal(lambda: None, 2, lambda _: None)
