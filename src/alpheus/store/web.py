"""One object on a web server: `https://`, of which parts are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

from alpheus.errors import StoreError, UsageError
from alpheus.store.address import Address
from alpheus.store.model import Stat, clean_etag
from alpheus.store.patience import Patience, persist
from alpheus.store.ranged import modified_of, read_range, refusal
from alpheus.store.wire import Answer, Wire, origin_of

_REDIRECTS = 5


class WebStore:
    """Implements `Store` for one object; there is nothing to list, and nothing is written."""

    def __init__(self, address: Address, patience: Patience | None = None) -> None:
        self._address = address
        self._patience = patience or Patience()
        self._wire = Wire(origin_of(f"{address.scheme}://{address.host}/"))
        query = f"?{address.query}" if address.query else ""
        self._target = f"/{address.key}{query}"
        self._headers: dict[str, str] = {}
        if word := os.environ.get("ALPHEUS_STORE_AUTHORIZATION"):
            self._headers["Authorization"] = word

    def look(self, key: str) -> Stat | None:
        """What is said of it, learned from a GET of one byte, which signed addresses allow, too."""
        return persist(
            self._patience.until(answered=self._wire.answered),
            str(self._address),
            lambda: self._look(key),
        )

    def read(self, stat: Stat, start: int, stop: int) -> bytes:
        """A part of it."""
        return read_range(self._address, stat, start, stop, ask=self._ask, patience=self._patience)

    def list(self, prefix: str) -> Iterator[Stat]:
        """Raises UsageError."""
        del prefix
        raise UsageError(f"{self._address}: a web server has no list of objects; name each package")

    def put(self, key: str, content: bytes | BinaryIO, size: int, sha256: str) -> None:
        """Raises UsageError."""
        del key, content, size, sha256
        raise UsageError(f"{self._address}: nothing is written to a web server; name a bucket")

    def _ask(self, headers: Mapping[str, str]) -> AbstractContextManager[Answer]:
        return self._wire.ask("GET", self._target, {**self._headers, **headers})

    def _look(self, key: str) -> Stat | None:
        for _ in range(_REDIRECTS):
            with self._ask({"Range": "bytes=0-0"}) as answer:
                if answer.status in {404, 410}:
                    return None
                if answer.status in {301, 302, 303, 307, 308}:
                    self._target = self._moved(answer)
                    continue
                if answer.status not in {200, 206, 416}:
                    raise refusal(self._address, answer)
                if answer.status == 206:
                    answer.small()
                return self._stat(key, answer)
        raise StoreError(f"{self._address}: leads from one address to another without an end")

    def _moved(self, answer: Answer) -> str:
        """Where it is instead, on the same server. Raises StoreError for another."""
        here = f"{self._wire.origin}{self._target}"
        try:
            there = urljoin(here, answer.headers.get("location", ""))
            origin, parts = origin_of(there), urlsplit(there)
        except ValueError:
            raise refusal(self._address, answer) from None
        if origin != self._wire.origin:
            raise StoreError(
                f"{self._address}: leads to another server, {origin}, where nothing is asked; "
                "if that is meant, name the address there"
            )
        return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"

    def _stat(self, key: str, answer: Answer) -> Stat:
        said = answer.headers.get("content-range", "")
        size = said.rpartition("/")[2] if said else answer.headers.get("content-length", "")
        if not (size.isascii() and size.isdigit() and len(size) < 19):
            raise StoreError(
                f"{self._address}: the server does not say how long it is; download it"
            )
        etag, modified = clean_etag(answer.headers.get("etag", "")), modified_of(answer)
        return Stat(key, int(size), etag, modified, ranges=answer.status != 200)
