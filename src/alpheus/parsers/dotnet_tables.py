"""The tables and heaps of a .NET assembly's metadata (ECMA-335), as far as they can be read.

Nothing here raises for bad content: a table that does not fit is cut, an index that points nowhere
gives an empty name, and what was lost is said in `flaws`. Row counts, lengths of names and the sum
of all names are bounded, whatever the file claims.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

MODULE, TYPE_REFERENCE, TYPE, METHOD_POINTER, METHOD = 0x00, 0x01, 0x02, 0x05, 0x06
INTERFACE, MEMBER_REFERENCE, ATTRIBUTE = 0x09, 0x0A, 0x0C
MODULE_REFERENCE, TYPE_SPECIFICATION, IMPORT, ASSEMBLY = 0x1A, 0x1B, 0x1C, 0x20
ASSEMBLY_REFERENCE, RESOURCE, NESTED = 0x23, 0x28, 0x29

_CODED = {
    "TypeDefOrRef": (2, (0x02, 0x01, 0x1B)),
    "HasConstant": (2, (0x04, 0x08, 0x17)),
    "HasCustomAttribute": (
        5,
        (6, 4, 1, 2, 8, 9, 10, 0, 14, 23, 20, 17, 26, 27, 32, 35, 38, 39, 40, 42, 44, 43),
    ),
    "HasFieldMarshal": (1, (0x04, 0x08)),
    "HasDeclSecurity": (2, (0x02, 0x06, 0x20)),
    "MemberRefParent": (3, (0x02, 0x01, 0x1A, 0x06, 0x1B)),
    "HasSemantics": (1, (0x14, 0x17)),
    "MethodDefOrRef": (1, (0x06, 0x0A)),
    "MemberForwarded": (1, (0x04, 0x06)),
    "Implementation": (2, (0x26, 0x23, 0x27)),
    "CustomAttributeType": (3, (0x06, 0x0A)),
    "ResolutionScope": (2, (0x00, 0x1A, 0x23, 0x01)),
    "TypeOrMethodDef": (1, (0x02, 0x06)),
}
"""Bits of the tag, and the tables that it chooses from."""

_COLUMNS: dict[int, str] = {
    0x00: "2 S G G G",
    0x01: "ResolutionScope S S",
    0x02: "4 S S TypeDefOrRef 04 06",
    0x03: "04",
    0x04: "2 S B",
    0x05: "06",
    0x06: "4 2 2 S B 08",
    0x07: "08",
    0x08: "2 2 S",
    0x09: "02 TypeDefOrRef",
    0x0A: "MemberRefParent S B",
    0x0B: "2 HasConstant B",
    0x0C: "HasCustomAttribute CustomAttributeType B",
    0x0D: "HasFieldMarshal B",
    0x0E: "2 HasDeclSecurity B",
    0x0F: "2 4 02",
    0x10: "4 04",
    0x11: "B",
    0x12: "02 14",
    0x13: "14",
    0x14: "2 S TypeDefOrRef",
    0x15: "02 17",
    0x16: "17",
    0x17: "2 S B",
    0x18: "2 06 HasSemantics",
    0x19: "02 MethodDefOrRef MethodDefOrRef",
    0x1A: "S",
    0x1B: "B",
    0x1C: "2 MemberForwarded S 1A",
    0x1D: "4 04",
    0x1E: "4 4",
    0x1F: "4",
    0x20: "4 2 2 2 2 4 B S S",
    0x21: "4",
    0x22: "4 4 4",
    0x23: "2 2 2 2 4 B S S B",
    0x24: "4 23",
    0x25: "4 4 4 23",
    0x26: "4 S B",
    0x27: "4 4 S S Implementation",
    0x28: "4 4 S Implementation",
    0x29: "02 02",
    0x2A: "2 2 TypeOrMethodDef S",
    0x2B: "MethodDefOrRef B",
    0x2C: "2A TypeDefOrRef",
}
"""Columns by table: bytes of a number, a heap by its letter, a coded index, or a table in hex."""

_DIRECTORIES = {0x10B: 96, 0x20B: 112}
_CLI_DIRECTORY = 14
_MOST_SECTIONS = 32
_MOST_STREAMS = 16
_MOST_ROWS = 400_000
_LONGEST_ROOT = 4096
_LONGEST_STREAM = 128 << 20
_LONGEST_NAME = 512
_MOST_NAMES = 32 << 20

Section = tuple[int, int, int]
"""Address, length in the file, place in the file."""


@dataclass(slots=True)
class Image:
    """A portable executable whose CLI header was found. `metadata` is a place in the file."""

    content: bytes
    stamp: int
    sections: list[Section]
    metadata: int
    size: int

    def place(self, address: int) -> int | None:
        """Where a relative virtual address lies in the file."""
        return _place(self.sections, address)


@dataclass(slots=True)
class Metadata:
    """Streams and tables. `flaws` says what could not be read, each kind once."""

    version: str = ""
    strings: bytes = b""
    user_strings: bytes = b""
    blobs: bytes = b""
    tables: dict[int, list[tuple[int, ...]]] = field(default_factory=dict)
    flaws: list[str] = field(default_factory=list)
    _names: dict[int, str] = field(default_factory=dict)
    _left: int = field(default_factory=lambda: _MOST_NAMES)

    def flaw(self, text: str) -> None:
        """Remember what was lost."""
        if text not in self.flaws:
            self.flaws.append(text)

    def rows(self, table: int) -> list[tuple[int, ...]]:
        """All rows of a table that were read."""
        return self.tables.get(table, [])

    def afford(self, text: str) -> str:
        """The text, as long as all texts together stay within bounds; then an empty one."""
        self._left -= len(text)
        if self._left >= 0:
            return text
        self.flaw("more names than can be kept")
        return ""

    def name(self, index: int) -> str:
        """A name of the #Strings heap."""
        known = self._names.get(index)
        if known is not None:
            return known
        if index >= len(self.strings):
            self.flaw("a name lies outside of its heap")
            return ""
        end = self.strings.find(b"\0", index, index + _LONGEST_NAME)
        raw = self.strings[index : index + _LONGEST_NAME if end < 0 else end]
        if end < 0:
            self.flaw("a name is too long")
        text = self.afford(raw.decode("utf-8", "replace"))
        self._names[index] = text
        return text

    def blob(self, index: int, most: int) -> bytes:
        """The first bytes of a value of the #Blob heap; `most` bounds what is copied."""
        length, start = compressed(self.blobs, index)
        return self.blobs[start : start + min(length, most)]


def compressed(data: bytes, at: int) -> tuple[int, int]:
    """A compressed number and the place after it; 0 where there is none."""
    if at >= len(data):
        return 0, at
    first = data[at]
    if first < 0x80:
        return first, at + 1
    if first < 0xC0:
        return int.from_bytes(data[at : at + 2], "big") & 0x3FFF, at + 2
    if first < 0xE0:
        return int.from_bytes(data[at : at + 4], "big") & 0x1FFFFFFF, at + 4
    return 0, at + 1


def coded(kind: str, value: int) -> tuple[int, int]:
    """Table and row (from 1) of a coded index; table -1 if its tag is unknown."""
    bits, tables = _CODED[kind]
    tag = value & ((1 << bits) - 1)
    return (tables[tag] if tag < len(tables) else -1), value >> bits


def find_image(content: bytes) -> Image | None:
    """Read the headers; None if this is no program with a CLI header."""
    if len(content) < 64 or content[:2] != b"MZ":
        return None
    at = _u4(content, 60)
    if content[at : at + 4] != b"PE\0\0" or at + 26 > len(content):
        return None
    _, count, stamp, _, _, size, _ = struct.unpack_from("<HHIIIHH", content, at + 4)
    first = _DIRECTORIES.get(_u2(content, at + 24))
    if first is None:
        return None
    sections = _sections(content, at + 24 + size, min(count, _MOST_SECTIONS))
    directory = at + 24 + first + 8 * _CLI_DIRECTORY
    header = _place(sections, _u4(content, directory))
    if header is None or header + 16 > len(content) or _u4(content, directory) == 0:
        return None
    metadata = _place(sections, _u4(content, header + 8))
    return Image(content, stamp, sections, metadata or 0, _u4(content, header + 12))


def read_metadata(image: Image) -> Metadata:
    """Read the streams and the tables of an image."""
    found = Metadata()
    root = image.content[image.metadata : image.metadata + min(image.size, _LONGEST_ROOT)]
    if image.metadata == 0 or root[:4] != b"BSJB":
        found.flaw("no metadata where the header says")
        return found
    length = min(_u4(root, 12), 256)
    found.version = root[16 : 16 + length].split(b"\0")[0].decode("utf-8", "replace")
    tables = b""
    seen: set[str] = set()
    for name, start, size in _streams(root, 16 + _u4(root, 12), found):
        if name in seen or (name in {"#~", "#-"} and tables):
            found.flaw("a stream of the metadata is there twice")
            continue
        seen.add(name)
        data = _stream(image, start, size, found)
        if name == "#Strings":
            found.strings = data
        elif name == "#US":
            found.user_strings = data
        elif name == "#Blob":
            found.blobs = data
        elif name in {"#~", "#-"}:
            tables = data
    _read_tables(tables, found)
    return found


def _streams(root: bytes, at: int, found: Metadata) -> list[tuple[str, int, int]]:
    """Name, place within the metadata, and length of each stream."""
    streams: list[tuple[str, int, int]] = []
    count = _u2(root, at + 2)
    if count > _MOST_STREAMS:
        found.flaw("more streams than metadata has")
    at += 4
    for _ in range(min(count, _MOST_STREAMS)):
        end = root.find(b"\0", at + 8, at + 40)
        if end < 0:
            found.flaw("the list of streams is torn")
            break
        streams.append((root[at + 8 : end].decode("latin-1"), _u4(root, at), _u4(root, at + 4)))
        at = (end + 4) & ~3
    return streams


def _stream(image: Image, start: int, size: int, found: Metadata) -> bytes:
    kept = max(0, min(size, image.size - start, _LONGEST_STREAM))
    data = image.content[image.metadata + start : image.metadata + start + kept]
    if len(data) < size:
        found.flaw("a stream ends before its length")
    return data


def _read_tables(data: bytes, found: Metadata) -> None:
    if len(data) < 24:
        found.flaw("no tables")
        return
    sizes, (valid,) = data[6], struct.unpack_from("<Q", data, 8)
    present = [number for number in range(64) if valid >> number & 1]
    at = 24 + 4 * len(present) + (4 if sizes & 0x40 else 0)
    counts = {number: _u4(data, 24 + 4 * place) for place, number in enumerate(present)}
    left = _MOST_ROWS
    for number in present:
        if number not in _COLUMNS:
            found.flaw("tables that are not of the standard")
            return
        row = _row(number, sizes, counts)
        fits = max(0, min(counts[number], (len(data) - at) // row.size))
        if fits < counts[number]:
            found.flaw("a table is cut short")
        if number in _WANTED:
            kept = min(fits, left)
            left -= kept
            if kept < fits:
                found.flaw("tables have more rows than are read")
            found.tables[number] = list(row.iter_unpack(data[at : at + kept * row.size]))
        at += counts[number] * row.size


_WANTED = frozenset({
    MODULE, TYPE_REFERENCE, TYPE, METHOD_POINTER, METHOD, INTERFACE, MEMBER_REFERENCE, ATTRIBUTE,
    MODULE_REFERENCE, TYPE_SPECIFICATION, IMPORT, ASSEMBLY, ASSEMBLY_REFERENCE, RESOURCE, NESTED,
})  # fmt: skip


def _row(number: int, sizes: int, counts: dict[int, int]) -> struct.Struct:
    return struct.Struct(
        "<" + "".join(_column(code, sizes, counts) for code in _COLUMNS[number].split())
    )


def _column(code: str, sizes: int, counts: dict[int, int]) -> str:
    if code in {"2", "4"}:
        return "H" if code == "2" else "I"
    if code in {"S", "G", "B"}:
        return "I" if sizes >> "SGB".index(code) & 1 else "H"
    if code in _CODED:
        bits, tables = _CODED[code]
        most = max(counts.get(table, 0) for table in tables)
        return "I" if most >= 1 << (16 - bits) else "H"
    return "I" if counts.get(int(code, 16), 0) >= 1 << 16 else "H"


def _sections(content: bytes, at: int, count: int) -> list[Section]:
    sections: list[Section] = []
    for _ in range(count):
        if at + 40 > len(content):
            break
        _, address, raw, place = struct.unpack_from("<IIII", content, at + 8)
        sections.append((address, raw, place))
        at += 40
    return sections


def _place(sections: list[Section], address: int) -> int | None:
    for start, length, place in sections:
        if start <= address < start + length:
            return address - start + place
    return None


def _u2(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _u4(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")
