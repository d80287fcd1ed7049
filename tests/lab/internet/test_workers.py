"""Several processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from alpheus.errors import UsageError
from alpheus.lab.internet.workers import run_until_signal

PROGRAM = """
from alpheus.lab.internet import MIXES, Server
from alpheus.lab.internet.workers import run_until_signal
make = lambda: Server({port}, MIXES["plain"], 1, shared=True)
run_until_signal(make, 2, lambda server: print("ready", flush=True))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_two_share_a_port_and_end_together(client) -> None:
    """Both show the same servers with the same certificates; a signal ends both."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [sys.executable, "-c", PROGRAM.format(port=port)]
    with subprocess.Popen(program, stdout=subprocess.PIPE) as running:
        assert running.stdout.readline() == b"ready\n"
        answered = [client.get("127.16.0.7", port) for _ in range(20)]
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 0
    assert len({one.certificate for one in answered}) == 1
    assert len({one.header("X-OWA-Version") for one in answered}) == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_where_nothing_can_be_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what is possible."""
    monkeypatch.delattr(os, "fork", raising=False)
    with pytest.raises(UsageError, match="--workers 1"):
        run_until_signal(lambda: None, 2, lambda _: None)
