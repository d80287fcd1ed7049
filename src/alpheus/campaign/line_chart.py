"""Lines over days as SVG for a page: they fill any width, and letters keep their size.

Positions across are in percent, sizes down in pixels; the numbers of the scale stand beside. Each
line has its own class for the style sheet, which gives it a colour and dashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup

from alpheus.report.charts import Span, anchor, round_above

HEIGHT = 220
_TOP, _BOTTOM = 8, 22
_GRID = 4
_UNITS = 1_000


class Line(NamedTuple):
    """A line: its class, its name, and its values, one for each place across."""

    kind: str
    name: str
    values: Sequence[float]


def days_chart(days: Sequence[str], lines: Sequence[Line], label: str) -> Markup:
    """Lines over days such as 2021-03-03; `label` says in words what they show."""
    if not days:
        return Markup("")
    first = datetime.fromisoformat(days[0]).replace(tzinfo=UTC)
    span = Span(first, first + timedelta(days=max(len(days) - 1, 1)))
    form = "%m-%d" if len(days) < 365 else "%Y-%m-%d"
    return _chart(lines, label, [*span.ticks(form)], round_above(_peak(lines)), "{:,.0f}")


def share_chart(most: int, lines: Sequence[Line], label: str) -> Markup:
    """Steps of shares from 0 to 1 over so many days from 0 on."""
    step = max(-(-most // 6), 1)
    ticks = [(100 * day / max(most, 1), f"{day}") for day in range(0, most + 1, step)]
    return _chart(lines, label, ticks, 1.0, "{:.0%}", steps=True)


def _chart(
    lines: Sequence[Line],
    label: str,
    ticks: Iterable[tuple[float, str]],
    top: float,
    form: str,
    *,
    steps: bool = False,
) -> Markup:
    drawn = Markup("").join(
        Markup('<path class="line {}" d="{}"/>').format(
            line.kind, _path(line.values, top, steps=steps)
        )
        for line in lines
    )
    height = HEIGHT - _TOP - _BOTTOM
    plot = Markup(
        '<svg y="{}" width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'aria-hidden="true">{}</svg>'
    ).format(_TOP, height, _UNITS, height, drawn)
    return Markup(
        '<div class="lines"><svg class="scale" width="100%" height="{0}" aria-hidden="true">{1}'
        '</svg><svg class="plot" width="100%" height="{0}" role="img" aria-label="{2}">{3}</svg>'
        "</div>"
    ).format(
        HEIGHT, Markup("").join(_scale(top, form)), label,
        Markup("").join([*_grid(), *_ticks(ticks), plot]),
    )  # fmt: skip


def _path(values: Sequence[float], top: float, *, steps: bool) -> str:
    height, last = HEIGHT - _TOP - _BOTTOM, max(len(values) - 1, 1)
    points = [
        (f"{_UNITS * place / last:.1f}", f"{height - height * min(value / top, 1):.1f}")
        for place, value in enumerate(values)
    ]
    if steps:
        return f"M{' '.join(points[0])}" + "".join(f"H{x}V{y}" for x, y in points[1:])
    return "M" + "L".join(f"{x} {y}" for x, y in points)


def _heights() -> Iterable[tuple[int, float]]:
    """Where the scale's numbers stand, in quarters from the bottom."""
    height = HEIGHT - _TOP - _BOTTOM
    return ((number, _TOP + height - height * number / _GRID) for number in range(_GRID + 1))


def _grid() -> Iterable[Markup]:
    for _, at in _heights():
        yield Markup('<line class="grid" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(at)


def _scale(top: float, form: str) -> Iterable[Markup]:
    for number, at in _heights():
        said = form.format(top * number / _GRID)
        yield Markup('<text x="100%" y="{}" text-anchor="end">{}</text>').format(at + 4, said)


def _ticks(ticks: Iterable[tuple[float, str]]) -> Iterable[Markup]:
    for number, (at, label) in enumerate(ticks):
        yield Markup(
            '<g class="tick{}"><line x1="{}%" x2="{}%" y1="{}" y2="{}"/>'
            '<text x="{}%" y="{}" text-anchor="{}">{}</text></g>'
        ).format(" odd" if number % 2 else "", at, at, HEIGHT - _BOTTOM, HEIGHT - _BOTTOM + 5, at,
                 HEIGHT - 4, anchor(at), label)  # fmt: skip


def _peak(lines: Iterable[Line]) -> float:
    return max((value for line in lines for value in line.values), default=0)
