"""Who really asks, by which name, and over what."""

from __future__ import annotations

import asyncio
import logging
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, post
from litestar.params import JSONBody

from alpheus.web.access.front import (
    LONGEST_HEAD,
    Front,
    forwarded,
    head_of,
    host_in,
    hosts_of,
    within,
)
from alpheus.web.failures import refused
from alpheus.web.settings import Settings

PROXY = Settings(host="0.0.0.0", proxies=("192.0.2.0/24",), public_url="https://clean.example")
HTTPS = {"x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.7"}


def _scope(host: str, client: str = "127.0.0.1", **headers: str) -> Any:
    return {
        "type": "http", "method": "GET", "path": "/", "scheme": "http", "client": (client, 1),
        "headers": [(b"host", host.encode()), *((name.encode(), value.encode())
                                                for name, value in headers.items())],
    }  # fmt: skip


def _ask(settings: Settings, scope: Any) -> tuple[int, dict[bytes, bytes], Any]:
    """Status, headers, and the scope that the application saw."""
    seen: list[Any] = []
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)
        scope["path_template"] = "/join/{secret}"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    asyncio.run(Front(app, settings)(scope, receive, send))  # type: ignore[arg-type]
    return sent[0]["status"], dict(sent[0]["headers"]), seen[0] if seen else None


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8443", 200), ("localhost", 200), ("[::1]:8443", 200), ("LOCALHOST:1", 200),
     ("evil.example", 421), ("127.0.0.1.evil.example", 421), ("", 421), ("[", 421),
     ("evil.example@localhost:1", 421)],
)  # fmt: skip
def test_a_foreign_name_that_leads_to_this_machine_opens_nothing(host: str, status: int) -> None:
    """Otherwise a page of that name could read the console in the operator's browser."""
    assert _ask(Settings(), _scope(host))[0] == status


def test_the_public_name_is_the_only_one_but_for_this_machine() -> None:
    """Where one was given; without one and with a certificate, any."""
    assert hosts_of(PROXY) == {"clean.example", "localhost", "127.0.0.1", "::1"}
    assert hosts_of(Settings(host="0.0.0.0", certificate=Path("c"), key=Path("k"))) == frozenset()


def test_behind_a_proxy_nobody_is_answered_directly() -> None:
    """What comes past the proxy comes in clear."""
    direct = _scope("clean.example", "198.51.100.7", **HTTPS)
    assert _ask(PROXY, direct)[0] == 403
    in_clear = _scope("clean.example", "192.0.2.5", **{**HTTPS, "x-forwarded-proto": "http"})
    assert _ask(PROXY, in_clear)[0] == 403
    status, headers, seen = _ask(PROXY, _scope("clean.example", "192.0.2.5", **HTTPS))
    assert status == 200
    assert headers[b"strict-transport-security"] == b"max-age=31536000"
    assert (seen["client"][0], seen["scheme"]) == ("198.51.100.7", "https")


def test_headers_of_a_proxy_are_believed_from_a_proxy_alone() -> None:
    """Otherwise everybody could be anybody."""
    _, headers, seen = _ask(Settings(), _scope("localhost", "127.0.0.1", **HTTPS))
    assert (seen["client"][0], seen["scheme"]) == ("127.0.0.1", "http")
    assert b"strict-transport-security" not in headers


@pytest.mark.parametrize(
    ("value", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("10.9.9.9, 198.51.100.7", "198.51.100.7"),  # the asker wrote the first
        ("198.51.100.7, 192.0.2.9", "198.51.100.7"),  # two proxies of ours
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("x\x1b, , 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, unknown", "192.0.2.5"),
        ("", "192.0.2.5"),
        ("192.0.2.9", "192.0.2.9"),
    ],
)
def test_the_last_address_that_is_no_proxy_of_ours_asks(value: str, client: str) -> None:
    """What stands before it was written by the asker, and what is no address is nobody's."""
    scope = _scope("clean.example", "192.0.2.5", **{"x-forwarded-for": value})
    assert forwarded(scope, (ip_network("192.0.2.0/24"),))[0][0] == client


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_whatever_a_header_says_an_address_comes_out(forward: bytes, host: bytes) -> None:
    """Of headers that an attacker wrote."""
    scope = _scope("", "192.0.2.5")
    scope["headers"] = [(b"x-forwarded-for", forward), (b"host", host)]
    networks = (ip_network("192.0.2.0/24"),)
    client = forwarded(scope, networks)[0][0]
    assert within(client, (ip_network("0.0.0.0/0"), ip_network("::/0")))
    assert isinstance(host_in(scope), str)


def test_the_log_has_the_route_and_nothing_of_path_or_query(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A link to set a password is a secret; a search has names."""
    caplog.set_level(logging.INFO, logger="alpheus.access")
    scope = _scope("localhost")
    scope |= {"path": "/join/secret", "query_string": b"text=victim"}
    logger = logging.getLogger("alpheus.access")
    logger.propagate = True
    logging.getLogger("alpheus").propagate = True
    _ask(Settings(), scope)
    assert "127.0.0.1 GET /join/{secret} 200" in caplog.text
    assert "secret " not in caplog.text
    assert "victim" not in caplog.text


def test_only_http_is_spoken() -> None:
    """A web socket is not answered; a head is that of a page."""
    asked = _scope("localhost") | {"type": "websocket"}
    asyncio.run(Front(None, Settings())(asked, None, None))  # type: ignore[arg-type]
    assert _ask(Settings(), _scope("localhost") | {"method": "HEAD"})[2]["method"] == "GET"


def test_the_head_of_a_request_has_its_bound() -> None:
    """However it comes: the parser bounds only what is not whole yet."""
    scope = _scope("localhost", cookie="x" * 32_000)
    assert head_of(scope) < LONGEST_HEAD
    assert _ask(Settings(), scope)[0] == 200
    assert _ask(Settings(), _scope("localhost", cookie="x" * 33_000))[0] == 431
    scope = {**_scope("localhost"), "raw_path": b"/", "query_string": b"x" * 33_000}
    assert _ask(Settings(), scope)[0] == 431


def test_a_request_that_was_broken_off_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """It is one quiet line: nobody waits for an answer, and nothing of ours is wrong."""

    @post("/", sync_to_thread=False)
    def take(data: JSONBody[dict[str, Any]]) -> None:
        """Never called."""

    app = Litestar(
        [take],
        exception_handlers={Exception: refused},
        openapi_config=None,
        logging_config=None,
    )

    async def ask() -> None:
        messages = [{"type": "http.request", "body": b"{", "more_body": True}]

        async def receive() -> Any:
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            """Nobody is there."""

        scope = {
            **_scope("localhost", **{"content-type": "application/json", "content-length": "9"}),
            "method": "POST", "raw_path": b"/", "query_string": b"", "root_path": "",
        }  # fmt: skip
        await Front(app, Settings())(scope, receive, send)  # type: ignore[arg-type]

    with caplog.at_level(logging.INFO):
        asyncio.run(ask())
    assert "POST / 499" in caplog.text
    assert "Traceback" not in caplog.text
    assert "500" not in caplog.text.replace("499", "")
