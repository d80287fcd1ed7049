"""The client for old ciphers, against servers that speak nothing else."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from alpheus.exposure.model import Endpoint, ProbeKind
from alpheus.exposure.plan import Step, request_bytes
from alpheus.exposure.second_chance import OldTlsConnection, SecondChanceError, is_available
from internet import running

pytestmark = pytest.mark.skipif(not is_available(), reason="tlslite-ng is not installed")


def _request(address: str, port: int) -> bytes:
    return request_bytes(Step(ProbeKind.OWA, ""), Endpoint(address, address, port), "test")


@pytest.mark.parametrize(("kind", "cipher"), [("tls-rc4", "RC4"), ("tls-3des", "3DES")])
def test_rc4_and_3des_are_spoken(kind: str, cipher: str) -> None:
    """Several requests on one connection; version, cipher and certificate are told."""
    with running("every-kind") as internet:
        address = internet.address(kind)
        connection = OldTlsConnection(address, internet.port, "", 10)
        connection.open()
        first = connection.ask(_request(address, internet.port))
        assert connection.keep_alive
        second = connection.ask(_request(address, internet.port))
        connection.close()
    assert first.status == second.status == 302
    assert connection.version == "TLSv1"
    assert cipher in connection.cipher
    assert connection.certificate[:1] == b"\x30"


def test_what_speaks_no_tls_fails_in_a_sentence() -> None:
    """Whatever the library raises; that the peer hung up is told apart."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def serve() -> None:
            for says in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b""):
                connection, _ = listening.accept()
                with connection:
                    connection.recv(1000)
                    connection.sendall(says)

        threading.Thread(target=serve, daemon=True).start()
        for cut in (False, True):
            with pytest.raises(SecondChanceError, match="failed as well") as raised:
                OldTlsConnection("127.0.0.1", port, "", 3).open()
            assert raised.value.cut is cut


def test_closing_ends_a_step_that_waits() -> None:
    """The loop gives up what takes too long, from its own thread."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connection = OldTlsConnection("127.0.0.1", listening.getsockname()[1], "", 20)
        threading.Timer(0.3, connection.close).start()
        began = time.monotonic()
        with pytest.raises(SecondChanceError):
            connection.open()
        assert time.monotonic() - began < 15
        with pytest.raises(SecondChanceError):
            connection.ask(b"x")


def test_what_was_closed_is_never_opened() -> None:
    """A stop is final: no connection is left behind that somebody else would have to end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connection = OldTlsConnection("127.0.0.1", listening.getsockname()[1], "", 5)
        connection.close()
        with pytest.raises(SecondChanceError):
            connection.open()
        listening.settimeout(5)
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.recv(100) == b""
