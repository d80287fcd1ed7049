"""The mail port."""

from __future__ import annotations

import socket

import pytest

from internet import Internet


def _lines(internet: Internet, kind: str, *commands: bytes) -> list[bytes]:
    address = (internet.address(kind), internet.server.smtp_port)
    with socket.create_connection(address, timeout=5) as sock, sock.makefile("rwb") as file:
        lines = [file.readline()]
        for command in commands:
            file.write(command + b"\r\n")
            file.flush()
            lines.append(file.readline())
            while lines[-1][3:4] == b"-":
                lines[-1] = file.readline()
        return lines


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("exchange-2016", b"Microsoft ESMTP MAIL Service ready at "),
        ("gateway-f5-apm", b"Microsoft ESMTP MAIL Service ready at "),
        ("other-iis", b"Microsoft ESMTP MAIL Service, Version: 10.0."),
        ("other-zimbra", b" ESMTP Postfix\r\n"),
        ("gateway-challenge", b" ESMTP Postfix\r\n"),
        ("exchange-online", b"[08D8E2F1A3B4C5D6]"),
    ],
)
def test_greetings(internet: Internet, kind: str, says: bytes) -> None:
    """Exchange, the mail service of IIS, Postfix and the cloud greet in their own way."""
    assert says in _lines(internet, kind)[0]


def test_it_knows_a_few_words(internet: Internet) -> None:
    """And nothing of logging on."""
    lines = _lines(internet, "exchange-2016", b"EHLO x", b"AUTH NTLM", b"QUIT")
    assert [line[:3] for line in lines] == [b"220", b"250", b"500", b"221"]


def test_where_nobody_listens_the_connection_is_reset(internet: Internet) -> None:
    """A router has no mail port."""
    with pytest.raises(ConnectionResetError):
        _lines(internet, "other-router")
