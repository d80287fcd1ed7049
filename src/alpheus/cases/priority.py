"""Who first, and why. The weights stand in `knowledge/tables/case_priority.csv`.

A case that is closed, or a false positive, has no priority. Points have no meaning but their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import NamedTuple

from alpheus.cases.lifecycle import State
from alpheus.cases.states import ENDED, HEALTHY, OPEN_COMPROMISE, OPEN_PATCH, Work
from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

_TABLE = "case_priority.csv"
_COLUMNS = ("factor", "value", "points", "reason")
_LATELY_DAYS = 7
_SILENT_DAYS = 14


class Factors(NamedTuple):
    """What decides; times are ISO 8601 in UTC.

    `members` are servers of the same service, `neighbours` compromised others of the same owner.
    """

    state: State
    stage: str = ""
    sector: str = ""
    flags: tuple[str, ...] = ()
    last_seen: str = ""
    members: int = 1
    neighbours: int = 0


class Reason(NamedTuple):
    """Points, and what for."""

    points: int
    text: str


class Priority(NamedTuple):
    """The sum, and the reasons that make it, the weightiest first."""

    points: int
    reasons: tuple[Reason, ...]

    def text(self) -> str:
        """One line for people."""
        said = "; ".join(f"{one.text} ({one.points:+d})" for one in self.reasons)
        return f"{self.points}: {said}" if said else f"{self.points}"


NONE = Priority(0, ())


def priority(factors: Factors, *, now: str) -> Priority:
    """How urgent a server is as of `now`."""
    state = factors.state
    if state.work in ENDED:
        return NONE
    is_open = state.patch not in HEALTHY or state.compromise in OPEN_COMPROMISE
    if not is_open:
        return NONE
    reasons = [reason for reason in _reasons(factors, now) if reason.points]
    reasons.sort(key=lambda reason: (-abs(reason.points), reason.text))
    return Priority(max(sum(reason.points for reason in reasons), 1), tuple(reasons))


def _reasons(factors: Factors, now: str) -> Iterator[Reason]:
    state = factors.state
    yield _weight("compromise", state.compromise)
    if state.compromise in OPEN_COMPROMISE:
        yield _weight("stage", factors.stage)
    yield _weight("patch", state.patch)
    for flag in dict.fromkeys(factors.flags):
        yield _weight("exposure", flag)
    if _days(factors.last_seen, now) <= _LATELY_DAYS:
        yield _weight("exposure", "seen-lately")
    yield _weight("sector", factors.sector)
    yield _age(state, now)
    if factors.members > 1:
        yield _weight("spread", "several-servers")
    if factors.neighbours:
        yield _weight("spread", "neighbours")
    yield _answer(state, now)


def _age(state: State, now: str) -> Reason:
    since = [
        time for time, is_open in (
            (state.patch_since, state.patch in OPEN_PATCH),
            (state.compromise_since, state.compromise in OPEN_COMPROMISE),
        ) if is_open and time
    ]  # fmt: skip
    if not since:
        return Reason(0, "")
    each, most = _weight("age", "week"), _weight("age", "most")
    weeks = _days(min(since), now) // 7
    return Reason(min(weeks * each.points, most.points), f"open for {weeks} weeks")


def _answer(state: State, now: str) -> Reason:
    if state.work is Work.NOTIFIED:
        silent = _days(state.work_since, now) >= _SILENT_DAYS
        return _weight("answer", "silent") if silent else Reason(0, "")
    return _weight("answer", "untold" if state.work is Work.NEW else state.work)


_LONG = 1 << 20


def _days(begin: str, end: str) -> int:
    if not begin:
        return _LONG
    return max((_moment(end) - _moment(begin)).days, 0)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _weight(factor: str, value: str) -> Reason:
    return _weights().get((factor, value), Reason(0, ""))


@cache
def reasons_of_table() -> frozenset[str]:
    """Every reason that there may be, but for how long something has been open."""
    counted = {("age", "week"), ("age", "most")}
    return frozenset(one.text for key, one in _weights().items() if key not in counted)


@cache
def _weights() -> dict[tuple[str, str], Reason]:
    try:
        return {
            (row["factor"], row["value"]): Reason(int(row["points"]), row["reason"])
            for row in read_table(_TABLE, _COLUMNS)
        }
    except ValueError as error:
        raise KnowledgeError(f"tables/{_TABLE}: {error}") from error
