"""What days bring."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.lab.internet import Truth, behaviour_of, mix_on, truth
from alpheus.lab.internet.later import LAST_DAY, left
from exposure_probing import PATIENT, probed, scope_of
from exposure_verdicts import faults
from internet import running

HOSTS = 6000
FLAW = "CVE-2021-26855"


def country(day: int, hosts: int = HOSTS) -> list[Truth]:
    """A country on a day."""
    mix = mix_on("march-2021", day)
    return [truth(behaviour_of(address, 1, mix)) for address in mix.addresses(hosts)]


def _is_open(one: Truth) -> bool:
    return one.states.get(FLAW) == "vulnerable"


def test_the_servers_are_the_same() -> None:
    """Addresses, owners and server names stay; a day is the same each time it is asked for."""
    first, later = country(0), country(13)
    assert later == country(13)
    assert [one.address for one in first] == [one.address for one in later]
    assert [one.names for one in first] == [one.names for one in later]
    stayed = [(a, b) for a, b in zip(first, later, strict=True) if a.kind == b.kind]
    assert all(a.servers == b.servers for a, b in stayed)
    assert len(stayed) > 0.95 * HOSTS


def test_fewer_are_left_each_day() -> None:
    """As it was in the world: 30 of 82 after ten days, 7 after two months, then no fewer."""
    assert left(0) == 1
    assert left(10) == pytest.approx(30 / 82)
    assert left(63) == left(LAST_DAY) == pytest.approx(7 / 82)
    assert all(left(day) > left(day + 1) for day in range(63))


def test_the_truth_follows_the_curve() -> None:
    """The share of those open on day 0 that still are; who is fixed by a day stays fixed."""
    first, later, last = country(0), country(13), country(30)
    open_ = [place for place, one in enumerate(first) if _is_open(one)]
    still = {place for place in open_ if _is_open(later[place])}
    assert abs(len(still) / len(open_) - left(13)) < 0.05
    assert {place for place in open_ if _is_open(last[place])} <= still


def test_some_are_open_again_some_gone_some_new() -> None:
    """A few of each, and a server that was fixed is opened by a later cumulative update alone."""
    first, later = country(0), country(13)
    pairs = list(zip(first, later, strict=True))
    again = [(a, b) for a, b in pairs if a.states.get(FLAW) == "fixed" and _is_open(b)]
    assert 0 < len(again) < 0.02 * HOSTS
    for before, after in again:
        assert before.build is not None
        assert after.build is not None
        assert _number(before.build) < _number(after.build)
    became = Counter((a.exchange, b.exchange, b.kind) for a, b in pairs if a.exchange != b.exchange)
    assert became[True, False, "trouble-black-hole"] > 5
    assert became[True, False, "exchange-online"] > 5
    assert became[False, True, "country-exchange"] > 5
    assert sum(became.values()) < 0.05 * HOSTS


def _number(build: str) -> tuple[int, ...]:
    return tuple(map(int, build.split(".")))


def test_what_stands_in_the_truth_is_told_of_the_day() -> None:
    """A pool of two builds that was patched is none any more, and its words say so."""
    patched = [
        b for a, b in zip(country(0), country(40), strict=True) if a.mixed_pool and not b.mixed_pool
    ]
    assert patched
    assert all("; was: " in one.what and not _is_open(one) for one in patched if one.exchange)


def test_days_that_are_none() -> None:
    """The message says what there is."""
    with pytest.raises(UsageError, match="0 to 365"):
        mix_on("march-2021", LAST_DAY + 1)
    with pytest.raises(UsageError, match="every day"):
        mix_on("every-kind", 1)
    assert mix_on("every-kind", 0).name == "every-kind"


def test_a_later_day_is_told_right(tmp_path: Path) -> None:
    """By the probe, as day 0 is."""
    with running("march-2021", seed=3, day=13) as internet:
        addresses = internet.addresses(200)
        seen = probed(tmp_path, scope_of(tmp_path, internet.port), addresses, limits=PATIENT)
        wrong = [
            (internet.truth(address), fault)
            for address, one in seen.items()
            for fault in faults(one, internet.truth(address))
        ]
    assert wrong == []
