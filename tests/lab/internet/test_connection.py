"""One connection."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.lab.internet.connection import read_request
from alpheus.lab.internet.reply import Request
from internet import Internet


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"GET /owa/ HTTP/1.1\r\nHost: a", Request("GET", "/owa/", "a")),
        (b"GET / HTTP/1.1\r\nA: b\r\nhOST:  x:8443 \r\nB: c", Request("GET", "/", "x:8443")),
        (b"GET / HTTP/1.1\r\nX-Host: a", Request("GET", "/", "")),
        (b"GET / HTTP/1.0", Request("GET", "/", "")),
        (b"GET /", None),
        (b"", None),
        (b"\x16\x03\x01 / HTTP/1.1", None),
        (b"GET / SPDY/1", None),
    ],
)
def test_requests(head: bytes, expected: Request | None) -> None:
    """Method, target and host; nothing where it is no HTTP."""
    assert read_request(head) == expected


@given(st.binary())
def test_any_bytes_are_read(head: bytes) -> None:
    """No bytes make it fail."""
    read_request(head)
    read_request(b"GET / HTTP/1.1\r\n" + head)


def test_many_requests_on_one_connection(internet: Internet, client) -> None:
    """One after the other, also in pieces and sent together."""
    address = internet.address("exchange-2016")
    one = b"GET /EWS/Exchange.asmx HTTP/1.1\r\nHost: x\r\n\r\n"
    with (
        socket.create_connection((address, internet.port), timeout=5) as sock,
        client.context.wrap_socket(sock) as secured,
    ):
        received = b""
        for part in (one[:10], one[10:], one + one):
            secured.sendall(part)
        while received.count(b"Content-Length: 0\r\n\r\n") < 3:
            received += secured.recv(65_536)
    assert received.count(b"HTTP/1.1 401 Unauthorized") == 3


def test_a_client_that_wants_an_end_gets_it(internet: Internet, client) -> None:
    """`Connection: close` is heeded, after the answer."""
    head = b"GET /owa/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    address = internet.address("exchange-2016")
    with (
        socket.create_connection((address, internet.port), timeout=5) as sock,
        client.context.wrap_socket(sock) as secured,
    ):
        secured.sendall(head)
        received = b"".join(iter(lambda: secured.recv(65_536), b""))
    assert received.startswith(b"HTTP/1.1 302 Found")


def test_a_head_without_end_is_given_up(internet: Internet, client) -> None:
    """After 64 KB the server has had enough."""
    address = internet.address("exchange-2016")
    with (
        socket.create_connection((address, internet.port), timeout=5) as sock,
        client.context.wrap_socket(sock) as secured,
    ):
        ended = False
        try:
            secured.sendall(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000)
            ended = secured.recv(1) == b""
        except OSError:
            ended = True
    assert ended
