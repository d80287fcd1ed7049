"""The picture of a campaign, for print: days, sectors, reasons and ways, as SVG or PNG.

Colours are told apart by people who see fewer of them (Okabe and Ito), and lines by their dashes as
well. The SVG says in words what it shows. The same numbers make the same bytes on one machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from textwrap import wrap
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from alpheus.campaign import words
from alpheus.campaign.breakdown import Count
from alpheus.campaign.series import Point
from alpheus.campaign.service import Overview
from alpheus.report.visible import visible

_Drawing: TypeAlias = Any
"""A chart of Altair, whose own types do not say what its calls give."""

_Module: TypeAlias = Any

_TICKS = 8
"""Days that are named below a picture, at most about so many."""
WIDTH = 760
SCALE = 2.0
"""Pixels of PNG for each of the picture."""

INK, SOFT, RULE = "#1b2228", "#56616b", "#d9dcd8"
LEFT, FLAW, INTRUSION, SILENT, REST = "#000000", "#0072b2", "#d55e00", "#7a7f85", "#c9cfd4"
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_VALUES = 10
_OPEN_COMPROMISE = ("suspicious", "reported", "compromised", "cleaned", "re-infected")
_LINES = ("all that are left", "without the fix", "intrusion open", "not seen for two weeks")
_COLOURS = (LEFT, FLAW, INTRUSION, SILENT)
_DASHES: tuple[list[int], ...] = ([], [7, 3], [2, 2], [1, 4])


def svg(overview: Overview) -> str:
    """The picture as SVG with a title and a description."""
    import vl_convert  # noqa: PLC0415 - slow to load, only for pictures

    drawn: str = vl_convert.vegalite_to_svg(_chart(overview).to_dict())
    title, told = escape(words.headline(overview)), escape(described(overview))
    head = f'<title id="alpheus-title">{title}</title><desc id="alpheus-desc">{told}</desc>'
    return re.sub(
        r"<svg ([^>]*)>",
        lambda found: f'<svg role="img" aria-labelledby="alpheus-title alpheus-desc" '
        f"{found[1]}>{head}",
        drawn, count=1,
    )  # fmt: skip


def png(overview: Overview) -> bytes:
    """The picture as PNG."""
    import vl_convert  # noqa: PLC0415 - slow to load, only for pictures

    drawn: bytes = vl_convert.vegalite_to_png(_chart(overview).to_dict(), scale=SCALE)
    return drawn


def described(overview: Overview) -> str:
    """What the picture shows, in words."""
    said = [words.both_axes(overview), words.merged(overview)]
    points = overview.series.points
    if points:
        said.append(
            f"Day by day from {words.day(points[0].day)} to {words.day(points[-1].day)}: "
            f"{points[0].left:,} left at first, {max(p.left for p in points):,} at most, "
            f"{points[-1].left:,} at the end."
        )
    said += [f"{words.REASONS[one.reason].title}: {one.servers:,}."
             for one in overview.remaining.reasons]  # fmt: skip
    return visible(" ".join(text for text in said if text))


def _chart(overview: Overview) -> _Drawing:
    import altair as alt  # noqa: PLC0415 - slow to load, only for pictures

    rows: list[Any] = [_days(overview.series.points)] if overview.series.points else []
    lower = [one for one in (_sectors(overview), _reasons(overview)) if one is not None]
    if lower:
        rows.append(alt.hconcat(*lower, spacing=40).resolve_scale(color="independent"))
    ways = _ways(overview)
    rows += [] if ways is None else [ways]
    title = alt.TitleParams(
        wrap(visible(words.headline(overview)), 78),
        subtitle=wrap(visible(words.merged(overview)), 118),
        anchor="start", fontSize=17, fontWeight="bold", color=INK, subtitleColor=SOFT,
        subtitleFontSize=12, subtitlePadding=8, lineHeight=22, subtitleLineHeight=17, offset=16,
    )  # fmt: skip
    return (
        alt.vconcat(*(rows or [_empty()]), spacing=28)
        .resolve_scale(color="independent")
        .properties(title=title, padding=18, background="white")
        .configure(font=_FONT)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=SOFT, titleColor=SOFT, labelFontSize=11, titleFontSize=11, gridColor=RULE,
            domainColor=SOFT, tickColor=SOFT, titleFontWeight="normal", labelLimit=190,
        )
        .configure_title(anchor="start", color=INK, fontSize=13, offset=8)
    )  # fmt: skip


def _data(alt: _Module, values: list[dict[str, Any]]) -> _Drawing:
    return alt.Data(values=values)


def _empty() -> _Drawing:
    import altair as alt  # noqa: PLC0415 - as above

    text = alt.Chart(_data(alt, [{"said": "nothing to show"}])).mark_text(color=SOFT)
    return text.encode(text="said:N").properties(width=WIDTH, height=60)


def _days(points: Iterable[Point]) -> _Drawing:
    """Both axes as lines, named where they end; never colour alone."""
    import altair as alt  # noqa: PLC0415 - as above

    values: list[dict[str, Any]] = [
        {"day": point.day, "line": name, "servers": count}
        for point in points for name, count in zip(_LINES, _numbers(point), strict=True)
    ]  # fmt: skip
    last = max(str(one["day"]) for one in values)
    ends = _apart([one for one in values if one["day"] == last], _most(values))
    scale = alt.Scale(domain=list(_LINES), range=list(_COLOURS))
    dashes = alt.Scale(domain=list(_LINES), range=list(_DASHES))
    step = max(1, -(-len({one["day"] for one in values}) // _TICKS))
    across = alt.X("day:T", title=None, axis=alt.Axis(
        format="%-d %b", grid=False, labelFlush=True,
        tickCount=alt.TimeIntervalStep(interval="day", step=step),
    ))  # fmt: skip
    up = alt.Y("servers:Q", title=None, axis=alt.Axis(format=",d", tickCount=5, tickMinStep=1))
    colour = alt.Color("line:N", scale=scale, legend=None)
    lines = (
        alt.Chart(_data(alt, values))
        .mark_line(strokeWidth=2.2, interpolate="linear")
        .encode(across, up, colour, strokeDash=alt.StrokeDash("line:N", scale=dashes, legend=None))
    )
    names = (
        alt.Chart(_data(alt, ends))
        .mark_text(align="left", dx=8, fontSize=11)
        .encode(alt.X("day:T"), alt.Y("at:Q", title=""), colour, text="said:N")
    )
    return alt.layer(lines, names).properties(
        width=WIDTH - 170, height=240, title="Servers at the end of the day (UTC)",
    )  # fmt: skip


def _numbers(point: Point) -> tuple[int, ...]:
    flaw = point.patch.get("vulnerable", 0) + point.patch.get("regressed", 0)
    intruders = sum(point.compromise.get(state, 0) for state in _OPEN_COMPROMISE)
    return point.left, flaw, intruders, point.silent


def _most(values: Iterable[dict[str, Any]]) -> int:
    return max((int(one["servers"]) for one in values), default=1) or 1


def _apart(ends: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """Names of lines one above the other where the lines end close together."""
    step, at = most * 0.075, -float(most)
    made = []
    for one in sorted(ends, key=lambda end: (end["servers"], -_LINES.index(end["line"]))):
        at = max(float(one["servers"]), at + step)
        made.append({**one, "at": at, "said": f"{one['servers']:,} {one['line']}"})
    return made


def _sectors(overview: Overview) -> _Drawing:
    """Bars of those left, with how many servers there are."""
    lines = [one for one in overview.counts["sector"].lines if one.left]
    lines.sort(key=lambda one: (-one.left, one.value))
    if not lines:
        return None
    shown = [_sector(one) for one in lines[:_VALUES]]
    more = len(lines) - len(shown)
    title = "Left, of all servers, by sector" + (f" ({more} more sectors)" if more else "")
    return _bars(shown, title, FLAW)


def _sector(one: Count) -> dict[str, Any]:
    name = visible(words.value_of("sector", one.value))
    return {"name": name, "count": one.left, "said": f"{one.left:,} of {one.servers:,}"}


def _reasons(overview: Overview) -> _Drawing:
    shown = [
        {"name": words.REASONS[one.reason].title, "count": one.servers,
         "said": f"{one.servers:,}"}
        for one in overview.remaining.reasons
    ]  # fmt: skip
    shown.sort(key=lambda one: -int(str(one["count"])))
    return _bars(shown, "Why they are left", INTRUSION) if shown else None


def _bars(values: list[dict[str, Any]], title: str, colour: str) -> _Drawing:
    import altair as alt  # noqa: PLC0415 - as above

    base = alt.Chart(_data(alt, values)).encode(
        alt.Y("name:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False,
                                                             labelColor=INK, labelPadding=6)),
        alt.X("count:Q", title=None, axis=None,
              scale=alt.Scale(domain=[0, _top(values)])),
    )  # fmt: skip
    bars = base.mark_bar(color=colour, height={"band": 0.68})
    names = base.mark_text(align="left", dx=5, color=INK, fontSize=11).encode(text="said:N")
    return alt.layer(bars, names).properties(
        width=230, height=20 * len(values), title=title
    )  # fmt: skip


def _top(values: Iterable[dict[str, Any]]) -> float:
    return max(int(one["count"]) for one in values) * 1.28


def _ways(overview: Overview) -> _Drawing:
    """The share that fixed in time, each with its interval."""
    import altair as alt  # noqa: PLC0415 - as above

    found = overview.channels
    values = [
        {"name": visible(words.way(one)), "share": one.share.value, "low": one.share.low,
         "high": one.share.high, "said": f"{one.fixed:,} of {one.counted:,}"}
        for one in found.ways if one.counted
    ]  # fmt: skip
    if not values:
        return None
    base = alt.Chart(_data(alt, values)).encode(
        alt.Y("name:N", sort=None, title=None,
              axis=alt.Axis(ticks=False, domain=False, labelColor=INK, labelPadding=12)),
    )  # fmt: skip
    scale = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="%", tickCount=5)
    title = f"share fixed within {words.days(found.within)}, with its interval of 95 %"
    spans = base.mark_rule(color=SOFT, strokeWidth=2).encode(
        alt.X("low:Q", scale=scale, title=title, axis=axis), alt.X2("high:Q")
    )
    points = base.mark_point(color=FLAW, filled=True, size=70, opacity=1).encode(
        alt.X("share:Q", scale=scale)
    )
    names = base.mark_text(align="left", dx=8, color=INK, fontSize=11).encode(
        alt.X("high:Q", scale=scale), text="said:N"
    )
    return alt.layer(spans, points, names).properties(
        width=WIDTH - 260, height=24 * len(values),
        title="Which way reached those who fixed (no experiment)",
    )  # fmt: skip
