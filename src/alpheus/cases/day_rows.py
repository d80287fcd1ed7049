"""What of a server counts on which day, so that the stock of any day is a sum over days before it.

Each row says that on a day (UTC, '' unknown) a server went from one state of an axis to another.
Beside the axes of `lifecycle.Change` there are: `known` (first seen), `left` (something is still
to be done, or no more, as the day ends) and `silent` (last seen on that day, and left since).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from sys import intern
from typing import NamedTuple

from alpheus.cases.lifecycle import Change
from alpheus.cases.schema import DAY_DIMENSIONS
from alpheus.cases.states import ENDED, OPEN_COMPROMISE, OPEN_PATCH, Compromise, Patch, Work

LEFT = "left"
DONE = "done"
START = {"patch": Patch.UNKNOWN.value, "compromise": Compromise.UNKNOWN.value,
         "work": Work.NEW.value}  # fmt: skip
"""The states in which a server begins."""

_PATCH = {state.value for state in OPEN_PATCH}
_COMPROMISE = {state.value for state in OPEN_COMPROMISE}
_ENDED = {state.value for state in ENDED}


class Step(NamedTuple):
    """A change, with what shows it and without who and why."""

    axis: str
    time: str
    before: str
    after: str
    evidence: str = ""


def is_left(patch: str, compromise: str, work: str) -> bool:
    """Whether something is to be done: flaw or intrusion is open, and the case has not ended."""
    return (patch in _PATCH or compromise in _COMPROMISE) and work not in _ENDED


def day_rows(row: Mapping[str, object], steps: Iterable[Step | Change]) -> list[tuple[str, ...]]:
    """Rows without their number: dimension, value, day, axis, before, after.

    What was seen of a service whose members are counted is no server, and gives none.
    """
    if row["service"]:
        return []
    places = [("", ""), *[(name, str(row[name])) for name in DAY_DIMENSIONS]]
    return [(*place, *change) for change in _changes(row, list(steps)) for place in places]


def _changes(row: Mapping[str, object], steps: list[Step | Change]) -> Iterator[tuple[str, ...]]:
    yield (_day(str(row["first_seen"])), "known", "", "known")
    for step in steps:
        yield (_day(step.time), step.axis, step.before, step.after)
    yield from _left(steps)
    if is_left(*(str(row[axis]) for axis in START)):
        yield (_day(str(row["last_seen"])), "silent", "", LEFT)


def _left(steps: list[Step | Change]) -> Iterator[tuple[str, ...]]:
    """When something was left to do and when no more, by the states that a day ends with."""
    by_day: dict[str, list[Step | Change]] = {}
    for step in steps:
        by_day.setdefault(_day(step.time), []).append(step)
    states, was = dict(START), ""
    for day in sorted(by_day):
        for axis, begin in states.items():
            states[axis] = _end(begin, [one for one in by_day[day] if one.axis == axis])
        now = LEFT if is_left(*states.values()) else DONE if was else ""
        if now != was:
            yield (day, LEFT, was, now)
            was = now


def _end(begin: str, steps: list[Step | Change]) -> str:
    """Where a walk ends: the only state that is entered more often than left, but for its begin.

    The order of steps of one moment is not kept, and not needed.
    """
    if not steps:
        return begin
    if len(steps) == 1:  # nearly all days of a server, and much quicker
        return steps[0].after if steps[0].before == begin else begin
    balance = Counter([begin, *(one.after for one in steps)])
    balance.subtract(one.before for one in steps)
    return next((state for state, count in balance.items() if count > 0), begin)


def _day(time: str) -> str:
    return intern(time[:10])
