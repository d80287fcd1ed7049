"""One conversation on the wire, step by step, over a pair of sockets."""

from __future__ import annotations

import socket

import pytest

from alpheus.exposure.call import Call, ClosedError, Phase
from alpheus.exposure.model import Conversation, Endpoint, ProbeKind, Response
from alpheus.exposure.plan import Step


def _call(probe: ProbeKind = ProbeKind.OWA) -> tuple[Call, socket.socket]:
    """A call without TLS that is connected to the second socket."""
    endpoint = Endpoint("a", "192.0.2.1", 80, scheme="http")
    call = Call(1, Conversation(endpoint), Step(probe, ""), 0.0)
    call.sock, other = socket.socketpair()
    call.sock.settimeout(0)
    call.connected()
    return call, other


def test_a_response_is_given_once_it_is_whole() -> None:
    """Before that there is nothing, however it is cut."""
    call, other = _call()
    with other:
        call.send(b"GET / HTTP/1.1\r\n\r\n")
        assert other.recv(100) == b"GET / HTTP/1.1\r\n\r\n"
        assert call.read() is None
        other.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")
        assert call.read() is None
        other.sendall(b"ngth: 2\r\n\r\nok")
        assert call.read() == Response(200, (("content-length", "2"),), b"ok")
        assert call.got
    call.close()


def test_an_end_before_an_answer_is_an_error() -> None:
    """The peer has hung up."""
    call, other = _call()
    call.send(b"x")
    other.recv(10)
    other.close()
    with pytest.raises(ClosedError):
        call.read()
    call.close()
    with pytest.raises(ClosedError):
        call.read()


def test_what_the_socket_does_not_take_is_sent_later() -> None:
    """Nothing is lost and nothing is sent twice."""
    call, other = _call()
    data = bytes(range(256)) * 8_000
    call.send(data)
    assert call.wants_to_write
    received = b""
    with other:
        while len(received) < len(data):
            received += other.recv(1 << 16)
            if call.wants_to_write:
                call.write_on()
    assert received == data
    call.close()


@pytest.mark.parametrize(
    ("says", "status", "line"),
    [
        (b"220 mail.example Microsoft ESMTP MAIL Service ready\r\n250", 220, b"220 mail.example"),
        (b"junk\n", 0, b"junk"),
        (b"5" * 10_000, 555, b"5555"),
    ],
)
def test_the_first_line_of_a_mail_server_is_its_greeting(
    says: bytes, status: int, line: bytes
) -> None:
    """Bounded, and whatever it is; nothing is said to it."""
    call, other = _call(ProbeKind.SMTP)
    assert call.says_hello
    with other:
        assert call.banner() is None
        other.sendall(says)
        response = None
        while response is None:
            response = call.banner()
        assert (response.status, response.body[: len(line)]) == (status, line)
        assert len(response.body) <= 4096
        call.close()
        assert other.recv(10) == b""


def test_a_call_begins_waiting() -> None:
    """Nothing is open before it is told to connect."""
    call = Call(1, Conversation(Endpoint("a", "192.0.2.1", 443)), Step(ProbeKind.OWA, ""), 5.0)
    assert call.phase is Phase.WAITING
    assert call.sock is None
    call.close()
