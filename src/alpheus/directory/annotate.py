"""Adds owners to observations, line by line, and counts what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from alpheus.directory.evidence import LineError, read_line
from alpheus.directory.lookup import Directory
from alpheus.directory.owner_model import UNKNOWN, Ownership
from alpheus.directory.ownership import owner_of

FIELD = "ownership"
"""The field that is added to an observation."""

_MARK = b'"ownership":'
_ENCODER = msgspec.json.Encoder()
_MOST_COUNTED = 500


class OwnerCounts:
    """How many servers have an owner and a sector, and how sure that is."""

    def __init__(self) -> None:
        self.servers = 0
        self.unreadable = 0
        self.owned = 0
        self.conflicts = 0
        self.confidence: Counter[str] = Counter()
        self.sectors: Counter[str] = Counter()

    def add(self, found: Ownership) -> None:
        """One server."""
        self.servers += 1
        if found.owner != UNKNOWN:
            self.owned += 1
            self.confidence[found.confidence] += 1
        self.conflicts += bool(found.conflicts)
        if found.sector in self.sectors or len(self.sectors) < _MOST_COUNTED:
            self.sectors[found.sector or UNKNOWN] += 1

    def lines(self) -> Iterator[str]:
        """The counts in words."""
        yield f"servers            {self.servers:,}"
        yield f"owner known        {self.owned:,}"
        for word in ("high", "medium", "low"):
            yield f"  confidence {word:<7}{self.confidence[word]:,}"
        yield f"conflicting hints  {self.conflicts:,}"
        for sector, count in self.sectors.most_common():
            yield f"sector {sector:<22}{count:,}"


def annotate(
    lines: Iterable[bytes], directory: Directory, counts: OwnerCounts
) -> Iterator[tuple[int, bytes | None, Ownership | None, str]]:
    """For each line its number, the line with its owner, the owner, and '' or what is wrong.

    A blank line is passed over. A line that is no observation comes back with a reason alone.
    """
    for count, raw in enumerate(lines, 1):
        line = raw.strip()
        if not line:
            continue
        try:
            evidence = read_line(line)
        except LineError as error:
            counts.unreadable += 1
            yield count, None, None, str(error)
            continue
        found = owner_of(evidence, directory)
        counts.add(found)
        yield count, _with_owner(line, found), found, ""


def _with_owner(line: bytes, found: Ownership) -> bytes:
    """The line with its owner as the last field; an earlier owner is replaced."""
    owner = _ENCODER.encode(found)
    if _MARK in line:
        fields = msgspec.json.decode(line, type=dict[str, msgspec.Raw])
        fields.pop(FIELD, None)
        line = _ENCODER.encode(fields)
    return b"".join((line[: line.rindex(b"}")], b",", _MARK, owner, b"}\n"))
