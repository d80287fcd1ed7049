"""An indicator as somebody shared it, and a file of such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path

from alpheus.model import Confidence

PACK = "shared"
"""Id of the pack that indicators of others form."""


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
        name = text.strip().upper().removeprefix("TLP:").replace("-", "_").replace("+", "_")
        name = {"WHITE": "CLEAR"}.get(name.strip(), name.strip())
        return cls.__members__.get(name)

    @property
    def rank(self) -> int:
        """Higher is for fewer people."""
        return list(Tlp).index(self)


@dataclass(frozen=True, slots=True)
class Shared:
    """One value. `type` is one of `knowledge.indicators.TYPES`; times are in UTC.

    After `until` it means nothing any more: addresses and names change hands.
    """

    type: str
    value: str
    meaning: str = ""
    source: str = ""
    confidence: Confidence = Confidence.MEDIUM
    tlp: Tlp | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SharedPaths:
    """Files and folders of indicators, and lists of what many use, that an operator names."""

    indicators: tuple[Path, ...] = ()
    warning_lists: tuple[Path, ...] = ()


NONE_SHARED = SharedPaths()


@dataclass
class SharedFile:
    """What a file holds, and how many of its entries were not used, by reason."""

    indicators: list[Shared] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def add(self, found: Iterator[Shared | str]) -> None:
        """Take in entries, or the reasons why they are none."""
        for one in found:
            if isinstance(one, str):
                self.left_out[one] += 1
            else:
                self.indicators.append(one)
