"""Units of work on the processes of this machine.

Each worker is a process of its own. One that dies, by a crash of native code or for want of memory,
costs the unit it was working on, which is reported as lost with what it last said it was doing; the
others go on, and a new worker takes its place. Units and results travel as pickles between our own
processes only; what a worker is doing stands in memory that it shares with its parent.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import struct
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawArray
from typing import Any, Generic

from alpheus.engine.base import (
    NO_MEMORY,
    Bounds,
    Lost,
    Note,
    Outcome,
    Result,
    Setup,
    Unit,
    Work,
)
from alpheus.engine.bounds import allow, bound, follow

_DONE, _FAILED = "done", "failed"
_BOARD_BYTES = 64 << 10
_HEADER = struct.Struct("=qI")
_LOOK_EVERY = 0.2
_FROM_OUTSIDE = frozenset({"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"})
OUT_OF_MEMORY = 77
"""The status of a worker that ended for want of memory: what it holds is not given back else."""


class _Board:
    """What one worker is doing, written by it and read by its parent without waiting."""

    def __init__(self) -> None:
        self._memory: Any = RawArray("B", _BOARD_BYTES)

    def write(self, doing: str, read: int) -> None:
        """A text beyond the room there is loses its end."""
        text = doing.encode("utf-8", "surrogatepass")[: _BOARD_BYTES - _HEADER.size]
        view = memoryview(self._memory).cast("B")
        view[_HEADER.size : _HEADER.size + len(text)] = text
        _HEADER.pack_into(view, 0, read, len(text))

    def read(self) -> tuple[str, int]:
        """Text and number; while the worker writes, the text may be a mixture of two."""
        view = memoryview(self._memory).cast("B")
        read, length = _HEADER.unpack_from(view)
        text = bytes(view[_HEADER.size : _HEADER.size + length])
        for end in range(length, length - 4, -1):  # the last character may have been cut
            try:
                return text[:end].decode("utf-8", "surrogatepass"), read
            except UnicodeDecodeError:
                continue
        return text.decode("utf-8", "replace"), read


@dataclass(slots=True)
class _Worker(Generic[Unit]):
    process: BaseProcess
    pipe: Connection
    board: _Board
    unit: Unit | None = None
    since: float = 0.0
    late: bool = False


class LocalEngine(Generic[Unit, Result]):
    """Runs units on `workers` processes; results come in the order in which they are finished."""

    def __init__(
        self,
        setup: Setup[Unit, Result],
        workers: int,
        ready: Callable[[], Work[Unit, Result]] | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        """`ready` gives the same work as `setup` from what is prepared in this process already.

        It is used where workers can be forked, which costs nothing.
        """
        self._bounds = bounds or Bounds()
        self._setup = setup
        self._wanted = max(1, workers)
        self._ready = ready if may_fork() else None
        self._context: Any = multiprocessing.get_context("spawn" if self._ready is None else "fork")
        self._workers: list[_Worker[Unit]] = []

    def run(
        self, units: Iterable[Unit], on_note: Callable[[str, int], None] | None = None
    ) -> Iterator[Outcome[Unit, Result]]:
        """Every unit's outcome. Stopping the iteration, or an interrupt, ends all workers at once.

        A unit is asked for when a worker is free for it: no more are under way than workers.
        `on_note` is told what is being done, and the bytes read of all units under way; a few times
        a second.
        """
        waiting = iter(units)
        try:
            self._fill(waiting)
            while self._workers:
                yield from self._turn(waiting, on_note)
        finally:
            self._stop()

    @property
    def room(self) -> int:
        """One for each worker."""
        return self._wanted

    @property
    def processes(self) -> list[int]:
        """The numbers of the workers' processes."""
        return [worker.process.pid or 0 for worker in self._workers]

    def _fill(self, waiting: Iterator[Unit]) -> None:
        while len(self._workers) < self._wanted:
            for unit in waiting:
                self._start(unit)
                break
            else:
                return

    def _start(self, unit: Unit) -> None:
        if self._ready is None and sys.platform != "win32":
            resource_tracker.ensure_running()  # it would let interrupts through when it starts
        with _interrupts_held():
            self._start_undisturbed(unit)

    def _start_undisturbed(self, unit: Unit) -> None:
        ours, theirs = self._context.Pipe()
        board = _Board()
        # A forked worker has copies of the other workers' pipes, which would keep them open.
        others = [ours, *(worker.pipe for worker in self._workers)] if self._ready else []
        setup = self._ready or self._setup
        process = self._context.Process(
            target=_serve,
            args=(setup, theirs, board, others, self._bounds, os.getpid()),
            daemon=True,
        )
        with warnings.catch_warnings():
            # Python counts the idle threads of native libraries, which hold no lock of ours.
            warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
            process.start()
        theirs.close()
        worker: _Worker[Unit] = _Worker(process, ours, board)
        self._workers.append(worker)
        self._give(worker, unit)

    def _give(self, worker: _Worker[Unit], unit: Unit | None) -> None:
        worker.unit, worker.since, worker.late = unit, time.monotonic(), False
        worker.board.write("", 0)
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
        self, waiting: Iterator[Unit], on_note: Callable[[str, int], None] | None
    ) -> Iterator[Outcome[Unit, Result]]:
        by_pipe = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(by_pipe), timeout=_LOOK_EVERY):
            assert isinstance(pipe, Connection)
            worker = by_pipe[pipe]
            yield self._hear(worker)
            if worker in self._workers:
                self._give(worker, next(waiting, None))
        self._fill(waiting)
        self._end_late()
        if on_note is not None and self._workers:
            told = [worker.board.read() for worker in self._workers]
            on_note(told[0][0], sum(read for _, read in told))

    def _end_late(self) -> None:
        """End workers whose unit has had its time; what they say is heard in the next turn."""
        if not self._bounds.seconds:
            return
        for worker in self._workers:
            if time.monotonic() - worker.since > self._bounds.seconds and not worker.late:
                worker.late = True
                worker.process.kill()

    def _hear(self, worker: _Worker[Unit]) -> Outcome[Unit, Result]:
        """The outcome of a worker's unit."""
        assert worker.unit is not None
        try:
            kind, content = worker.pipe.recv()
        except (EOFError, OSError):
            return self._died(worker)
        if kind == _FAILED:
            return Outcome(worker.unit, None, Lost(content, worker.board.read()[0]))
        return Outcome(worker.unit, content)

    def _died(self, worker: _Worker[Unit]) -> Outcome[Unit, Result]:
        worker.process.join(timeout=5)
        self._workers.remove(worker)
        worker.pipe.close()
        assert worker.unit is not None
        lost = self._why(worker.process.exitcode, worker.board.read()[0], late=worker.late)
        return Outcome(worker.unit, None, lost)

    def _why(self, code: int | None, doing: str, *, late: bool) -> Lost:
        if late:
            return Lost(f"it took longer than {self._bounds.seconds:,.0f} seconds", doing)
        name = _signal(code)
        if name == "SIGXCPU":
            most = self._bounds.cpu_seconds
            return Lost(f"it took more than {most:,} seconds of a processor", doing)
        if code == OUT_OF_MEMORY:
            return Lost(NO_MEMORY, doing)
        if name:
            return Lost(f"the reader was ended by {name}", doing, outside=name in _FROM_OUTSIDE)
        return Lost(f"the reader ended by itself (status {code})", doing)

    def _stop(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join(timeout=5)
            worker.pipe.close()
        self._workers.clear()


def _signal(code: int | None) -> str:
    if code is None or code >= 0:
        return ""
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """An interrupt waits until a new worker is known to its parent, and ignores interrupts itself.

    A worker inherits that they are held.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def may_fork() -> bool:
    """Whether this process can be copied: on Linux, while it has one thread.

    Another thread could hold a lock that nobody in the copy would let go. obstore has threads of
    its own, which are not counted and which a copy would wait for without an end.
    """
    alone = threading.active_count() == 1 and "obstore" not in sys.modules
    return sys.platform == "linux" and alone


def _serve(  # noqa: PLR0917 - arguments of a process
    setup: Setup[Unit, Result],
    pipe: Connection,
    board: _Board,
    others: Sequence[Connection],
    bounds: Bounds,
    parent: int,
) -> None:
    """The life of a worker. Interrupts are the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    for other in others:
        other.close()
    follow(parent)
    bound(memory=bounds.memory)
    work = setup()
    gc.freeze()  # what is prepared stays to the end: it need not be looked at for garbage

    def note(doing: str, read: int) -> None:
        if os.getppid() != parent:
            os._exit(1)  # nobody is left to report to
        board.write(doing, read)

    try:
        while (unit := pipe.recv()) is not None:
            allow(bounds.cpu_seconds)
            _do(work, unit, pipe, note)
    except EOFError:
        os._exit(1)  # likewise


def _do(work: Work[Unit, Result], unit: Unit, pipe: Connection, note: Note) -> None:
    try:
        result = work(unit, note)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except Exception as error:
        pipe.send((_FAILED, f"{type(error).__name__}: {error}"))
    else:
        pipe.send((_DONE, result))
