"""Writes a directory: records as they come, and what finds them when all have come.

Memory holds some numbers for each record and range, never the records. The same record twice is
found once.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from array import array
from collections import Counter
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import msgspec

from alpheus.directory.file_format import MAGIC, PREAMBLE, Heading, keys_of, table_name
from alpheus.directory.model import Layer, Organisation, Route
from alpheus.directory.ranges import RangeTable
from alpheus.errors import OutputError
from alpheus.exposure.addresses import read_range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.unsignedinteger[Any]]

MOST = 50_000_000
"""Records, and ranges of a table, that a directory may have."""

_FLUSH = 1 << 20


class DirectoryWriter:
    """Takes entries, and writes a directory when it is left without an error. Raises OutputError.

    The file appears whole or not at all, for its owner alone. `counts` grow with the entries;
    `sources` are the caller's to fill.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.{secrets.token_hex(6)}.part")
        self._encoder = msgspec.msgpack.Encoder()
        self._offsets, self._digests = array("Q"), array("Q")
        self._keys, self._refs = array("Q"), array("I")
        self._tables: dict[str, RangeTable] = {}
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._at = PREAMBLE
        self._sections: dict[str, tuple[int, int]] = {}
        self.counts: Counter[str] = Counter()
        self.sources: list[str] = []

    def __enter__(self) -> Self:
        with self._failures():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
            self._stream = os.fdopen(os.open(self._part, flags, 0o600), "w+b")
            self._stream.write(MAGIC + bytes(8))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            with self._failures():
                if kind is None:
                    self._finish()
                    self._stream.close()
                    self._part.replace(self._path)
        finally:
            with contextlib.suppress(OSError):
                self._stream.close()
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)

    def add(self, entry: Organisation | Route) -> None:
        """One entry. A network that is none is left out: importers have looked at them."""
        if isinstance(entry, Route):
            self._add_range(Layer.ROUTE, entry.network, entry.as_number)
            self.counts["routes"] += 1
            return
        record = self._encoder.encode(entry)
        number = len(self._offsets)
        if number >= MOST:
            raise OutputError(f"{self._path}: more than {MOST:,} records")
        self._offsets.append(self._at)
        digest = blake2b(record, digest_size=8).digest()
        self._digests.append(int.from_bytes(digest, "little"))
        self._write(record)
        for key in keys_of(entry):
            self._keys.append(key)
            self._refs.append(number)
        for network in entry.networks:
            self._add_range(entry.layer, network, number)
        self.counts[entry.kind or "other"] += 1

    def _add_range(self, layer: Layer, network: str, ref: int) -> None:
        try:
            span = read_range(network)
        except ValueError:
            return
        table = self._tables.setdefault(table_name(layer, span.version), RangeTable(span.version))
        if len(table) >= MOST:
            raise OutputError(f"{self._path}: more than {MOST:,} ranges")
        table.add(span, ref)

    def _write(self, content: bytes) -> None:
        self._waiting.append(content)
        self._at += len(content)
        self._waiting_size += len(content)
        if self._waiting_size >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        with self._failures():
            self._stream.write(b"".join(self._waiting))
        self._waiting.clear()
        self._waiting_size = 0

    def _finish(self) -> None:
        """Write what finds the records, the heading, and where it is."""
        self._offsets.append(self._at)
        self._section("offsets", _numbers(self._offsets))
        first_of = _first_of_each(_numbers(self._digests))
        keys, refs = _sorted_pairs(_numbers(self._keys), _numbers(self._refs), first_of)
        self._section("keys", keys)
        self._section("refs", refs)
        for name, table in sorted(self._tables.items()):
            for column, content in table.columns():
                self._section(f"{name}.{column}", _numbers(content))
            leads_to = _numbers(table.refs)
            if not name.startswith(Layer.ROUTE):
                leads_to = first_of[leads_to]
            self._section(f"{name}.refs", leads_to)
        heading = Heading(self._sections, dict(self.counts), self.sources)
        at = self._at
        self._write(msgspec.json.encode(heading))
        self._flush()
        self._stream.seek(len(MAGIC))
        self._stream.write(at.to_bytes(8, "little"))
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _section(self, name: str, content: Numbers) -> None:
        self._write(bytes(-self._at % 8))
        raw = content.astype(content.dtype.newbyteorder("<")).tobytes()
        self._sections[name] = (self._at, len(raw))
        self._write(raw)

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except OutputError:
            raise
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"Cannot write {self._path}: {reason}.") from error


def _numbers(content: array[int]) -> Numbers:
    import numpy as np  # noqa: PLC0415 - for writing alone

    return np.frombuffer(content, dtype=f"u{content.itemsize}")


def _first_of_each(digests: Numbers) -> Numbers:
    """For each record the number of the first that is the same."""
    import numpy as np  # noqa: PLC0415 - for writing alone

    _, first, which = np.unique(digests, return_index=True, return_inverse=True)
    return first[which].astype(np.uint32)


def _sorted_pairs(keys: Numbers, refs: Numbers, first_of: Numbers) -> tuple[Numbers, Numbers]:
    """Keys with what they lead to, in order, each pair once."""
    import numpy as np  # noqa: PLC0415 - for writing alone

    refs = first_of[refs]
    order = np.lexsort((refs, keys))
    keys, refs = keys[order], refs[order]
    new = np.ones(len(keys), dtype=bool)
    new[1:] = (keys[1:] != keys[:-1]) | (refs[1:] != refs[:-1])
    return keys[new], refs[new]
