"""A web server on loopback for one content, with ranges, that can be told to misbehave."""

from __future__ import annotations

import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Misbehave = Callable[["Handler"], bool]
"""Does something with a request; whether that was the whole answer."""


class ByteServer:
    """What it serves, and what it was asked."""

    def __init__(self) -> None:
        self.content = b""
        self.etag = '"one"'
        self.ranges = True
        self.faults: deque[Misbehave] = deque()
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.sent = 0
        self.port = 0

    @property
    def url(self) -> str:
        """Its address, without a final slash."""
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    served: ByteServer

    def log_message(self, *_: object) -> None:
        """Silent."""

    def do_GET(self) -> None:
        """Send the content, or the part that is asked for."""
        served = self.served
        headers = {name.lower(): value for name, value in self.headers.items()}
        served.asked.append((self.command, self.path, headers))
        if served.faults and served.faults.popleft()(self):
            return
        if headers.get("if-match", served.etag) != served.etag:
            self.answer(412, b"")
            return
        body, status, more = served.content, 200, {}
        if served.ranges and "range" in headers:
            first, _, last = headers["range"].removeprefix("bytes=").partition("-")
            end = min(int(last) + 1, len(body))
            if int(first) >= len(body):
                self.answer(416, b"", {"Content-Range": f"bytes */{len(body)}"})
                return
            more = {"Content-Range": f"bytes {first}-{end - 1}/{len(body)}"}
            body, status = body[int(first) : end], 206
        self.answer(status, body, more)

    do_HEAD = do_POST = do_PUT = do_GET  # noqa: N815 - names of the library

    def answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None,
        *, promise: int | None = None,
    ) -> None:  # fmt: skip
        """Answer; with a `promise` of more bytes than there are, the connection is cut."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if promise is None else promise))
        if self.served.etag:
            self.send_header("ETag", self.served.etag)
        self.send_header("Last-Modified", "Wed, 03 Mar 2021 06:59:20 GMT")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.served.sent += len(body)
        self.close_connection = self.close_connection or promise is not None


@contextmanager
def byte_server(content: bytes = b"", certificate: Path | None = None) -> Iterator[ByteServer]:
    """The server, while it runs; with a certificate and its key (PEM) over TLS."""
    served = ByteServer()
    served.content = content
    handler = type("Bound", (Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def says(status: int, body: bytes = b"", **headers: str) -> Misbehave:
    """Answers so, with headers whose names have `_` for `-`."""

    def fault(handler: Handler) -> bool:
        handler.answer(status, body, {k.replace("_", "-"): v for k, v in headers.items()})
        return True

    return fault


def cuts_after(count: int) -> Misbehave:
    """Promises the part that is asked for, and sends no more than so many bytes of it."""

    def fault(handler: Handler) -> bool:
        first, _, last = handler.headers["Range"].removeprefix("bytes=").partition("-")
        whole = handler.served.content
        body = whole[int(first) : int(last) + 1]
        said = {"Content-Range": f"bytes {first}-{last}/{len(whole)}"}
        handler.answer(206, body[:count], said, promise=len(body))
        return True

    return fault
