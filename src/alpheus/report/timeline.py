"""The timeline picture: stages as lanes, one numbered mark per finding, the window shaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from markupsafe import Markup

from alpheus.model import Campaign, Finding, ServerAssessment, Stage, Weight
from alpheus.report.charts import Span, widened
from alpheus.report.views import time_text, windows
from alpheus.report.visible import visible

_LANES = tuple(stage for stage in Stage if stage is not Stage.NONE)
_REACH = timedelta(days=400)
_CLOSE = timedelta(hours=12)
_CLOSE_SHARE = 0.08
_ROOM = 6.0
_ROWS = 8
_MARKS = 300
_ROW = 24
_LABEL = 20
_AXIS = 26
_RADIUS = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One finding in the picture: its number in the report and the anchor of its place there."""

    number: int
    anchor: str
    finding: Finding
    time: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn timeline, what it shows in words, and how many findings it leaves out."""

    svg: Markup
    caption: str
    left_out: int


def pictures(server: ServerAssessment, marks: Sequence[Mark]) -> list[Picture]:
    """Draw the overview, and a close-up where much happened in little time; nothing if no times."""
    if not marks:
        return []
    shaded = windows(server)
    span = _overview(marks, shaded)
    inside = [mark for mark in marks if span.holds(mark.time)]
    result = [_picture(span, inside, shaded, len(marks) - len(inside), "Overview")]
    grave = [mark for mark in inside if mark.finding.stage.rank >= Stage.ATTEMPTED.rank]
    if grave:
        first = min(mark.time for mark in grave)
        near = [mark for mark in inside if timedelta() <= mark.time - first <= _CLOSE]
        close = widened(first, max(mark.time for mark in near), timedelta(seconds=20), 0.06)
        if len(near) > 2 and close.length < span.length * _CLOSE_SHARE:
            result.append(_picture(close, near, (), 0, "Close-up of the first hours"))
    return result


def _overview(marks: Sequence[Mark], shaded: Sequence[Campaign]) -> Span:
    """Return the span of windows and findings; findings more than 400 days away are left out."""
    edges = [
        time for one in shaded for time in (one.window_from, one.window_to) if time is not None
    ]
    if not edges:
        gravest = max(marks, key=lambda mark: (mark.finding.weight.rank, mark.finding.stage.rank))
        edges = [gravest.time]
    low, high = min(edges), max(edges)
    times = [m.time for m in marks if m.time - high <= _REACH and low - m.time <= _REACH]
    return widened(min([low, *times]), max([high, *times]), timedelta(minutes=1), 0.03)


def _picture(
    span: Span, marks: Sequence[Mark], shaded: Iterable[Campaign], outside: int, title: str
) -> Picture:
    shown = sorted(
        sorted(marks, key=lambda m: (-m.finding.weight.rank, -m.finding.stage.rank))[:_MARKS],
        key=lambda mark: mark.time,
    )
    parts: list[Markup] = []
    top = 4
    for stage in _LANES:
        lane, height = _lane(stage, [m for m in shown if m.finding.stage is stage], span, top)
        parts.append(lane)
        top += height
    caption = f"{title}, {time_text(span.start)} to {time_text(span.end)}"
    frame = Markup(
        '<svg class="timeline" width="100%" height="{}" role="group" aria-label="{}">{}{}{}</svg>'
    )
    svg = frame.format(
        top + _AXIS, caption, _shades(shaded, span, top), _axis(span, top), Markup("").join(parts)
    )
    return Picture(svg, caption, outside + len(marks) - len(shown))


def _shades(shaded: Iterable[Campaign], span: Span, height: int) -> Markup:
    """Draw the deciding window of each campaign as a band; equal windows once."""
    bands = dict.fromkeys((one.window_from, one.window_to) for one in shaded)
    parts = []
    for start, end in bands:
        if start is None or end is None:
            continue
        left, right = span.percent(start), span.percent(end)
        parts.append(
            Markup('<rect class="window" x="{}%" y="0" width="{}%" height="{}"/>').format(
                left, round(right - left, 3), height
            )
        )
    return Markup("").join(parts)


def _axis(span: Span, top: int) -> Markup:
    parts = [Markup('<line class="axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(top)]
    for number, (at, label) in enumerate(span.ticks()):
        anchor = "start" if at < 5 else "end" if at > 95 else "middle"
        parts.append(
            Markup(
                '<g class="tick{}"><line x1="{}%" x2="{}%" y1="0" y2="{}"/>'
                '<text x="{}%" y="{}" text-anchor="{}">{}</text></g>'
            ).format(" odd" if number % 2 else "", at, at, top + 5, at, top + 19, anchor, label)
        )
    return Markup("").join(parts)


def _lane(stage: Stage, marks: Sequence[Mark], span: Span, top: int) -> tuple[Markup, int]:
    """Draw one lane; marks that would cover each other stand one below the other."""
    ends = [-_ROOM] * _ROWS
    drawn = []
    deepest = 0
    for mark in marks:
        at = span.percent(mark.time)
        row = next((n for n, end in enumerate(ends) if at - end >= _ROOM), None)
        if row is None:
            row = min(range(_ROWS), key=ends.__getitem__)
        ends[row] = at
        deepest = max(deepest, row + 1)
        drawn.append(_mark(mark, at, top + _LABEL + row * _ROW + _ROW // 2))
    height = _LABEL + deepest * _ROW + 4
    label = Markup(
        '<g class="lane{}"><line x1="0" x2="100%" y1="{}" y2="{}"/><text x="4" y="{}">{}</text></g>'
    ).format("" if marks else " empty", top + height, top + height, top + 14, stage.value)
    return label + Markup("").join(drawn), height


_SHAPES = {
    Weight.PROOF: Markup('<circle class="proof" cx="{}%" cy="{}" r="{}"/>'),
    Weight.INDICATION: Markup('<circle class="indication" cx="{}%" cy="{}" r="{}"/>'),
    Weight.CONTEXT: Markup('<circle class="context" cx="{}%" cy="{}" r="{}"/>'),
}


def _mark(mark: Mark, at: float, y: int) -> Markup:
    finding = mark.finding
    words = (
        f"Finding {mark.number}, {time_text(mark.time)}, {finding.weight.value}: {finding.title}"
    )
    position = round(at, 3)
    return Markup(
        '<a href="#{}" aria-label="{}" class="mark"><title>{}</title>{}'
        '<text class="on-{}" x="{}%" y="{}" text-anchor="middle">{}</text></a>'
    ).format(
        mark.anchor,
        visible(words),
        visible(words),
        _SHAPES[finding.weight].format(position, y, _RADIUS),
        finding.weight.value,
        position,
        y + 4,
        mark.number,
    )
