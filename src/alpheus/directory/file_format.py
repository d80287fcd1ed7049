"""The one file of a directory: records first, then sorted arrays to find them by, then a heading.

A record is an `Organisation` as msgpack. `keys` are 64 bits of a hash, sorted, and `refs` the
records that they lead to. A table of ranges (a layer and an IP version) has the columns of
`ranges.RangeTable`. Numbers are little-endian.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from alpheus.directory.domains import domain_of
from alpheus.directory.model import Organisation
from alpheus.directory.words import key_of

MAGIC = b"alpheus directory 1\n\0\0\0\0"
PREAMBLE = len(MAGIC) + 8
"""Bytes before the first record: the magic, and where the heading is."""

TEAM_KIND = "cert"
"""The kind of list whose records answer for a country."""

DOMAIN, NAME, LABEL, AS_NUMBER, TEAM = "d", "n", "l", "a", "t"
"""Kinds of keys: a domain, a name (`words.key_of`), a domain's label, a network, a country."""


class Heading(msgspec.Struct):
    """What is where. A section is its offset and its size in bytes; `counts` are by kind."""

    sections: dict[str, tuple[int, int]]
    counts: dict[str, int]
    sources: list[str]


def key_hash(kind: str, text: str) -> int:
    """The number under which something is found."""
    digest = blake2b(f"{kind}:{text}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def keys_of(entry: Organisation) -> Iterator[int]:
    """The numbers under which a record is found."""
    for name in entry.domains:
        yield key_hash(DOMAIN, name)
        domain = domain_of(name)
        if domain is not None:
            yield key_hash(LABEL, domain.label)
    if entry.name:
        yield key_hash(NAME, key_of(entry.name))
    if entry.unit:
        yield key_hash(NAME, key_of(entry.unit))
    if entry.as_number:
        yield key_hash(AS_NUMBER, str(entry.as_number))
    if entry.kind == TEAM_KIND and entry.country:
        yield key_hash(TEAM, entry.country)


def table_name(layer: str, version: int) -> str:
    """The name of a table of ranges."""
    return f"{layer}.{version}"
