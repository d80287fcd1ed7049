"""What somebody may try at the door, over a real connection and on both databases."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from alpheus.cases.database import open_database
from alpheus.web.access.roles import Grant, Role
from alpheus.web.access.throttle import Rate, Throttle
from alpheus.web.app import create_app
from alpheus.web.settings import Settings
from console import Client, Clock, made, signed_in
from filled_database import Fill, with_tables
from serving import serving

ODD = ("\0", "a\0b", "\ud800", "\u202e", "%00", "%ff", "'; DROP TABLE accounts; --", "../" * 20,
       "\r\nset-cookie: x=1", "9" * 30, "-1", "٣", "x" * 9_000)  # fmt: skip
MUCH = Rate(1_000_000, 1_000_000)


@pytest.fixture
def fill() -> Fill:
    """Databases have their tables."""
    return with_tables


@pytest.fixture
def either(place: str, clock: Clock) -> Iterator[Litestar]:
    """The application on each database."""
    with open_database(place) as database:
        app = create_app(database, Settings(), clock=clock, rate=MUCH)
        app.state.sign_in_throttle = Throttle(MUCH)
        yield app


@pytest.fixture
def browser(either: Litestar) -> Iterator[Client]:
    """A browser of an administrator."""
    with TestClient(either, raise_server_exceptions=False) as opened:
        opened.headers["accept"] = "text/html"
        yield opened


def _odd(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def test_nothing_odd_breaks_a_form_an_address_or_a_header(
    browser: Client, either: Litestar
) -> None:
    """Each is refused or means nothing; the program does not fail, and no header is put in."""
    form = signed_in(browser, either, made(either, "ada"))
    mia = made(either, "mia", Grant(Role.VIEWER))
    fields = ("name", "password", "next", "old", "again", "role", "organisation", "subject",
              "days", "scope", "language", "theme")  # fmt: skip
    posts = ("/sign-in", "/join/x", "/preferences", "/account/password", "/account/tokens",
             "/accounts", f"/accounts/{mia}/roles", f"/accounts/{mia}/subject")  # fmt: skip
    gets = ("/sign-in?next={}", "/accounts/{}", "/join/{}", "/audit?who={}", "/audit?before={}",
            "/audit?action={}", "/static/{}/alpheus.css", "/static/0/{}")  # fmt: skip
    found: dict[str, int] = {}
    for odd in ODD:
        quoted = "".join(f"%{one:02x}" for one in _odd(odd))
        for path in posts:
            content = "&".join(f"{name}={quoted}" for name in fields)
            answer = browser.post(
                path, content=f"{content}&csrf={form['csrf']}".encode(), follow_redirects=False,
                headers={"content-type": "application/x-www-form-urlencoded"},
            )  # fmt: skip
            found[f"{path} {odd[:20]!r}"] = answer.status_code
            assert "x=1" not in str(answer.headers.get("set-cookie", ""))
        for path in gets:
            found[f"{path} {odd[:20]!r}"] = browser.get(path.format(quoted)).status_code
    assert {asked: status for asked, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("path", ["/nothing", "//", "/.git/config", "/accounts/..%2faudit", "/%00"])
def test_what_is_not_there_tells_nothing(browser: Client, path: str) -> None:
    """Neither of the program nor of its files."""
    answer = browser.get(path)
    assert answer.status_code in {302, 404, 200}
    assert "Traceback" not in answer.text
    assert "litestar" not in answer.text.lower()


def _raw(url: str, sent: bytes) -> bytes:
    """What comes back to bytes that no browser sends; nothing where the connection is cut."""
    found = urlsplit(url)
    place = (found.hostname or "", found.port or 0)
    got = b""
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection(place, timeout=20) as connection,
    ):
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        while part := connection.recv(65_536):
            got += part
    return got


def test_the_door_over_a_real_connection(tmp_path: Path) -> None:
    """Foreign hosts, odd methods, two lengths, long heads, bodies without end."""
    with serving(tmp_path / "cases.db") as console:
        url = console.url
        host = urlsplit(url).netloc.encode()
        tries = {
            b"GET /sign-in HTTP/1.1\r\nHost: " + host: 200,
            b"HEAD /sign-in HTTP/1.1\r\nHost: " + host: 200,
            b"GET /sign-in HTTP/1.1\r\nHost: evil.example": 421,
            b"GET /sign-in HTTP/1.1\r\nHost: " + host + b"\r\nHost: evil.example": 400,
            b"GET http://evil.example/sign-in HTTP/1.1\r\nHost: " + host: 404,
            b"GET /sign-in HTTP/1.1\r\nX: 1": 400,
            b"TRACE /sign-in HTTP/1.1\r\nHost: " + host: 405,
            b"BREW /sign-in HTTP/1.1\r\nHost: " + host: 405,
            b"CONNECT evil.example:443 HTTP/1.1\r\nHost: " + host: 404,
            b"GET /sign-in HTTP/1.1\r\nHost: " + host + b"\r\nX: " + b"x" * 400_000: 400,
            b"GET /sign-in HTTP/1.1\r\nHost: " + host + b"\r\nX: a\0b": 400,
            b"GET /\x1b[2J HTTP/1.1\r\nHost: " + host: 400,
            b"POST /sign-in HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nHost: "
            + host: 400,
            b"GET /sign-in HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\nHost: " + host: 200,
        }  # fmt: skip
        got = {}
        for sent in tries:
            answer = _raw(url, sent + b"\r\nConnection: close\r\n\r\n")
            match = re.match(rb"HTTP/1\.1 (\d+)", answer)
            got[sent] = int(match[1]) if match else 0
            assert b"uvicorn" not in answer.lower()
        too_long = {sent: status for sent, status in got.items() if len(sent) > 100_000}
        assert set(too_long.values()) <= {400, 0}
        assert {**got, **dict.fromkeys(too_long, 400)} == tries
        head = (
            b"POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 99999999\r\nHost: " + host + b"\r\n\r\nname="
        )
        assert b" 413 " in _raw(url, head + b"x" * 100).splitlines()[0]
        assert console.process.poll() is None
        assert console.stop() == 0
    assert not any("\x1b" in line or "Traceback" in line for line in console.said)
