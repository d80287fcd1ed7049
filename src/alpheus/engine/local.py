"""Units of work on the processes of this machine.

Each worker is a process of its own. One that dies, by a crash of native code or for want of memory,
costs the unit it was working on, which is reported as lost with what it last said it was doing; the
others go on, and a new worker takes its place. Units and results travel as pickles between our own
processes only.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar

Unit = TypeVar("Unit")
Result = TypeVar("Result")

Note = Callable[[str, int], None]
"""Called by the work to say what it is doing, and how many bytes it has read of its unit."""

Work = Callable[[Unit, Note], Result]
Setup = Callable[[], Work[Unit, Result]]
"""Prepares a worker once and gives the function that does a unit; must be importable by name."""

_DONE, _NOTE, _FAILED = "done", "note", "failed"


@dataclass(frozen=True, slots=True)
class Lost:
    """A unit that was not finished: why, and what its worker last said it was doing."""

    reason: str
    doing: str


@dataclass(frozen=True, slots=True)
class Outcome(Generic[Unit, Result]):
    """A unit with its result, or with why it has none."""

    unit: Unit
    result: Result | None
    lost: Lost | None = None


@dataclass(slots=True)
class _Worker(Generic[Unit]):
    process: BaseProcess
    pipe: Connection
    unit: Unit | None = None
    doing: str = ""
    read: int = 0


class LocalEngine(Generic[Unit, Result]):
    """Runs units on `workers` processes; results come in the order in which they are finished."""

    def __init__(self, setup: Setup[Unit, Result], workers: int) -> None:
        self._setup = setup
        self._wanted = max(1, workers)
        # Spawned, not forked: a fork would copy the threads' locks of whoever calls.
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker[Unit]] = []

    def run(
        self, units: Sequence[Unit], on_note: Callable[[str, int], None] | None = None
    ) -> Iterator[Outcome[Unit, Result]]:
        """Every unit's outcome. Stopping the iteration, or an interrupt, ends all workers at once.

        `on_note` is told what is being done, and the bytes read of all units under way.
        """
        waiting = deque(units)
        try:
            for _ in range(min(self._wanted, len(waiting))):
                self._start(waiting.popleft())
            while self._workers:
                yield from self._turn(waiting, on_note)
        finally:
            self._stop()

    def _start(self, unit: Unit) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(self._setup, theirs), daemon=True)
        process.start()
        theirs.close()
        worker: _Worker[Unit] = _Worker(process, ours)
        self._workers.append(worker)
        self._give(worker, unit)

    def _give(self, worker: _Worker[Unit], unit: Unit | None) -> None:
        worker.unit, worker.doing, worker.read = unit, "", 0
        try:
            worker.pipe.send(unit)
        except (BrokenPipeError, ConnectionResetError):
            return  # it died: its end of the pipe will say so
        if unit is None:
            self._retire(worker)

    def _retire(self, worker: _Worker[Unit]) -> None:
        self._workers.remove(worker)
        worker.process.join(timeout=5)
        worker.pipe.close()

    def _turn(
        self, waiting: deque[Unit], on_note: Callable[[str, int], None] | None
    ) -> Iterator[Outcome[Unit, Result]]:
        by_pipe = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(by_pipe), timeout=0.5):
            assert isinstance(pipe, Connection)
            worker = by_pipe[pipe]
            outcome = self._hear(worker)
            if outcome is None:
                if on_note is not None:
                    on_note(worker.doing, sum(w.read for w in self._workers))
                continue
            yield outcome
            if worker in self._workers:
                self._give(worker, waiting.popleft() if waiting else None)
            elif waiting:
                self._start(waiting.popleft())

    def _hear(self, worker: _Worker[Unit]) -> Outcome[Unit, Result] | None:
        """What a worker says: None for a note, else the outcome of its unit."""
        assert worker.unit is not None
        try:
            kind, content = worker.pipe.recv()
        except (EOFError, OSError):
            return self._died(worker)
        if kind == _NOTE:
            worker.doing, worker.read = content
            return None
        if kind == _FAILED:
            return Outcome(worker.unit, None, Lost(content, worker.doing))
        return Outcome(worker.unit, content)

    def _died(self, worker: _Worker[Unit]) -> Outcome[Unit, Result]:
        worker.process.join(timeout=5)
        self._workers.remove(worker)
        worker.pipe.close()
        assert worker.unit is not None
        return Outcome(worker.unit, None, Lost(_death(worker.process.exitcode), worker.doing))

    def _stop(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join(timeout=5)
            worker.pipe.close()
        self._workers.clear()


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            return f"the reader was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"the reader was ended by signal {-code}"
    return f"the reader ended by itself (status {code})"


def _serve(setup: Setup[Unit, Result], pipe: Connection) -> None:
    """The life of a worker. Interrupts are the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()
    work = setup()

    def note(doing: str, read: int) -> None:
        if os.getppid() != parent:
            os._exit(1)  # nobody is left to report to
        pipe.send((_NOTE, (doing, read)))

    while (unit := pipe.recv()) is not None:
        try:
            result = work(unit, note)
        except MemoryError:
            pipe.send((_FAILED, "not enough memory"))
        except Exception as error:
            pipe.send((_FAILED, f"{type(error).__name__}: {error}"))
        else:
            pipe.send((_DONE, result))
