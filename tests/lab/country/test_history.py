"""A server's month."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from alpheus.lab.country import history
from alpheus.lab.country.model import FOREVER, Change, History, Shell
from alpheus.lab.internet.builds import RELEASES

BEFORE, AFTER = RELEASES["15.1.2176.2"], RELEASES["15.1.2176.9"]


@pytest.fixture(scope="module")
def months() -> list[History]:
    """Some thousand."""
    rng = Random(8)
    return [
        history.history(history.start(rng), history.patch_day(rng), rng, 31) for _ in range(6000)
    ]


def test_the_pace_is_that_of_march_2021(months: list[History]) -> None:
    """Of what was vulnerable a quarter is left on the 9th, under a tenth on the 22nd."""

    def left(day: int) -> float:
        states = Counter(history.patch_state(one, day) for one in months)
        return (states["vulnerable"] + states["mitigated"]) / len(months)

    assert left(0) > 0.97
    assert 0.2 < left(8) < 0.35
    assert 0.04 < left(21) < 0.13
    assert left(30) > 0.03


def test_everything_happens_to_somebody(months: list[History]) -> None:
    """Patched, back to vulnerable, built anew, mitigated, switched off, cleaned, infected again."""
    events = Counter(change.event for one in months for change in one.changes)
    assert set(events) == {"first", "patched", "regressed", "rebuilt"}
    assert any(one.mitigated < FOREVER for one in months)
    assert 0.01 < sum(one.gone < FOREVER for one in months) / len(months) < 0.05
    states = Counter(history.compromise_state(one, 30) for one in months)
    assert set(states) == {"none", "compromised", "cleaned", "re-infected"}


def test_shells(months: list[History]) -> None:
    """One to eight on a victim, two or three on average; one in ten servers is one."""
    victims = [one for one in months if one.shells]
    counts = [len(one.shells) for one in victims]
    assert 0.08 < len(victims) / len(months) < 0.2
    assert max(counts) == 8
    assert 2 < sum(counts) / len(counts) < 3.2
    assert len({shell.path for one in victims for shell in one.shells}) > 0.95 * sum(counts)


def test_a_server_with_the_fix_is_not_broken_into(months: list[History]) -> None:
    """On the day of the first shell it was open: vulnerable and not mitigated."""
    for one in months:
        if one.shells:
            assert history.patch_state(one, one.shells[0].since) == "vulnerable"


def test_states_of_a_day() -> None:
    """Each axis by itself, from its day on."""
    one = History(
        (Change(0, "first", BEFORE), Change(6, "patched", AFTER)), mitigated=4, gone=20,
        shells=(Shell("/a", 2, 9), Shell("/b", 11)), cleaned=(9,),
    )  # fmt: skip
    patch = [history.patch_state(one, day) for day in (0, 4, 6, 20)]
    assert patch == ["vulnerable", "mitigated", "fixed", "gone"]
    found = [history.compromise_state(one, day) for day in (1, 2, 9, 11)]
    assert found == ["none", "compromised", "cleaned", "re-infected"]
    assert [len(history.shells_on(one, day)) for day in (1, 2, 9, 11, 20)] == [0, 1, 0, 1, 0]
    assert history.release_on(one, 5) is BEFORE
    assert history.release_on(one, 6) is AFTER


def test_states_change_on_turning_days_only(months: list[History]) -> None:
    """Between two of them every day is like the one before; the first is day 0."""

    def states(one: History, day: int) -> tuple[object, ...]:
        shells = history.shells_on(one, day)
        build = history.release_on(one, day)
        return build, history.patch_state(one, day), history.compromise_state(one, day), shells

    for one in months[:1500]:
        turning = history.turning_days(one, 31)
        assert turning[0] == 0
        for day in range(1, 31):
            assert day in turning or states(one, day) == states(one, day - 1)
