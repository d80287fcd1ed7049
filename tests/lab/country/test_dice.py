"""Chance with a seed."""

from __future__ import annotations

from random import Random

from alpheus.lab.country.dice import Weighted, dice, throw


def test_the_same_things_give_the_same_chance() -> None:
    """Whatever was asked before; another name or seed gives another."""
    first = dice(1, "a", 2).random()
    throw(5, "between")
    assert dice(1, "a", 2).random() == first
    assert len({first, dice(2, "a", 2).random(), dice(1, "a", 3).random()}) == 3
    assert throw(1, "x") == throw(1, "x") != throw(1, "y")
    assert all(0 <= throw(1, number) < 1 for number in range(100))


def test_weights_are_kept() -> None:
    """Each comes as often as its weight says; zero never."""
    shares = Weighted([("a", 1.0), ("never", 0.0), ("b", 3.0)])
    assert [shares.at(place / 8) for place in range(8)] == ["a"] * 2 + ["b"] * 6
    rng = Random(1)
    drawn = [shares.draw(rng) for _ in range(4000)]
    assert 850 < drawn.count("a") < 1150
    assert "never" not in drawn
