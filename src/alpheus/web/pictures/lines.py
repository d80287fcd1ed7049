"""Lines over days as SVG: they fill any width, and letters keep their size.

Positions across are in percent, sizes down in pixels. Each line has its own class for the style
sheet, which gives it a colour and dashes, in both themes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup

from alpheus.report.charts import Span, anchor, round_above

HEIGHT = 260
_TOP, _BOTTOM = 14, 24
_GRID = 4
_UNITS = 1_000
_RADIUS = 4


class Line(NamedTuple):
    """A line: its class, and its points, each a day (2021-03-02) and a number.

    `dots`: its points are far apart, and each is marked.
    """

    kind: str
    points: Sequence[tuple[str, float]]
    dots: bool = False


def lines_chart(
    lines: Sequence[Line],
    first: str,
    last: str,
    label: str,
    *,
    number: Callable[[float], str],
    day: Callable[[str], str],
) -> Markup:
    """Lines from one day to another; what of a line lies outside is cut off.

    `label` says in words what they show; `number` and `day` write them for the reader.
    """
    begin = datetime.fromisoformat(first).replace(tzinfo=UTC)
    end = datetime.fromisoformat(last).replace(tzinfo=UTC)
    span = Span(begin, max(end, begin + timedelta(days=1)))
    inside = (n for line in lines for d, n in line.points if first <= d <= last)
    top = round_above(max(inside, default=0))
    height = HEIGHT - _TOP - _BOTTOM
    paths = Markup("").join(
        Markup('<path class="line {}" d="{}"/>').format(line.kind, _path(line.points, span, top))
        for line in lines if line.points
    )  # fmt: skip
    plot = Markup(
        '<svg y="{}" width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">'
        "{}</svg>"
    ).format(_TOP, height, _UNITS, height, paths)
    dots = Markup("").join(_dots(lines, span, top))
    return Markup(
        '<svg class="chart" width="100%" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(
        HEIGHT, label,
        Markup("").join([*_grid(top, number), *_ticks(span, day), plot, dots]),
    )  # fmt: skip


def _across(day: str, span: Span) -> float:
    """Where a day stands, 0 to 1 inside the span."""
    return (datetime.fromisoformat(day).replace(tzinfo=UTC) - span.start) / span.length


def _down(number: float, top: float) -> float:
    height = HEIGHT - _TOP - _BOTTOM
    return height - height * number / top


def _path(points: Sequence[tuple[str, float]], span: Span, top: float) -> str:
    return "M" + "L".join(
        f"{_UNITS * _across(day, span):.1f} {_down(number, top):.1f}" for day, number in points
    )


def _dots(lines: Iterable[Line], span: Span, top: float) -> Iterable[Markup]:
    for line in lines:
        for day, number in line.points if line.dots else ():
            at = _across(day, span)
            if 0 <= at <= 1 and number <= top:
                yield Markup('<circle class="dot {}" cx="{}%" cy="{}" r="{}"/>').format(
                    line.kind, round(100 * at, 2), round(_TOP + _down(number, top), 1), _RADIUS
                )


def _grid(top: float, number: Callable[[float], str]) -> Iterable[Markup]:
    height = HEIGHT - _TOP - _BOTTOM
    for step in range(_GRID + 1):
        at = _TOP + height - height * step / _GRID
        yield Markup('<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>').format(
            "grid" if step else "axis", at, at
        )
        if step:
            yield Markup('<text x="0" y="{}">{}</text>').format(at - 3, number(top * step / _GRID))


def _ticks(span: Span, day: Callable[[str], str]) -> Iterable[Markup]:
    for at, text in span.ticks():
        yield Markup('<text x="{}%" y="{}" text-anchor="{}">{}</text>').format(
            at, HEIGHT - 6, anchor(at), day(text)
        )
