"""Engines: where a unit of work runs. They know nothing of the work.

All that is asked of one is `Engine.run`: units are taken one by one when there is room for them,
and outcomes come in the order in which they are finished.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from alpheus.engine.local import Bounds, LocalEngine, Lost, Outcome, Setup

__all__ = ["Bounds", "Engine", "LocalEngine", "Lost", "Outcome", "Setup"]

_Unit = TypeVar("_Unit")
_Result = TypeVar("_Result")


class Engine(Protocol[_Unit, _Result]):
    """Runs units wherever it does; bounded in flight."""

    def run(
        self, units: Iterable[_Unit], on_note: Callable[[str, int], None] | None = None
    ) -> Iterator[Outcome[_Unit, _Result]]:
        """Every unit's outcome. Stopping the iteration ends what is under way.

        `on_note` is called a few times a second with what is being done, and the bytes read of all
        units under way.
        """
