"""Reads a directory: by domain, name, network and address, without loading it into memory."""

from __future__ import annotations

import mmap
import sys
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from alpheus.directory.domains import domain_of
from alpheus.directory.file_format import (
    AS_NUMBER,
    DOMAIN,
    LABEL,
    MAGIC,
    NAME,
    PREAMBLE,
    TEAM,
    Heading,
    key_hash,
    table_name,
)
from alpheus.directory.model import Layer, Organisation, Route
from alpheus.directory.providers import is_placeholder
from alpheus.directory.ranges import RangeLookup
from alpheus.directory.words import key_of
from alpheus.errors import EvidenceError, EvidenceFormatError, EvidenceNotFoundError
from alpheus.exposure.addresses import Range, write_range

MOST_FOUND = 200
"""Records that one question is answered with at most."""

_MOST_LABELS = 10
_WIDEST = {4: 1 << 20, 6: 1 << 109}
"""Addresses of a carrier's range; wider ones are those of a regional registry."""
_REMEMBERED = 8_192
"""Answers and records that are kept, as the same ones are asked for again."""


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Holder(NamedTuple):
    """Who is said to have an address, by the smallest range of one layer.

    `organisation` is None where the number of a network has no name; `as_number` is a route's.
    """

    layer: Layer
    span: Range
    organisation: Organisation | None
    as_number: int = 0


class Directory:
    """A directory that is open; also an empty one. Use `open_directory`.

    Answers are in the order in which the lists were given.
    """

    def __init__(self, content: memoryview | None = None, heading: Heading | None = None) -> None:
        self.heading = heading or Heading({}, {}, [])
        self._content = content if content is not None else memoryview(b"")
        self._decoder = msgspec.msgpack.Decoder(Organisation)
        self._offsets = self._section("offsets")
        self._keys = self._section("keys")
        self._refs = self._section("refs")
        self._tables = self._read_tables()
        self._names: dict[str, tuple[Organisation, ...]] = {}
        self._domains: dict[str, tuple[Organisation, ...]] = {}
        self._records: dict[int, Organisation] = {}
        self._carriers: dict[tuple[int, int, int], Organisation | None] = {}

    def __len__(self) -> int:
        return max(0, len(self._offsets) - 1)

    def __iter__(self) -> Iterator[Organisation]:
        """Every record in the order in which they came; the same record twice is there twice."""
        return (self._read_record(number) for number in range(len(self)))

    def entries(self) -> Iterator[Organisation | Route]:
        """Everything that was put in, for another directory."""
        yield from self
        for tables in self._tables.values():
            for layer, lookup in tables:
                if layer is Layer.ROUTE:
                    for span, number in lookup:
                        yield Route(write_range(span), number)

    def by_domain(self, name: str) -> tuple[Organisation, ...]:
        """The records of a domain, exactly."""
        known = self._domains.get(name)
        if known is None:
            found = self._found(DOMAIN, name)
            known = tuple(one for one in found if name in one.domains) if found else ()
            _remember(self._domains, name, known)
        return known

    def by_host(self, host: str) -> tuple[str, tuple[Organisation, ...]]:
        """The records of a host's nearest domain that has any, and that domain.

        Looked for from the host itself up to the domain that somebody registered.
        """
        top = domain_of(host)
        if top is None or not self._keys:
            return "", ()
        labels = host.removeprefix("*.").split(".")[-_MOST_LABELS:]
        for at in range(len(labels) - top.name.count(".")):
            name = ".".join(labels[at:])
            found = self.by_domain(name)
            if found:
                return name, found
        return "", ()

    def by_name(self, name: str) -> tuple[Organisation, ...]:
        """The records with a name, whatever its capitals, accents and legal form."""
        key = key_of(name)
        known = self._names.get(key)
        if known is None:
            found = self._found(NAME, key) if key else ()
            known = tuple(one for one in found if key in {key_of(one.name), key_of(one.unit)})
            _remember(self._names, key, known)
        return known

    def by_label(self, label: str) -> tuple[Organisation, ...]:
        """The records that have a domain with this label (`example` of `example.org`)."""
        return self._found(LABEL, label)

    def by_as(self, number: int) -> Organisation | None:
        """Who has the number of an autonomous system."""
        return next(iter(self._found(AS_NUMBER, str(number))), None)

    def teams(self, country: str) -> tuple[Organisation, ...]:
        """The CERTs that answer for a country."""
        return self._found(TEAM, country)

    def by_address(self, version: int, number: int) -> list[Holder]:
        """Who is said to have an address: of each layer the smallest range, claims first."""
        found = []
        for layer, lookup in self._tables[version]:
            try:
                hit = lookup.find(number)
            except IndexError as error:
                raise EvidenceFormatError("the directory is damaged; import again") from error
            if hit is None:
                continue
            span, ref = hit
            if layer is Layer.ROUTE:
                found.append(Holder(layer, span, self.by_as(ref), ref))
            else:
                found.append(Holder(layer, span, self._record(ref)))
        return found

    def carrier(self, span: Range) -> Organisation | None:
        """Who has the range that an assigned one was taken from, and carries it therefore.

        None where a registry names nobody, or the same holder, or a range as wide as registries
        have themselves.
        """
        key = (span.version, span.first, span.last)
        if key not in self._carriers:
            _remember(self._carriers, key, self._carrier(span))
        return self._carriers[key]

    def _carrier(self, span: Range) -> Organisation | None:
        for layer, lookup in self._tables[span.version]:
            if layer is Layer.ASSIGNMENT:
                own, around = lookup.find(span.first), lookup.around(span)
                if around is None or own is None or around[0].size > _WIDEST[span.version]:
                    return None
                found, holder = self._record(around[1]), self._record(own[1])
                same = key_of(found.name) == key_of(holder.name)
                return None if same or is_placeholder(found.name) else found
        return None

    def _read_tables(self) -> Mapping[int, Sequence[tuple[Layer, RangeLookup]]]:
        tables: dict[int, list[tuple[Layer, RangeLookup]]] = {4: [], 6: []}
        for layer in Layer:
            for version, found in tables.items():
                start = f"{table_name(layer, version)}."
                names = [name for name in self.heading.sections if name.startswith(start)]
                if names:
                    columns = {name.removeprefix(start): self._section(name) for name in names}
                    found.append((layer, RangeLookup(version, columns)))
        return tables

    def _section(self, name: str) -> Sequence[int]:
        offset, size = self.heading.sections.get(name, (0, 0))
        narrow = name.endswith(("refs", ".covering"))
        return self._content[offset : offset + size].cast("I" if narrow else "Q")

    def _found(self, kind: str, text: str) -> tuple[Organisation, ...]:
        keys = self._keys
        key = key_hash(kind, text)
        at = bisect_left(keys, key)
        found: list[Organisation] = []
        while at < len(keys) and keys[at] == key and len(found) < MOST_FOUND:
            found.append(self._record(self._refs[at]))
            at += 1
        return tuple(found)

    def _record(self, number: int) -> Organisation:
        known = self._records.get(number)
        if known is None:
            known = self._read_record(number)
            _remember(self._records, number, known)
        return known

    def _read_record(self, number: int) -> Organisation:
        try:
            start, end = self._offsets[number], self._offsets[number + 1]
            return self._decoder.decode(self._content[start:end])
        except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as error:
            raise EvidenceFormatError(f"the directory is damaged: {error}; import again") from error


def _remember(table: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep an answer; a table that is full starts anew."""
    if len(table) >= _REMEMBERED:
        table.clear()
    table[key] = value


def is_directory(path: Path) -> bool:
    """Whether a file begins as directories do; False where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def open_directory(path: Path) -> Directory:
    """Open what `build.DirectoryWriter` wrote. Raises EvidenceError.

    The file is mapped, not read; it must not change while it is in use.
    """
    try:
        with path.open("rb") as stream:
            if stream.read(len(MAGIC)) != MAGIC:
                message = f"{path}: no directory; make one with `alpheus directory import`"
                raise EvidenceFormatError(message)
            content = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError as error:
        message = f"{path}: no such file; make one with `alpheus directory import`"
        raise EvidenceNotFoundError(message) from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise EvidenceError(f"{path}: cannot be read: {reason}") from error
    if sys.byteorder != "little":
        raise EvidenceError(f"{path}: directories can be read on little-endian machines only")
    try:
        return Directory(content, _heading(content))
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, OverflowError) as error:
        message = f"{path}: damaged or cut off ({error}); import again"
        raise EvidenceFormatError(message) from error


def _heading(content: memoryview) -> Heading:
    """The heading. Raises ValueError where it is none, or names what is not there."""
    at = int.from_bytes(content[len(MAGIC) : PREAMBLE], "little")
    heading = msgspec.json.decode(content[max(at, PREAMBLE) :], type=Heading)
    for name, (offset, size) in heading.sections.items():
        if not (PREAMBLE <= offset <= at and 0 <= size <= at - offset):
            raise ValueError(f"section {name} is not inside the file")
    missing = {"offsets", "keys", "refs"} - set(heading.sections)
    if missing:
        raise ValueError(f"section {min(missing)} is missing")
    if heading.sections["keys"][1] != 2 * heading.sections["refs"][1]:
        raise ValueError("keys and refs do not belong together")
    return heading
