"""Tar archives, read header by header in bounded memory.

The standard library decodes the headers. Walking them here keeps a forged size of an extended
header from filling memory, and says where a damaged archive ends instead of stopping silently.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, cast

from alpheus.evidence.members import Access, Loss, Member, Source, Wanted, everything
from alpheus.evidence.reading import FullReader, Section

_BLOCK = 512
_EXTENDED_LIMIT = 1 << 20
"""Bytes of one extended header (long names, pax records) that are read."""

_SKIP = 1 << 18
_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, b"7")
_KINDS = {
    tarfile.SYMTYPE: "symbolic link: not followed",
    tarfile.CHRTYPE: "character device: not opened",
    tarfile.BLKTYPE: "block device: not opened",
    tarfile.FIFOTYPE: "named pipe: not opened",
    tarfile.GNUTYPE_SPARSE: "sparse tar member: not supported; unpack and hand in the folder",
}
_TRUNCATED = "the archive ends in the middle (truncated); what follows is lost"


class _EndOfInputError(Exception):
    """The archive ends where it should not."""


@dataclass(slots=True)
class _Pending:
    """What extended headers say about the next member."""

    name: str | None = None
    size: int | None = None
    modified: float | None = None
    sparse: bool = False

    def take(self, records: Mapping[str, str]) -> None:
        """Take over the records of a pax header."""
        self.name = records.get("GNU.sparse.name") or records.get("path") or self.name
        self.sparse = self.sparse or any(key.startswith("GNU.sparse") for key in records)
        if (size := records.get("size", "")).isdigit():
            self.size = int(size)
        try:
            self.modified = float(records["mtime"])
        except (KeyError, ValueError):
            return


class TarContainer:
    """A tar archive; members can be read in any order where the source can seek."""

    volume = False
    single = False

    def __init__(self, source: Source, access: Access) -> None:
        self._source = source
        self._budget = access.budget
        self.apart = source.seekable is not None
        self._folders: list[str] = []

    def members(self) -> Iterator[Member | Loss]:
        """Every file; links and devices are Losses, a hard link is its target's second name."""
        return self.part(everything)

    def part(self, wanted: Wanted) -> Iterator[Member | Loss]:
        """The files that are wanted, in the order of the archive."""
        with (self._source.seekable or self._source.open)() as stream:
            reader = _Reader(stream, seekable=self._source.seekable is not None)
            try:
                yield from self._walk(reader, wanted)
            except _EndOfInputError:
                yield from _told(wanted, _TRUNCATED, reader.position)
            except OSError as error:
                yield from _told(wanted, f"the rest could not be read: {error}", reader.position)

    def folders(self) -> Iterator[str]:
        """Every folder that has an entry of its own; known once the members were walked."""
        return iter(self._folders)

    def _walk(self, reader: _Reader, wanted: Wanted) -> Iterator[Member | Loss]:
        pending = _Pending()
        self._folders = []
        while (block := reader.exactly(_BLOCK)).strip(b"\x00"):
            self._budget.check_time()
            start = reader.position - _BLOCK
            try:
                header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            except tarfile.HeaderError as error:
                yield from _told(wanted, f"damaged header ({error}); what follows is lost", start)
                return
            if header.type in _EXTENDED:
                pending = reader.extended(header, pending)
                continue
            size = header.size if pending.size is None else pending.size
            if header.type in {tarfile.DIRTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE}:
                size = 0
            size = max(size, 0)
            end = reader.position + -(-size // _BLOCK) * _BLOCK
            item = self._member(reader, header, pending, size, start)
            if item is not None and wanted(item.name, size):
                yield item
            pending = _Pending()
            reader.skip_to(end)
        yield from self._after_end(reader, wanted)

    def _after_end(self, reader: _Reader, wanted: Wanted) -> Iterator[Loss]:
        """Reads the padding, which also shows whether a compressed archive is complete."""
        start = reader.position
        while data := reader.some():
            self._budget.check_time()
            if data.strip(b"\x00"):
                reason = "data after the end of the archive was not read"
                yield from _told(wanted, reason, start)
                return
            start = reader.position

    def _member(
        self, reader: _Reader, header: tarfile.TarInfo, pending: _Pending, size: int, start: int
    ) -> Member | Loss | None:
        name = pending.name or header.name
        kind = header.type
        if kind == tarfile.DIRTYPE or name.endswith("/"):
            self._folders.append(name)
            return None
        if kind == tarfile.LNKTYPE:
            return None
        if pending.sparse:
            kind = tarfile.GNUTYPE_SPARSE
        if kind not in _FILES:
            return Loss(name, _KINDS.get(kind, f"unknown kind of member {kind!r}"), start)
        modified = header.mtime if pending.modified is None else pending.modified
        return self._file(reader, name, size, _time(modified))

    def _file(self, reader: _Reader, name: str, size: int, modified: datetime | None) -> Member:
        seekable = self._source.seekable
        if seekable is None:
            return Member(name, lambda: reader.content(name, size), size, modified, forward=True)
        offset = reader.position

        def opened() -> BinaryIO:
            return cast("BinaryIO", Section(name, seekable(), offset, size))

        return Member(name, opened, size, modified, seekable=opened)


def _told(wanted: Wanted, reason: str, offset: int) -> Iterator[Loss]:
    """A loss of the archive itself, if it is wanted."""
    if wanted("", 0):
        yield Loss("", reason, offset)


class _Reader:
    """The stream of an archive and the position in it."""

    def __init__(self, stream: BinaryIO, *, seekable: bool) -> None:
        self._stream = stream
        self._seekable = seekable
        self._skipped = memoryview(bytearray(_SKIP))
        self.position = 0

    def exactly(self, count: int) -> bytes:
        """`count` bytes. An archive without its final zero blocks has ended if nothing follows."""
        data = self._stream.read(count)
        self.position += len(data)
        if len(data) < count:
            raise _EndOfInputError
        return data

    def some(self) -> bytes:
        """Whatever comes next; empty at the end."""
        data = self._stream.read(_SKIP)
        self.position += len(data)
        return data

    def extended(self, header: tarfile.TarInfo, pending: _Pending) -> _Pending:
        """Read an extended header; one that is too long is passed over."""
        end = self.position + -(-header.size // _BLOCK) * _BLOCK
        if header.size <= _EXTENDED_LIMIT and header.type != tarfile.XGLTYPE:
            data = self.exactly(header.size)
            if header.type == tarfile.GNUTYPE_LONGNAME:
                pending.name = data.rstrip(b"\x00").decode("utf-8", "surrogateescape")
            elif header.type in {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}:
                pending.take(_pax_records(data))
        self.skip_to(end)
        return pending

    def content(self, name: str, size: int) -> BinaryIO:
        """The content of the member that begins here."""
        return cast("BinaryIO", _Content(self, name, size))

    def into(self, view: memoryview) -> int:
        """Fill `view` with what comes next; returns how many bytes, 0 at the end."""
        count = cast("io.RawIOBase", self._stream).readinto(view) or 0
        self.position += count
        return count

    def skip_to(self, end: int) -> None:
        """Pass over the rest of a member."""
        if self._seekable and end > self.position:
            self._stream.seek(end - 1)
            self.position = end - 1
        while self.position < end:
            most = min(len(self._skipped), end - self.position)
            if not self.into(self._skipped[:most]):
                raise _EndOfInputError


class _Content(FullReader):
    """One member of an archive that is read forward."""

    def __init__(self, reader: _Reader, name: str, size: int) -> None:
        super().__init__(name)
        self._reader = reader
        self._left = size

    def _fill(self, view: memoryview) -> int:
        if not self._left:
            return 0
        count = self._reader.into(view[: self._left])
        self._left -= count
        if not count:
            message = f"{self.label}: {self._left} bytes are missing at its end (truncated archive)"
            raise OSError(message)
        return count


_EXTENDED = {
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
}


def _pax_records(data: bytes) -> dict[str, str]:
    """The records `length key=value` of a pax header, as far as they are well-formed."""
    records: dict[str, str] = {}
    while data[:1].isdigit():
        length, _, _ = data.partition(b" ")
        if not length.isdigit() or len(length) > 8 or int(length) <= len(length):
            break
        record, data = data[len(length) + 1 : int(length)], data[int(length) :]
        key, _, value = record.rstrip(b"\n").partition(b"=")
        records[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
    return records


def _time(seconds: float) -> datetime | None:
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
