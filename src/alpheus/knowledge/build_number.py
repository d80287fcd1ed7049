"""Build numbers as Exchange writes them in its many places, compared as integers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOTTED = re.compile(r"(\d{1,2})[.,]\s*(\d{1,2})[.,]\s*(\d{1,5})(?:[.,]\s*(\d{1,5}))?", re.ASCII)
_DISPLAY = re.compile(
    r"(?:version\s+)?(\d{1,2})[.,](\d{1,2})\s*\(build\s+(\d{1,5})(?:[.,](\d{1,5}))?[^)]{0,16}\)",
    re.IGNORECASE | re.ASCII,
)
_INTEGER = re.compile(r"[0-9]{9,10}")
_DIRECTORY_OFFSET = 30_000
"""Active Directory's `serialNumber` shows the build number raised by this."""


@dataclass(frozen=True, slots=True, order=True)
class BuildNumber:
    """Three or four integers; a three-part number sorts before every four-part one it begins."""

    parts: tuple[int, ...]

    @property
    def precision(self) -> int:
        """How many parts are known: 3 names the cumulative update, 4 also the security update."""
        return len(self.parts)

    @property
    def prefix(self) -> tuple[int, int, int]:
        """The first three parts."""
        return self.parts[0], self.parts[1], self.parts[2]

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))


def parse_build(text: str | int) -> BuildNumber | None:
    """Read a build number; None if `text` is none.

    Accepts dotted forms of three or four parts (`15.1.2176.9`, zero-padded `15.01.2176.009`, with
    commas `15,1,2176,9`), the display form `Version 15.1 (Build 2176.9)` also with the directory's
    offset (`Build 32176.9`), and the packed integer that Exchange calls ServerVersion, which holds
    three parts.
    """
    wanted = str(text).strip()
    if len(wanted) > 80:
        return None
    if _INTEGER.fullmatch(wanted):
        return _unpack(int(wanted))
    match = _DOTTED.fullmatch(wanted)
    if match is None:
        match = _DISPLAY.fullmatch(wanted)
    if match is None:
        return None
    parts = [int(part) for part in match.groups() if part is not None]
    if parts[2] >= _DIRECTORY_OFFSET:
        parts[2] -= _DIRECTORY_OFFSET
    return BuildNumber(tuple(parts))


def _unpack(value: int) -> BuildNumber | None:
    """Decode `0111 MMMM MMmm mmmm 1bbb bbbb bbbb bbbb`: major, minor and build."""
    if value >> 28 != 7 or not value & 0x8000:
        return None
    return BuildNumber(((value >> 22) & 0x3F, (value >> 16) & 0x3F, value & 0x7FFF))
