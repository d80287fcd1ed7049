"""JSON objects of a file, one at a time: lines, one after the other, in an array of any size.

A damaged object costs itself: brackets that do not match and strings without an end are stepped
over. Nothing is held but the object that is being read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import LINE_LIMIT, Source, lines

_TOKEN = re.compile(rb'["{}\[\]]')
_STRING = re.compile(rb'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+(?P<end>["\n])', re.DOTALL)
_REST = re.compile(rb'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+', re.DOTALL)
_CLOSES = {ord("{"): ord("}"), ord("["): ord("]")}
_PEEK_LINES = 5
_DEEPEST = 5_000
_DEEPEST_LISTS = 8
_LARGE = 1 << 20
MOST_VALUES = 2_000_000
"""Values of an object; each takes memory many times its length."""

Record = dict[str, Any]


def decode(raw: bytes) -> Record | None:
    """One object; None where it is none. Bytes that are no UTF-8 become replacement characters."""
    for text in (raw, None):
        try:
            value = msgspec.json.decode(text or raw.decode("utf-8", "replace"))
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        except RecursionError:
            return None
        return value if isinstance(value, dict) else None
    return None


def records(
    source: Source,
    *,
    within: frozenset[bytes] = frozenset(),
    markers: frozenset[bytes] = frozenset(),
    limit: int = LINE_LIMIT,
) -> Iterator[tuple[int, Record] | Loss]:
    """Every object with its number from 1, or why it is lost.

    `within` names lists whose elements are wanted instead of the object that holds them. `markers`
    are what a format writes that looks like an object and is none, without blanks.
    """
    raws = lines(source) if not within and _is_lines(source.head) else None
    row = 0
    for raw in raws or split(source.blocks(), within, limit):
        if raw is not None and (not raw.strip() or _is_marker(raw, markers)):
            continue
        row += 1
        if raw is None:
            yield Loss(row, f"longer than {limit >> 20} MB, nested too deep, or cut off")
        elif len(raw) > _LARGE and sum(map(raw.count, b",[{")) > MOST_VALUES:
            yield Loss(row, f"more than {MOST_VALUES:,} values")
        elif (value := decode(raw)) is not None:
            yield row, value
        else:
            yield Loss(row, "no JSON object")
    yield from source.losses
    source.losses.clear()


def _is_lines(head: bytes) -> bool:
    """Whether the first line is an object by itself, or is broken and the next are.

    Where it may go on, two of the next must be: the last of a list is an object by itself, too.
    """
    first = head.lstrip().split(b"\n", _PEEK_LINES)[:_PEEK_LINES]
    if first[0].startswith(b"["):
        return False
    goes_on = not first[0].startswith(b"{") or first[0].count(b"{") > first[0].count(b"}")
    whole = sum(decode(line) is not None for line in first[1:])
    return decode(first[0]) is not None or whole > goes_on


def _is_marker(raw: bytes, markers: frozenset[bytes]) -> bool:
    return bool(markers) and len(raw) < 100 and raw.strip(b", \r\t").replace(b" ", b"") in markers


def split(
    blocks: Iterator[bytes], within: frozenset[bytes] = frozenset(), limit: int = LINE_LIMIT
) -> Iterator[bytes | None]:
    """The bytes of every object; None for one that is too long, or that has no end."""
    splitter = _Splitter(within, limit)
    for block in blocks:
        yield from splitter.feed(block)
    if splitter.is_open:
        yield None


class _Splitter:
    """Finds where objects begin and end. Arrays at the outside are stepped into."""

    def __init__(self, within: frozenset[bytes], limit: int) -> None:
        self._within = within
        self._limit = limit
        self._data = b""
        self._place = 0
        self._start = -1
        self._lost = False
        self._closers = bytearray()
        self._bases = [0]
        self._key = b""
        self._broken = False
        self._inside = False

    @property
    def is_open(self) -> bool:
        """Whether an object has begun and not ended."""
        return self._start >= 0

    def feed(self, block: bytes) -> Iterator[bytes | None]:
        """Go on with the next bytes; gives the objects that end in them."""
        self._data += block
        if self._inside and not self._left():
            self._forget()
            return
        while match := _TOKEN.search(self._data, self._place):
            if match[0] == b'"':
                if not self._string(match.start()):
                    break
                yield from self._abandoned()
                continue
            self._place = match.end()
            yield from self._bracket(match[0][0])
        else:
            self._place = len(self._data)
        self._forget()

    def _string(self, start: int) -> bool:
        """Step over a string; False if its end is still to come. A line's end ends it, too."""
        match = _STRING.match(self._data, start)
        if match is None:
            self._place = start
            if len(self._data) - start > self._limit:
                self._inside = self._lost = True
                self._place = start + 1
            return False
        self._place = match.end()
        self._broken = match["end"] == b"\n"
        if len(self._closers) == self._bases[-1] + 1:
            self._key = match[0][1:-1]
        return True

    def _left(self) -> bool:
        """Go on in a string that is too long to be kept; whether it has ended."""
        match = _REST.match(self._data, self._place)
        self._place = match.end() if match else self._place
        self._inside = self._data[self._place : self._place + 1] not in {b'"', b"\n"}
        self._place += not self._inside
        return not self._inside

    def _abandoned(self) -> Iterator[bytes | None]:
        """Give up an object with a string that its line ended: the next may begin on the next."""
        if self._broken and self._start >= 0:
            del self._closers[self._bases[-1] :]
            self._start, self._lost = -1, False
            yield None
        self._broken = False

    def _bracket(self, byte: int) -> Iterator[bytes | None]:
        if byte in _CLOSES:
            self._open(byte)
            if len(self._closers) > _DEEPEST:
                del self._closers[self._bases[-1] :]
                self._start, self._lost = -1, False
                yield None
        elif byte in self._closers:
            while self._closers.pop() != byte:
                pass
            yield from self._close()

    def _open(self, byte: int) -> None:
        depth, base = len(self._closers), self._bases[-1]
        self._closers.append(_CLOSES[byte])
        wanted = depth == base + 1 and self._key in self._within
        list_ = byte == ord("[") and len(self._bases) <= _DEEPEST_LISTS
        if list_ and (depth == base or wanted):
            self._bases.append(depth + 1)
            self._start, self._lost = -1, False
        elif depth == base:
            self._start, self._lost = self._place - 1, False
        self._key = b""

    def _close(self) -> Iterator[bytes | None]:
        depth = len(self._closers)
        if self._start >= 0 and depth <= self._bases[-1]:
            yield None if self._lost else self._data[self._start : self._place]
            self._start, self._lost = -1, False
        while depth < self._bases[-1]:
            self._bases.pop()

    def _forget(self) -> None:
        """Drop what is not needed any more; an object beyond the limit is lost."""
        if self._start >= 0 and not self._lost and self._place - self._start > self._limit:
            self._lost = True
        keep = self._place if self._start < 0 or self._lost else self._start
        if keep:
            self._data = self._data[keep:]
            self._place -= keep
            self._start = 0 if self._start >= 0 else -1
