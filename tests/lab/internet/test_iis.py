"""Pages of IIS."""

from __future__ import annotations

from alpheus.lab.internet import iis
from alpheus.lab.internet.reply import Then


def test_pages_say_how_long_they_are() -> None:
    """Status, server and length are those of the original."""
    for reply, status in (
        (iis.default_page("8.5"), b"200 OK"),
        (iis.not_found("8.5"), b"404 Not Found"),
        (iis.forbidden("8.5"), b"403 Forbidden"),
    ):
        head, _, body = reply.data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 " + status)
        assert b"Server: Microsoft-IIS/8.5" in head
        assert f"Content-Length: {len(body)}".encode() in head


def test_what_is_no_http_ends_the_connection() -> None:
    """The kernel's part of IIS has a name of its own."""
    reply = iis.bad_request()
    assert reply.then is Then.CLOSE
    assert b"Microsoft-HTTPAPI/2.0" in reply.data


def test_401_has_no_body() -> None:
    """The headers given, and a length of nothing."""
    reply = iis.unauthorised((("WWW-Authenticate", "NTLM"),))
    assert reply.data.endswith(b"WWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n")
