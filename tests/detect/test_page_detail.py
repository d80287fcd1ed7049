"""Figures of a page's use: bounded, and the same whatever part of the evidence comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.model import CLIENTS_PER_PAGE, EVENTS_PER_CROWD, EVENTS_PER_PAGE, PageUse
from alpheus.detect.page_detail import (
    HOURS_KEPT,
    NAMES_KEPT,
    VISITORS_KEPT,
    PageDetails,
    Served,
    Visitor,
)
from alpheus.model import Event
from alpheus.scan.tally import Numbers
from making import T0, event, origin

REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 3_000),
        st.sampled_from(("GET", "POST", "HEAD")),
        st.sampled_from((200, 204, 302, 404, 410)),
        st.integers(0, 90),
        st.integers(0, 500),
        st.booleans(),
    ),
    max_size=120,
)


def _take(use: PageUse, request: tuple[int, str, int, int, int, bool]) -> None:
    minute, method, status, client, size, referred = request
    time, name = T0 + timedelta(minutes=minute), f"192.0.2.{client}"
    use.note(method, status, name, time)
    if 200 <= status < 300:
        use.detail(
            Served(time, method, name, query=size % 7, agent=f"a{client % 9}",
                   user="u" * (client % 2), referred=referred, sent=Numbers.of(size))
        )  # fmt: skip
        use.keep(event("iis", {"c-ip": name}, time=time))


@settings(max_examples=60, deadline=None)
@given(REQUESTS, st.lists(st.booleans(), min_size=120, max_size=120))
def test_parts_read_apart_add_up_to_the_whole(
    requests: list[tuple[int, str, int, int, int, bool]], sides: list[bool]
) -> None:
    """However requests are shared out over files, the sum knows what one reader of all knows."""
    whole, left, right = (PageUse("/a.aspx", origin()) for _ in range(3))
    for request, side in zip(requests, sides, strict=False):
        _take(whole, request)
        _take(left if side else right, request)
    left.absorb(right)
    kept = [one.time for one in left.succeeded]
    assert kept == [one.time for one in whole.succeeded]
    left.succeeded = whole.succeeded
    assert left == whole


@given(st.lists(st.integers(0, 1_000), max_size=20), st.lists(st.integers(0, 1_000), max_size=20))
def test_sizes_of_parts_add_up(one: list[int], other: list[int]) -> None:
    """Sum, least and most are those of all numbers."""
    sizes, more = Numbers(), Numbers()
    for number in one:
        sizes.note(number)
    for number in other:
        more.note(number)
    sizes.absorb(more)
    numbers = one + other
    least, most = min(numbers, default=0), max(numbers, default=0)
    assert sizes == Numbers(len(numbers), sum(numbers), least, most)


def test_a_page_of_many_clients_loses_its_details_for_good() -> None:
    """It is not rare; a later part with few clients does not make it so again."""
    use, later = PageUse("/a.aspx", origin()), PageUse("/a.aspx", origin())
    for client in range(VISITORS_KEPT + 1):
        assert not use.crowded
        _take(use, (client, "POST", 200, client, 1, False))
    assert use.crowded
    assert use.details is None
    assert len(use.succeeded) == EVENTS_PER_CROWD
    _take(later, (5, "POST", 200, 1, 1, False))
    later.absorb(use)
    assert later.crowded
    assert later.details is None


def test_a_page_used_at_all_hours_is_not_rare() -> None:
    """More than a thousand different hours are ordinary use."""
    details = PageDetails()
    served = Served(T0, "POST", "192.0.2.1")
    fits = [
        details.note(replace(served, time=T0 + timedelta(hours=n))) for n in range(HOURS_KEPT + 1)
    ]
    assert fits == [True] * HOURS_KEPT + [False]


def test_what_a_page_keeps_is_bounded() -> None:
    """Neither clients nor names nor events grow with the requests."""
    use = PageUse("/a.aspx", origin(), closed=True)
    for number in range(CLIENTS_PER_PAGE + 50):
        client = f"c{number}"
        use.note("GET", 200, client, T0)
        use.detail(Served(T0, "GET", "192.0.2.1", agent=client, user=client))
        use.keep(event("iis", {}, time=T0 + timedelta(seconds=number)))
    assert use.details is not None
    assert (len(use.clients), len(use.succeeded)) == (CLIENTS_PER_PAGE, EVENTS_PER_PAGE)
    assert (len(use.details.agents), len(use.details.users)) == (NAMES_KEPT, NAMES_KEPT)
    assert use.answers == {("GET", 200): CLIENTS_PER_PAGE + 50}


def test_the_earliest_events_are_kept_whatever_comes_first() -> None:
    """The first use of a shell must be cited even if its log is read last."""
    use = PageUse("/a.aspx", origin())
    events: list[Event] = [event("iis", {}, time=T0 + timedelta(minutes=n)) for n in range(150)]
    for one in reversed(events):
        use.keep(one)
    assert use.succeeded == events[:EVENTS_PER_PAGE]


def test_posting_blindly_means_without_a_look_before() -> None:
    """A look afterwards does not count; without times it cannot be told."""
    later = T0 + timedelta(minutes=1)
    assert Visitor(2, 2).posts_blindly
    assert Visitor(2, 1, first_post=T0, first_other=later).posts_blindly
    assert not Visitor(2, 1, first_post=later, first_other=T0).posts_blindly
    assert not Visitor(2, 1).posts_blindly
    assert not Visitor(1, 0, first_other=T0).posts_blindly
