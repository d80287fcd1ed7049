"""Which way reached those who fixed."""

from __future__ import annotations

import random
from collections.abc import Iterable

from alpheus.campaign.channels import Channels, Reached
from alpheus.campaign.cohort import Member
from alpheus.campaign.notices import Telling
from campaign_filling import END, fixed, member, told


def _reached(members: Iterable[Member], within: int = 14) -> Channels:
    reached = Reached(END, within)
    for one in members:
        reached.add(one)
    return reached.result()


def test_the_share_that_fixed_in_time() -> None:
    """Of those told long enough ago; a fix before the notice is not the notice's."""
    found = _reached([
        fixed(1, 12, **told(9)), fixed(2, 30, **told(9)), member(3, **told(9)),
        member(4, **told(25)), fixed(5, 27, **told(25)), fixed(6, 5, **told(9)),
    ])  # fmt: skip
    (way,) = found.ways
    assert (way.rung, way.channel) == ("contact", "email")
    assert (way.told, way.early, way.counted, way.fixed) == (5, 2, 3, 1)
    assert way.share.low < 1 / 3 < way.share.high
    assert [one.status for one in found.by_status] == ["sent"]


def test_who_was_told_in_two_ways_counts_for_both() -> None:
    """And for the first notice of each that did not fail: one that failed has told nobody."""
    tellings = (Telling("2021-03-03T08:00:00Z", "contact", "email", "failed"),
                Telling("2021-03-05T08:00:00Z", "contact", "email", "delivered"),
                Telling("2021-03-12T08:00:00Z", "letter", "letter", "sent"))  # fmt: skip
    found = _reached([fixed(1, 19, told="2021-03-03T08:00:00Z", tellings=tellings)])
    fixes = {(one.channel, one.status): one.fixed for one in (*found.ways, *found.by_status)}
    assert fixes == {("email", "failed"): 0, ("email", ""): 1, ("email", "delivered"): 1,
                     ("letter", ""): 1, ("letter", "sent"): 1}  # fmt: skip


def test_days_before_a_notice_are_days_without_one() -> None:
    """The clock of the told starts with the notice; who was never open is not counted."""
    found = _reached([fixed(1, 12, **told(9)), fixed(2, 4), member(3, opened="")])
    assert (found.told.servers, found.told.fixed, found.told.days_at_risk) == (1, 1, 3)
    assert (found.untold.servers, found.untold.fixed, found.untold.days_at_risk) == (2, 1, 11)
    assert found.told.median == 3


def test_a_notice_that_does_nothing_looks_like_nothing() -> None:
    """Each day one in twenty is fixed, told or not; whoever is still open on the 9th is told."""
    chance, members = random.Random(3), []
    for n in range(4_000):
        day = 2
        while chance.random() > 0.05 and day < 31:
            day += 1
        more = told(9) if day > 9 else {}
        members.append(fixed(n, day, **more) if day < 31 else member(n, **more))
    found = _reached(members)
    assert found.told.per_100_days is not None
    assert found.untold.per_100_days is not None
    ratio = found.told.per_100_days.value / found.untold.per_100_days.value
    assert 0.85 < ratio < 1.2
