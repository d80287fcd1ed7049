"""Bars as SVG, in percent so that they fill any width; every bar says in words what it shows."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from alpheus.exposure.report.model import States

_HEIGHT = 14
_LEAST = 0.4
"""Percent of the width that even a single one takes."""

SHOWN = (
    ("vulnerable", "vulnerable"),
    ("undetermined", "cannot be told"),
    ("mitigated", "mitigated"),
    ("fixed", "fixed"),
    ("not_affected", "not affected"),
)
"""Fields of `States` with their words, in the order of the bar."""


def stacked(states: States, whole: int) -> Markup:
    """The states of servers one after the other, out of so many."""
    parts = [(name, words, getattr(states, name)) for name, words in SHOWN]
    label = ", ".join(f"{count:,} {words}" for _, words, count in parts if count)
    return _bar([(name, count) for name, _, count in parts], whole, label or "none")


def single(count: int, whole: int) -> Markup:
    """One count out of so many."""
    return _bar([("plain", count)], whole, f"{count:,} of {whole:,}")


def _bar(parts: Iterable[tuple[str, int]], whole: int, label: str) -> Markup:
    at = 0.0
    drawn = []
    for name, count in parts:
        if not count or whole <= 0:
            continue
        width = min(max(100 * count / whole, _LEAST), 100 - at)
        drawn.append(
            Markup('<rect class="{}" x="{}%" width="{}%" height="{}"/>').format(
                name, round(at, 3), round(width, 3), _HEIGHT
            )
        )
        at += width
    return Markup(
        '<svg class="bar" width="100%" height="{0}" role="img" aria-label="{1}">'
        '<rect class="ground" width="100%" height="{0}"/>{2}</svg>'
    ).format(_HEIGHT, label, Markup("").join(drawn))
