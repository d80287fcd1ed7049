"""Files whose hash somebody published.

SHA-256 is taken of every file that is read. Packs and feeds also name MD5 and SHA-1: these are
taken where one of such a hash is loaded, of files that are no logs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from alpheus.evidence.base import EvidenceFile
from alpheus.knowledge.indicators import Indicators
from alpheus.knowledge.model import Indicator

LARGEST = 64 << 20
"""Of larger files only SHA-256 is looked up."""


class OtherHashes:
    """The hashes of a content beside SHA-256, of these kinds, as it is read from its beginning."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self._hashes = [hashlib.new(kind, usedforsecurity=False) for kind in sorted(kinds)]
        self._count = 0

    def update(self, piece: bytes) -> None:
        """Take in what comes next."""
        self._count += len(piece)
        if self._count > LARGEST:
            self._hashes.clear()
        for one in self._hashes:
            one.update(piece)

    def found(self) -> Iterator[str]:
        """What they came to; nothing of which nothing was read."""
        if self._count:
            yield from (one.hexdigest() for one in self._hashes)


def published(file: EvidenceFile, indicators: Indicators, others: OtherHashes) -> Indicator | None:
    """The indicator that a file is, by whichever hash."""
    hashes = (file.sha256 or "", *others.found())
    return next((found for one in hashes if (found := indicators.by_hash(one))), None)
