"""Figures that take a while: nobody waits but for the first, and they are not made all the time."""

from __future__ import annotations

from collections.abc import Callable

from alpheus.web.figures import FRESH, QUICK, SHARE, Figures


class Maker:
    """Makes numbers, each taking some seconds of a clock of its own."""

    def __init__(self, took: float) -> None:
        self.now = 0.0
        self.made = 0
        self.took = took
        self.beside: list[Callable[[], None]] = []

    def __call__(self) -> int:
        self.made += 1
        self.now += self.took
        return self.made

    def figures(self) -> Figures[int]:
        return Figures(self, lambda: self.now, self.beside.append)


def test_quick_ones_are_made_by_who_asks_for_old_ones() -> None:
    """Or after a change, at once."""
    maker = Maker(QUICK / 2)
    figures = maker.figures()
    assert [figures.get(), figures.get()] == [1, 1]
    maker.now += FRESH + 1
    assert figures.get() == 2
    figures.change()
    assert [figures.get(), figures.get()] == [3, 3]
    assert maker.beside == []


def test_slow_ones_are_made_beside() -> None:
    """Once for all who ask meanwhile, and not over and over."""
    maker = Maker(QUICK * 10)
    figures = maker.figures()
    assert figures.get() == 1
    figures.change()
    maker.now += FRESH + 1
    assert (figures.get(), maker.beside) == (1, [])
    maker.now += SHARE * maker.took
    assert [figures.get(), figures.get()] == [1, 1]
    (work,) = maker.beside
    work()
    assert figures.get() == 2
