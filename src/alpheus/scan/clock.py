"""The time of every line of a block at once, by columns of bytes; no object is made of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alpheus.parsers.base import Clock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Integers = NDArray[np.int64]

NO_TIME = -(1 << 62)
"""Stands where a line does not begin with a valid time."""

MILLISECONDS_PER_HOUR = 3_600_000
_LENGTH = 19
_WITH_FRACTION = 23
_ZERO, _NINE = 48, 57
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_SEPARATOR = {Clock.ISO_T: ord("T"), Clock.ISO_BLANK: ord(" ")}


def line_bounds(block: Bytes) -> tuple[Integers, Integers]:
    """Where each line begins and ends; LF or CR LF is not part of it."""
    import numpy as np  # noqa: PLC0415 - heavy

    newlines = np.flatnonzero(block == 0x0A)
    if block.size and block[-1] != 0x0A:
        newlines = np.append(newlines, block.size)
    starts = np.empty_like(newlines)
    if newlines.size:
        starts[0] = 0
        starts[1:] = newlines[:-1] + 1
    filled = newlines > starts
    returns = np.zeros(newlines.size, dtype=bool)
    returns[filled] = block[newlines[filled] - 1] == 0x0D
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
        filled = ends > starts
        quoted = np.zeros(starts.size, dtype=np.int64)
        quoted[filled] = block[starts[filled]] == 0x22
        begins = starts + quoted
    long = np.flatnonzero(ends - begins >= _LENGTH)
    if not long.size:
        return times
    begins = begins[long]
    places = begins[:, None] + np.arange(_WITH_FRACTION)
    np.minimum(places, block.size - 1, out=places)
    text = block[places]
    valid, milliseconds = _read(text, _SEPARATOR[clock])
    # The fraction may be cut off by the end of the line.
    room = ends[long] - begins
    milliseconds += _fraction(text, room)
    times[long[valid]] = milliseconds[valid]
    return times


def _read(text: Bytes, separator: int) -> tuple[NDArray[np.bool_], Integers]:
    """Which rows of 19 bytes are valid times, and their milliseconds without fraction."""
    import numpy as np  # noqa: PLC0415 - heavy

    digits = text[:, _DIGITS]
    valid = ((digits >= _ZERO) & (digits <= _NINE)).all(axis=1)
    valid &= (text[:, 4] == 0x2D) & (text[:, 7] == 0x2D) & (text[:, 10] == separator)
    valid &= (text[:, 13] == 0x3A) & (text[:, 16] == 0x3A)
    number = digits.astype(np.int64) - _ZERO
    year = ((number[:, 0] * 10 + number[:, 1]) * 10 + number[:, 2]) * 10 + number[:, 3]
    month, day, hour, minute, second = (
        number[:, at] * 10 + number[:, at + 1] for at in range(4, 14, 2)
    )
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    month_valid = (month >= 1) & (month <= 12)
    length = lengths[np.where(month_valid, month, 0)] + (leap & (month == 2))
    valid &= month_valid & (year >= 1) & (day >= 1) & (day <= length)
    valid &= (hour <= 23) & (minute <= 59) & (second <= 59)
    seconds = _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return valid, seconds * 1000


def _days(year: Integers, month: Integers, day: Integers) -> Integers:
    """Days since 1970-01-01 of the Gregorian calendar; years are counted from March."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days: Integers = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year
    return days - 719_468


def _fraction(text: Bytes, room: Integers) -> Integers:
    """Milliseconds after a dot or comma; digits end at the first byte that is none."""
    import numpy as np  # noqa: PLC0415 - heavy

    going = (text[:, _LENGTH] == 0x2E) | (text[:, _LENGTH] == 0x2C)
    total = np.zeros(text.shape[0], dtype=np.int64)
    for place, weight in ((20, 100), (21, 10), (22, 1)):
        byte = text[:, place]
        going = going & (room > place) & (byte >= _ZERO) & (byte <= _NINE)
        total += np.where(going, (byte.astype(np.int64) - _ZERO) * weight, 0)
    return total
