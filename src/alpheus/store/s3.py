"""A bucket of S3, or of what speaks like it (MinIO, Ceph, R2, …): read, listed and written.

From the environment: `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` for another server than Amazon's,
`AWS_REGION`, `AWS_CA_BUNDLE`, and what `credentials` reads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO

from alpheus.errors import StoreError, UsageError
from alpheus.store.address import Address, is_loopback, quoted
from alpheus.store.credentials import Keys, domain
from alpheus.store.model import Stat, clean_etag
from alpheus.store.patience import PassingError, Patience, persist
from alpheus.store.ranged import modified_of, read_range, refusal
from alpheus.store.s3_listing import PAGE_LIMIT, Page, read_page
from alpheus.store.signature import EMPTY, Request, query_text, signed
from alpheus.store.wire import Answer, Origin, Wire, origin_of

_PLAIN = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_PASSING = re.compile(rb"<Code>(SlowDown|RequestTimeout|InternalError|ServiceUnavailable)</Code>")
_PUT_LIMIT = 5 << 30


class S3Store:
    """Implements `Store`."""

    def __init__(self, address: Address, patience: Patience | None = None) -> None:
        """Raises UsageError where the environment does not hold what is needed."""
        said = os.environ
        self._bucket = address.below("")
        self._patience = patience or Patience()
        self._region = said.get("AWS_REGION") or said.get("AWS_DEFAULT_REGION") or "us-east-1"
        origin, self._base = _where(address.host, self._region)
        self._wire = Wire(origin, said.get("AWS_CA_BUNDLE", ""))
        self._keys = Keys(self._region, self._patience)
        self._keys.current()

    def look(self, key: str) -> Stat | None:
        """What is said of an object."""
        what = self._bucket.below(key)

        def ask() -> Stat | None:
            with self._ask("HEAD", key) as answer:
                if answer.status == 404:
                    return None
                if answer.status != 200:
                    raise self._refusal(what, answer)
                size = answer.headers.get("content-length", "")
                if not (size.isascii() and size.isdigit() and len(size) < 19):
                    raise StoreError(f"{what}: the store does not say how long it is")
                return Stat(
                    key, int(size), clean_etag(answer.headers.get("etag", "")), modified_of(answer),
                    answer.headers.get("x-amz-version-id", ""),
                )  # fmt: skip

        return persist(self._patient(), str(what), ask)

    def read(self, stat: Stat, start: int, stop: int) -> bytes:
        """A part of an object."""
        query = [("versionId", stat.version)] if stat.version not in {"", "null"} else []
        return read_range(
            self._bucket.below(stat.key), stat, start, stop,
            ask=lambda headers: self._ask("GET", stat.key, query, headers),
            patience=self._patient(),
        )  # fmt: skip

    def list(self, prefix: str) -> Iterator[Stat]:
        """Objects by page; a page that is not in the order of keys is refused."""
        what, token, last = self._bucket.below(prefix), "", ""
        while True:
            page = self._page(what, prefix, token)
            for stat in page.objects:
                if last and _order(stat.key) <= _order(last):
                    raise StoreError(
                        f"{what}: the store does not list keys in their order; name packages singly"
                    )
                last = stat.key
                if stat.key.startswith(prefix):
                    yield stat
            if not page.following:
                return
            if page.following == token or not page.objects:
                raise StoreError(f"{what}: the list of objects has no end")
            token = page.following

    def put(self, key: str, content: bytes | BinaryIO, size: int, sha256: str) -> None:
        """Store an object in one request, which the store takes whole or not at all."""
        what = self._bucket.below(key)
        if size > _PUT_LIMIT:
            raise StoreError(f"{what}: {size:,} bytes are more than a store takes in one request")

        def ask() -> None:
            if not isinstance(content, bytes):
                content.seek(0)
            headers = {"Content-Length": str(size)}
            with self._ask("PUT", key, (), headers, digest=sha256, body=content) as answer:
                if answer.status not in {200, 201, 204}:
                    raise self._refusal(what, answer)
                answer.small()

        persist(self._patient(), str(what), ask)

    def _patient(self) -> Patience:
        return self._patience.until(answered=self._wire.answered)

    def _page(self, what: Address, prefix: str, token: str) -> Page:
        query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)]
        if token:
            query.append(("continuation-token", token))

        def ask() -> Page:
            with self._ask("GET", "", query) as answer:
                if answer.status == 404:
                    raise StoreError(f"{what}: there is no such bucket")
                if answer.status != 200:
                    raise self._refusal(what, answer)
                return read_page(str(what), answer.small(PAGE_LIMIT))

        return persist(self._patient(), str(what), ask)

    def _ask(
        self,
        method: str,
        key: str,
        query: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        *,
        digest: str = EMPTY,
        body: bytes | BinaryIO | None = None,
    ) -> AbstractContextManager[Answer]:
        path = f"{self._base}/{quoted(key)}" if key or not self._base else self._base
        request = Request(method, self._wire.origin.authority, path, query, headers or {}, digest)
        keys = self._keys.current()
        full = dict(request.headers) if keys is None else signed(request, keys, self._region)
        text = query_text(query)
        return self._wire.ask(method, f"{path}{'?' if text else ''}{text}", full, body)

    def _refusal(self, what: Address, answer: Answer) -> StoreError:
        """Why it is refused. Raises PassingError where that may pass."""
        region = answer.headers.get("x-amz-bucket-region", "")
        if re.fullmatch(r"[a-z0-9-]{3,30}", region) and region != self._region:
            return StoreError(f"{what}: the bucket is in {region}; set AWS_REGION={region}")
        if answer.status == 400 and _PASSING.search(answer.small()):
            raise PassingError("the store is busy")
        return refusal(what, answer)


def _order(key: str) -> bytes:
    return key.encode("utf-8", "surrogateescape")


def _where(bucket: str, region: str) -> tuple[Origin, str]:
    """The server, and what stands before a key in a path. Raises UsageError."""
    said = os.environ
    url = said.get("AWS_ENDPOINT_URL_S3") or said.get("AWS_ENDPOINT_URL") or ""
    if not url:
        host = f"s3.{region}.{domain(region)}"
        if _PLAIN.fullmatch(bucket):
            return Origin("https", f"{bucket}.{host}", 443), ""
        return Origin("https", host, 443), f"/{bucket}"
    try:
        origin = origin_of(url)
    except ValueError:
        raise UsageError("AWS_ENDPOINT_URL is no address such as https://minio.example") from None
    allowed = said.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true", "yes"}
    if origin.scheme == "http" and not is_loopback(origin.host) and not allowed:
        raise UsageError(
            f"AWS_ENDPOINT_URL is {origin}: what comes over http may have been changed on its way; "
            "use https, or set AWS_ALLOW_HTTP=true"
        )
    return origin, f"/{bucket}"
