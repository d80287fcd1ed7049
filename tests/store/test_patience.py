"""Asking again: how long, how often, and when it is enough."""

from __future__ import annotations

import pytest

from alpheus.errors import StoreLostError
from alpheus.store.patience import ENOUGH, PassingError, Patience, persist


class _Clock:
    """A clock that goes on by what is slept."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self, seconds: float = 100.0, tries: int = 200) -> Patience:
        return Patience(seconds, 30.0, 0.5, 8.0, tries, sleep=self.sleep, clock=lambda: self.now)


def test_pauses_double_to_a_bound_and_are_not_all_alike() -> None:
    """Between half and all of 0.5, 1, 2, 4, 8, 8, … seconds."""
    clock, left = _Clock(), [6]

    def ask() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise PassingError("busy")
        return "there"

    assert persist(clock.patience(), "x", ask) == "there"
    bounds = [0.5, 1, 2, 4, 8, 8]
    assert all(b / 2 <= s <= b for s, b in zip(clock.slept, bounds, strict=True))


def test_a_store_that_asks_for_a_pause_gets_it_within_bounds() -> None:
    """`Retry-After` is kept to, but not for days."""
    patience = _Clock().patience()
    assert patience.wait(0, after=5) == 5
    assert patience.wait(0, after=86_400) == 8


def test_patience_ends_and_says_why() -> None:
    """After its seconds the store counts as lost, with the last reason."""
    clock = _Clock()

    def ask() -> None:
        raise PassingError("the connection was cut")

    with pytest.raises(StoreLostError, match=r"s3://b/k: the connection was cut.*later"):
        persist(clock.patience(seconds=30), "s3://b/k", ask)
    assert 15 <= clock.now <= 30


def test_progress_renews_patience_but_not_without_end() -> None:
    """A store that gives a little each time is followed, up to so many tries."""
    clock, tries = _Clock(), [0]

    def ask() -> None:
        tries[0] += 1
        raise PassingError("cut", got=ENOUGH)

    with pytest.raises(StoreLostError):
        persist(clock.patience(seconds=1, tries=50), "x", ask)
    assert tries[0] == 50


def test_drops_are_no_progress() -> None:
    """A byte now and then does not renew patience."""
    clock = _Clock()

    def ask() -> None:
        raise PassingError("cut", got=1)

    with pytest.raises(StoreLostError):
        persist(clock.patience(seconds=10), "x", ask)
    assert clock.now <= 10


def test_what_does_not_pass_is_raised_at_once() -> None:
    """Only a failure that may pass is worth another try."""
    clock = _Clock()

    def ask() -> None:
        raise KeyError("no")

    with pytest.raises(KeyError):
        persist(clock.patience(), "x", ask)
    assert clock.slept == []


def test_patience_is_short_with_a_store_that_never_answered() -> None:
    """Its name may be wrong."""
    patience = Patience(seconds=600, first=30)
    assert patience.until(answered=True) is patience
    assert patience.until(answered=False).seconds == 30
    assert Patience(seconds=5, first=30).until(answered=False).seconds == 5
