"""The time of every line of a block at once, by columns of bytes; no object is made of a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from alpheus.parsers.base import Clock
from alpheus.scan.words import places_of, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Mask = NDArray[np.bool_]

NO_TIME = -(1 << 62)
"""Stands where a line does not begin with a valid time."""

MILLISECONDS_PER_HOUR = 3_600_000
MILLISECONDS_PER_DAY = 24 * MILLISECONDS_PER_HOUR
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_LENGTH = 19
_READ = 24
"""How many bytes of a line are looked at, in words: date, time and fraction."""

SEPARATOR = {Clock.ISO_T: b"T", Clock.ISO_BLANK: b" "}
_FEW_DATES = 8
_LAST_OF_DATE = 0xFFFFFF
_ZEROS = int.from_bytes(b"00:00:00", "little")
_LAST_OF_DAY = int.from_bytes(b"23:59:59", "big")
_ROOM_TO_CARRY = int.from_bytes(bytes([10, 6, 15, 10, 6, 15, 10, 6]), "little")
_CARRIED = 0xF0F0F0F0F0F0F0F0
"""A tens digit above 5, a ones digit above 9 or a wrong colon sets one of these bits."""


@dataclass(frozen=True, slots=True)
class DayOfRows:
    """Rows of one day: how many per hour since 1970, and the first and last time.

    Times are in milliseconds of UTC.
    """

    hours: dict[int, int]
    rows: int
    first: int
    last: int


def line_bounds(block: Bytes) -> tuple[Integers, Integers]:
    """Where each line begins and ends; LF or CR LF is not part of it."""
    import numpy as np  # noqa: PLC0415 - heavy

    newlines = places_of(block, 0x0A)
    if block.size and block[-1] != 0x0A:
        newlines = np.append(newlines, block.size)
    starts = np.zeros_like(newlines)
    starts[1:] = newlines[:-1] + 1
    returns = (newlines > starts) & (block[newlines - 1] == 0x0D)
    return starts, newlines - returns


def line_times(block: Bytes, starts: Integers, ends: Integers, clock: Clock) -> Integers:
    """Milliseconds since 1970 in UTC for each line, or `NO_TIME`.

    A time is valid if it stands at the start (under `Clock.ISO_T` possibly after one double
    quote), its separator is the clock's, and the calendar has it.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    times = np.full(starts.size, NO_TIME, dtype=np.int64)
    begins = starts
    if clock is Clock.ISO_T:
        begins = starts + ((ends > starts) & (block[np.minimum(starts, block.size - 1)] == 0x22))
    room = ends - begins
    long = room >= _LENGTH
    inside = begins + _READ <= block.size
    whole, last = np.flatnonzero(long & inside), np.flatnonzero(long & ~inside)
    separator = SEPARATOR[clock]
    times[whole] = _read(block, begins[whole], room[whole], separator)
    if last.size:
        cut = int(begins[last[0]])
        padded = np.concatenate([block[cut:], np.zeros(_READ, dtype=np.uint8)])
        times[last] = _read(padded, begins[last] - cut, room[last], separator)
    return times


class Days:
    """Lines by the day that they begin with; no time but the first and last of a run is made."""

    def __init__(self, block: Bytes, starts: Integers, ends: Integers, clock: Clock) -> None:
        import numpy as np  # noqa: PLC0415 - heavy

        self._block, self._starts, self._room = block, starts, ends - starts
        self._separator = SEPARATOR[clock]
        self._readable: Mask | None = None
        places = starts
        if int(self._room.min()) < _LENGTH or int(starts[-1]) + _READ > block.size:
            self._readable = (self._room >= _LENGTH) & (starts + _READ <= block.size)
            places = np.where(self._readable, starts, 0)
        words = words_of(block) if block.size >= _READ else np.zeros(_READ, dtype=np.uint64)
        self._first, self._second = words[places], words[places + 8] & np.uint64(_LAST_OF_DATE)

    def _is_readable(self, line: int) -> bool:
        return self._readable is None or bool(self._readable[line])

    def until(self, at: int) -> int:
        """The first line after `at` that does not begin with the same date.

        A line without room for a time stands alone.
        """
        same = self._first[at:] == self._first[at]
        same &= self._second[at:] == self._second[at]
        if self._readable is not None:
            same &= self._readable[at:]
        place = int(same.argmin())
        return at + (max(place, 1) if not same[place] else same.size)

    def rows(self, at: int, end: int) -> DayOfRows | None:
        """What `line_times` says of lines that begin with one date, if it says all are rows."""
        import numpy as np  # noqa: PLC0415 - heavy

        if not self._is_readable(at):
            return None
        day = _day(int(self._first[at]), int(self._second[at]), self._separator)
        starts, room = self._starts[at:end], self._room[at:end]
        clocks = words_of(self._block)[starts + 11]
        # Read from the left, times of day are in the order of their text.
        order = clocks.byteswap()
        least, most = order.min(), order.max()
        if day == NO_TIME or most > _LAST_OF_DAY or bool(_wrong(clocks ^ np.uint64(_ZEROS)).any()):
            return None
        base = day * MILLISECONDS_PER_DAY
        first = base + _moment(least) + min(self._fractions(order == least, starts, room))
        last = base + _moment(most) + max(self._fractions(order == most, starts, room))
        hours = {day * 24 + hour: count for hour, count in _hours(clocks, least, most)}
        return DayOfRows(hours, end - at, first, last)

    def _fractions(self, chosen: Mask, starts: Integers, room: Integers) -> list[int]:
        """The milliseconds that the chosen lines have beside their seconds."""
        import numpy as np  # noqa: PLC0415 - heavy

        lines = np.flatnonzero(chosen)
        if lines.size > _FEW:
            found: list[int] = _fraction(
                words_of(self._block)[starts[lines] + 15], room[lines]
            ).tolist()
            return found
        return [self._fraction(int(starts[line]), int(room[line])) for line in lines.tolist()]

    def _fraction(self, start: int, room: int) -> int:
        text = self._block[start + _LENGTH : start + min(room, _LENGTH + 4)].tobytes()
        if text[:1] not in _MARKS:
            return 0
        digits = text[1:4]
        while digits and not digits.isdigit():
            digits = digits[:-1]
        return int(digits.ljust(3, b"0"))


_FEW = 24
_MARKS = (b".", b",")


def _moment(clock: int) -> int:
    """Milliseconds since midnight of a time of day, read from the left as one number."""
    hour, minute, second = int(clock).to_bytes(8, "big").split(b":")
    return (int(hour) * 3600 + int(minute) * 60 + int(second)) * 1000


def _hours(clocks: Words, least: int, most: int) -> list[tuple[int, int]]:
    """How many valid times of day are in which hour; `least` and `most` read from the left."""
    import numpy as np  # noqa: PLC0415 - heavy

    if int(least) >> 48 == int(most) >> 48:
        text = (int(least) >> 48).to_bytes(2, "big")
        return [(int(text), clocks.size)]
    tens, ones = clocks & np.uint64(0x0F), (clocks >> np.uint64(8)) & np.uint64(0x0F)
    counts = np.bincount((tens * np.uint64(10) + ones).astype(np.int64), minlength=24).tolist()
    return [(hour, count) for hour, count in enumerate(counts) if count]


def _wrong(digits: Words) -> Mask:
    """Which of these, after `_ZEROS` was taken away, are no digits and colons of a time of day."""
    import numpy as np  # noqa: PLC0415 - heavy

    # A byte that is far off may carry into its neighbour, but is itself caught by `digits`.
    wrong: Mask = ((digits | (digits + np.uint64(_ROOM_TO_CARRY))) & np.uint64(_CARRIED)) != 0
    return wrong


def _read(block: Bytes, begins: Integers, room: Integers, separator: bytes) -> Integers:
    """The times that begin at these places, with 24 bytes to read at each."""
    import numpy as np  # noqa: PLC0415 - heavy

    if not begins.size:
        return np.zeros(0, dtype=np.int64)
    words = words_of(block)
    days = _days(words[begins], words[begins + 8] & np.uint64(_LAST_OF_DATE), separator)
    seconds = _seconds(words[begins + 11])
    total = days * MILLISECONDS_PER_DAY + seconds * 1000 + _fraction(words[begins + 15], room)
    total[(days == NO_TIME) | (seconds < 0)] = NO_TIME
    return total


def _days(first: Words, second: Words, separator: bytes) -> Integers:
    """Days since 1970 of `2021-03-` and `03T`; a block has few dates, so each is read once."""
    import numpy as np  # noqa: PLC0415 - heavy

    days = np.empty(first.size, dtype=np.int64)
    left = np.arange(first.size)
    for _ in range(_FEW_DATES):
        same = (first == first[0]) & (second == second[0])
        days[left[same]] = _day(int(first[0]), int(second[0]), separator)
        if same.all():
            return days
        left, first, second = left[~same], first[~same], second[~same]
    dates = list(zip(first.tolist(), second.tolist(), strict=True))
    known = {pair: _day(*pair, separator) for pair in set(dates)}
    days[left] = [known[pair] for pair in dates]
    return days


def _day(first: int, second: int, separator: bytes) -> int:
    return day_of(first.to_bytes(8, "little") + second.to_bytes(3, "little"), separator)


def day_of(text: bytes, separator: bytes) -> int:
    """Days since 1970 of `2021-03-03T`, or `NO_TIME`."""
    digits = text[:4] + text[5:7] + text[8:10]
    if text[4:5] + text[7:8] + text[10:] != b"--" + separator or not digits.isdigit():
        return NO_TIME
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return NO_TIME
    return day.toordinal() - _EPOCH_DAY


def _seconds(text: Words) -> Integers:
    """Seconds since midnight of `06:59:20`; negative for what is no time of day."""
    import numpy as np  # noqa: PLC0415 - heavy

    digits = text ^ np.uint64(_ZEROS)
    wrong = _wrong(digits)
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    hour, minute, second = (
        ((pairs >> np.uint64(shift)) & np.uint64(0xFF)).astype(np.int64) for shift in (0, 24, 48)
    )
    total: Integers = hour * 3600 + minute * 60 + second
    total[wrong | (hour > 23)] = -1
    return total


def _fraction(text: Words, room: Integers) -> Integers:
    """Milliseconds of `9:20.123`, after a dot or comma; digits end at the first byte that is none.

    `room` is the length of the line from the start of the time.
    """
    import numpy as np  # noqa: PLC0415 - heavy

    mark = (text >> np.uint64(32)) & np.uint64(0xFF)
    going = (mark == 0x2E) | (mark == 0x2C)
    total = np.zeros(text.size, dtype=np.int64)
    if not going.any():
        return total
    for place, weight in ((20, 100), (21, 10), (22, 1)):
        digit = ((text >> np.uint64(8 * (place - 15))) & np.uint64(0xFF)).astype(np.int64) - 0x30
        going = going & (room > place) & (digit >= 0) & (digit <= 9)
        total += np.where(going, digit * weight, 0)
    return total
