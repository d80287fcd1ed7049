"""Where evidence lies: a path, or an address in a store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from alpheus.store.address import Address, is_address, parse_address

Place = Path | Address
"""What can be handed in."""

_Kind = TypeVar("_Kind", Path, Place)


def place_of(text: str) -> Place:
    """A path or an address, whichever a text is. Raises UsageError for a wrong address."""
    return parse_address(text) if is_address(text) else Path(text)


def is_folder(place: Place) -> bool:
    """Whether it is a folder on a disk, into which somebody might write."""
    return isinstance(place, Path) and place.is_dir()


def whole(place: Place) -> str:
    """It as it is noted: the absolute path, or the address without any secret."""
    return str(place.absolute()) if isinstance(place, Path) else str(place)


def each_once(places: Sequence[_Kind]) -> list[_Kind]:
    """What is read of what was named, in this order: the first is package E1."""
    found = {one.resolve() if isinstance(one, Path) else one: one for one in reversed(places)}
    return list(found.values())[::-1]
