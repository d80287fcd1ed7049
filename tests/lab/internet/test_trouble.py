"""Answers that break a client."""

from __future__ import annotations

import gzip
import os
import socket
import time

import pytest

from alpheus.lab.internet import KINDS
from alpheus.lab.internet.trouble import noise

TROUBLE = sorted(kind.name for kind in KINDS.values() if kind.application.startswith("trouble-"))


@pytest.mark.parametrize(
    ("name", "ended", "contains"),
    [
        ("tls-tarpit", "silence", b""),
        ("tls-reset", "reset", b""),
        ("body-reset", "reset", b"Content-Length: 61440"),
        ("endless-body", "bound", b"longer than anybody"),
        ("endless-headers", "bound", b"X-More: and so on"),
        ("endless-redirects", "whole", b"Location: /owa/1"),
        ("giant-length", "silence", b"9223372036854775807"),
        ("short-body", "closed", b"Content-Length: 100000"),
        ("long-body", "silence", b"Content-Length: 40"),
        ("chunk-nonsense", "closed", b"\r\n\r\nzz top\r\n"),
        ("chunk-negative", "closed", b"\r\n\r\n-1\r\n"),
        ("chunk-huge", "silence", b"\r\n\r\n" + b"f" * 40),
        ("chunk-endless", "bound", b"Transfer-Encoding: chunked"),
        ("gzip-bomb", "whole", b"Content-Encoding: gzip"),
        ("http09", "closed", b"<html>"),
        ("http2-only", "closed", b"\x00\x00\x12\x04"),
        ("binary", "closed", b""),
        ("status-nonsense", "whole", b"HTTP/1.1 OK two hundred"),
        ("continue-forever", "bound", b"100 Continue"),
    ],
)
def test_each_does_what_it_says(internet, client, name, ended, contains) -> None:
    """How it ends, and what it sent until then."""
    answered = client.get(internet.address(f"trouble-{name}"), internet.port)
    # Python's ssl may take a reset for an end; below it is looked at without it.
    assert answered.ended in ({"closed", "ConnectionResetError"} if ended == "reset" else {ended})
    assert contains in answered.data
    assert f"trouble-{name}" in TROUBLE


def test_every_one_is_tried_here_or_below() -> None:
    """No trouble is without a test."""
    tried = test_each_does_what_it_says.pytestmark[0].args[1]
    assert {f"trouble-{one[0]}" for one in tried} | {"trouble-slow-loris"} == set(TROUBLE)


@pytest.mark.parametrize("name", ["tls-reset", "body-reset"])
def test_a_reset_is_one(internet, client, name: str) -> None:
    """What the system says of the socket below TLS."""
    address = (internet.address(f"trouble-{name}"), internet.port)
    with (
        socket.create_connection(address, timeout=5) as sock,
        socket.socket(fileno=os.dup(sock.fileno())) as below,
        client.context.wrap_socket(sock) as secured,
    ):
        below.settimeout(5)
        secured.sendall(b"GET /owa/ HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            list(iter(lambda: below.recv(65_536), b""))


def test_a_slow_loris_sends_a_byte_a_second(internet, client) -> None:
    """No faster, and it does not stop."""
    started = time.monotonic()
    answered = client.get(internet.address("trouble-slow-loris"), internet.port, silence=20, most=3)
    assert answered.data == b"HTT"
    assert 1.5 < time.monotonic() - started < 30


def test_a_bomb_grows_a_thousandfold(internet, client) -> None:
    """It is a sound file of zeros."""
    answered = client.get(internet.address("trouble-gzip-bomb"), internet.port)
    assert len(answered.body) < 200_000
    assert len(gzip.decompress(answered.body)) == 128 << 20


def test_noise_is_the_same_each_time() -> None:
    """And another one elsewhere."""
    assert noise("a", 1000) == noise("a", 1000) != noise("b", 1000)
    assert len(noise("a", 1000)) == 1000


def test_redirects_go_on(internet, client) -> None:
    """Each page sends to the next."""
    address = internet.address("trouble-endless-redirects")
    assert client.get(address, internet.port, "/owa/41").header("Location") == "/owa/42"
