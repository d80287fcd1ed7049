"""What a store says of an object, and what every kind of store can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from alpheus.errors import StoreChangedError

_ETAG_LIMIT = 256


@dataclass(frozen=True, slots=True)
class Stat:
    """One version of one object. `etag` as the store writes it, '' where it gives none.

    `modified` in UTC, None where it does not say. `ranges`: parts of it can be asked for.
    """

    key: str
    size: int
    etag: str = ""
    modified: datetime | None = None
    version: str = ""
    ranges: bool = True

    @property
    def mark(self) -> str:
        """Changes with the content, as far as the store knows."""
        changed = self.modified.isoformat() if self.modified and not self.etag else ""
        return f"{self.etag}:{self.version}:{self.size}:{changed}"


class Store(Protocol):
    """One bucket, or one object on a web server. Usable by one thread of one process."""

    def look(self, key: str) -> Stat | None:
        """What is said of an object; None if there is none. Raises StoreError."""

    def read(self, stat: Stat, start: int, stop: int) -> bytes:
        """The bytes from `start` to before `stop`, all of them, of exactly this version.

        Raises StoreChangedError where it is not there any more, and StoreError.
        """

    def list(self, prefix: str) -> Iterator[Stat]:
        """Every object whose key begins so, in the order of keys, a page in memory at a time.

        Raises StoreError.
        """

    def put(self, key: str, content: bytes | BinaryIO, size: int, sha256: str) -> None:
        """Store an object, whole or not at all. Raises StoreError."""


def clean_etag(text: str) -> str:
    """An ETag that can be sent back as it is; '' for anything else."""
    text = text.strip()
    return text if text.isascii() and text.isprintable() and len(text) <= _ETAG_LIMIT else ""


def changed(what: object, stat: Stat) -> StoreChangedError:
    """The error for an object that is no longer the one that was begun."""
    began = f"ETag {stat.etag}" if stat.etag else "the version"
    return StoreChangedError(
        f"{what}: changed or removed while it was read (it was {began}, {stat.size:,} bytes); "
        "run again to read it as it is now"
    )
