"""Files of new evidence that have the bytes of one that was found, wherever they lie.

The triage has read each file to its end and listed it with its hash: nothing is read again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from alpheus.evidence.listing import unpacked
from alpheus.job import Manifest

_HASH = 64
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_MEANT = {b"n": b"\n", b"r": b"\r", b"\\": b"\\"}

Place = tuple[str, str]
"""A package, and an address in it."""


def copies_in(manifests: Iterable[Manifest], wanted: Collection[str]) -> dict[Place, str]:
    """Of each such file its hash; `wanted` are those of files that were found (SHA-256)."""
    found: dict[Place, str] = {}
    for one in manifests:
        for line in _lines(one.packed):
            is_escaped = line.startswith(b"\\")
            start = _HASH + is_escaped
            digest = line[is_escaped:start].decode("ascii", "replace")
            if digest in wanted:
                found[one.evidence, _address(line[start + 2 :], escaped=is_escaped)] = digest
    return found


def _address(name: bytes, *, escaped: bool) -> str:
    """The reverse of `alpheus.evidence.listing.address`."""
    raw = _ESCAPED.sub(lambda one: _MEANT.get(one[1], one[0]), name) if escaped else name
    return raw.decode("utf-8", "surrogateescape")


def _lines(packed: bytes) -> Iterator[bytes]:
    rest = b""
    for piece in unpacked(packed):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
