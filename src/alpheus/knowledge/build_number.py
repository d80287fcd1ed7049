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
_HEXADECIMAL = re.compile(r"(?:0x)?([0-9a-f]{8})", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"\b(MajorVersion|MinorVersion|MajorBuildNumber|MinorBuildNumber)\s?=\s?[\"'](\d{1,5})[\"']",
    re.ASCII,
)
_LABELLED = re.compile(
    r"(?:[a-z][a-z0-9-]{0,40}\s{0,40}[:=]\s{0,40})?(?:exchange/|v(?=\d))?([^:=/<>]{5,60})",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"<(\w{1,40})>([^<>]{0,80})</\1>")
_PATH = re.compile(
    r"[^<>\s]{0,80}/(?:owa|ecp)/(?:auth/)?(\d{1,2}\.\d{1,2}\.\d{1,5}(?:\.\d{1,5})?)(?:/\S{0,200})?",
    re.IGNORECASE | re.ASCII,
)
_LONGEST = 400
UNHEARD_OF = 10_000
"""Third parts of this size are none that a product has come near."""
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
    three parts. The offset is taken off in the display form alone, where the directory shows it,
    and only if a build of 0 to 9,999 is left; every other number stays as it was written.
    """
    wanted = str(text).strip()
    if len(wanted) > 80:
        return None
    if _INTEGER.fullmatch(wanted):
        return _unpack(int(wanted))
    match = _DOTTED.fullmatch(wanted)
    displayed = match is None
    if match is None:
        match = _DISPLAY.fullmatch(wanted)
    if match is None:
        return None
    parts = [int(part) for part in match.groups() if part is not None]
    if displayed and 0 <= parts[2] - _DIRECTORY_OFFSET < UNHEARD_OF:
        parts[2] -= _DIRECTORY_OFFSET
    return BuildNumber(tuple(parts))


def read_build(text: str) -> BuildNumber | None:
    """Read a build number from any text in which Exchange says its own; None if `text` is none.

    Accepts, beside what `parse_build` does: header lines (`X-OWA-Version: 15.1.2176.4`,
    `X-ServerApplication: Exchange/15.01.2176.009`), Autodiscover's ServerVersion, which is the
    packed integer in hexadecimal (`73C1808B`, `0x73C1808B`; three parts), also as its element,
    the attributes of ServerVersionInfo in an answer of EWS, and the paths of Outlook on the web
    (`/owa/auth/15.1.2176/themes`). Quotation marks around it are left out.
    """
    if len(text) > _LONGEST:
        return None
    attributes = dict(_ATTRIBUTE.findall(text))
    if attributes:
        return _from_attributes(attributes)
    wanted = text.strip().strip("\"'\u201c\u201d\u2018\u2019").strip()
    element = _ELEMENT.fullmatch(wanted)
    wanted = element[2] if element else wanted
    match = _PATH.fullmatch(wanted) or _LABELLED.fullmatch(wanted)
    if match is None:
        return None
    value = match[1].strip().strip("\"'").strip()
    packed = _HEXADECIMAL.fullmatch(value)
    return _unpack(int(packed[1], 16)) if packed else parse_build(value)


def _from_attributes(attributes: dict[str, str]) -> BuildNumber | None:
    names = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")
    if not attributes.keys() >= set(names[:3]):
        return None
    return parse_build(".".join(attributes[name] for name in names if name in attributes))


def _unpack(value: int) -> BuildNumber | None:
    """Decode `0111 MMMM MMmm mmmm 1bbb bbbb bbbb bbbb`: major, minor and build."""
    if value >> 28 != 7 or not value & 0x8000:
        return None
    return BuildNumber(((value >> 22) & 0x3F, (value >> 16) & 0x3F, value & 0x7FFF))
