"""One request to one server at a time, over a connection that is kept; nothing follows elsewhere.

Proxies of the environment are used (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), never for this
machine itself.
"""

from __future__ import annotations

import base64
import email.utils
import http.client
import os
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from alpheus import __version__
from alpheus.errors import StoreError
from alpheus.store.address import is_loopback
from alpheus.store.patience import PassingError

CONNECT_SECONDS = 15.0
READ_SECONDS = 60.0
REQUEST_SECONDS = 300.0
"""An answer that has not come whole by then is cut, and the rest is asked for."""

_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_SMALL = 1 << 16
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Origin:
    """A server: `host` without brackets. `authority` is how it is written in a request."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """Host and port, the latter unless it is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.scheme == "https" else 80
        return host if self.port == usual else f"{host}:{self.port}"

    def __str__(self) -> str:
        """As in an address."""
        return f"{self.scheme}://{self.authority}"


def origin_of(url: str) -> Origin:
    """The server of a URL. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "not an address of a web server"
        raise ValueError(message)
    return Origin(
        parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    )


class Answer:
    """The answer to one request, until the next one. Header names are in lower case."""

    def __init__(self, response: http.client.HTTPResponse, ends: float) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self._response = response
        self._ends = ends

    def pieces(self) -> Iterator[bytes]:
        """The body as it comes. Raises PassingError where it is cut, with nothing lost before."""
        left = self._response.length
        while True:
            if time.monotonic() > self._ends:
                raise PassingError("it answers too slowly")
            try:
                data = self._response.read1(_PIECE)
            except (OSError, http.client.HTTPException) as error:
                raise PassingError(_why(error)) from error
            if not data:
                break
            if left is not None:
                left -= len(data)
            yield data
        if left:
            raise PassingError("the connection was cut in the middle of an answer")

    def small(self, most: int = _SMALL) -> bytes:
        """The body where it is expected to be small. Raises PassingError, StoreError."""
        found = bytearray()
        for piece in self.pieces():
            found += piece
            if len(found) > most:
                raise StoreError(f"an answer of more than {most:,} bytes where a small one is due")
        return bytes(found)

    def close(self) -> None:
        """Let go of what is left."""
        self._response.close()

    def whole(self) -> bool:
        """Whether nothing is left of the body, so that the connection can be used again."""
        return self._response.isclosed()

    def pause(self) -> float:
        """Seconds that the server wants to be left alone."""
        said = self.headers.get("retry-after", "")
        if said.isascii() and said.isdigit() and len(said) < 6:
            return float(said)
        with suppress(ValueError, TypeError, OverflowError):
            return email.utils.parsedate_to_datetime(said).timestamp() - time.time()
        return 0.0


class Wire:
    """The way to one server."""

    def __init__(self, origin: Origin, authority: str = "") -> None:
        """`authority` is a bundle of certificates (PEM) to trust instead of the system's."""
        self._connection: http.client.HTTPConnection | None = None
        self.origin = origin
        self.answered = False
        self._bundle = authority
        self._through = _proxy_for(origin)

    @contextmanager
    def ask(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | BinaryIO | None = None,
    ) -> Iterator[Answer]:
        """Send a request; `target` is its path with what stands behind `?`.

        Raises PassingError where a later attempt may succeed, also for what means that the server
        is busy, and StoreError.
        """
        answer: Answer | None = None
        try:
            answer = self._answer(method, target, headers, body)
            if answer.status in _BUSY:
                raise PassingError(f"the store is busy or away ({answer.status})", answer.pause())
            yield answer
        finally:
            if answer is None or not answer.whole():
                self.close()
                if answer is not None:
                    answer.close()

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        """A connection that was kept is let go with the store that kept it."""
        self.close()

    def _answer(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | BinaryIO | None,
    ) -> Answer:
        kept = self._connection is not None
        try:
            connection = self._connected()
            full = {"User-Agent": f"alpheus/{__version__}", "Accept-Encoding": "identity"}
            full.update(headers)
            where = f"{self.origin}{target}" if self._absolute() else target
            ends = time.monotonic() + REQUEST_SECONDS
            connection.request(method, where, body, full)
            response = connection.getresponse()
        except ssl.SSLCertVerificationError as error:
            raise StoreError(
                f"{self.origin}: its certificate is not trusted ({error.verify_message}); "
                "SSL_CERT_FILE names those to trust"
            ) from None
        except (OSError, http.client.HTTPException) as error:
            if kept and body is None and isinstance(
                error, http.client.RemoteDisconnected | ConnectionError
            ):  # fmt: skip
                self.close()  # a kept connection that the server had let go is no failure
                return self._answer(method, target, headers, body)
            raise PassingError(_why(error)) from None
        self.answered = self.answered or response.status < 500
        return Answer(response, ends)

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            self._connection = self._connect()
            if self._connection.sock is not None:
                self._connection.sock.settimeout(READ_SECONDS)
        return self._connection

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self.origin.host, self.origin.port
        tunnel: dict[str, str] = {}
        if self._through is not None:
            host, port, tunnel = self._through
        if self.origin.scheme == "http":
            plain = http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
            plain.connect()
            return plain
        context = ssl.create_default_context(cafile=self._bundle or None)
        secure = http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=context)
        if self._through is not None:
            secure.set_tunnel(self.origin.host, self.origin.port, tunnel)
        secure.connect()
        return secure

    def _absolute(self) -> bool:
        return self._through is not None and self.origin.scheme == "http"


def _proxy_for(origin: Origin) -> tuple[str, int, dict[str, str]] | None:
    """Host and port of the proxy of the environment, and the header that it wants."""
    if is_loopback(origin.host) or proxy_bypass(origin.host):
        return None
    url = getproxies().get(origin.scheme)
    parts = urlsplit(url or "")
    if not parts.hostname:
        return None
    headers: dict[str, str] = {}
    if parts.username is not None:
        word = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(word.encode()).decode()}"
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80), headers


def _why(error: Exception) -> str:
    """What broke, in words that hold nothing of a request."""
    if isinstance(error, socket.gaierror):
        return "the name of the server is not known"
    if isinstance(error, TimeoutError):
        return "the server does not answer"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return "the connection was cut"
