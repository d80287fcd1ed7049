"""A campaign as one HTML page: no script, nothing fetched, every text of others escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TextIO

from markupsafe import Markup

from alpheus import __version__
from alpheus.campaign import words
from alpheus.campaign.breakdown import Count, Counts
from alpheus.campaign.channels import Way
from alpheus.campaign.line_chart import Line, days_chart, share_chart
from alpheus.campaign.picture import described
from alpheus.campaign.remaining import Group, Left
from alpheus.campaign.series import Point, Series
from alpheus.campaign.service import DIMENSIONS, Overview
from alpheus.campaign.survival import Curve
from alpheus.cases.states import OPEN_COMPROMISE, OPEN_PATCH
from alpheus.report.html_environment import html_environment
from alpheus.report.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

_SHOWN = 25
"""Values of a dimension that are shown."""

_DAYS = 400
_GROUPS = 20
_LINES = (
    ("left", "all that are left"),
    ("flaw", "without the fix"),
    ("intrusion", "intrusion open"),
    ("silent", "not seen for two weeks"),
)
_BAR = 12
_HEADS = {"product": "Product", "build": "Build", "network": "Network", "region": "Region",
          "sector": "Sector"}  # fmt: skip


class Said(NamedTuple):
    """Something in words, what to do next, and how many servers it is about."""

    name: str
    said: str
    act: str
    servers: int


def write_page(overview: Overview, stream: TextIO) -> None:
    """Write the page, UTF-8; piece by piece."""
    total = overview.total.lines[0] if overview.total.lines else None
    pieces = (
        _environment()
        .get_template("campaign.html.j2")
        .stream(
            overview=overview, total=total, version=__version__,
            headline=words.headline(overview), both=words.both_axes(overview),
            merged=words.merged(overview), alerts=list(words.alerts(overview)),
            speed=list(words.speed(overview.pace)), chart=_days(overview.series, overview),
            days=_shown_days(overview.series), lines=_LINES,
            waited=words.waited(overview),
            reasons=[_reason(one) for one in overview.remaining.reasons],
            groups=[_group(one) for one in overview.remaining.groups[:_GROUPS]],
            groups_note=words.GROUPS.format(overview.remaining.looked_at),
            waiting=list(words.waiting(overview.channels)), survival=_survival(overview),
            ways=[_way(one, overview.channels.within) for one in
                  (*overview.channels.ways, *overview.channels.by_status)],
            no_experiment=words.NO_EXPERIMENT, raw=f"{words.SYSTEMS} {words.RAW}",
            breakdowns=[_breakdown(overview.counts[by]) for by in DIMENSIONS],
            states=_states(total), filters=overview.filters,
        )
    )  # fmt: skip
    pieces.enable_buffering(1000)
    stream.writelines(pieces)


@cache
def _environment() -> Environment:
    environment = html_environment("report.css", "exposure.css", "campaign.css")
    environment.globals.update(bar=_bar)
    environment.filters.update(grouped=words.number, longday=words.day, commands=_commands)
    return environment


_CODE, _PLAIN = Markup("<code>{}</code>"), Markup("{}")


def _commands(text: str) -> Markup:
    """A text of ours in which commands stand between back quotes."""
    parts = enumerate(text.split("`"))
    return Markup("").join((_CODE if n % 2 else _PLAIN).format(visible(part)) for n, part in parts)


def numbers_of(point: Point) -> tuple[int, ...]:
    """The values of a day's lines, in their order."""
    flaw = sum(point.patch.get(state, 0) for state in OPEN_PATCH)
    intrusion = sum(point.compromise.get(state, 0) for state in OPEN_COMPROMISE)
    return point.left, flaw, intrusion, point.silent


def _days(series: Series, overview: Overview) -> Markup:
    points = series.points[-_DAYS:]
    by_day = [numbers_of(point) for point in points]
    lines = [
        Line(kind, name, [numbers[place] for numbers in by_day])
        for place, (kind, name) in enumerate(_LINES)
    ]
    return days_chart([point.day for point in points], lines, described(overview))


def _shown_days(series: Series) -> Sequence[tuple[str, tuple[int, ...], int]]:
    """The last days first."""
    return [(point.day, numbers_of(point), point.done) for point in series.points[:-_DAYS:-1]]


def _reason(left: Left) -> Said:
    said, act = words.reason(left)
    return Said(words.REASONS[left.reason].title, _sentence(said), _sentence(act), left.servers)


def _group(found: Group) -> Said:
    said, act = words.group(found)
    name, _, rest = said.partition(": ")
    return Said(name, rest, _sentence(act), found.left)


def _way(found: Way, within: int) -> Said:
    return Said(words.way(found), words.fixed(found, within), "", found.fixed)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _survival(overview: Overview) -> Markup:
    """The share that is still open, by days since the notice, and without one."""
    told, untold = overview.channels.told, overview.channels.untold
    if not told.fixed:
        return Markup("")
    most = max(_last(told), _last(untold), 1)
    lines = [
        Line("told", "told", _still(told, most)), Line("untold", "not told", _still(untold, most))
    ]  # fmt: skip
    label = "Share still open by days. " + " ".join(words.waiting(overview.channels))
    return share_chart(most, lines, label)


def _last(curve: Curve) -> int:
    return curve.steps[-1].day if curve.steps else 0


def _still(curve: Curve, most: int) -> list[float]:
    found, now, steps = [], 1.0, {step.day: step.open.value for step in curve.steps}
    for day in range(most + 1):
        now = steps.get(day, now)
        found.append(now)
    return found


def _breakdown(counts: Counts) -> tuple[str, Counts, list[tuple[str, Count]], int]:
    """The heading, the counts, the lines that are shown, and the greatest."""
    lines = sorted(
        counts.lines, key=lambda one: (-one.systems.left, -one.systems.systems, one.value)
    )[:_SHOWN]
    shown = [(words.value_of(counts.by, one.value), one) for one in lines]
    return _HEADS[counts.by], counts, shown, max((one.systems.systems for one in lines), default=0)


def _states(total: Count | None) -> list[tuple[str, list[tuple[str, int]]]]:
    if total is None:
        return []
    axes = (("Patch", total.patch), ("Compromise", total.compromise), ("Work", total.work))
    return [
        (name, sorted(states.items(), key=lambda one: (-one[1], one[0]))) for name, states in axes
    ]


def _bar(parts: Iterable[tuple[str, int]], whole: int, label: str) -> Markup:
    """A bar of parts of a whole, that says in words what it shows."""
    at, drawn = 0.0, []
    for kind, count in parts:
        width = 100 * count / whole if whole else 0.0
        if count:
            drawn.append(
                Markup('<rect class="{}" x="{}%" width="{}%" height="{}"/>').format(
                    kind, round(at, 3), round(max(width, 0.4), 3), _BAR
                )
            )
        at += width
    return Markup(
        '<svg class="bar" width="100%" height="{}" role="img" aria-label="{}">{}</svg>'
    ).format(_BAR, label, Markup("").join(drawn))
