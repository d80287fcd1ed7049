"""The coverage picture: one strip per source, one cell per day, gaps hatched, the window shaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from markupsafe import Markup

from alpheus.model import Coverage, ServerAssessment
from alpheus.report.charts import Span, anchor, later
from alpheus.report.views import time_text, windows

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)
_DAYS_SHOWN = 200
_BESIDE_WINDOW = timedelta(days=45)
_HEIGHT = 22
_THIN = 0.1


@dataclass(frozen=True, slots=True)
class Strip:
    """One source in the picture."""

    coverage: Coverage
    svg: Markup


@dataclass(frozen=True, slots=True)
class CoveragePicture:
    """All strips, their common axis, and the span in words; `clipped` if there is more outside."""

    strips: tuple[Strip, ...]
    axis: Markup
    caption: str
    clipped: bool


def coverage_picture(server: ServerAssessment) -> CoveragePicture | None:
    """Draw what each source covers; None if no source has a time and no window is known."""
    edges = [
        (one.window_from, one.window_to)
        for one in windows(server)
        if one.window_from is not None and one.window_to is not None
    ]
    times = [time for one in server.coverage for time in (one.first, one.last) if time is not None]
    if not server.coverage or not (times or edges):
        return None
    span, clipped = _span(times, edges)
    bands = dict.fromkeys(edges)
    strips = tuple(
        Strip(one, _strip(one, span, bands))
        for one in sorted(server.coverage, key=lambda one: (not one.deciding, one.source))
    )
    caption = f"{time_text(span.start)[:10]} to {time_text(later(span.end, -_DAY))[:10]}"
    return CoveragePicture(strips, _axis(span), caption, clipped)


def _span(
    times: Sequence[datetime], edges: Sequence[tuple[datetime, datetime]]
) -> tuple[Span, bool]:
    """Return whole days: all if they are 200 or less, else the windows and what is around."""
    every = [*times, *(time for edge in edges for time in edge)]
    low, high = min(every), max(every)
    clipped = high - low > _DAY * _DAYS_SHOWN
    if clipped and edges:
        low = max(low, later(min(edge[0] for edge in edges), -_BESIDE_WINDOW))
        high = min(high, later(max(edge[1] for edge in edges), _BESIDE_WINDOW))
    elif clipped:
        low = later(high, -_DAY * _DAYS_SHOWN)
    start = low.replace(hour=0, minute=0, second=0, microsecond=0)
    end = later(high.replace(hour=0, minute=0, second=0, microsecond=0), _DAY)
    return Span(start, end), clipped


def _strip(coverage: Coverage, span: Span, bands: Iterable[tuple[datetime, datetime]]) -> Markup:
    parts = [_band("window", start, end, span) for start, end in bands]
    parts.append(_days(coverage, span))
    parts.extend(_band("gap", gap.start, gap.end, span) for gap in coverage.gaps)
    return Markup(
        '<svg class="strip" width="100%" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(_HEIGHT, _words(coverage), Markup("").join(parts))


def _band(kind: str, start: datetime, end: datetime, span: Span) -> Markup:
    left, right = span.percent(start), span.percent(end)
    if right <= left:
        return Markup("")
    inset = 0 if kind == "window" else 3
    return Markup('<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"/>').format(
        kind, left, inset, round(max(right - left, 0.3), 3), _HEIGHT - 2 * inset
    )


def _days(coverage: Coverage, span: Span) -> Markup:
    """Draw the days with rows as two paths, full and thin, in units of days."""
    counts = {}
    for day, rows in coverage.days.items():
        number = _day_number(day, span)
        if number is not None and rows > 0:
            counts[number] = rows
    if not counts:
        return _line(coverage, span)
    ordinary = sorted(counts.values())[len(counts) // 2]
    paths = {"full": "", "thin": ""}
    for number, rows in sorted(counts.items()):
        paths["thin" if rows < ordinary * _THIN else "full"] += f"M{number}.06 3h.88v16h-.88z"
    return Markup(
        '<svg aria-hidden="true" width="100%" height="{0}" viewBox="0 0 {1} {0}" '
        'preserveAspectRatio="none">'
        '<path class="full" d="{2}"/><path class="thin" d="{3}"/></svg>'
    ).format(_HEIGHT, max(span.length // _DAY, 1), paths["full"], paths["thin"])


def _day_number(day: str, span: Span) -> int | None:
    try:
        when = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    except ValueError:
        return None
    number = (when - span.start) // _DAY
    return number if 0 <= number < span.length // _DAY else None


def _line(coverage: Coverage, span: Span) -> Markup:
    """Draw from the first to the last row where no counts per day are known."""
    if coverage.first is None or coverage.last is None or not coverage.rows:
        return Markup("")
    if coverage.last < span.start or coverage.first > span.end:
        return Markup("")
    left, right = span.percent(coverage.first), span.percent(coverage.last)
    return Markup('<rect class="full" x="{}%" y="9" width="{}%" height="4"/>').format(
        left, round(max(right - left, 0.3), 3)
    )


def _words(coverage: Coverage) -> str:
    days = sum(1 for rows in coverage.days.values() if rows > 0)
    reach = f"from {time_text(coverage.first)} to {time_text(coverage.last)}"
    words = f"{coverage.rows} rows" + (f" on {days} days" if days else "")
    words += f", {reach}" if coverage.first else ""
    gaps = "; ".join(
        f"{time_text(gap.start)} to {time_text(gap.end)}" for gap in coverage.gaps[:20]
    )
    return f"{words}; gaps: {gaps or 'none'}"


def _axis(span: Span) -> Markup:
    parts = []
    for number, (at, label) in enumerate(
        span.ticks("%m-%d" if span.length < _YEAR else "%Y-%m-%d")
    ):
        parts.append(
            Markup(
                '<g class="tick{}"><line x1="{}%" x2="{}%" y1="14" y2="20"/>'
                '<text x="{}%" y="11" text-anchor="{}">{}</text></g>'
            ).format(" odd" if number % 2 else "", at, at, at, anchor(at), label)
        )
    return Markup(
        '<svg class="strip-axis" width="100%" height="20" aria-hidden="true">{}</svg>'
    ).format(Markup("").join(parts))
