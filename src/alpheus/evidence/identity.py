"""What stands for the content of a package in a store, without all of it being read (ADR 32)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from alpheus.evidence.containers.zip_headers import find_directory
from alpheus.evidence.file import HEAD_BYTES
from alpheus.evidence.magic import Kind, kind_of
from alpheus.store.model import Stat

_END = 1 << 16
_BLOCK = 1 << 20


def object_identity(opened: Callable[[], BinaryIO], stat: Stat, place: str) -> str:
    """Of one object: size, ETag, beginning, and the end, which of a zip archive is its directory.

    `place`, its address, counts only where there is no ETag. Raises StoreError.
    """
    digest = hashlib.sha256(f"object\n{stat.size}\n{stat.etag}\n".encode())
    if not stat.etag:
        digest.update(f"{place}\n{stat.mark}\n".encode("utf-8", "surrogateescape"))
    with opened() as stream:
        head = stream.read(HEAD_BYTES)
        digest.update(head)
        directory = find_directory(stream) if kind_of(head) is Kind.ZIP else None
        stream.seek(directory.start if directory else max(0, stat.size - _END))
        for block in iter(partial(stream.read, _BLOCK), b""):
            digest.update(block)
    return digest.hexdigest()


class PrefixIdentity:
    """Of all objects below a prefix, which are added in the order of their keys."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._digest = hashlib.sha256(b"prefix\n")
        self.size = 0

    def add(self, stat: Stat) -> None:
        """One object more: its name below the prefix, size and ETag."""
        name = stat.key[len(self._prefix) :].encode("utf-8", "surrogateescape")
        self._digest.update(b"%b\0%d\0%b\n" % (name, stat.size, stat.mark.encode()))
        if not stat.etag:
            self._digest.update(self._prefix.encode("utf-8", "surrogateescape"))
        self.size += stat.size

    def end(self) -> str:
        """Of all of them."""
        return self._digest.hexdigest()
