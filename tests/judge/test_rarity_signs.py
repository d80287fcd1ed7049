"""Each sign by itself: what it adds, what it takes away, and that it says its numbers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.model import PageUse
from alpheus.detect.page_detail import Served
from alpheus.judge.rarity_signs import (
    Page,
    days_of,
    is_gone,
    is_new,
    is_steady,
    kilobytes,
    signs,
)
from alpheus.judge.rarity_site import Site
from alpheus.scan.tally import Numbers
from making import at, origin

START, END = at("2021-05-01"), at("2021-05-31")


def _page(*served: Served, stem: str = "/a/x.aspx", elsewhere: int = 1) -> Page:
    use = PageUse(stem, origin())
    for one in served:
        use.note(one.method, 200, one.client, one.time)
        use.detail(one)
    assert use.details is not None
    return Page(use, use.details, elsewhere)


def _post(time: datetime | None = None, client: str = "203.0.113.7", **more: object) -> Served:
    return Served(time or at("2021-05-20"), "POST", client, **{"agent": "Mozilla/5.0", **more})  # type: ignore[arg-type]


def _site(*, exchange: bool = False, clients: int = 40) -> Site:
    return Site("iis", {}, START, END, exchange, clients, referers=True, agents=True)


def _points(page: Page, word: str, site: Site | None = None) -> int:
    return sum(sign.points for sign in signs(page, site or _site()) if word in sign.says)


@pytest.mark.parametrize(
    ("page", "word", "points"),
    [
        (_page(_post()), "other 39 clients", 1),
        (_page(_post(), elsewhere=0), "no other page", 2),
        (_page(_post(), elsewhere=7), "7 other pages", -1),
        (_page(_post(client="10.0.0.4")), "internal", -2),
        (_page(_post()), "no look", 2),
        (_page(_post(), stem="/a/x.asmx"), "no look", 1),
        (_page(_post(referred=True)), "a referer in 1 of 1", -2),
        (_page(_post()), "no referer", 1),
        (_page(_post(user="EX\\ann")), "signed in as EX\\ann", -3),
        (_page(_post(agent="curl/7.58.0")), "program (curl/7.58.0)", 1),
        (_page(_post(agent="")), "without a user agent", 1),
        (_page(_post(query=900)), "900 characters", 1),
        (_page(_post(), stem="/shop/images/x.aspx"), "pictures", 1),
        (_page(_post()), "19 days after the log begins", 1),
        (_page(_post()), "on 1 of 31 days", 1),
        (_page(*(_post(sent=Numbers.of(n)) for n in (100, 200, 9000))), "0.1 to 9.0 kB", 1),
        (_page(*(_post(sent=Numbers.of(5000 + n)) for n in range(3))), "all alike", -1),
    ],
)
def test_a_sign_has_its_points(page: Page, word: str, points: int) -> None:
    """One observation at a time."""
    assert _points(page, word) == points


def test_coming_and_going_weigh_most() -> None:
    """404 before the first answer and after the last."""
    page = _page(_post())
    for time in (at("2021-05-02"), at("2021-05-25")):
        page.use.note("GET", 404, "192.0.2.1", time)
    assert _points(page, "not there (404) on 2021-05-02 00:00") == 2
    assert _points(page, "gone (404) by 2021-05-25 00:00") == 2
    assert is_gone(page.use)


def test_regular_use_until_the_log_ends_speaks_against() -> None:
    """A service that was put up while the log was written is used day by day from then on."""
    page = _page(*(_post(at("2021-05-15") + timedelta(days=n)) for n in range(16)))
    assert _points(page, "regularly") == -3
    assert is_new(page, _site())
    assert not is_steady(page, _site())


@given(st.integers(0, 23), st.integers(1, 5))
@settings(max_examples=30, deadline=None)
def test_a_page_asked_for_every_few_days_is_steady(hour: int, step: int) -> None:
    """Whatever the hour: nothing new appeared on the server."""
    days = range(0, 31, step)
    page = _page(*(_post(START + timedelta(days=day, hours=hour)) for day in days))
    assert is_steady(page, _site())
    assert days_of(page.details) == len(days)


def test_without_times_nothing_is_new_or_steady() -> None:
    """What is not known decides nothing."""
    page = _page(Served(None, "POST", "203.0.113.7"))
    unknown = Site("iis", {}, None, None, exchange=False)
    assert not is_new(page, unknown)
    assert not is_steady(page, unknown)
    assert not is_gone(page.use)
    assert signs(page, unknown)


def test_sizes_are_told_in_kilobytes() -> None:
    """One number where both are the same."""
    assert kilobytes(Numbers(2, 1000, 500, 500)) == "0.5 kB"
    assert kilobytes(Numbers(2, 1700, 200, 1500)) == "0.2 to 1.5 kB"
