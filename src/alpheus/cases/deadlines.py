"""Clocks that a law or a directive starts for a server: due, overdue or met.

Which laws there are, and whom they bind, stands in `knowledge/tables/case_laws.csv`; their steps in
`case_deadlines.csv`. All times are ISO 8601 in UTC. A report is met by the act of having made it,
whose `to` is `LAW:step`, such as `NIS2:early-warning`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from alpheus.cases.acts import Act, ActKind
from alpheus.cases.laws import Law, MetBy, Rule, laws_in, rules
from alpheus.cases.lifecycle import Change, State
from alpheus.cases.states import BREACHED, HEALTHY, Compromise, Work
from alpheus.exposure.output.names import CHIEF

_BREACHES = BREACHED | {Compromise.RE_INFECTED}
_HANDLED = frozenset({Compromise.CLEANED, Compromise.VERIFIED_CLEAN})


class Standing(StrEnum):
    """Where a clock stands."""

    DUE = "due"
    OVERDUE = "overdue"
    MET = "met"
    MET_LATE = "met-late"
    WAITING = "waiting"
    """It starts when the incident is handled."""


class Duty(StrEnum):
    """Whether the law binds this server's owner."""

    YES = "yes"
    PERHAPS = "perhaps"
    """As far as can be told: the sector is not known, or is one that a country may leave out."""
    NO = "no"
    """The law was not in force yet, or is not any more."""


class Clock(NamedTuple):
    """One clock. `begins` is '' for a fixed date, `met` is '' while it runs.

    `due` is '' while it waits. `why` says what the duty hangs on.
    """

    law: str
    step: str
    title: str
    begins: str
    due: str
    met: str
    standing: Standing
    source: str
    duty: Duty = Duty.YES
    why: str = ""


def clocks(
    state: State,
    acts: Iterable[Act] = (),
    *,
    sector: str = "",
    region: str = "",
    watched: str = CHIEF,
    now: str,
    laws: Collection[str] | None = None,
) -> tuple[Clock, ...]:
    """The clocks of a server, the first that is due first. `laws` restricts them to some.

    `region` begins with the two letters of the owner's country, without which no law is known to
    bind it; `watched` is the CVE that the patch state is of. A clock that begins with an incident
    is there once somebody knows of one: when it was first reported or assessed, and anew when the
    server is broken into again. A false positive has none.
    """
    found: list[Clock] = []
    for law in laws_in(region.partition("-")[0]):
        if (laws is None or law.law in laws) and law.binds(sector):
            duty, why = _duty(law, sector, aware_at(state.changes) if law.of_incident else now)
            found += (
                clock._replace(duty=duty, why=why)
                for clock in _of_law(law, state, acts, watched, now)
            )
    return tuple(sorted(found, key=lambda one: (not one.due, one.due, one.law, one.step)))


def next_due(
    state: State, acts: Sequence[Act], *, sector: str, region: str, watched: str, now: str
) -> str:
    """When the next thing that a law asks for is, or was, due; '' where none is open."""
    return min(
        (one.due for one in clocks(state, acts, sector=sector, region=region, watched=watched,
                                   now=now)
         if one.due and not one.met and one.duty is Duty.YES),
        default="",
    )  # fmt: skip


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


def handled_at(changes: Iterable[Change], aware: str) -> str:
    """When the incident that was known at `aware` was cleaned; '' while it goes on."""
    for one in changes:
        if one.axis == "compromise" and one.after in _HANDLED and one.time >= aware:
            return one.time
    return ""


class _Incident(NamedTuple):
    """What a law's clocks run by."""

    aware: str
    handled: str
    reports: Mapping[str, str]
    fixed: str
    now: str


def _of_law(law: Law, state: State, acts: Iterable[Act], watched: str, now: str) -> Iterable[Clock]:
    if state.work is Work.FALSE_POSITIVE:
        return []
    aware = aware_at(state.changes)
    if law.of_incident and not aware:
        return []
    since = aware if law.of_incident else ""
    reports = {act.to: act.time for act in sorted(acts, key=lambda act: act.time, reverse=True)
               if act.kind is ActKind.REPORTED_TO_AUTHORITY and act.time >= since}  # fmt: skip
    incident = _Incident(aware, handled_at(state.changes, aware), reports, _fixed(state), now)
    found: dict[str, Clock] = {}
    for rule in rules():
        if rule.law == law.law and (not rule.cves or watched in rule.cves):
            clock = _clock(rule, incident, found)
            if clock is not None:
                found[rule.step] = clock
    return found.values()


def _clock(rule: Rule, incident: _Incident, found: Mapping[str, Clock]) -> Clock | None:
    """None for a step that is not asked for."""
    begins = _begin(rule, incident, found)
    due = after(begins, rule) if begins else rule.due
    met = incident.reports.get(f"{rule.law}:{rule.step}", "")
    ongoing = not incident.handled or incident.handled > due
    if rule.met_by is MetBy.FIXED:
        met = incident.fixed
    elif rule.met_by is MetBy.REPORT_IF_ONGOING:
        whole = incident.reports.get(f"{rule.law}:final-report", "")
        if not met and (not ongoing or whole or incident.now <= due):
            return None
    elif rule.met_by is MetBy.REPORT_WHEN_HANDLED and ongoing:
        if incident.handled:
            begins, due = incident.handled, after(incident.handled, rule)
        elif incident.now > due and not met:
            begins = due = ""
    standing = _standing(due, met, incident.now)
    return Clock(rule.law, rule.step, rule.title, begins, due, met, standing, rule.source)


def _begin(rule: Rule, incident: _Incident, found: Mapping[str, Clock]) -> str:
    """A step that follows another begins when that was taken, or should have been."""
    if rule.begins in {"", "aware"}:
        return incident.aware if rule.begins else ""
    before = found.get(rule.begins)
    return (before.met or before.due) if before else ""


def after(begins: str, rule: Rule) -> str:
    """The end of a rule's span; a month ends with the next month's last day at the latest."""
    moment = datetime.fromisoformat(begins) + timedelta(hours=rule.hours)
    year, month = divmod(moment.year * 12 + moment.month - 1 + rule.months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return (
        moment.replace(year=year, month=month + 1, day=day)
        .astimezone(UTC)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
    )


def _duty(law: Law, sector: str, moment: str) -> tuple[Duty, str]:
    """Whether it binds, and on what that hangs. `moment` is when it has to be in force."""
    if law.since and moment < law.since:
        return Duty.NO, f"in force since {law.since} only"
    if law.until and moment >= law.until:
        return Duty.NO, f"not in force any more since {law.until}"
    if sector in law.sectors:
        return Duty.YES, law.condition
    doubt = f"it depends on the country for '{sector}'" if sector else "the sector is not known"
    return Duty.PERHAPS, f"{doubt}; {law.condition}"


def _fixed(state: State) -> str:
    """When the flaw was closed, or the server went away."""
    if state.patch in HEALTHY:
        return state.patch_since
    return state.work_since if state.work is Work.CLOSED else ""


def _standing(due: str, met: str, now: str) -> Standing:
    if met:
        return Standing.MET if not due or met <= due else Standing.MET_LATE
    if not due:
        return Standing.WAITING
    return Standing.DUE if now <= due else Standing.OVERDUE
