"""Counts and days as rows for other programs; times and days are UTC, texts are UTF-8."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from typing import TextIO

from alpheus.campaign.breakdown import Counts
from alpheus.campaign.series import Series
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.report.csv_output import cell

_NUMBERS = ("servers", "left", "open_flaw", "open_intrusion", "victims", "observations", "entries",
            "victim_entries")  # fmt: skip
_SYSTEMS = ("systems", "left", "open_flaw", "open_intrusion", "victims")
_DAY_NUMBERS = ("known", "left", "done", "silent")
_AXES = tuple(
    (axis, tuple(state.value for state in states))  # text is looked up quicker than a member
    for axis, states in (("patch", Patch), ("compromise", Compromise), ("work", Work))
)


def write_counts(counts: Counts, stream: TextIO) -> None:
    """A row for each value, with systems, and servers by their state on each axis."""
    writer = csv.writer(stream)
    systems = ("systems", *(f"systems_{name}" for name in _SYSTEMS[1:]))
    writer.writerow([counts.by or "all", *systems, *_NUMBERS, *_states()])
    for one in counts.lines:
        numbers = [getattr(one.systems, name) for name in _SYSTEMS]
        numbers += [getattr(one, name) for name in _NUMBERS]
        writer.writerow([cell(one.value), *numbers, *_counted(one)])


def write_series(series: Series, stream: TextIO) -> None:
    """A row for each day, as it ends."""
    writer = csv.writer(stream)
    writer.writerow(["day", *_DAY_NUMBERS, *_states()])
    for point in series.points:
        numbers = [getattr(point, name) for name in _DAY_NUMBERS]
        writer.writerow([point.day, *numbers, *_counted(point)])


def _states() -> Iterable[str]:
    return (f"{axis} {state}" for axis, states in _AXES for state in states)


def _counted(one: object) -> Iterable[int]:
    return (getattr(one, axis).get(state, 0) for axis, states in _AXES for state in states)
