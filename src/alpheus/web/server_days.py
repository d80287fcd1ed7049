"""Records by source and day: what a strip shades, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from alpheus.cases.assessment_model import Coverage, Outline
from alpheus.web.plainly import plain
from alpheus.web.words import Words

COLUMNS = ("source", "day", "records", "gap")
MOST_SOURCES = 24
"""Sources that the table has columns for, those that decide first."""

_KEPT = 8_192
_EPOCH = date(1970, 1, 1).toordinal()
_FEW, _ONE = "%(number)s days with records, ", "%(number)s day with records, "
_MOST = "the most on %(day)s: %(rows)s"


class Day(NamedTuple):
    """A day (ISO date): how many records each source has of it, 0 for none, None in a gap."""

    day: str
    rows: tuple[int | None, ...]


def by_number(days: Mapping[str, int]) -> dict[int, int]:
    """Counts by days since 1970; what is no day is left out."""
    found = ((_number(day), rows) for day, rows in days.items())
    return {number: rows for number, rows in found if number is not None and rows > 0}


def said(days: Mapping[str, int], words: Words) -> str:
    """What the shades of a strip show, to be put behind its label; '' where nothing was counted."""
    if not days:
        return ""
    day, rows = max(days.items(), key=lambda one: (one[1], one[0]))
    number = words.ngettext(_ONE, _FEW, len(days)) % {"number": words.number(len(days))}
    most = plain(words, _MOST, day=words.day(f"{day}T00:00:00Z"), rows=words.number(rows))
    return f"; {number}{most}"


def sources_of(outline: Outline) -> list[Coverage]:
    """The sources of a table, in the order of its columns."""
    counted = (one for one in outline.coverage if one.days)
    return sorted(counted, key=lambda one: (not one.deciding, one.source))


def table(sources: Sequence[Coverage], *, first: int = 0, size: int = 100) -> list[Day]:
    """Days on which any source has records, or a gap begins, in their order, from one place on."""
    days = {day for one in sources for day in by_number(one.days)}
    holes = [_gaps(one) for one in sources]
    days |= {low for gaps in holes for low, high in gaps if low < high}
    counts = [by_number(one.days) for one in sources]
    return [
        Day(date.fromordinal(number + _EPOCH).isoformat(), tuple(
            rows.get(number) or (None if _in_gap(number, gaps) else 0)
            for rows, gaps in zip(counts, holes, strict=True)
        ))
        for number in sorted(days)[first : first + size]
    ]  # fmt: skip


def how_many(sources: Sequence[Coverage]) -> int:
    """How many days the whole table has."""
    return len(table(sources, size=1 << 30))


def rows(outline: Outline) -> Iterator[Mapping[str, object]]:
    """All of it for a file: a row for each source and day."""
    for source in sources_of(outline):
        for day in table([source], size=1 << 30):
            (count,) = day.rows
            yield {"source": source.source, "day": day.day, "records": count or 0,
                   "gap": "yes" if count is None else "no"}  # fmt: skip


def texts() -> Iterator[str]:
    """Every text, for those who translate."""
    yield _ONE
    yield _MOST


def _gaps(source: Coverage) -> list[tuple[int, int]]:
    """From which whole day a gap has to before which one."""
    found = []
    for gap in source.gaps:
        start, end = (gap.start or ""), (gap.end or "")
        low, high = _number(start[:10]), _number(end[:10])
        if low is not None and high is not None:
            found.append((low + (start[10:] > "T00:00:00Z"), high))
    return found


def _in_gap(number: int, gaps: Iterable[tuple[int, int]]) -> bool:
    return any(low <= number < high for low, high in gaps)


@lru_cache(_KEPT)
def _number(day: str) -> int | None:
    try:
        return date.fromisoformat(day).toordinal() - _EPOCH
    except ValueError:
        return None
