"""What was so from when to when, as strips of SVG: states of a server, and what a source covers.

Drawn for a width and good for every greater one, as `timeline` is. Words stand in a strip only
where they have room; what a strip shows is told in its label, and in the table beside it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from alpheus.report.visible import visible
from alpheus.web.pictures.timeline import (
    LETTER,
    WIDE,
    Span,
    across,
    ticks,
)

DAY = 86_400_000
HEIGHT = 22
"""Pixels of a strip."""

_TITLE, _AXIS, _BETWEEN = 18, 24, 8
_MOST_SEGMENTS = 400
_MOST_CELLS = 400
_SHADES = (0.0, 0.1, 0.5, 2.0)
"""From which share of an ordinary day on a cell is so dark."""
_USUAL = 2


class Segment(NamedTuple):
    """From when to when something was so; its class, and its words."""

    start: int
    end: int
    kind: str
    text: str


class Strip(NamedTuple):
    """A strip with its title; `points` are moments of it, with their words."""

    title: str
    segments: Sequence[Segment]
    points: Sequence[tuple[int, str]] = ()


def strips(
    rows: Sequence[Strip], span: Span, width: int, label: str, tick: Callable[[int, int], str]
) -> Markup:
    """Strips below each other, over one axis of time. `label` says in words what they show."""
    parts: list[Markup] = []
    top = 0
    for row in rows:
        parts.append(Markup('<text x="0" y="{}">{}</text>').format(top + 13, visible(row.title)))
        top += _TITLE
        parts += _segments(row.segments, span, top, width)
        parts += _points(row.points, span, top, width)
        top += HEIGHT + _BETWEEN
    return Markup(
        '<svg class="chart strips {}" width="100%" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(
        "narrow" if width < WIDE else "wide", top + _AXIS, visible(label),
        Markup("").join([*parts, *_axis(span, top, width, tick)]),
    )  # fmt: skip


def _segments(segments: Sequence[Segment], span: Span, top: int, width: int) -> Iterator[Markup]:
    for one in segments[-_MOST_SEGMENTS:]:
        low, high = max(one.start, span.start), min(one.end, span.end)
        if low > high or low > span.end:
            continue
        share = span.at(high) - span.at(low)
        yield Markup(
            '<rect class="part {}" x="{}" y="{}" width="{}%" height="{}"><title>{}</title></rect>'
        ).format(
            one.kind, across(span.at(low), width, gap=0), top, f"{max(100 * share, 0.2):.3f}",
            HEIGHT, visible(one.text),
        )  # fmt: skip
        if (len(one.text) + 2) * LETTER <= share * width:
            yield Markup('<text class="in {}" x="{}" y="{}" dx="6">{}</text>').format(
                one.kind, across(span.at(low), width, gap=0), top + 15, visible(one.text)
            )


def _points(
    points: Iterable[tuple[int, str]], span: Span, top: int, width: int
) -> Iterator[Markup]:
    for time, text in points:
        if span.holds(time):
            yield Markup(
                '<circle class="point" cx="{}" cy="{}" r="4"><title>{}</title></circle>'
            ).format(across(span.at(time), width, gap=0), top, visible(text))


def _axis(span: Span, top: int, width: int, tick: Callable[[int, int], str]) -> Iterator[Markup]:
    yield Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(top)
    for at, words_at, text in ticks(span, width, tick, gap=0):
        x = across(at, width, gap=0)
        yield Markup(
            '<line class="axis" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
            '<text x="{3}" y="{4}" text-anchor="middle">{5}</text>'
        ).format(x, top, top + 4, across(words_at, width, gap=0), top + 17, text)


def days_strip(
    covered: Span | None,
    gaps: Sequence[Span],
    windows: Sequence[Span],
    span: Span,
    label: str,
    *,
    counts: Mapping[int, int] | None = None,
) -> Markup:
    """A cell for each day on which a source was there, gaps across, the windows behind.

    `span` is whole days. `counts` are records by day (since 1970): the more, the darker the cell,
    as against the ordinary day of the source; without, each day from first to last has one. Of
    very many, several days share a cell.
    """
    days = max(span.length // DAY, 1)
    step = -(-days // _MOST_CELLS)
    ordinary = sorted(counts.values())[len(counts) // 2] * step if counts else 0
    paths: list[list[str]] = [[] for _ in _SHADES]
    holes: list[str] = []
    size, width = f"3h{step - 0.12:.2f}v16h-{step - 0.12:.2f}z", step * DAY
    for day in range(0, days, step):
        start = span.start + day * DAY
        if covered is None or covered.end < start or covered.start >= start + width:
            continue
        here = f"M{day}.06 {size}"
        if gaps and any(gap.start <= start and gap.end >= start + width for gap in gaps):
            holes.append(here)
        elif not counts:
            paths[_USUAL].append(here)
        else:
            first = start // DAY
            rows = (
                counts.get(first, 0)
                if step == 1
                else sum(counts.get(one, 0) for one in range(first, first + step))
            )
            if rows:
                paths[shade(rows, ordinary)].append(here)
    bands = Markup("").join(
        Markup('<rect class="window" x="{}%" y="0" width="{}%" height="{}"/>').format(
            f"{100 * span.at(max(one.start, span.start)):.3f}",
            f"{100 * (min(one.end, span.end) - max(one.start, span.start)) / span.length:.3f}",
            HEIGHT,
        )
        for one in windows if one.start < span.end and one.end > span.start
    )  # fmt: skip
    cells = Markup("").join(
        Markup('<path class="covered shade-{}" d="{}"/>').format(number, "".join(path))
        for number, path in enumerate(paths)
        if path
    )
    return Markup(
        '<svg class="chart days" width="100%" height="{0}" role="img" aria-label="{1}">{2}'
        '<svg width="100%" height="{0}" viewBox="0 0 {3} {0}" preserveAspectRatio="none">'
        '{4}<path class="gap" d="{5}"/></svg></svg>'
    ).format(HEIGHT, visible(label), bands, days, cells, "".join(holes))


def shade(rows: int, ordinary: int) -> int:
    """How dark a cell is: 0 for far less than on an ordinary day, 2 for as much, 3 for more."""
    return bisect_right(_SHADES, rows / ordinary) - 1 if ordinary else _USUAL


def whole_days(first: int, last: int) -> Span:
    """From the beginning of one day to the end of another."""
    return Span(first // DAY * DAY, (last // DAY + 1) * DAY)
