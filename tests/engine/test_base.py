"""What is asked of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from alpheus.engine import Bounds, Engine, Lost, Outcome


class _Here(Engine[int, int]):
    @property
    def room(self) -> int:
        return 1

    def run(
        self, units: Iterable[int], on_note: Callable[[str, int], None] | None = None
    ) -> Iterator[Outcome[int, int]]:
        return (Outcome(unit, unit * unit) for unit in units)


def test_an_engine_is_two_things() -> None:
    """How much room there is, and outcomes of units."""
    engine: Engine[int, int] = _Here()
    assert engine.room == 1
    assert list(engine.run([3])) == [Outcome(3, 9)]


def test_nothing_is_bounded_unless_somebody_says_so() -> None:
    """0 is no bound, and a loss is its worker's fault unless told otherwise."""
    assert Bounds() == Bounds(0, 0, 0.0)
    assert not Lost("why", "where").outside
