"""A campaign for a terminal of 80 columns: first the sentence that matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from alpheus.campaign import words
from alpheus.campaign.breakdown import Count, Counts
from alpheus.campaign.series import Point, Series
from alpheus.campaign.service import Overview
from alpheus.report.visible import visible

WIDTH = 80
_LINES = 12
_BAR = 16
_GROUPS = 12
_REGIONS = 26
_WIDE = 9


def overview_lines(overview: Overview) -> Iterator[str]:
    """All of it, line by line, without line ends."""
    yield from _paragraph(words.headline(overview))
    for said in (words.both_axes(overview), words.merged(overview)):
        if said:
            yield from _paragraph(said)
    yield from _about(overview)
    alarms = list(words.alerts(overview))
    if alarms:
        yield from ("", "ALERTS")
        for said in alarms:
            yield from _item(said)
    yield from _title("DAY BY DAY", "end of the day, UTC")
    yield from series_lines(overview.series, most=_LINES)
    for said in words.speed(overview.pace):
        yield from _paragraph(said)
    yield from _left(overview)
    yield from _channels(overview)
    yield from _states(overview)
    yield from _title("BY SECTOR", "more with --by sector, network, region, product, build or day")
    yield from counts_lines(overview.counts["sector"], most=_LINES)
    yield from _paragraph(f"{words.SYSTEMS} {words.RAW}")


def counts_lines(counts: Counts, *, most: int | None = None) -> Iterator[str]:
    """A table of systems, one line for each value; their servers and the raw number beside."""
    widest = max((len(_name(counts, one)) for one in counts.lines[:most]), default=0)
    first = max(min(widest, _REGIONS), len(counts.by) + 2)
    yield f"{counts.by or '':<{first}}" + "".join(
        f"{name:>{_WIDE}}" for name in ("systems", "left", "no fix", "victims", "servers", "raw")
    )
    for one in counts.lines[:most]:
        found = one.systems
        numbers = (found.systems, found.left, found.open_flaw, found.victims, one.servers,
                   one.entries)  # fmt: skip
        name = _cut(_name(counts, one), first)
        yield f"{name:<{first}}" + "".join(f"{n:>{_WIDE},}" for n in numbers)
    shown = len(counts.lines[:most])
    if counts.values > shown:
        yield f"{counts.values - shown:,} more"


def series_lines(series: Series, *, most: int | None = None) -> Iterator[str]:
    """A table of days; of many, some at equal distances and the last."""
    points = _spread(series.points, most)
    peak = max((point.left for point in series.points), default=0)
    yield f"{'day':<12}{'left':>8}{'no fix':>8}{'intruder':>10}{'silent':>8}{'told':>8}{'done':>8}"
    for point in points:
        bar = "#" * round(_BAR * point.left / peak) if peak else ""
        told = sum(point.work.get(state, 0) for state in _TOLD)
        numbers = (
            (point.left, 8), (_open_flaw(point), 8), (_intruders(point), 10), (point.silent, 8),
            (told, 8), (point.done, 8),
        )  # fmt: skip
        row = point.day + "  " + "".join(f"{n:>{width},}" for n, width in numbers)
        yield f"{row}  {bar}".rstrip()


_TOLD = ("notified", "acknowledged", "in-progress", "needs-help")


def _open_flaw(point: Point) -> int:
    return point.patch.get("vulnerable", 0) + point.patch.get("regressed", 0)


def _intruders(point: Point) -> int:
    states = ("suspicious", "reported", "compromised", "cleaned", "re-infected")
    return sum(point.compromise.get(state, 0) for state in states)


def _about(overview: Overview) -> Iterator[str]:
    asked = "; ".join(f"{name} {' or '.join(value)}" for name, value in overview.filters.items())
    yield from _paragraph(
        f"{overview.watched}. What is known up to {overview.end or 'no day'}, worked out "
        f"{overview.as_of[:16].replace('T', ' ')} UTC." + (f" Only {asked}." if asked else "")
    )


def _left(overview: Overview) -> Iterator[str]:
    found = overview.remaining
    if not found.left:
        return
    yield from _title("WHO IS LEFT, AND WHY", "one reason for each, the first that fits")
    for one in found.reasons:
        said, act = words.reason(one)
        yield from _item(said)
        yield from _item(act, first="    -> ", then="       ")
    if said := words.waited(overview):
        yield from _paragraph(said)
    if found.groups:
        yield from _title("LEFT MORE OFTEN THAN OTHERS", "")
        yield from _paragraph(words.GROUPS.format(found.looked_at), before=False)
        for group in found.groups[:_GROUPS]:
            said, act = words.group(group)
            yield from _item(said)
            yield from _item(act, first="    -> ", then="       ")


def _channels(overview: Overview) -> Iterator[str]:
    found = overview.channels
    yield from _title("WHICH WAY REACHED THOSE WHO FIXED", "")
    for said in words.waiting(found):
        yield from _item(said)
    for one in (*found.ways, *found.by_status):
        yield from _item(f"{words.way(one)}: {words.fixed(one, found.within)}")
    if found.ways:
        yield from _paragraph(words.NO_EXPERIMENT, before=False)


def _states(overview: Overview) -> Iterator[str]:
    if not overview.total.lines:
        return
    total = overview.total.lines[0]
    yield from _title("WHERE SERVERS STAND", "three axes that are never mixed")
    columns = [
        [(name, ""), *((state, f"{n:,}") for state, n in _greatest(states))]
        for name, states in (
            ("patch", total.patch), ("compromise", total.compromise), ("work", total.work),
        )
    ]  # fmt: skip
    for place in range(max(len(column) for column in columns)):
        cells = (column[place] if place < len(column) else ("", "") for column in columns)
        yield "  ".join(f"{name:<17}{count:>7}" for name, count in cells).rstrip()


def _greatest(states: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(states.items(), key=lambda one: (-one[1], one[0]))


def _name(counts: Counts, one: Count) -> str:
    return visible(words.value_of(counts.by, one.value)) if counts.by else "all"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _spread(points: Sequence[Point], most: int | None) -> Iterable[Point]:
    if most is None or len(points) <= most:
        return points
    step = -(-(len(points) - 1) // (most - 1))
    return points[(len(points) - 1) % step :: step]


def _title(title: str, more: str) -> Iterator[str]:
    yield ""
    yield f"{title} ({more})" if more else title


def _paragraph(text: str, *, before: bool = True) -> Iterator[str]:
    if before:
        yield ""
    yield from wrap(visible(text), WIDTH, break_on_hyphens=False)


def _item(text: str, *, first: str = "  ", then: str = "    ") -> Iterator[str]:
    yield from wrap(
        visible(text), WIDTH, initial_indent=first, subsequent_indent=then,
        break_on_hyphens=False,
    )  # fmt: skip
