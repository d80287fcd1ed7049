"""An indicator as somebody shared it, and a file of such."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

import msgspec
from msgspec.structs import replace

from alpheus.knowledge.shared.values import each_address
from alpheus.model import Confidence

PACK = "shared"
"""Id of the pack that indicators of others form."""

UNKNOWN_MARK = "under a marking that is not known: taken as TLP:RED"
OF_RANGE = "a range: taken as the addresses it holds"
MOST_OF_RANGES = 1 << 20
"""Addresses that the ranges of one file may come to."""

TOO_MANY = "a range: those of this file hold more than a million addresses"
_PLACES = 5
_PREFIX = re.compile(r"^TLP[\s:=_-]*")
_BETWEEN = re.compile(r"[\s+_-]+")


class Tlp(Enum):
    """To whom something may be told, by the Traffic Light Protocol 2.0 (first.org/tlp)."""

    CLEAR = "TLP:CLEAR"
    GREEN = "TLP:GREEN"
    AMBER = "TLP:AMBER"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    RED = "TLP:RED"

    @classmethod
    def of(cls, text: str) -> Tlp | None:
        """The one that is meant, also by its name in version 1 (WHITE); None for none."""
        name = _BETWEEN.sub("_", _PREFIX.sub("", text.strip().upper()).strip("\" '"))
        return cls.__members__.get({"WHITE": "CLEAR"}.get(name, name))

    @property
    def rank(self) -> int:
        """Higher is for fewer people."""
        return _RANKS[self]


_RANKS = {tlp: rank for rank, tlp in enumerate(Tlp)}


@dataclass(frozen=True, slots=True)
class Marking:
    """What all that was said of whom something may be told to comes to.

    `tlp` is None where nobody said anything; `remark` tells where a word was not understood.
    """

    tlp: Tlp | None = None
    remark: str = ""

    @classmethod
    def strictest(cls, told: Iterable[Tlp | None]) -> Marking:
        """The strictest of them; None stands for one that is not understood, and is RED."""
        found = list(told)
        if None in found:
            return cls(Tlp.RED, UNKNOWN_MARK)
        return cls(max((one for one in found if one), key=lambda one: one.rank, default=None))

    @classmethod
    def of_all(cls, marks: Iterable[Marking]) -> Marking:
        """The strictest of several."""
        return max(marks, key=lambda one: (one.tlp.rank if one.tlp else -1, one.remark),
                   default=UNMARKED)  # fmt: skip


UNMARKED = Marking()


class Shared(msgspec.Struct, frozen=True, gc=False):
    """One value. `type` is one of `values.KINDS`; times are in UTC.

    After `until` it means nothing any more: addresses and names change hands. `remark` is what is
    to be known of how it was understood.
    """

    type: str
    value: str
    meaning: str = ""
    source: str = ""
    confidence: Confidence = Confidence.MEDIUM
    tlp: Tlp | None = None
    until: datetime | None = None
    remark: str = ""


class NotUsed(msgspec.Struct, frozen=True, gc=False):
    """An entry that is none, why, and where it stands ('' where that is not known)."""

    reason: str
    place: str = ""


Entry = Shared | NotUsed


@dataclass(frozen=True, slots=True)
class SharedPaths:
    """Files and folders of indicators, and lists of what many use, that an operator names."""

    indicators: tuple[Path, ...] = ()
    warning_lists: tuple[Path, ...] = ()


NONE_SHARED = SharedPaths()


@dataclass
class SharedFile:
    """What a file holds, how many of its entries were not used, by reason, and the first places.

    `remarks` counts what is to be known of those that are used.
    """

    indicators: list[Shared] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    _of_ranges: int = 0
    _places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, found: Iterable[Entry]) -> None:
        """Take in entries, or the reasons why they are none."""
        for one in found:
            if isinstance(one, NotUsed):
                self.left_out[one.reason] += 1
                places = self._places.setdefault(one.reason, [])
                if one.place and len(places) < _PLACES:
                    places.append(one.place)
            elif one.type == "ip" and "/" in one.value:
                self._add_range(one)
            else:
                self._add(one)

    def _add(self, one: Shared) -> None:
        self.indicators.append(one)
        if one.remark:
            self.remarks[one.remark] += 1

    def _add_range(self, one: Shared) -> None:
        """Each address by itself: warning lists hold for it, and it is searched for as others."""
        meaning = f"{one.meaning or 'shared without a word'} (in {one.value})"
        addresses = list(each_address(one.value))
        if self._of_ranges + len(addresses) > MOST_OF_RANGES:
            self.left_out[TOO_MANY] += 1
            return
        self._of_ranges += len(addresses)
        for address in addresses:
            self._add(replace(one, value=address, meaning=meaning))
        self.remarks[OF_RANGE] += 1

    def losses(self) -> Iterator[tuple[str, int]]:
        """Each reason with the first places, and how many; most first."""
        for reason, count in self.left_out.most_common():
            places = self._places.get(reason, [])
            more = ", …" if places and count > len(places) else ""
            yield (f"{reason} ({', '.join(places)}{more})" if places else reason), count
