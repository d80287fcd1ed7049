"""What stands before the application: who really asks, by which name, and over what.

Headers of a proxy are believed only where the connection comes from one that was named. Where
browsers are to come by TLS through a proxy, nothing is answered to anybody who comes another way.
A host name that is not ours is refused, so that a foreign name that leads to this machine (DNS
rebinding) opens nothing. Each request is one line in the log: by route, never by path or query,
which may hold a secret or a name.
"""

from __future__ import annotations

import logging
import re
import time
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from alpheus.web.settings import Settings, is_loopback

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Send

LOG = logging.getLogger("alpheus.access")
HSTS = b"max-age=31536000"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")
_QUIET = "/static/"
_MOST_FORWARDED = 20

LONGEST_HEAD = 32 * 1024
"""Bytes of a request's first line and headers."""
GONE = "alpheus.gone"
"""In the scope: a function that says whether the asker went before the request was whole."""
BROKEN_OFF = 499
"""The status in the log of a request that was broken off: nobody got an answer."""


class Front:
    """The outermost layer of the served application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._url = settings.url
        self._networks = tuple(ip_network(one) for one in settings.proxies)
        self._only_by_proxy = bool(settings.proxies) and settings.certificate is None
        self._hosts = hosts_of(settings)
        self._is_secure = settings.is_secure

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
        """Answer, or let the application answer. `scope` is that of ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # there is no other way to talk to us
        began = time.perf_counter()
        peer = scope["client"][0] if scope["client"] else ""
        asked: Any = {**scope, "method": "GET" if scope["method"] == "HEAD" else scope["method"]}
        if within(peer, self._networks):
            asked["client"], asked["scheme"] = forwarded(scope, self._networks)
        refusal = self._refusal(asked, peer)
        answered = _Answer(send, secure=self._is_secure)
        heard = _Heard(receive)
        asked[GONE] = heard.is_gone
        try:
            if refusal:
                await _plain(answered, *refusal)
            else:
                await self._app(asked, heard, answered)
        finally:
            status = BROKEN_OFF if heard.broken_off else answered.status
            _note(asked, str(scope["method"]), status, began)

    def _refusal(self, asked: Any, peer: str) -> tuple[int, str] | None:  # noqa: ANN401 - a scope
        if self._only_by_proxy and not within(peer, self._networks):
            return 403, f"this console is behind a proxy; ask for it at {self._url}"
        if self._only_by_proxy and asked["scheme"] != "https":
            return 403, f"this console is for TLS alone; ask for it at {self._url}"
        if head_of(asked) > LONGEST_HEAD:
            return 431, f"the head of a request has at most {LONGEST_HEAD:,} bytes"
        names = {name for name, _ in asked["headers"]}
        if {b"content-length", b"transfer-encoding"} <= names:
            return 400, "this request says twice how long it is"  # a proxy may believe the other
        if self._hosts and host_in(asked) not in self._hosts:
            return 421, f"this console has another name; ask for it at {self._url}"
        return None


def is_broken_off(scope: Any) -> bool:  # noqa: ANN401 - a scope of ASGI
    """Whether the asker went before the request was whole: what then fails is no failure."""
    gone = scope.get(GONE)
    return bool(gone and gone())


def head_of(scope: Any) -> int:  # noqa: ANN401 - a scope of ASGI
    """How many bytes the first line and the headers of a request have, as they are written."""
    path = scope.get("raw_path") or scope["path"].encode()
    line = len(f"{scope['method']} ? HTTP/1.1") + len(path) + len(scope.get("query_string", b""))
    return line + sum(len(name) + len(value) + len(": \r\n") for name, value in scope["headers"])


class _Heard:
    """Hears what comes, and remembers whether somebody went before all of it was there."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._is_whole = False
        self.broken_off = False

    def is_gone(self) -> bool:
        """Whether the request was broken off."""
        return self.broken_off

    async def __call__(self) -> Any:  # noqa: ANN401 - a message of ASGI
        message = await self._receive()
        if message["type"] == "http.request":
            self._is_whole = not message.get("more_body", False)
        elif message["type"] == "http.disconnect" and not self._is_whole:
            self.broken_off = True
        return message


class _Answer:
    """Sends on, and remembers the status. A browser that came by TLS is to come by TLS again."""

    def __init__(self, send: Send, *, secure: bool) -> None:
        self._send = send
        self._secure = secure
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self._secure:
                more = [*message.get("headers", ()), (b"strict-transport-security", HSTS)]
                message = {**message, "headers": more}
        await self._send(message)


def within(address: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    """Whether an address is in one of these networks; what is no address is in none."""
    if not networks:
        return False
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in one for one in networks)


def forwarded(
    scope: Any,  # noqa: ANN401 - a scope of ASGI
    networks: tuple[IPv4Network | IPv6Network, ...],
) -> tuple[tuple[str, int], str]:
    """Who asked a proxy of ours, and by what; `scope` is of a connection from such a proxy.

    Each proxy adds to the end of `X-Forwarded-For` who asked it, and whatever the asker wrote
    stands before: the last address that is no proxy of ours is the asker's.
    """
    client = scope["client"] or ("", 0)
    passed: list[str] = []
    scheme = "http"
    for name, value in scope["headers"]:
        if name == b"x-forwarded-for":
            passed += value.decode("latin-1").split(",")
        elif name == b"x-forwarded-proto":
            scheme = value.decode("latin-1").rpartition(",")[2].strip().lower()
    for text in reversed(passed[-_MOST_FORWARDED:]):
        address = _address(text)
        if not address:
            break
        client = (address, 0)
        if not within(address, networks):
            break
    return client, scheme if scheme == "https" else "http"


def hosts_of(settings: Settings) -> frozenset[str]:
    """The names by which the console may be asked for; none for any."""
    named = urlsplit(settings.public_url).hostname if settings.public_url else None
    if is_loopback(settings.host):
        return _LOOPBACK | {settings.host} | ({named} if named else frozenset())
    return _LOOPBACK | {named} if named else frozenset()


def host_in(scope: Any) -> str:  # noqa: ANN401 - a scope of ASGI
    """The name in the Host header, without its port, in small letters."""
    found = next((value for name, value in scope["headers"] if name == b"host"), b"")
    try:
        text = found.decode("ascii")
        return (urlsplit(f"//{text}").hostname or "") if _HOST.fullmatch(text) else ""
    except ValueError:
        return ""


def _address(text: str) -> str:
    """An address as proxies write it, with or without a port; '' for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


async def _plain(send: Send | _Answer, status: int, reason: str) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{reason}\n".encode(), "more_body": False})


def _note(asked: Any, method: str, status: int, began: float) -> None:  # noqa: ANN401 - a scope
    route = str(asked.get("path_template") or "-")
    if route.startswith(_QUIET) and status == 200:
        return
    client = asked["client"][0] if asked["client"] else "-"
    milliseconds = (time.perf_counter() - began) * 1_000
    LOG.info("%s %s %s %d %.0f ms", client, method, route, status, milliseconds)
