"""Signature Version 4 of S3: a request is signed, and no secret goes with it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

EMPTY = hashlib.sha256(b"").hexdigest()
"""The hash of no body."""

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks. `ends`: when they are no longer valid (UTC), None for those that stay."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed. `path` is encoded as it is sent; `query` and `headers` are not encoded.

    `digest` is the SHA-256 of the body.
    """

    method: str
    host: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    digest: str = EMPTY


def query_text(query: Sequence[tuple[str, str]]) -> str:
    """A query as it is sent and signed."""
    return "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in sorted(query))


def signed(
    request: Request, credentials: Credentials, region: str, now: datetime | None = None
) -> dict[str, str]:
    """The headers of the request with those that sign it; `now` is the time, in UTC."""
    moment = now or datetime.now(UTC)
    stamp = moment.strftime("%Y%m%dT%H%M%SZ")
    headers = {**request.headers, "x-amz-date": stamp, "x-amz-content-sha256": request.digest}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    names, canonical = _canonical(request, headers)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, f"{_ALGORITHM}\n{stamp}\n{scope}\n{digest}".encode(), "sha256")
    headers["Authorization"] = (
        f"{_ALGORITHM} Credential={credentials.key}/{scope}, SignedHeaders={names}, "
        f"Signature={signature.hex()}"
    )
    return headers


def _canonical(request: Request, headers: Mapping[str, str]) -> tuple[str, str]:
    """The names of headers that are signed, and the text that is."""
    lines = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    lines["host"] = request.host
    names = ";".join(sorted(lines))
    texts = "".join(f"{name}:{lines[name]}\n" for name in sorted(lines))
    parts = (request.method, request.path, query_text(request.query), texts, names, request.digest)
    return names, "\n".join(parts)


def _encoded(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="-._~")
