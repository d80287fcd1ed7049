"""Clocks that a law or a directive starts for a server: due, overdue or met.

Which there are stands in `knowledge/tables/case_deadlines.csv`. All times are ISO 8601 in UTC.
A report is met by the act of having made it, whose `to` is `LAW:step`, such as
`NIS2:early-warning`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from alpheus.cases.acts import Act, ActKind
from alpheus.cases.lifecycle import Change, State
from alpheus.cases.states import BREACHED, HEALTHY, Compromise, Work
from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

_TABLE = "case_deadlines.csv"
_COLUMNS = ("law", "step", "title", "begins", "after", "due", "met_by", "sectors", "source")
_BREACHES = BREACHED | {Compromise.RE_INFECTED}


class Standing(StrEnum):
    """Where a clock stands."""

    DUE = "due"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met-late"


class Clock(NamedTuple):
    """One clock. `begins` is '' for a fixed date, `met` is '' while it runs."""

    law: str
    step: str
    title: str
    begins: str
    due: str
    met: str
    standing: Standing
    source: str


class Rule(NamedTuple):
    """One row of the table. `hours` or `months` after `begins`, or at `due`."""

    law: str
    step: str
    title: str
    begins: str
    hours: int
    months: int
    due: str
    met_by: str
    sectors: frozenset[str]
    source: str


def clocks(
    state: State,
    acts: Iterable[Act] = (),
    *,
    sector: str = "",
    now: str,
    laws: Collection[str] | None = None,
) -> tuple[Clock, ...]:
    """The clocks of a server, the first that is due first. `laws` restricts them to some.

    A clock that begins with an incident is there once somebody knows of one: when it was first
    reported or assessed, and anew when the server is broken into again.
    """
    aware = aware_at(state.changes)
    reports = {act.to: act.time for act in sorted(acts, key=lambda act: act.time, reverse=True)
               if act.kind is ActKind.REPORTED_TO_AUTHORITY and act.time >= aware}  # fmt: skip
    found: dict[tuple[str, str], Clock] = {}
    for rule in rules():
        if laws is not None and rule.law not in laws:
            continue
        if rule.sectors and sector not in rule.sectors:
            continue
        begins = _begin(rule, aware, found)
        if rule.begins and not begins:
            continue
        due = rule.due or _after(begins, rule)
        met = (
            reports.get(f"{rule.law}:{rule.step}", "") if rule.met_by == "report" else _fixed(state)
        )
        found[rule.law, rule.step] = Clock(
            rule.law, rule.step, rule.title, begins, due, met, _standing(due, met, now),
            rule.source,
        )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda clock: (clock.due, clock.law, clock.step)))


def aware_at(changes: Iterable[Change]) -> str:
    """When the incident that runs became known; '' without one."""
    aware = ""
    for change in changes:
        if change.axis == "compromise" and change.after in _BREACHES:
            if change.after == Compromise.RE_INFECTED or not aware:
                aware = change.time
        elif change.axis == "compromise" and change.after == Compromise.NO_EVIDENCE:
            aware = ""
    return aware


@cache
def rules() -> tuple[Rule, ...]:
    """The rows of the table; a step stands after the one that it begins with. KnowledgeError."""
    return tuple(_rule(row) for row in read_table(_TABLE, _COLUMNS))


def _rule(row: dict[str, str]) -> Rule:
    number, _, unit = row["after"].partition(" ")
    known = unit.removesuffix("s") in {"hour", "month", ""} and bool(row["after"]) != bool(
        row["due"]
    )
    if not known or (number and not number.isdigit()) or row["met_by"] not in {"report", "fixed"}:
        raise KnowledgeError(f"tables/{_TABLE}: {row['law']} {row['step']}: no clock can be made")
    span = int(number or 0)
    hours, months = (span, 0) if unit.startswith("hour") else (0, span)
    return Rule(
        row["law"], row["step"], row["title"], row["begins"], hours, months, row["due"],
        row["met_by"], frozenset(row["sectors"].split()), row["source"],
    )  # fmt: skip


def _begin(rule: Rule, aware: str, found: dict[tuple[str, str], Clock]) -> str:
    """A step that follows another begins when that was taken, or should have been."""
    if rule.begins in {"", "aware"}:
        return aware if rule.begins else ""
    before = found.get((rule.law, rule.begins))
    return (before.met or before.due) if before else ""


def _after(begins: str, rule: Rule) -> str:
    moment = datetime.fromisoformat(begins) + timedelta(hours=rule.hours)
    year, month = divmod(moment.year * 12 + moment.month - 1 + rule.months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return (
        moment.replace(year=year, month=month + 1, day=day)
        .astimezone(UTC)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _fixed(state: State) -> str:
    """When the flaw was closed, or the server went away."""
    if state.patch in HEALTHY:
        return state.patch_since
    return state.work_since if state.work is Work.CLOSED else ""


def _standing(due: str, met: str, now: str) -> Standing:
    if met:
        return Standing.MET if met <= due else Standing.MET_LATE
    return Standing.DUE if now <= due else Standing.OVERDUE
