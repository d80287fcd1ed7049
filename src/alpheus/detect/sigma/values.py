"""Tests of one value, and the literal text that each of them needs.

`literals` gives alternatives of parts: a candidate that passes contains all parts of at least one
alternative. None means that nothing can be said. Strings are compared in lower case (`fold`),
unless `cased`.
"""

from __future__ import annotations

import ipaddress
import operator
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import ClassVar, Protocol, Self

from alpheus.detect.sigma.fields import Candidates

Literals = tuple[tuple[str, ...], ...]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Value(Protocol):
    """The right side of a test. `cost` compares how long it takes; cheap tests are made first."""

    cost: ClassVar[int]

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""

    def literals(self) -> Literals | None:
        """Alternatives of text that a passing candidate contains."""


@dataclass(frozen=True, slots=True)
class Text(ABC):
    """What the tests of plain text share: any of `texts` (lower case unless `cased`)."""

    cost: ClassVar[int] = 1

    texts: tuple[str, ...]
    cased: bool = False

    def also(self, other: Self) -> Self:
        """The same test with the texts of another one."""
        return replace(self, texts=(*self.texts, *other.texts))

    @abstractmethod
    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""

    def literals(self) -> Literals | None:
        """Each text is one alternative."""
        return tuple((text,) for text in self.texts)


@dataclass(frozen=True, slots=True)
class Equals(Text):
    """The candidate is one of the texts."""

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        for value in candidates.values if self.cased else candidates.folded:
            if value in self.texts:
                return True
        return False


@dataclass(frozen=True, slots=True)
class StartsWith(Text):
    """The candidate starts with one of the texts."""

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        for value in candidates.values if self.cased else candidates.folded:
            if value.startswith(self.texts):
                return True
        return False


@dataclass(frozen=True, slots=True)
class EndsWith(Text):
    """The candidate ends with one of the texts."""

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        for value in candidates.values if self.cased else candidates.folded:
            if value.endswith(self.texts):
                return True
        return False


MANY = 64
"""More texts than this are searched for together; a few are faster one after the other."""

_ENGINE_MEMORY = 32 << 20


class _Searching(Protocol):
    def search(self, text: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Contains(Text):
    """The candidate contains one of the texts."""

    _engine: _Searching | None = field(init=False, repr=False, compare=False, default=None)

    def __reduce__(self) -> tuple[type[Contains], tuple[tuple[str, ...], bool]]:
        return Contains, (self.texts, self.cased)

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        texts = self.texts
        if len(texts) > MANY:
            return self._passes_many(candidates)
        for value in candidates.values if self.cased else candidates.folded:
            for text in texts:
                if text in value:
                    return True
        return False

    def _passes_many(self, candidates: Candidates) -> bool:
        engine = self._engine
        if engine is None:
            engine = _engine_of(self.texts)
            object.__setattr__(self, "_engine", engine)
        for value in candidates.values if self.cased else candidates.folded:
            if value.isascii():
                if engine.search(value) is not None:
                    return True
            elif any(text in value for text in self.texts):
                return True
        return False


def _engine_of(texts: tuple[str, ...]) -> _Searching:
    """One search for any of many texts. It is given ASCII only; other texts cannot be in that."""
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - native library, only with rules

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _ENGINE_MEMORY
    plain = [re2.escape(text) for text in texts if text.isascii()]
    engine: _Searching = re2.compile("|".join(plain) or r"[^\x00-\x{10FFFF}]", options)
    return engine


Segment = tuple[str | None, ...]
"""Text, and None for one character of any kind."""


@dataclass(frozen=True, slots=True)
class Glob:
    """Texts with `*` (any text) and `?` (one character) inside; any of `patterns`.

    A pattern is the segments between the `*`. They are found one after the other from the left,
    which is exact and takes no backtracking.
    """

    cost: ClassVar[int] = 4

    patterns: tuple[tuple[Segment, ...], ...]
    cased: bool = False
    _keys: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keys = (max(parts, key=len, default="") for parts in self.literals() or ())
        object.__setattr__(self, "_keys", tuple(keys))

    def also(self, other: Glob) -> Glob:
        """The same test with the patterns of another one."""
        return Glob((*self.patterns, *other.patterns), self.cased)

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        for value in candidates.values if self.cased else candidates.folded:
            for key, pattern in zip(self._keys, self.patterns, strict=True):
                if key in value and _covers(pattern, value):
                    return True
        return False

    def literals(self) -> Literals | None:
        """All parts between the wildcards are needed."""
        return tuple(
            tuple(part for segment in pattern for part in segment if part)
            for pattern in self.patterns
        )


def _covers(pattern: tuple[Segment, ...], value: str) -> bool:
    first, *rest = pattern
    if not _segment_at(first, value, 0):
        return False
    position = _width(first)
    if not rest:
        return position == len(value)
    *middle, last = rest
    for segment in middle:
        position = _find(segment, value, position)
        if position < 0:
            return False
    start = len(value) - _width(last)
    return start >= position and _segment_at(last, value, start)


def _width(segment: Segment) -> int:
    return sum(1 if part is None else len(part) for part in segment)


def _segment_at(segment: Segment, value: str, position: int) -> bool:
    for part in segment:
        if part is None:
            position += 1
        elif value.startswith(part, position):
            position += len(part)
        else:
            return False
    return position <= len(value)


def _find(segment: Segment, value: str, position: int) -> int:
    """The end of the first place of `segment` from `position` on; -1 if there is none."""
    lead = 0
    while lead < len(segment) and segment[lead] is None:
        lead += 1
    anchor = segment[lead] if lead < len(segment) else None
    while position + _width(segment) <= len(value):
        if anchor is not None:
            place = value.find(anchor, position + lead)
            if place < 0:
                return -1
            position = place - lead
        if _segment_at(segment, value, position):
            return position + _width(segment)
        position += 1
    return -1


@dataclass(frozen=True, slots=True)
class Present:
    """The field exists (or, if not `wanted`, does not)."""

    cost: ClassVar[int] = 1

    wanted: bool = True

    def passes(self, candidates: Candidates) -> bool:
        """Whether the field is there as wanted."""
        return bool(candidates.values) is self.wanted

    def literals(self) -> Literals | None:
        """Nothing can be said."""
        return None


@dataclass(frozen=True, slots=True)
class Number:
    """The candidate is this number, however it is written."""

    cost: ClassVar[int] = 2

    number: int | float

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        text = str(self.number)
        return any(v == text or number_of(v) == self.number for v in candidates.values)

    def literals(self) -> Literals | None:
        """Nothing: `200` may be written `0xc8`."""
        return None


_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
    "eq": operator.eq,
    "neq": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Compare:
    """The candidate is a number that compares with `number` as `operation` says.

    With a `part` (minute, hour, day, week, month, year), the candidate is an ISO 8601 time, and
    that part of it in UTC is compared.
    """

    cost: ClassVar[int] = 3

    operation: str
    number: float
    part: str | None = None

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        compare = _OPERATORS[self.operation]
        read = number_of if self.part is None else self._time_part
        numbers = map(read, candidates.values)
        return any(number is not None and compare(number, self.number) for number in numbers)

    def literals(self) -> Literals | None:
        """Nothing can be said."""
        return None

    def _time_part(self, text: str) -> float | None:
        try:
            time = datetime.fromisoformat(text)
            time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        if self.part == "week":
            return time.isocalendar().week
        return float(getattr(time, str(self.part)))


def number_of(text: str) -> float | None:
    """The number that a text writes in decimal or as `0x…`; None if it writes none."""
    if len(text) > 40:
        return None
    try:
        return int(text, 16) if text[:2] in {"0x", "0X"} else float(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class InNetwork:
    """The candidate is an address, or a list of addresses, of which one is in the network."""

    cost: ClassVar[int] = 5

    network: Network

    def passes(self, candidates: Candidates) -> bool:
        """Whether any candidate passes."""
        return any(
            address in self.network
            for value in candidates.values
            for address in _addresses(value[:1024])
        )

    def literals(self) -> Literals | None:
        """Nothing can be said."""
        return None


@lru_cache(maxsize=4096)
def _addresses(text: str) -> tuple[ipaddress.IPv4Address | ipaddress.IPv6Address, ...]:
    """Addresses in `1.2.3.4`, `1.2.3.4:443`, `[::1]:443`, `fe80::1%3`, or a list of such."""
    found = []
    for item in text.replace(",", " ").split():
        bare = item.partition("]")[0].lstrip("[").partition("%")[0]
        if bare.count(":") == 1:
            bare = bare.partition(":")[0]
        try:
            address = ipaddress.ip_address(bare)
        except ValueError:
            continue
        mapped = getattr(address, "ipv4_mapped", None)
        found.append(mapped or address)
    return tuple(found)
