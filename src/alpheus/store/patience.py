"""How often and how long a store is asked again that is busy, away, or cuts a connection."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from alpheus.errors import StoreLostError

_Answer = TypeVar("_Answer")


class PassingError(Exception):
    """A failure that may pass: asked again, the store may answer.

    `after` is the pause in seconds that the store asked for; `got` the bytes that came before.
    """

    def __init__(self, reason: str, after: float = 0.0, got: int = 0) -> None:
        super().__init__(reason)
        self.after = after
        self.got = got


@dataclass(frozen=True, slots=True)
class Patience:
    """A pause doubles from `pause` to `longest` seconds, each shortened at random by up to half.

    After `seconds` without an answer, or `tries`, the store counts as lost; after `first` where it
    has never answered, since then its name may be wrong.
    """

    seconds: float = 600.0
    first: float = 30.0
    pause: float = 0.2
    longest: float = 20.0
    tries: int = 200
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def until(self, *, answered: bool) -> Patience:
        """The patience for one request, by whether there ever was an answer."""
        return self if answered else replace(self, seconds=min(self.first, self.seconds))

    def wait(self, attempt: int, after: float = 0.0) -> float:
        """Seconds before the attempt after this one, counted from 0."""
        pause = min(self.pause * 2.0 ** min(attempt, 30), self.longest)
        pause *= random.uniform(0.5, 1.0)  # noqa: S311 - so that many do not come back at once
        return max(pause, min(after, self.longest))


ENOUGH = 1 << 16
"""So many bytes of an answer that was cut are progress: patience begins anew."""


def persist(patience: Patience, what: str, ask: Callable[[], _Answer]) -> _Answer:
    """Ask until there is an answer. Raises StoreLostError, and what `ask` raises otherwise."""
    began, attempt = patience.clock(), 0
    for _ in range(patience.tries):
        try:
            return ask()
        except PassingError as error:
            reason = str(error)
            if error.got >= ENOUGH:
                began, attempt = patience.clock(), 0
            wait = patience.wait(attempt, error.after)
            attempt += 1
            if patience.clock() - began + wait > patience.seconds:
                break
            patience.sleep(wait)
    raise StoreLostError(f"{what}: {reason}, and so on each of several tries; try again later")
