"""The nouns of engines, and what is asked of one: a single call.

Units go in one by one when there is room for them, outcomes come out in the order in which they
are finished. An engine knows nothing of the work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

Unit = TypeVar("Unit")
Result = TypeVar("Result")

Note = Callable[[str, int], None]
"""Called by the work to say what it is doing, and how many bytes it has read of its unit."""

Work = Callable[[Unit, Note], Result]
Setup = Callable[[], Work[Unit, Result]]
"""Prepares a worker once and gives the function that does a unit; must be importable by name."""

NO_MEMORY = "not enough memory"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a unit may take; 0 for no bound.

    `memory` is bytes of each worker, `cpu_seconds` of a processor, `seconds` by the clock.
    """

    memory: int = 0
    cpu_seconds: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Lost:
    """A unit that was not finished: why, and what its worker last said it was doing.

    `outside`: its worker was ended from outside, which need not be the unit's fault.
    """

    reason: str
    doing: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Unit, Result]):
    """A unit with its result, or with why it has none."""

    unit: Unit
    result: Result | None
    lost: Lost | None = None


class Engine(Protocol[Unit, Result]):
    """Runs units wherever it does; bounded in flight."""

    @property
    def room(self) -> int:
        """How many units it has under way at once, as far as it knows; at least 1."""

    def run(
        self, units: Iterable[Unit], on_note: Callable[[str, int], None] | None = None
    ) -> Iterator[Outcome[Unit, Result]]:
        """Every unit's outcome. Stopping the iteration ends what is under way.

        Where `units` have none while something is under way, they are asked again: there may be by
        then. It ends when there is none, and nothing is under way.
        `on_note` is called a few times a second with what is being done, and the bytes read of all
        units under way, in the thread that iterates.
        """
