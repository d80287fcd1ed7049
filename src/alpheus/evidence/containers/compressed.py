"""One compressed stream (gz, bz2, xz, zst): a compressed tar, or a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from alpheus.errors import EvidenceFormatError
from alpheus.evidence.containers.tar import TarContainer
from alpheus.evidence.decoding import decompressed
from alpheus.evidence.magic import compression_of, is_tar
from alpheus.evidence.members import Access, Container, Loss, Member, Source

_ENDINGS = {"gz": (".gz",), "bz2": (".bz2",), "xz": (".xz",), "zst": (".zst", ".zstd")}
_TAR_BLOCK = 512


class CompressedFile:
    """A file that was compressed by itself: a package of one, without a scope of its own."""

    volume = False
    single = True

    def __init__(self, name: str, opened: Callable[[], BinaryIO], *, forward: bool) -> None:
        self._name = name
        self._open = opened
        self._forward = forward

    def members(self) -> Iterator[Member | Loss]:
        """The file, under the name of the archive without its ending."""
        yield Member(self._name, self._open, forward=self._forward)


def open_compressed(source: Source, access: Access) -> Container:
    """A compressed tar or a compressed file.

    Raises EvidenceFormatError if nothing comes out of it.
    """
    with source.open() as raw:
        kind = compression_of(raw.read(16)) or "gz"

    def opened() -> BinaryIO:
        # What is skipped costs time as well, so the clock is looked at with every step.
        return decompressed(kind, source.name, source.open(), access.budget.check_time)

    try:
        with opened() as stream:
            head = stream.read(_TAR_BLOCK)
    except OSError as error:
        raise EvidenceFormatError(
            f"{source.name}: damaged from its first block on ({error}); collect it again"
        ) from error
    if is_tar(head):
        return TarContainer(Source(source.name, opened), access)
    return CompressedFile(_inner_name(source.name, kind), opened, forward=source.seekable is None)


def _inner_name(name: str, kind: str) -> str:
    for ending in _ENDINGS[kind]:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name
