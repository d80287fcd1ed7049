"""What the operator of the benchmark asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Setting:
    """How much is measured, and where there is room.

    `hosts` are those of the large run; `few` those of the other parts. `aiohttp` is an interpreter
    that has it, if any. `folder` keeps the list of a million rows; `scratch` goes in the end.
    """

    folder: Path
    scratch: Path
    hosts: int
    few: int
    rows: int
    kills: int
    rounds: int
    aiohttp: str
