"""One file of a list, from its bytes to observations, with the count of what was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from alpheus.errors import EvidenceFormatError
from alpheus.exposure.imports import (
    censys,
    httpx,
    intelmq,
    masscan,
    misp,
    nmap,
    nuclei,
    plain_csv,
    shadowserver,
    shodan,
    stix,
    zgrab,
)
from alpheus.exposure.imports.detect import kind_of
from alpheus.exposure.imports.judge import Judge
from alpheus.exposure.imports.model import KINDS, ImportOptions, Listing, Loss
from alpheus.exposure.imports.opening import Source
from alpheus.exposure.imports.remarks import PRIVATE, Remarks
from alpheus.exposure.imports.whereabouts import is_private, nowhere
from alpheus.exposure.model import Observation

Reader = Callable[[Source], Iterator[Listing | Loss]]

READERS: dict[str, Reader] = {
    "shadowserver": shadowserver.read,
    "shodan": shodan.read,
    "censys": censys.read,
    "nmap": nmap.read,
    "zgrab2": zgrab.read,
    "httpx": httpx.read,
    "nuclei": nuclei.read,
    "masscan": masscan.read,
    "csv": plain_csv.read,
    "misp": misp.read,
    "stix": stix.read,
    "intelmq": intelmq.read,
}
"""The readers, by kind."""

LISTED_LOSSES = 1_000
"""Losses of a file that are kept one by one; the others are counted."""

_REASONS = 200


class UnknownKindError(EvidenceFormatError):
    """The content is none of the kinds that can be read."""


_OTHERS = (
    (b"PK\x03\x04", "a spreadsheet or an archive; save its table as CSV, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document; save its table as CSV"),
    (b"%PDF", "a PDF; save its table as CSV"),
)
"""Files that people have their lists in, by their first bytes."""


def _what_else(head: bytes) -> str:
    """Why nothing is read, and what to do."""
    if not head.strip():
        return "is empty"
    for magic, said in _OTHERS:
        if head.startswith(magic):
            return f"is {said}"
    return (
        f"none of the kinds that can be read ({', '.join(KINDS)}); name it with --kind if it is one"
    )


@dataclass(slots=True)
class Tally:
    """What became of a file's records: `losses` are the first, `reasons` count all."""

    imported: int = 0
    lost: int = 0
    losses: list[Loss] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)

    def lose(self, loss: Loss) -> None:
        """Count a loss, and list it if there is room."""
        self.lost += 1
        if len(self.losses) < LISTED_LOSSES:
            self.losses.append(loss)
        known = loss.reason in self.reasons or len(self.reasons) < _REASONS
        self.reasons[loss.reason if known else "other reasons"] += 1


class ImportedFile:
    """A file to import. Raises EvidenceError where it cannot be read, UnknownKindError."""

    def __init__(self, path: Path, options: ImportOptions | None = None) -> None:
        self.options = options or ImportOptions()
        self._source = Source(path, self.options)
        self.name = self._source.name
        self.sha256 = self._source.sha256
        self.tally = Tally()
        self.kind = self.options.kind or kind_of(self._source)
        if not self.kind:
            raise UnknownKindError(f"{path}: {_what_else(self._source.head)}")

    @property
    def notes(self) -> list[str]:
        """How it is understood, in sentences, from when its first record is read."""
        return self._source.notes

    def observations(self, lost: Callable[[Loss], None] | None = None) -> Iterator[Observation]:
        """The observations in the order of the file; `tally` grows with them.

        `lost` is called with every loss as it is met.
        """
        judge = Judge(self.kind, self.name, self.sha256, self.options)
        remarks = Remarks()
        for item in READERS[self.kind](self._source):
            if isinstance(item, Loss):
                self._lose(item, lost)
            else:
                yield from self._taken(item, judge, remarks, lost)
        self._source.notes += remarks.told()

    def _taken(
        self, item: Listing, judge: Judge, remarks: Remarks, lost: Callable[[Loss], None] | None
    ) -> Iterator[Observation]:
        """The observation of a listing; none where it leads nowhere."""
        why = nowhere(item)
        if why:
            self._lose(Loss(item.row, why), lost)
            return
        if is_private(item.address):
            remarks.add(item.row, (PRIVATE, item.address))
        for remark in item.remarks:
            remarks.add(item.row, remark)
        self.tally.imported += 1
        yield judge.observation(item)

    def _lose(self, loss: Loss, lost: Callable[[Loss], None] | None) -> None:
        self.tally.lose(loss)
        if lost is not None:
            lost(loss)
