"""What is left in a store, because nothing here reads it: large files, by name or beginning.

From a disk every file is read to its end, for its hash. From a store that costs more than it tells,
but for programs.
The names stand in `left.csv`: a pattern of addresses, in lower case, and what such a file is.
"""

from __future__ import annotations

import csv
import fnmatch
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alpheus.model import Skipped

LEAST = 1 << 20
"""Smaller files are read, whatever they are."""

PROGRAM = 32 << 20
"""So are programs up to this size: many an intruder's tool is known by its hash alone."""

_TABLE = Path(__file__).with_name("left.csv")
_PROGRAMS = (b"MZ", b"\x7fELF")
_READ = (".log", ".evtx", ".json", ".jsonl", ".xml", ".config", ".txt", ".csv")


@cache
def _names() -> re.Pattern[str]:
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        patterns = [row["pattern"] for row in csv.DictReader(stream)]
    return re.compile("|".join(f"(?:{fnmatch.translate(one)})" for one in patterns))


def is_left(path: str, size: int | None) -> bool:
    """Whether a file in a store is not even begun, judged by its address and size."""
    return size is not None and size >= LEAST and _names().match(f"/{path.lower()}") is not None


def is_known_by_hash(head: bytes, size: int | None) -> bool:
    """Whether a file that begins so is read for its hash, although nothing else reads it."""
    return head.startswith(_PROGRAMS) and (size is None or size <= PROGRAM)


def is_read(path: str, size: int) -> bool | None:
    """Whether all of a file in a store will be read; None where that is not sure."""
    if size < LEAST:
        return True
    return False if is_left(path, size) else path.lower().endswith(_READ) or None


@dataclass(frozen=True, slots=True)
class LeftThere(Skipped):
    """A loss of so many files of a package, by their bytes; what parts left makes one."""

    size: int = 0

    def with_that(self, other: LeftThere) -> LeftThere:
        """Both together."""
        return _there(self.evidence, self.count + other.count, self.size + other.size)

    def plain(self) -> Skipped:
        """As it is told."""
        return Skipped(self.evidence, self.path, self.offset, self.reason, self.count)


def _there(evidence: str, files: int, size: int) -> LeftThere:
    reason = (
        f"left in the store ({size / 1e6:,.0f} MB): large files that nothing here reads, "
        "by their names or how they begin; --whole reads them, too"
    )
    return LeftThere(evidence, "", None, reason, files, size)


class Left:
    """Counts what was left of a package."""

    def __init__(self, evidence: str) -> None:
        self._evidence = evidence
        self.files = 0
        self.bytes = 0

    def add(self, size: int | None) -> None:
        """One more file; `size` is what it would give."""
        self.files += 1
        self.bytes += size or 0

    def loss(self) -> LeftThere:
        """In words, for the record of losses."""
        return _there(self._evidence, self.files, self.bytes)
