"""7z archives, decompressed block by block.

py7zr reads the directory and decodes; its own extraction is not used, because it pushes whole
members and refuses an archive for the name of one member. Members come in the order in which they
are packed, so a solid block is decompressed once.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, cast

from alpheus.errors import EvidenceFormatError, EvidencePasswordError, LimitError
from alpheus.evidence.containers.ppmd import Ppmd, check_model
from alpheus.evidence.members import Access, Loss, Member, Source
from alpheus.evidence.reading import PullReader

if TYPE_CHECKING:
    from py7zr import SevenZipFile
    from py7zr.archiveinfo import Folder
    from py7zr.compressor import SevenZipDecompressor
    from py7zr.py7zr import ArchiveFile

_BLOCK = 1 << 20
_TRIAL = 1 << 16
_HEADER_LIMIT = 256 << 20
"""The packed directory of 2,000,000 files is far smaller; py7zr holds it in memory."""

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_SIGNATURE_HEADER = struct.Struct("<6sBBIQQI")


class SevenZipContainer:
    """A 7z archive; forward only."""

    volume = False
    single = False

    def __init__(self, source: Source, access: Access) -> None:
        if source.seekable is None:
            raise EvidenceFormatError(f"{source.name}: a 7z archive needs a source that can seek")
        self._source = source
        self._budget = access.budget
        self._given = bool(access.passwords)
        self._password: str | None = None
        self._check_header(source.seekable())
        self._choose_password(access.passwords)

    def members(self) -> Iterator[Member | Loss]:
        """Every file; a damaged block is a Loss for what follows in it."""
        with self._stream() as stream, self._archive(stream, self._password) as archive:
            for file in archive.files:
                if file.folder is None and not file.is_directory:
                    yield _empty(file)
            main = getattr(archive.header, "main_streams", None)
            if main is None:
                return
            for index, folder in enumerate(main.unpackinfo.folders):
                start, end = main.packinfo.packpositions[index : index + 2]
                stream.seek(archive.afterheader + start)
                yield from self._folder(folder, _Packed(stream), end - start)

    def folders(self) -> Iterator[str]:
        """Every folder that has an entry of its own."""
        with self._stream() as stream, self._archive(stream, self._password) as archive:
            for file in archive.files:
                if file.is_directory:
                    yield file.filename

    def _folder(self, folder: Folder, packed: _Packed, size: int) -> Iterator[Member | Loss]:
        """The members of one solid block, in turn."""
        files: list[ArchiveFile] = list(folder.files or ())
        done = 0
        try:
            block = _Block(_decoder(folder, size), packed)
            for file in files:
                self._budget.check_time()
                left = _Left(block, file)
                if file.is_symlink or file.is_junction:
                    yield Loss(file.filename, "symbolic link: not followed")
                else:
                    yield Member(
                        file.filename, left.open, file.uncompressed, _modified(file), forward=True
                    )
                done += 1
                left.drain(self._budget.check_time)
        except LimitError:
            raise
        except Exception as error:
            lost = len(files) - done
            reason = f"damaged or unsupported block ({_words(error)}): {lost} files after it lost"
            yield Loss("", reason, packed.position, max(lost, 1))

    def _stream(self) -> BinaryIO:
        assert self._source.seekable is not None
        return self._source.seekable()

    def _archive(self, stream: BinaryIO, password: str | None) -> SevenZipFile:
        from py7zr import SevenZipFile  # noqa: PLC0415 - heavy

        return SevenZipFile(stream, "r", password=password)

    def _choose_password(self, passwords: tuple[str, ...]) -> None:
        """Take the first password that opens the directory and decodes the first block."""
        for password in (None, *passwords):
            if self._works(password):
                self._password = password
                return
        raise EvidencePasswordError(
            f"{self._source.name}: encrypted"
            + (", and no password that was given fits" if self._given else "")
            + "; give the password with --password"
        )

    def _works(self, password: str | None) -> bool:
        from py7zr.exceptions import PasswordRequired  # noqa: PLC0415 - heavy

        try:
            with self._stream() as stream, self._archive(stream, password) as archive:
                if not archive.password_protected:
                    return True
                return password is not None and _decodes(archive, stream)
        except PasswordRequired:
            return False
        except Exception as error:  # a wrong password shows as any error of a decoder
            if password is not None:
                return False
            raise EvidenceFormatError(
                f"{self._source.name}: damaged 7z directory ({_words(error)}); collect it again"
            ) from error

    def _check_header(self, stream: BinaryIO) -> None:
        """Say that the archive is cut, and refuse a directory that would fill memory."""
        with stream:
            data = stream.read(_SIGNATURE_HEADER.size)
            length = stream.seek(0, 2)
        if len(data) < _SIGNATURE_HEADER.size:
            raise EvidenceFormatError(f"{self._source.name}: truncated 7z; collect it again")
        _, _, _, _, offset, size, _ = _SIGNATURE_HEADER.unpack(data)
        end = _SIGNATURE_HEADER.size + offset + size
        if end > length:
            raise EvidenceFormatError(
                f"{self._source.name}: truncated 7z: {end - length} bytes and its directory are "
                "missing at the end; collect it again"
            )
        if size > _HEADER_LIMIT:
            raise EvidenceFormatError(
                f"{self._source.name}: the 7z directory of {size} bytes is too large; unpack it "
                "and hand in the folder"
            )


def _decodes(archive: SevenZipFile, stream: BinaryIO) -> bool:
    """Whether the beginning of the first file that is packed comes out right."""
    for index, folder in enumerate(archive.header.main_streams.unpackinfo.folders):
        file = next((file for file in folder.files or () if file.uncompressed), None)
        if file is None:
            continue
        positions = archive.header.main_streams.packinfo.packpositions
        stream.seek(archive.afterheader + positions[index])
        size = positions[index + 1] - positions[index]
        block = _Block(_decoder(folder, size), _Packed(stream))
        with _Left(block, file).open() as content:
            content.read(_TRIAL)
        return True
    return True


def _decoder(folder: Folder, size: int) -> SevenZipDecompressor:
    """The chain of decoders of a block of `size` packed bytes, with PPMd made safe."""
    from py7zr.compressor import PpmdDecompressor  # noqa: PLC0415 - heavy

    decoder = folder.get_decompressor(size, reset=True)
    sizes = [size, *decoder.unpacksizes]
    chain = cast("list[object]", decoder.chain)
    for index, step in enumerate(decoder.chain):
        if isinstance(step, PpmdDecompressor):
            check_model(folder.coders[index]["properties"])
            chain[index] = Ppmd(step.decoder, sizes[index], sizes[index + 1])
    return decoder


def _empty(file: ArchiveFile) -> Member:
    return Member(file.filename, io.BytesIO, 0, _modified(file))


def _modified(file: ArchiveFile) -> datetime | None:
    ticks = file.lastwritetime
    try:
        return _FILETIME_EPOCH + timedelta(microseconds=int(ticks) // 10) if ticks else None
    except (OverflowError, ValueError):
        return None


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


class _Packed:
    """The packed stream; gives nothing while the decoder still has input, to bound its memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.hold = False
        self.position = stream.tell()

    def read(self, count: int) -> bytes:
        """Called by the decoder of py7zr."""
        if self.hold:
            return b""
        data = self._stream.read(count)
        self.position += len(data)
        return data

    def tell(self) -> int:
        """Position in the archive."""
        return self.position


class _Block:
    """The output of one solid block."""

    def __init__(self, decoder: SevenZipDecompressor, packed: _Packed) -> None:
        self._decoder = decoder
        self._packed = packed

    def read(self, count: int) -> bytes:
        """At most `count` bytes, at least one. Raises EOFError when the block ends too early."""
        while True:
            before = self._packed.position
            self._packed.hold = self._has_input()
            data = self._decoder.decompress(self._packed, min(count, _BLOCK))
            if data:
                return bytes(data)
            if not self._packed.hold and self._packed.position == before:
                message = "the block ends too early"
                raise EOFError(message)
            if self._packed.hold and self._has_input():
                message = "the decoder gives nothing more"
                raise EOFError(message)

    def _has_input(self) -> bool:
        """Whether the last decoder can go on without input; only those of lzma and bz2 tell."""
        last = self._decoder.chain[-1]
        last = getattr(last, "_decompressor", last)
        return getattr(last, "needs_input", True) is False


class _Left:
    """What is left of one member while it is read; the next one begins where it ends."""

    def __init__(self, block: _Block, file: ArchiveFile) -> None:
        self._block = block
        self._name: str = file.filename
        self._expected: int | None = file.crc32
        self._left: int = file.uncompressed
        self._crc = 0

    def open(self) -> BinaryIO:
        """The content; raises OSError at its end if the checksum is wrong."""
        return cast("BinaryIO", PullReader(self._name, self._pull))

    def drain(self, check_time: Callable[[], None]) -> None:
        """Pass over what was not read."""
        while self._left > 0:
            check_time()
            self._left -= len(self._block.read(self._left))

    def _pull(self, wanted: int) -> bytes:
        if self._left <= 0:
            if self._expected is not None and self._crc != self._expected:
                message = f"{self._name}: wrong checksum at its end (damaged, or wrong password)"
                raise OSError(message)
            return b""
        data = self._block.read(min(wanted, self._left))
        self._left -= len(data)
        self._crc = zlib.crc32(data, self._crc)
        return data
