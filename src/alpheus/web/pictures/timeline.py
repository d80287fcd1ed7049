"""An attack as a picture that can be zoomed down to single records of its evidence.

Lanes are stages, marks are records. Positions across are in percent of the width, sizes are in
pixels, so that letters keep their size; marks that would cover each other at a width are one mark
with their number, which leads to a closer view of them. A picture is drawn for a width, and is good
for every greater one. Times are milliseconds since 1970, UTC.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from alpheus.report.visible import visible

NARROW, WIDE = 300, 760
"""Widths in pixels that pictures are drawn for: that of a phone, and that of a desk."""

SHORTEST = 1_000
"""The closest view."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = int((datetime(1, 1, 2, tzinfo=UTC) - _EPOCH).total_seconds())
LATEST = int((datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH).total_seconds())
"""Seconds since 1970 between which views are."""

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_MONTH = 30 * _DAY
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200, 6_000, 12_000, 60_000)
STEPS = (
    *(unit * n for unit in (1, 10, 100) for n in (1, 2, 5)),
    *(unit * n for unit in (_SECOND, _MINUTE) for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14)),
    *(_MONTH * n for n in _MONTHS),
)  # fmt: skip
"""How far round times are apart. From a month on they are the first days of months."""

RADIUS = 11
GAP = 2 * RADIUS + 2
"""Pixels between the middles of marks."""
LETTER = 7.2
"""Pixels of a letter of 12 pixels' height, at most, on the average."""
TITLE, ROW, AXIS = 18, 2 * RADIUS + 6, 24
_MOST_SHOWN = 99
_MARGIN = 0.03


class Span(NamedTuple):
    """From a time to a later one."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """In milliseconds."""
        return self.end - self.start

    def holds(self, time: int) -> bool:
        """Whether a time is inside."""
        return self.start <= time <= self.end

    def at(self, time: int) -> float:
        """Where a time stands, 0 to 1 inside."""
        return (time - self.start) / self.length


class Lane(NamedTuple):
    """Records below one title, in the order of their times: those, their weights, their numbers.

    A weight is 2 for proof, 1 for an indication, 0 for context.
    """

    title: str
    times: Sequence[int]
    weights: Sequence[int]
    numbers: Sequence[int]


class Mark(NamedTuple):
    """Records that stand at one place: `at` is where, 0 to 1 of the view; `span` is theirs.

    `weight` is that of the weightiest; `numbers` are in the order of their times.
    """

    at: float
    span: Span
    weight: int
    numbers: Sequence[int]


class Drawing(NamedTuple):
    """What a picture needs beside records: words and addresses.

    `href` gives the address of a mark, `title` its words. `bands` are
    spans behind all, `label` says in words what is shown, and `tick` writes a time for a step. The
    mark of the record `here` stands out.
    """

    href: Callable[[Mark], str]
    title: Callable[[Mark], str]
    label: str
    tick: Callable[[int, int], str]
    bands: Sequence[Span] = ()
    here: int | None = None


KINDS = ("context", "indication", "proof")


def widened(first: int, last: int, *, margin: float = _MARGIN) -> Span:
    """A span with some room on both sides, no shorter than `SHORTEST`, of years that there are."""
    room = max(int((last - first) * margin), (SHORTEST - (last - first) + 1) // 2, 0)
    return clamped(Span(first - room, last + room))


def clamped(span: Span) -> Span:
    """A span of years that there are, no shorter than `SHORTEST`."""
    low, high = EARLIEST * 1_000, LATEST * 1_000
    start = min(max(span.start, low), high - SHORTEST)
    return Span(start, min(max(span.end, start + SHORTEST), high))


def closer(mark: Mark) -> Span:
    """The view of what stands at one mark."""
    return widened(mark.span.start, mark.span.end, margin=0.08)


def zoomed(span: Span, factor: float, middle: int | None = None) -> Span:
    """A view with the same middle, or another; it shows more by a factor above 1."""
    if middle is None:
        middle = (span.start + span.end) // 2
    half = int(span.length * factor / 2)
    return clamped(Span(middle - half, middle + half))


def moved(span: Span, share: float) -> Span:
    """A view as long, earlier for a negative share of its length."""
    step = int(span.length * share)
    low, high = EARLIEST * 1_000, LATEST * 1_000
    step = min(max(step, low - span.start), high - span.end)
    return Span(span.start + step, span.end + step)


def marks(lane: Lane, span: Span, width: int, *, gap: int = GAP) -> list[Mark]:
    """The marks of a lane in a view. No two stand closer together than `gap` pixels at a width.

    Each stands where its first record does.
    """
    found: list[Mark] = []
    apart, times = math.ceil(gap * span.length / (width - gap)), lane.times
    at, end = bisect_left(times, span.start), bisect_right(times, span.end)
    while at < end:
        after = bisect_left(times, times[at] + apart, at, end)
        found.append(
            Mark(span.at(times[at]), Span(times[at], times[after - 1]),
                 max(lane.weights[at:after]), lane.numbers[at:after])
        )  # fmt: skip
        at = after
    return found


class Tick(NamedTuple):
    """A round time: where it stands and where its words do, 0 to 1 inside."""

    at: float
    words_at: float
    text: str


def ticks(span: Span, width: int, tick: Callable[[int, int], str], *, gap: int = GAP) -> list[Tick]:
    """Round times of a view; their words never meet, nor leave the picture, at a width."""
    inner = width - gap
    last: list[tuple[float, Tick, float]] = []
    for step in STEPS:
        if span.length / step > inner / (4 * LETTER):
            continue
        times = _months(span, step // _MONTH) if step >= _MONTH else _rounded(span, step)
        placed = [_placed(span.at(time), tick(time, step), width, gap) for time in times]
        if placed and all(a + half + LETTER <= b - other
                          for (a, _, half), (b, _, other) in pairwise(placed)):  # fmt: skip
            return [one for _, one, _ in placed]
        last = placed or last
    return [one for _, one, _ in last[:1]]


def _placed(at: float, text: str, width: int, gap: int) -> tuple[float, Tick, float]:
    """A tick with its words inside the picture; their middle, and half their length."""
    inner, half = width - gap, len(text) * LETTER / 2
    middle = min(max(gap / 2 + at * inner, half), max(width - half, half))
    return middle, Tick(at, (middle - gap / 2) / inner, text), half


def _rounded(span: Span, step: int) -> Sequence[int]:
    return range(-(-span.start // step) * step, span.end + 1, step)


def _months(span: Span, step: int) -> list[int]:
    """The first moment of every so many month."""
    begin = _moment(span.start)
    number = -(-(begin.year * 12 + begin.month - 1) // step) * step
    found: list[int] = []
    while number < 12 * 10_000:
        year, month = divmod(number, 12)
        time = int((datetime(max(year, 1), month + 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
        if time * 1_000 > span.end:
            break
        if time * 1_000 >= span.start:
            found.append(time * 1_000)
        number += step
    return found


def timeline(lanes: Iterable[Lane], span: Span, width: int, drawing: Drawing) -> Markup:
    """The picture of a view for a width."""
    parts: list[Markup] = []
    top = 0
    for lane in lanes:
        parts += _lane(lane.title, marks(lane, span, width), top, width, drawing)
        top += TITLE + ROW
    kind = "narrow" if width < WIDE else "wide"
    behind = [*_bands(drawing.bands, span, top, width)]
    return Markup(
        '<svg class="chart story {}" width="100%" height="{}" role="group" aria-label="{}">'
        "{}</svg>"
    ).format(
        kind, top + AXIS, visible(drawing.label),
        Markup("").join([*behind, *_axis(span, top, width, drawing.tick), *parts]),
    )  # fmt: skip


def across(at: float, width: int, *, gap: int = GAP) -> str:
    """A place as percent of the whole width, with room for half a mark at both ends."""
    edge = gap / 2 / width
    return f"{100 * (edge + at * (1 - 2 * edge)):.3f}%"


def _lane(
    title: str, found: Iterable[Mark], top: int, width: int, drawing: Drawing
) -> Iterator[Markup]:
    yield Markup(
        '<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/><text x="0" y="{1}">{2}</text>'
    ).format(top + TITLE + ROW - 1, top + 13, visible(title))
    for mark in found:
        yield _mark(mark, top + TITLE + ROW // 2, width, drawing)


def _mark(mark: Mark, y: int, width: int, drawing: Drawing) -> Markup:
    words, kind = visible(drawing.title(mark)), KINDS[mark.weight]
    if drawing.here is not None and drawing.here in mark.numbers:
        kind += " here"
    x = across(mark.at, width)
    count = len(mark.numbers)
    number = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(
        x, y + 4, f"{_MOST_SHOWN}+" if count > _MOST_SHOWN else count
    )
    return Markup(
        '<a class="mark {}" href="{}" aria-label="{}"><title>{}</title>'
        '<circle cx="{}" cy="{}" r="{}"/>{}</a>'
    ).format(
        kind, visible(drawing.href(mark)), words, words, x, y, RADIUS if count > 1 else RADIUS - 3,
        number if count > 1 else "",
    )  # fmt: skip


def _bands(bands: Iterable[Span], span: Span, height: int, width: int) -> Iterator[Markup]:
    """A band that goes on beyond the view reaches its edge."""
    for band in bands:
        low, high = max(band.start, span.start), min(band.end, span.end)
        if low < high:
            edge = GAP / 2 / width
            left = 0.0 if band.start <= span.start else edge + span.at(low) * (1 - 2 * edge)
            right = 1.0 if band.end >= span.end else edge + span.at(high) * (1 - 2 * edge)
            yield Markup('<rect class="window" x="{}%" y="0" width="{}%" height="{}"/>').format(
                f"{100 * left:.3f}", f"{100 * (right - left):.3f}", height
            )


def _axis(span: Span, top: int, width: int, tick: Callable[[int, int], str]) -> Iterator[Markup]:
    yield Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(top)
    for at, words_at, text in ticks(span, width, tick):
        x = across(at, width)
        yield Markup(
            '<line class="axis" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
            '<text x="{3}" y="{4}" text-anchor="middle">{5}</text>'
        ).format(x, top, top + 4, across(words_at, width), top + 17, text)


def _moment(time: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=time)


def moment_words(time: int, step: int, day: Callable[[str], str]) -> str:
    """A time for the axis: its day where steps are days, else its hour, to what a step needs."""
    moment = _moment(time)
    if step >= _DAY:
        return day(f"{moment.year:04}-{moment:%m-%d}")
    if step >= _MINUTE:
        return f"{moment:%H:%M}"
    if step >= _SECOND:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%S}.{moment.microsecond // 1_000:03}"
