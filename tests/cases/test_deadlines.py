"""Clocks run from when somebody knew, or to a fixed date, for those whom the law binds."""

from __future__ import annotations

from alpheus.cases.acts import Act, ActKind
from alpheus.cases.deadlines import Clock, Duty, Standing, aware_at, clocks, next_due
from alpheus.cases.lifecycle import Seen, State, derive

AWARE = "2025-01-30T08:00:00Z"
LATER = "2025-12-01T00:00:00Z"
BREACH = Seen(1, AWARE, "list", reported=True, breach=AWARE)
NOTIFIED = "2025-02-02T08:00:00Z"
MONTH = "2025-03-02T08:00:00Z"


def _state(*seen: Seen, acts: tuple[Act, ...] = (), now: str = LATER) -> State:
    return derive(seen, acts, now=now)


def _report(time: str, to: str) -> Act:
    return Act(1, time, "kim", ActKind.REPORTED_TO_AUTHORITY, to=to)


def _cleaned(time: str) -> Act:
    return Act(2, time, "kim", ActKind.CLEANED, "so", "plan")


def _nis2(
    state: State, *acts: Act, now: str = "2025-01-30T09:00:00Z", sector: str = "hospital",
    region: str = "DE-Bayern",
) -> dict[str, Clock]:  # fmt: skip
    return {one.step: one for one in clocks(state, acts, sector=sector, region=region, now=now)}


def test_nis2_runs_from_when_somebody_knew() -> None:
    """24 hours, 72 hours, and one month after the notification was due: the end of February."""
    found = _nis2(_state(BREACH))
    assert [(c.step, c.due) for c in found.values()] == [
        ("early-warning", "2025-01-31T08:00:00Z"),
        ("notification", NOTIFIED),
        ("final-report", MONTH),
    ]
    assert {(clock.standing, clock.duty) for clock in found.values()} == {(Standing.DUE, Duty.YES)}


def test_a_month_ends_where_the_next_is_shorter() -> None:
    """Notified on 31 January, the final report is due on 28 February."""
    told = _report("2025-01-31T07:00:00Z", "NIS2:notification")
    final = _nis2(_state(BREACH), told)["final-report"]
    assert (final.begins, final.due) == ("2025-01-31T07:00:00Z", "2025-02-28T07:00:00Z")


def test_reports_meet_their_clock() -> None:
    """In time or late; what is not reported is overdue."""
    acts = (_report("2025-01-31T08:00:00Z", "NIS2:early-warning"),
            _report("2025-02-03T00:00:00Z", "NIS2:notification"))  # fmt: skip
    found = _nis2(_state(BREACH, acts=(_cleaned("2025-02-10T00:00:00Z"),)), *acts, now=LATER)
    assert [clock.standing for clock in found.values()] == [
        Standing.MET, Standing.MET_LATE, Standing.OVERDUE,
    ]  # fmt: skip


def test_an_incident_that_goes_on_asks_for_a_progress_report() -> None:
    """At the end of the month; the final report waits until it is handled, and a month more."""
    ongoing = _nis2(_state(BREACH), now=LATER)
    assert (ongoing["progress-report"].due, ongoing["progress-report"].standing) == (
        MONTH, Standing.OVERDUE,
    )  # fmt: skip
    assert (ongoing["final-report"].due, ongoing["final-report"].standing) == (
        "", Standing.WAITING,
    )  # fmt: skip
    assert list(ongoing)[-1] == "final-report"
    handled = _nis2(_state(BREACH, acts=(_cleaned("2025-05-31T00:00:00Z"),)), now=LATER)
    assert handled["final-report"].due == "2025-06-30T00:00:00Z"
    assert handled["progress-report"].due == MONTH


def test_a_final_report_that_was_made_ends_it() -> None:
    """Nobody asks for a progress report any more; a progress report that was made is told."""
    done = _report("2025-02-20T00:00:00Z", "NIS2:final-report")
    found = _nis2(_state(BREACH), done, now=LATER)
    assert "progress-report" not in found
    assert found["final-report"].standing is Standing.MET
    early = _report("2025-02-20T00:00:00Z", "NIS2:progress-report")
    assert _nis2(_state(BREACH), early)["progress-report"].standing is Standing.MET


def test_the_first_report_of_a_step_counts() -> None:
    """A correction sent later does not make it late."""
    acts = (_report("2025-02-28T00:00:00Z", "NIS2:early-warning"),
            _report("2025-01-30T12:00:00Z", "NIS2:early-warning"))  # fmt: skip
    assert _nis2(_state(BREACH), *acts)["early-warning"].met == "2025-01-30T12:00:00Z"


def test_without_an_incident_nothing_runs() -> None:
    """To be vulnerable is none, nor is a report that was cleared, nor a false positive."""
    assert _nis2(_state(Seen(1, AWARE, patch="vulnerable"))) == {}
    cleared = Act(1, "2025-02-01T00:00:00Z", "kim", ActKind.CLEARED, why="so")
    assert _nis2(_state(BREACH, acts=(cleared,))) == {}
    none = Act(1, "2025-02-01T00:00:00Z", "kim", ActKind.FALSE_POSITIVE, "so", until="2026-01-01")
    assert _nis2(_state(BREACH, acts=(none,))) == {}


def test_a_second_incident_begins_anew() -> None:
    """Reports about the first do not meet it."""
    again = "2025-05-01T00:00:00Z"
    second = Seen(2, again, "list", reported=True, breach=again)
    state = _state(BREACH, second, acts=(_cleaned("2025-04-01T00:00:00Z"),))
    assert aware_at(state.changes) == again
    first = _report("2025-01-30T12:00:00Z", "NIS2:early-warning")
    found = _nis2(state, first, now="2025-05-01T01:00:00Z")
    assert found["early-warning"].met == ""
    assert found["final-report"].due == "2025-06-04T00:00:00Z"


def test_a_law_binds_by_country_and_sector() -> None:
    """Perhaps where the sector is not known or a country decides; never in other countries."""
    state = _state(BREACH)
    assert _nis2(state, region="US-OH") == _nis2(state, region="") == {}
    assert _nis2(state, sector="police") == {}
    for sector in ("", "local-government"):
        assert {one.duty for one in _nis2(state, sector=sector).values()} == {Duty.PERHAPS}
    assert "not known" in _nis2(state, sector="")["notification"].why


def test_a_law_binds_from_when_it_is_in_force() -> None:
    """An incident of 2021 asks for nothing by a law of 2024; what it would have asked is told."""
    old = "2021-03-05T00:00:00Z"
    found = _nis2(_state(Seen(1, old, "list", reported=True, breach=old)))
    assert {one.duty for one in found.values()} == {Duty.NO}
    assert found["early-warning"].due == "2021-03-06T00:00:00Z"


def _federal(
    state: State, now: str, *acts: Act, watched: str = "CVE-2021-26855"
) -> dict[str, Clock]:
    found = clocks(state, acts, sector="national-government", region="US", watched=watched, now=now)
    return {f"{one.law}:{one.step}": one for one in found}


def test_a_directive_has_dates_and_is_for_some() -> None:
    """Its first step is met by the fix or by the end of the server, its others by reports."""
    fixed = _state(Seen(1, "2021-03-04T00:00:00Z", patch="fixed"))
    found = _federal(fixed, LATER)
    assert found["ED-21-02:update"].standing is Standing.MET
    assert found["ED-21-02:update"].due == "2021-03-05T17:00:00Z"
    assert found["ED-21-02:report"].standing is Standing.OVERDUE
    for sector in ("school", "defence"):
        assert clocks(fixed, sector=sector, region="US", now=LATER) == ()
    closed = Act(1, "2021-03-06T00:00:00Z", "kim", ActKind.CLOSED, "so", to="gone")
    assert _federal(_state(acts=(closed,)), LATER)["ED-21-02:update"].standing is Standing.MET_LATE


def test_a_directive_that_was_retired_binds_nobody() -> None:
    """What took its place does; and neither is about another flaw."""
    open_one = _state(Seen(1, "2021-03-04T00:00:00Z", patch="vulnerable"))
    found = _federal(open_one, "2026-02-01T00:00:00Z")
    assert found["ED-21-02:update"].duty is Duty.NO
    assert found["BOD-22-01:update"].duty is Duty.YES
    other = _federal(open_one, LATER, watched="CVE-2022-41040")
    assert "BOD-22-01:update" not in other
    assert "ED-21-02:report" in other


def test_the_next_that_is_due() -> None:
    """Of what binds and is open; '' where nothing is."""

    def due(state: State, *acts: Act, sector: str = "hospital") -> str:
        return next_due(state, acts, sector=sector, region="DE", watched="", now=AWARE)

    assert due(_state(BREACH)) == "2025-01-31T08:00:00Z"
    told = _report("2025-01-30T09:00:00Z", "NIS2:early-warning")
    assert due(_state(BREACH), told) == NOTIFIED
    assert due(_state(BREACH), sector="") == ""
    assert due(_state()) == ""
