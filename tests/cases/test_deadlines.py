"""Clocks run from when somebody knew, or to a fixed date."""

from __future__ import annotations

import pytest

from alpheus.cases import deadlines
from alpheus.cases.acts import Act, ActKind
from alpheus.cases.deadlines import Clock, Standing, aware_at, clocks
from alpheus.cases.lifecycle import Seen, State, derive
from alpheus.errors import KnowledgeError

AWARE = "2021-01-30T08:00:00Z"
LATER = "2022-01-01T00:00:00Z"
BREACH = Seen(1, AWARE, "list", reported=True, breach=AWARE)


def _state(*seen: Seen, acts: tuple[Act, ...] = ()) -> State:
    return derive(seen, acts, now=LATER)


def _report(time: str, to: str) -> Act:
    return Act(1, time, "kim", ActKind.REPORTED_TO_AUTHORITY, to=to)


def _nis2(state: State, *acts: Act, now: str = "2021-01-30T09:00:00Z") -> dict[str, Clock]:
    return {clock.step: clock for clock in clocks(state, acts, now=now, laws=("NIS2",))}


def test_nis2_runs_from_when_somebody_knew() -> None:
    """24 hours, 72 hours, and one month after the notification was due: the end of February."""
    found = _nis2(_state(BREACH))
    assert [(c.step, c.due) for c in found.values()] == [
        ("early-warning", "2021-01-31T08:00:00Z"),
        ("notification", "2021-02-02T08:00:00Z"),
        ("final-report", "2021-03-02T08:00:00Z"),
    ]
    assert {clock.standing for clock in found.values()} == {Standing.DUE}


def test_a_month_ends_where_the_next_is_shorter() -> None:
    """Notified on 31 January, the final report is due on 28 February."""
    told = _report("2021-01-31T07:00:00Z", "NIS2:notification")
    final = _nis2(_state(BREACH), told)["final-report"]
    assert (final.begins, final.due) == ("2021-01-31T07:00:00Z", "2021-02-28T07:00:00Z")


def test_reports_meet_their_clock() -> None:
    """In time or late; what is not reported is overdue."""
    acts = (_report("2021-01-31T08:00:00Z", "NIS2:early-warning"),
            _report("2021-02-03T00:00:00Z", "NIS2:notification"))  # fmt: skip
    found = _nis2(_state(BREACH), *acts, now=LATER)
    assert [clock.standing for clock in found.values()] == [
        Standing.MET, Standing.MET_LATE, Standing.OVERDUE,
    ]  # fmt: skip


def test_the_first_report_of_a_step_counts() -> None:
    """A correction sent later does not make it late."""
    acts = (_report("2021-02-28T00:00:00Z", "NIS2:early-warning"),
            _report("2021-01-30T12:00:00Z", "NIS2:early-warning"))  # fmt: skip
    assert _nis2(_state(BREACH), *acts)["early-warning"].met == "2021-01-30T12:00:00Z"


def test_without_an_incident_nothing_runs() -> None:
    """To be vulnerable is none, nor is a report that was cleared."""
    assert _nis2(_state(Seen(1, AWARE, patch="vulnerable"))) == {}
    cleared = Act(1, "2021-02-01T00:00:00Z", "kim", ActKind.CLEARED, why="so")
    assert _nis2(_state(BREACH, acts=(cleared,))) == {}


def test_a_second_incident_begins_anew() -> None:
    """Reports about the first do not meet it."""
    again = "2021-05-01T00:00:00Z"
    cleaned = Act(1, "2021-04-01T00:00:00Z", "kim", ActKind.CLEANED, "so", "plan")
    state = _state(BREACH, Seen(2, again, "list", reported=True, breach=again), acts=(cleaned,))
    assert aware_at(state.changes) == again
    first = _report("2021-01-30T12:00:00Z", "NIS2:early-warning")
    assert _nis2(state, first)["early-warning"].met == ""


def test_a_directive_has_dates_and_is_for_some() -> None:
    """Its first step is met by the fix or by the end of the server, its others by reports."""
    fixed = _state(Seen(1, "2021-03-04T00:00:00Z", patch="fixed"))
    found = {c.step: c for c in clocks(fixed, sector="national-government", now=LATER)}
    assert found["update"].standing is Standing.MET
    assert found["update"].due == "2021-03-05T17:00:00Z"
    assert found["report"].standing is Standing.OVERDUE
    assert clocks(fixed, sector="school", now=LATER) == ()
    closed = Act(1, "2021-03-06T00:00:00Z", "kim", ActKind.CLOSED, "so", to="gone")
    gone = _state(acts=(closed,))
    late = {c.step: c for c in clocks(gone, sector="defence", now=LATER)}
    assert late["update"].standing is Standing.MET_LATE


@pytest.mark.parametrize(
    "change",
    [{"after": "1 year"}, {"after": "soon"}, {"after": "", "due": ""}, {"met_by": "hope"}],
)
def test_a_row_that_makes_no_clock_is_refused(
    change: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the name of the table and of the row."""
    row = {"law": "L", "step": "s", "title": "", "begins": "aware", "after": "1 hour", "due": "",
           "met_by": "report", "sectors": "", "source": ""}  # fmt: skip
    monkeypatch.setattr(deadlines, "read_table", lambda *_: [{**row, **change}])
    deadlines.rules.cache_clear()
    with pytest.raises(KnowledgeError, match=r"case_deadlines\.csv: L s"):
        deadlines.rules()
    deadlines.rules.cache_clear()
