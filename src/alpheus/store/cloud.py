"""Buckets of Google (`gs://`) and containers of Azure (`az://`), through obstore, an extra.

Their credentials and servers come from the environment as obstore reads it (`GOOGLE_…`, `AZURE_…`).
What obstore says of a failure is not passed on: it repeats addresses as they were asked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, BinaryIO

from alpheus.errors import StoreError, UsageError
from alpheus.store.address import Address, is_loopback
from alpheus.store.model import Stat, changed
from alpheus.store.patience import PassingError, Patience, persist
from alpheus.store.wire import CONNECT_SECONDS, READ_SECONDS, REQUEST_SECONDS, origin_of

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_STATUS = re.compile(r"status code: (\d{3})")
_EXTRA = "{}:// needs an extra; pip install 'alpheus[store]'"
_PAGE = 1_000


class CloudStore:
    """Implements `Store`. Keys that obstore has no path for are told, one by one."""

    def __init__(self, address: Address, patience: Patience | None = None,
                 store: ObjectStore | None = None) -> None:  # fmt: skip
        """Raises UsageError without the extra, or where the environment does not fit."""
        try:
            import obstore  # noqa: PLC0415 - an extra
            from obstore import exceptions  # noqa: PLC0415 - as above
        except ImportError:
            raise UsageError(_EXTRA.format(address.scheme)) from None
        self._obstore: Any = obstore
        self._errors: Any = exceptions
        self._bucket = address.below("")
        self._patience = patience or Patience()
        self._store: Any = store if store is not None else _open(address)

    def look(self, key: str) -> Stat | None:
        """What is said of an object."""
        what = self._bucket.below(key)
        try:
            return persist(self._patience, str(what), lambda: self._look(key))
        except FileNotFoundError:
            return None

    def read(self, stat: Stat, start: int, stop: int) -> bytes:
        """A part of an object."""
        what = self._bucket.below(stat.key)
        if not 0 <= start < stop <= stat.size:
            return b""
        options: dict[str, object] = {"range": (start, stop)}
        if stat.etag:
            options["if_match"] = stat.etag
        if stat.version:
            options["version"] = stat.version

        def ask() -> bytes:
            with self._told(what, stat):
                found = self._obstore.get(self._store, stat.key, options=options)
                meta = found.meta
                if meta["size"] != stat.size or (stat.etag and meta["e_tag"] != stat.etag):
                    raise changed(what, stat)
                return bytes(found.bytes())

        try:
            data = persist(self._patience, str(what), ask)
        except FileNotFoundError:
            raise changed(what, stat) from None
        if len(data) != stop - start:
            raise changed(what, stat)
        return data

    def list(self, prefix: str) -> Iterator[Stat]:
        """Objects by page, in the order in which the store gives them."""
        what = self._bucket.below(prefix)
        folder = prefix.rpartition("/")[0]
        pages = iter(self._obstore.list(self._store, prefix=folder or None, chunk_size=_PAGE))
        while True:
            with self._told(what):
                page = next(pages, None)
            if page is None:
                return
            for meta in page:
                stat = _stat(meta)
                if stat.key.startswith(prefix):
                    yield stat

    def put(self, key: str, content: bytes | BinaryIO, size: int, sha256: str) -> None:
        """Store an object in one request."""
        del size, sha256
        what = self._bucket.below(key)

        def ask() -> None:
            if not isinstance(content, bytes):
                content.seek(0)
            with self._told(what):
                self._obstore.put(self._store, key, content, use_multipart=False)

        persist(self._patience, str(what), ask)

    def _look(self, key: str) -> Stat:
        with self._told(self._bucket.below(key)):
            return _stat(self._obstore.head(self._store, key))

    @contextmanager
    def _told(self, what: Address, stat: Stat | None = None) -> Iterator[None]:
        """Errors of obstore in our own words; FileNotFoundError where an object is not there."""
        errors = self._errors
        try:
            yield
        except (StoreError, PassingError):
            raise
        except FileNotFoundError:
            raise FileNotFoundError(str(what)) from None
        except errors.PreconditionError:
            raise (changed(what, stat) if stat else StoreError(f"{what}: refused")) from None
        except (errors.PermissionDeniedError, errors.UnauthenticatedError, PermissionError):
            raise StoreError(
                f"{what}: access is refused; see to credentials in the environment"
            ) from None
        except errors.InvalidPathError:
            raise StoreError(
                f"{what}: there is a key that cannot be asked for (with an empty part, . or .., or "
                "a control character); rename it, or name packages singly"
            ) from None
        except errors.BaseError as error:
            raise _told_status(what, str(error)) from None
        except ValueError:
            raise StoreError(f"{what}: no key that can be asked for; rename the object") from None


def _told_status(what: Address, text: str) -> Exception:
    found = _STATUS.search(text)
    status = int(found[1]) if found else 0
    if status and status < 500 and status not in {408, 429}:
        return StoreError(f"{what}: the server answered {status}")
    return PassingError(f"the store is busy or away ({status})" if status else "no answer")


def _stat(meta: Mapping[str, Any]) -> Stat:
    return Stat(
        meta["path"], meta["size"], meta["e_tag"] or "", meta["last_modified"],
        meta["version"] or "",
    )  # fmt: skip


def _open(address: Address) -> ObjectStore:
    from obstore.store import AzureStore, GCSStore  # noqa: PLC0415 - an extra

    client: dict[str, object] = {
        "connect_timeout": timedelta(seconds=CONNECT_SECONDS),
        "read_timeout": timedelta(seconds=READ_SECONDS),
        "timeout": timedelta(seconds=REQUEST_SECONDS),
    }
    url = os.environ.get("AZURE_STORAGE_ENDPOINT" if address.scheme == "az" else "GOOGLE_BASE_URL")
    if url and _is_here(url):
        client |= {"allow_http": True, "proxy_url": "http://127.0.0.1:1",
                   "proxy_excludes": "127.0.0.0/8,localhost,::1"}  # fmt: skip
    made: Callable[..., ObjectStore] = AzureStore if address.scheme == "az" else GCSStore
    extra = {"base_url": url} if url and address.scheme == "gs" else {}
    try:
        return made(address.host, client_options=client, retry_config={"max_retries": 0}, **extra)
    except Exception:  # whatever it says may repeat what stands in the environment
        name = "AZURE_" if address.scheme == "az" else "GOOGLE_"
        raise UsageError(
            f"{address}: the settings {name}… in the environment do not fit; see the guide"
        ) from None


def _is_here(url: str) -> bool:
    try:
        return is_loopback(origin_of(url).host)
    except ValueError:
        return False
