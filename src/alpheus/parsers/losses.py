"""Losses of one file: counted per reason, with the place of the first, and never raised."""

from __future__ import annotations

from collections.abc import Iterator
from lzma import LZMAError
from typing import TypeVar
from zlib import error as ZlibError  # noqa: N812 - the standard library names it in lower case

from alpheus.errors import AlpheusError
from alpheus.evidence.base import EvidenceFile
from alpheus.model import BuildWitness, Event, Skipped

Record = Event | Skipped | BuildWitness
"""What a parser of records yields."""

Item = TypeVar("Item")

_UNREADABLE = (OSError, EOFError, AlpheusError, LZMAError, ZlibError)
"""What reading a damaged or bounded package raises; a parser turns it into a loss."""


class Losses:
    """Counts losses per reason; reasons are fixed sentences, so that their number is bounded."""

    def __init__(self, file: EvidenceFile) -> None:
        self._file = file
        self._first: dict[str, int | None] = {}
        self._count: dict[str, int] = {}

    def add(self, reason: str, offset: int | None, count: int = 1) -> None:
        """Count a loss; `offset` is a byte offset, kept for the first of its reason."""
        self._first.setdefault(reason, offset)
        self._count[reason] = self._count.get(reason, 0) + count

    def skipped(self) -> Iterator[Skipped]:
        """One record per reason, in the order in which they first occurred."""
        for reason, offset in self._first.items():
            yield Skipped(self._file.evidence, self._file.path, offset, reason, self._count[reason])


def with_losses(
    file: EvidenceFile, losses: Losses, records: Iterator[Item]
) -> Iterator[Item | Skipped]:
    """Pass records on, then tell the losses; a file that cannot be read further is one of them."""
    try:
        yield from records
    except _UNREADABLE as error:
        losses.add(f"unreadable from here: {type(error).__name__}: {error}", file.bytes_read)
    yield from losses.skipped()
