"""Tables and plain lists: with a heading that names the columns, or one value in each line.

Each line is read by itself, so that one that is broken costs itself, and is told by its number. A
quoted cell may go over lines as long as none of these is a row that can be used.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from functools import lru_cache

from alpheus.knowledge.shared.model import UNMARKED, Entry, Marking, NotUsed, Shared, Tlp
from alpheus.knowledge.shared.times import UNREADABLE, moment
from alpheus.knowledge.shared.values import KINDS, NO_VALUE, NOTHING, host_of, kind_of, typed
from alpheus.model import Confidence

_COLUMNS = {
    "value": ("value", "indicator", "ioc", "ioc_value", "observable", "indicator_value", "ip",
              "ip_address", "address", "dst_ip", "src_ip", "domain", "host", "hostname", "url",
              "hash", "sha256", "sha256_hash", "sha1", "sha1_hash", "md5", "md5_hash"),
    "type": ("type", "ioc_type", "indicator_type", "observable_type", "kind"),
    "meaning": ("meaning", "description", "comment", "threat", "malware", "malware_printable",
                "signature", "tags", "note"),
    "source": ("source", "reporter", "provider", "feed"),
    "confidence": ("confidence", "confidence_level", "score"),
    "tlp": ("tlp", "trafficlightprotocolversion", "marking"),
    "until": ("until", "valid_until", "expires", "expiration", "expiration_date", "expirationtime"),
}  # fmt: skip
"""The names that feeds give to a column; the first of these that is there counts."""

_VALUES = frozenset(_COLUMNS["value"])
_OTHERS = frozenset(name for key, named in _COLUMNS.items() if key != "value" for name in named)
_HASHES = frozenset(name for name in _VALUES if name.startswith(("sha", "md5")))
_TYPES = {
    "ipv4": "ip", "ipv6": "ip", "ip-src": "ip", "ip-dst": "ip", "ip_address": "ip", "ip:port": "ip",
    "ipaddress": "ip", "ipv4-addr": "ip", "ipv6-addr": "ip", "hostname": "domain", "fqdn": "domain",
    "domainname": "domain", "domain-name": "domain", "url": "url", "uri": "url",
    "sha256_hash": "sha256", "filesha256": "sha256", "filehash-sha256": "sha256",
    "sha1_hash": "sha1", "filesha1": "sha1", "filehash-sha1": "sha1", "md5_hash": "md5",
    "filemd5": "md5", "filehash-md5": "md5",
}  # fmt: skip
_COMMENTS = ("#", ";", "//")
_NOBODY = frozenset({"0.0.0.0", "127.0.0.1", "::", "::1"})  # noqa: S104 - what files of hosts say
_UNSAID = frozenset({"", "-", "none", "null", "n/a", "na"})
_SNIFFED = 20
_LINES_OF_A_CELL = 50
_DIGITS = 3
_KEPT = 10_000
_OPEN = "a quoted cell that does not end"
_BROKEN = "a row whose quotes or cells cannot be read"


def read_table(content: bytes, source: str) -> Iterator[Entry]:
    """What a table or list shares, or the reasons why a line of it is not used.

    UTF-8, or else Latin-1: values are ASCII in any case.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = _Lines(text)
    heading = _heading(lines.ahead(_SNIFFED))
    if heading is None:
        for line in lines:
            if _holds(line):
                yield from _plain(line, source, lines.number)
        return
    place, delimiter = heading
    for _ in range(place):
        next(lines)
    yield from _Table(next(lines), delimiter, source).entries(lines)


class _Lines:
    """The lines of a text with their numbers, and a look ahead; never all of them at once."""

    def __init__(self, text: str) -> None:
        self._rest = _split(text)
        self._waiting: deque[str] = deque()
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.number += 1
        return self._waiting.popleft() if self._waiting else next(self._rest)

    def ahead(self, count: int) -> list[str]:
        """The next lines, which are still to come."""
        while len(self._waiting) < count:
            line = next(self._rest, None)
            if line is None:
                break
            self._waiting.append(line)
        return [self._waiting[at] for at in range(min(count, len(self._waiting)))]


def _split(text: str, size: int = 1 << 20) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find("\n", start + size) + 1 or len(text)
        piece = text[start:end].replace("\r\n", "\n").replace("\r", "\n")
        yield from piece.removesuffix("\n").split("\n")
        start = end


def _holds(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith(_COMMENTS)


def _plain(line: str, source: str, number: int) -> Iterator[Entry]:
    """The first word; all words where all are values; the names in a line of a file of hosts."""
    said, _, comment = line.partition("#")
    words = said.replace(",", " ").replace(";", " ").split()
    if len(words) > 1 and words[0] in _NOBODY:
        del words[0]
    found = [kind_of(word.strip("\"'")) for word in words] or [NOTHING]
    if any(isinstance(one, str) for one in found):
        del found[1:]
    for one in found:
        if isinstance(one, str):
            yield NotUsed(one, _place(number))
        else:
            yield Shared(*one, comment.strip(), source)


def _place(number: int) -> str:
    return f"line {number}"


def _heading(lines: list[str]) -> tuple[int, str] | None:
    """Where the heading stands, also behind a `#`, and what parts its columns; None for a list."""
    for place, line in enumerate(lines):
        for delimiter in (",", ";", "\t", "|"):
            names = {one.strip(" \"'").lower() for one in line.lstrip("# ").split(delimiter)}
            if _VALUES & names and (_OTHERS & names or len(names) > 1):
                return place, delimiter
        if _holds(line):
            return (place, ",") if line.strip(" \"'").lower() in _VALUES else None
    return None


class _Table:
    """A table whose heading was found."""

    def __init__(self, heading: str, delimiter: str, source: str) -> None:
        self._delimiter = delimiter
        self._source = source
        names = [name.strip(" \"'").lower() for name in heading.lstrip("# ").split(delimiter)]
        places = {key: next((names.index(name) for name in known if name in names), -1)
                  for key, known in _COLUMNS.items()}  # fmt: skip
        self._value, self._type = places.pop("value"), places.pop("type")
        self._about = tuple(places.values())
        self._named = names[self._value]
        self._unread = [
            name for at, name in enumerate(names)
            if name in _VALUES and at != self._value and not {name, self._named} <= _HASHES
        ]  # fmt: skip
        self._known: dict[tuple[str, ...], tuple[object, ...] | str] = {}

    def entries(self, lines: _Lines) -> Iterator[Entry]:
        """What each row shares."""
        for name in self._unread:
            yield NotUsed(f"a column {name}: of each row that of {self._named} is read",
                          _place(lines.number))  # fmt: skip
        for line in lines:
            if not _holds(line):
                continue
            number = lines.number
            found = self._entry(line, lines)
            yield NotUsed(found, _place(number)) if isinstance(found, str) else found

    def _entry(self, line: str, lines: _Lines) -> Shared | str:
        if '"' not in line:
            return self._row(line.split(self._delimiter))
        if line.count('"') % 2:
            more = self._to_the_end(lines)
            if not more:
                return _OPEN
            line = "\n".join([line, *more])
            for _ in more:
                next(lines)
        cells = self._cells(line)
        return _BROKEN if cells is None else self._row(cells)

    def _to_the_end(self, lines: _Lines) -> list[str]:
        """The lines that follow up to the end of a quoted cell; none where it does not end."""
        more: list[str] = []
        for line in lines.ahead(_LINES_OF_A_CELL):
            more.append(line)
            if line.count('"') % 2:
                return more
            cells = self._cells(line)
            if cells is not None and isinstance(self._row(cells), Shared):
                return []
        return []

    def _cells(self, line: str) -> list[str] | None:
        reader = csv.reader(
            (f"{one}\n" for one in line.split("\n")), delimiter=self._delimiter,
            skipinitialspace=True, strict=True,
        )  # fmt: skip
        try:
            return next(reader, None)
        except csv.Error:
            return None

    def _row(self, cells: list[str]) -> Shared | str:
        count = len(cells)
        value = cells[self._value].strip() if self._value < count else ""
        if not value:
            return NOTHING
        written = cells[self._type].strip().lower() if -1 < self._type < count else ""
        kind = _TYPES.get(written or self._named, written or self._named)
        if kind == "url":
            found = host_of(value if "://" in value else f"http://{value}")
        elif kind in KINDS:
            found = typed(kind, value)
        else:
            found = NO_VALUE if written else kind_of(value)
        if isinstance(found, str):
            return found
        key = tuple([cells[at] if -1 < at < count else "" for at in self._about])
        about = self._known.get(key)
        if about is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            about = self._known[key] = self._read(*key)
        return about if isinstance(about, str) else Shared(*found, *about)  # type: ignore[arg-type] # as _read gives them

    def _read(
        self, meaning: str, source: str, confidence: str, tlp: str, until: str
    ) -> tuple[object, ...] | str:
        """What a row says of its value, as `Shared` has it."""
        try:
            end = moment(until)
        except ValueError:
            return UNREADABLE
        mark = _marking(tlp)
        return (meaning.strip(), source.strip() or self._source, _confidence(confidence),
                mark.tlp, end, mark.remark)  # fmt: skip


@lru_cache(maxsize=1_024)
def _marking(text: str) -> Marking:
    if text.strip().lower() in _UNSAID:
        return UNMARKED
    return Marking.strictest([Tlp.of(text)])


@lru_cache(maxsize=1_024)
def _confidence(text: str) -> Confidence:
    """A word, or a number of a hundred."""
    word = text.strip().lower()
    if word in {one.value for one in Confidence}:
        return Confidence(word)
    if word.isascii() and word.isdigit() and len(word) <= _DIGITS:
        return (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)[
            (int(word) >= 30) + (int(word) >= 70)
        ]
    return Confidence.MEDIUM
