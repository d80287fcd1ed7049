"""Parts of the campaign page that follow from counts alone: made once for each language.

They hold nothing of a session, so that all who may see the same servers share them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup

from alpheus.campaign import published
from alpheus.campaign.breakdown import Count, Counts
from alpheus.campaign.series import Point
from alpheus.web import campaign_words
from alpheus.web.campaign_view import Alerts, Whole, numbers_of
from alpheus.web.pictures.lines import Line, lines_chart
from alpheus.web.pictures.tiles import elsewhere, maps_of, name_of
from alpheus.web.rendering import environment, said_in
from alpheus.web.words import Words

DIMENSIONS = {"sector": "sector", "region": "region", "network": "network", "product": "product",
              "build": "build"}  # fmt: skip
"""By what servers are counted, and its name."""

MAP_NAMES = {"us": "United States", "europe": "Europe", "world": "Other countries"}
_DAYS = 400
_DAYS_OF_TABLE = 31
_LINES_OF_TABLE = 12
_AROUND = 3
"""Days of the reference outside of the campaign that are still drawn for its slope."""


class Told(NamedTuple):
    """An alert: a number (`more`: it may be more), its words, where it leads, its colour."""

    number: int
    text: str
    where: str
    tone: str
    lately: int = 0
    more: bool = False


class _Look(NamedTuple):
    """As much of a look as these parts need: nothing of who looks."""

    words: Words


def render(template: str, words: Words, **values: object) -> Markup:
    """A part in a language."""
    made = environment().get_template(f"campaign/{template}")
    more = {
        "dimensions": DIMENSIONS, "servers_at": campaign_words.servers_at,
        "network_name": network_name, "percent": lambda value: percent(value, words),
        "region_name": lambda value: region_name(value, words), "heads": campaign_words.KINDS,
    }  # fmt: skip
    return Markup(  # noqa: S704 - made of a template that escapes
        made.render(look=_Look(words), **said_in(words), **more, **values)
    )


def percent(share: float, words: Words) -> str:
    """`2.4 %`, in the language's own marks."""
    return f"{words.number(round(100 * share, 1))}\N{NO-BREAK SPACE}%"


def network_name(value: str) -> str:
    """A network as people name it."""
    return f"AS{value}" if value.isdigit() else value or "?"


def days_part(whole: Whole, words: Words) -> Markup:
    """The burn-down with its tables."""
    points = whole.series.points[-_DAYS:]
    numbers = [(point, numbers_of(point)) for point in points]
    legend, chart, shift = _chart(numbers, words) if points else ([], Markup(""), None)
    return render(
        "days.html", words, points=numbers[: -_DAYS_OF_TABLE - 1 : -1], legend=legend, chart=chart,
        pace=whole.pace, trend=campaign_words.TRENDS[whole.pace.trend], shift=shift,
        published=[_figure(one, words) for one in published.figures()],
    )  # fmt: skip


def _chart(
    numbers: list[tuple[Point, dict[str, int]]], words: Words
) -> tuple[list[tuple[str, str, int | None]], Markup, str | None]:
    """The legend, the picture, and how the reference was moved.

    That is '' for not at all, and None where there is no reference.
    """
    first, last = numbers[0][0].day, numbers[-1][0].day
    names = {
        "flaw": words.gettext("Vulnerable"), "intrusion": words.gettext("Intrusion open"),
        "told": words.gettext("Told, not closed"),
    }  # fmt: skip
    lines = [
        Line(name, [(point.day, one[name]) for point, one in numbers])
        for name in ("told", "intrusion", "flaw")
    ]
    legend: list[tuple[str, str, int | None]] = [
        (name, text, numbers[-1][1][name]) for name, text in names.items()
    ]
    peak = max(one["flaw"] for _, one in numbers)
    known = published.reference(first, last, peak) if peak else []
    shift = ""
    if known:
        lines.insert(0, Line("reference", known, dots=True))
        legend.append(("reference", words.gettext("World, 2021"), None))
        moved = (date.fromisoformat(known[0][0]) - date.fromisoformat(_published_first())).days
        text = words.ngettext(", %(number)s day later", ", %(number)s days later", moved)
        shift = text % {"number": words.number(moved)} if moved else ""
    label = words.gettext("Servers by day, from %(first)s to %(last)s") % {
        "first": words.day(first), "last": words.day(last)
    }  # fmt: skip
    said = "; ".join(f"{text}: {words.number(n)}" for _, text, n in legend if n is not None)
    chart = lines_chart(
        lines, first, last, f"{label}. {said}", number=lambda n: words.number(round(n)),
        day=words.short_day,
    )  # fmt: skip
    return legend, chart, shift if known else None


def _published_first() -> str:
    return next(one.day for one in published.figures() if one.reference)


def _figure(one: published.Figure, words: Words) -> dict[str, Any]:
    place = campaign_words.PLACES.get(one.place)
    where = words.gettext(place) if place else words.country(one.place)
    return {**one._asdict(), "where": where}


def remaining_part(whole: Whole, words: Words) -> Markup:
    """Who is left, why, and what to do next."""
    return render(
        "remaining.html", words, made=whole.prepared, reasons=campaign_words.REASONS,
        kinds=campaign_words.KINDS, acts=campaign_words.ACTS, group_at=campaign_words.group_at,
        is_ours=campaign_words.is_ours,
    )  # fmt: skip


def tables_part(whole: Whole, words: Words) -> Markup:
    """Maps, and tables by region, sector and network."""
    lines = {by: _first(counts.lines, _LINES_OF_TABLE) for by, counts in whole.by.items()}
    regions = whole.by["region"].lines
    maps = maps_of(regions)
    lost = sum(one.servers for one in elsewhere(regions, maps)) if maps else 0
    return render(
        "tables.html", words, by=whole.by, lines=lines, maps=maps, lost=lost,
        most={by: _most(some) for by, some in lines.items()}, map_names=MAP_NAMES,
    )  # fmt: skip


def by_part(counts: Counts, words: Words) -> Markup:
    """A whole table."""
    lines = _first(counts.lines, len(counts.lines))
    return render("by_table.html", words, by=counts.by, lines=lines, most=_most(lines))


def _first(lines: Iterable[Count], most: int) -> list[Count]:
    return sorted(lines, key=lambda one: (-one.left, -one.servers, one.value))[:most]


def _most(lines: Iterable[Count]) -> int:
    return max((one.servers for one in lines), default=1) or 1


def region_name(region: str, words: Words) -> str:
    """A region as people name it, where that is known: Iowa, Germany, Germany, BY."""
    if known := name_of(region):
        return known
    country, _, part = region.partition("-")
    name = words.country(country)
    return f"{name}, {part}" if part and name != country else name if not part else region


def told_of(alerts: Alerts, most: int) -> list[Told]:
    """The alerts that there are."""
    at = campaign_words.servers_at
    every = (
        Told(alerts.regressed, "vulnerable again after a fix or a mitigation",
             at(patch="regressed"), "bad", alerts.regressed_lately),
        Told(alerts.re_infected, "compromised again after cleaning", at(compromise="re-infected"),
             "bad", alerts.re_infected_lately),
        Told(alerts.overdue_clocks, "whose deadline by law has passed",
             at(overdue="1", sort="due"), "bad", more=alerts.overdue_clocks >= most),
        Told(alerts.uncertain, "notices of which nobody knows whether they went out",
             "/notices?status=uncertain", "doubt", more=alerts.uncertain >= most),
        Told(alerts.overdue_notices, "notices that nobody has answered in time",
             "/notices?status=overdue", "doubt", more=alerts.overdue_notices >= most),
        Told(alerts.silent, "left, and not seen for two weeks or more", "#left", "doubt"),
    )  # fmt: skip
    return [one for one in every if one.number]


TEXTS = (
    "vulnerable again after a fix or a mitigation", "compromised again after cleaning",
    "whose deadline by law has passed", "notices of which nobody knows whether they went out",
    "notices that nobody has answered in time", "left, and not seen for two weeks or more",
    "Told, not closed", "World, 2021", "Servers by day, from %(first)s to %(last)s",
    ", %(number)s day later",
)  # fmt: skip
"""What is said here and not in a template, for those who translate."""


def texts() -> Iterable[str]:
    """Every text that no template says."""
    return (*TEXTS, *DIMENSIONS.values(), *MAP_NAMES.values(), *campaign_words.texts())


def both(total: Mapping[str, int] | Count | None) -> int:
    """Servers in which flaw and intrusion are open."""
    if not isinstance(total, Count):
        return 0
    return max(total.open_flaw + total.open_intrusion - total.left, 0)
