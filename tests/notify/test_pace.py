"""How fast notices go."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.pace import Pace
from alpheus.notify.settings import Rates


def test_a_minute_has_room_for_so_many() -> None:
    """At even distances, so that no server sees a burst."""
    pace = Pace(Rates(per_minute=30, per_domain_per_hour=100))
    assert pace.next(100.0) == 100.0
    pace.count("school.example", 100.0)
    assert pace.next(100.5) == 102.0
    assert pace.next(105.0) == 105.0


def test_a_domain_has_room_for_so_many_an_hour() -> None:
    """Others need not wait for it."""
    pace = Pace(Rates(per_minute=1e9, per_domain_per_hour=2))
    pace.count("school.example", 0.0)
    pace.count("school.example", 10.0)
    assert pace.next_to("school.example", 20.0) == 3600.0
    assert pace.next_to("other.example", 20.0) == 20.0
    assert pace.next_to("school.example", 3600.5) == 3600.5


def test_less_than_one_an_hour_is_one_in_more_than_an_hour() -> None:
    """A rate of a half is one in two hours."""
    pace = Pace(Rates(per_minute=60, per_domain_per_hour=0.5))
    pace.count("school.example", 0.0)
    assert pace.next_to("school.example", 3600.0) == 7200.0


def test_a_clock_that_is_set_back_blocks_nobody() -> None:
    """What was sent in the future does not count."""
    pace = Pace(Rates(per_minute=60, per_domain_per_hour=1))
    pace.count("school.example", 1e9)
    assert pace.next(0.0) <= 1.0
    assert pace.next_to("school.example", 0.0) == 0.0


@given(st.lists(st.integers(0, 500), max_size=200), st.integers(1, 20))
def test_no_window_holds_more_than_allowed(steps: list[int], most: int) -> None:
    """Whoever waits as told never sends more than the rate in any hour."""
    pace, now, sent = Pace(Rates(1e9, most)), 0.0, []
    for step in steps:
        now = pace.next_to("school.example", now + step)
        pace.count("school.example", now)
        sent.append(now)
    for begin in sent:
        assert sum(begin <= each < begin + 3600 for each in sent) <= most
