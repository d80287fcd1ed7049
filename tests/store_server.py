"""A real S3-compatible server on loopback that counts what it sends, and fails when it is told to.

The server is moto's; in front of it stands what counts, cuts, slows and refuses.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import boto3
from botocore.config import Config
from moto.s3.models import s3_backends
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUCKET = "evidence"
KEY, SECRET = "AKIAEXAMPLE", "a-secret-that-nobody-shows"

Fault = Callable[[dict[str, Any]], tuple[int, dict[str, str]] | int | None]
"""Of a request: an answer to give instead, bytes of the body after which to cut, or nothing."""


@dataclass
class Seen:
    """One request: its method, key, range, status, and the bytes of the body that were sent."""

    method: str
    path: str
    part: str
    status: int = 0
    sent: int = 0


@dataclass
class StoreServer:
    """The server while it runs. `faults` are used up one by one, by GET requests of objects."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    client: Any = None
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def sent(self) -> int:
        """Bytes of bodies of objects that were sent so far."""
        return sum(one.sent for one in self.seen if one.method == "GET" and "?" not in one.path)

    def put(self, key: str, content: bytes, bucket: str = BUCKET) -> None:
        """Store an object."""
        self.client.put_object(Bucket=bucket, Key=key, Body=content)

    def forget(self) -> None:
        """Count from here."""
        self.seen.clear()
        self.headers.clear()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """One request, as WSGI has it."""
        query = environ.get("QUERY_STRING", "")
        path = unquote(environ.get("RAW_URI", environ["PATH_INFO"]).partition("?")[0])
        seen = Seen(
            environ["REQUEST_METHOD"], f"{path}?{query}" if query else path,
            environ.get("HTTP_RANGE", ""),
        )  # fmt: skip
        if "boto" in environ.get("HTTP_USER_AGENT", "").lower():
            return self._app(environ, start)
        self.seen.append(seen)
        self.headers.append({k: str(v) for k, v in environ.items() if k.startswith("HTTP_")})
        cut: int | None = None
        if self.faults and seen.method == "GET":
            fault = self.faults.popleft()(environ)
            if isinstance(fault, tuple):
                seen.status, headers = fault
                start(f"{seen.status} Fault", [("Content-Length", "0"), *headers.items()])
                return []
            cut = fault
        return self._counted(seen, self._app(environ, self._noting(seen, start)), cut)

    def __post_init__(self) -> None:
        self._app: Any = DomainDispatcherApplication(create_backend_app)

    def _noting(self, seen: Seen, start: Callable[..., Any]) -> Callable[..., Any]:
        def noting(status: str, headers: Any, *more: Any) -> Any:
            seen.status = int(status[:3])
            return start(status, headers, *more)

        return noting

    def _counted(self, seen: Seen, body: Iterable[bytes], cut: int | None) -> Iterator[bytes]:
        for piece in body:
            if cut is not None and seen.sent + len(piece) > cut:
                first = piece[: cut - seen.sent]
                seen.sent += len(first)
                yield first
                message = "cut"
                raise ConnectionError(message)
            seen.sent += len(piece)
            yield piece


@contextmanager
def store_server(environment: Callable[[str, str], None]) -> Iterator[StoreServer]:
    """A server with an empty bucket; `environment` sets the variables that lead to it."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    found = StoreServer()
    server = make_server("127.0.0.1", 0, found, threaded=True)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    found.client = boto3.client(
        "s3", endpoint_url=found.url, aws_access_key_id=KEY, aws_secret_access_key=SECRET,
        region_name="us-east-1", config=Config(proxies={}),
    )  # fmt: skip
    s3_backends["123456789012"]["global"].reset()  # what an earlier server of this process held
    found.client.create_bucket(Bucket=BUCKET)
    for name, value in {
        "AWS_ENDPOINT_URL": found.url, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1", "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }.items():  # fmt: skip
        environment(name, value)
    try:
        yield found
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
