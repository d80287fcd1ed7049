"""What a machine of a cluster does with a unit: it gives it to a process that may die of it.

Each thread that Dask has for units keeps a process of `LocalEngine`, bounded as on one machine, so
a crash of native code costs the unit alone. Units and results are bytes, of which nothing is known
here. What nobody waits for any more is ended at once.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from alpheus.engine.base import Bounds, Lost, Note, Outcome, Work
from alpheus.engine.bounds import allow_memory
from alpheus.engine.local import LocalEngine

MOST = 64 << 20
"""Bytes of a result; what is larger is refused where it is made."""
MOST_AT_ONCE = 64 << 20
"""Bytes of results of several units, after which no more of them are begun."""
_FRAME = 1 << 10
PATH = 2_000
"""Characters of a reason, or of what a unit was doing, that travel."""

MEMORY = "MB"
"""What memory is called among the resources of a worker."""

_RESULT, _LOST = b"r", b"l"
Item = tuple[int, bytes]
"""A unit with the bytes of memory that it may take."""


class AbandonedError(Exception):
    """Nobody waits for the unit any more."""


def build(version: str) -> str:
    """The resource that tells a worker of this program and knowledge from others."""
    return f"alpheus {version[:16]}"


@dataclass(frozen=True, slots=True)
class _Pickled:
    """A setup that is unpickled where it is used: in the process that may die."""

    content: bytes

    def __call__(self) -> Work[Item, bytes]:
        do: Work[bytes, bytes] = pickle.loads(self.content)()  # noqa: S301 - a driver's own words

        def work(item: Item, note: Note) -> bytes:
            memory, unit = item
            allow_memory(memory)
            result = do(unit, note)
            if len(result) > MOST:
                raise ValueError(f"its result is larger than {MOST >> 20} MB")
            return result

        return work


class Seat:
    """A process that does units one after the other, by one setup."""

    def __init__(self, setup: bytes, bounds: Bounds) -> None:
        self.kind = setup, bounds
        self._units: deque[Item] = deque()
        self._engine: LocalEngine[Item, bytes] = LocalEngine(_Pickled(setup), 1, None, bounds)
        self._wanted: Callable[[], bool] = lambda: True
        self._outcomes = self._engine.run(self._feed(), self._look)

    def _feed(self) -> Iterator[Item]:
        while True:
            yield self._units.popleft()

    def _look(self, _: str, __: int) -> None:
        if not self._wanted():
            raise AbandonedError

    def do(self, item: Item, wanted: Callable[[], bool]) -> Outcome[Item, bytes]:
        """Do a unit; raises AbandonedError once it is not wanted, and is of no use any more."""
        self._wanted = wanted
        self._units.append(item)
        return next(self._outcomes)

    def end(self) -> None:
        """End its process."""
        self._outcomes.close()  # type: ignore[attr-defined]  # it is a generator


class _Seats(threading.local):
    """The seat of each thread: the system ends its process with the thread that began it."""

    seat: Seat | None = None


_seats = _Seats()


def do(units: list[bytes], setup: bytes, bounds: tuple[int, int, float], memory: int) -> bytes:
    """Do some units as Dask asks for it; `answers_of` reads what it gives."""
    wanted, answers, room = _still_wanted(), list[tuple[float, bytes]](), MOST_AT_ONCE
    for unit in units:
        begun = time.monotonic()
        if room > 0 and wanted():
            said = answer(setup, (memory, unit), Bounds(*bounds), wanted)
        else:
            said = _written(Lost("there was no room for more results", "", outside=True))
        room -= len(said)
        answers.append((time.monotonic() - begun, said))
    return msgspec.msgpack.encode(answers)


def answer(setup: bytes, item: Item, bounds: Bounds, wanted: Callable[[], bool]) -> bytes:
    """Do a unit on the seat of this thread."""
    seat = _seats.seat
    if seat is None or seat.kind != (setup, bounds):
        if seat is not None:
            seat.end()
        seat = _seats.seat = Seat(setup, bounds)
    try:
        outcome = seat.do(item, wanted)
    except AbandonedError:
        _seats.seat = None
        return _written(Lost("nobody waited for it any more", "", outside=True))
    except BaseException:
        _seats.seat = None
        raise
    if outcome.lost is not None:
        return _written(outcome.lost)
    assert outcome.result is not None
    return _RESULT + outcome.result


def _written(lost: Lost) -> bytes:
    doing = lost.doing[:PATH].encode("utf-8", "backslashreplace").decode()
    reason = lost.reason[:PATH].encode("utf-8", "backslashreplace").decode()
    return _LOST + msgspec.json.encode(Lost(reason, doing, lost.outside))


def answers_of(content: object, count: int) -> list[tuple[float, bytes]]:
    """Answers to so many units, with the seconds that each took. Raises ValueError, TypeError."""
    if not isinstance(content, bytes | bytearray | memoryview):
        raise TypeError("a worker's answer is not bytes")
    if len(content) > MOST_AT_ONCE + MOST + _FRAME * count:
        raise ValueError("a worker's answer is too large")
    answers = msgspec.msgpack.decode(content, type=list[tuple[float, bytes]])
    if len(answers) != count:
        raise ValueError("a worker's answer is not about the units that it was given")
    return answers


def outcome_of(whole: bytes) -> bytes | Lost:
    """What came back of a unit: the bytes of a result, or why there is none. Raises ValueError."""
    if len(whole) > MOST + 1:
        raise ValueError("a worker's answer is too large")
    if whole[:1] == _RESULT:
        return whole[1:]
    if whole[:1] != _LOST:
        raise ValueError("a worker's answer is none")
    lost = msgspec.json.decode(whole[1:], type=Lost)
    return Lost(lost.reason[:PATH], lost.doing[:PATH], lost.outside)


def _still_wanted() -> Callable[[], bool]:
    """Asks the worker that this thread is of whether its task is still to be done."""
    from distributed import get_worker  # noqa: PLC0415 - where there is one

    worker = get_worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        with suppress(RuntimeError):  # the worker changes it meanwhile
            task = worker.state.tasks.get(key)
            running = worker.status.name in {"running", "paused", "closing_gracefully"}
            return running and task is not None and task.state in {"executing", "long-running"}
        return True

    return wanted
