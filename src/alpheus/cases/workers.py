"""What several processes make, taken in turn.

Each is a copy of this process where that is safe (ADR 11): what was read before stands in it at no
cost. While one item is used the next ones are being made; a process that is ahead waits, so that
no more than one item of each is held. Elsewhere the items are made here, one after the other.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, TypeVar

from alpheus.engine.local import may_fork
from alpheus.errors import AlpheusError, DatabaseError

Item = TypeVar("Item")
Make = Callable[[], Iterator[Item]]

_ITEM, _END, _FAILED, _BROKEN = range(4)
_MOST = 8
_PATIENCE = 5
_RARELY = (100_000, 50, 100)
"""Looking for cycles: items are many small objects without any, and by default it costs a fifth."""


def workers() -> int:
    """How many processes are worth while: one for each processor that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST)
    return min(os.cpu_count() or 1, _MOST)


def in_turn(makers: Sequence[Make[Item]], doing: str, *, beside: bool = True) -> Iterator[Item]:
    """The first item of each, then the second of each, and so on; who has no more is passed over.

    With `beside` each maker runs in a process of its own where that is safe; it makes connections
    of its own to a database (see `Database.let_go`, `Database.again`). `doing` is for the error.
    Raises DatabaseError when a process ends early, and what AlpheusError a maker raises.
    """
    if not (beside and may_fork()):
        yield from _here(makers)
        return
    started: list[_Worker] = []
    try:
        for make in makers:
            started.append(_start(make, started))
        waiting = list(started)
        while waiting:
            for worker in list(waiting):
                kind, content = _heard(worker, doing)
                if kind == _ITEM:
                    yield content
                else:
                    waiting.remove(worker)
    finally:
        _stop(started)


def _here(makers: Sequence[Make[Item]]) -> Iterator[Item]:
    waiting = [make() for make in makers]
    while waiting:
        for one in list(waiting):
            try:
                item = next(one)
            except StopIteration:
                waiting.remove(one)
            else:
                yield item


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection


def _start(make: Make[Any], started: Sequence[_Worker]) -> _Worker:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    # A copy has the other workers' pipes, too, which would keep them open after we are gone.
    others = [ours, *(worker.pipe for worker in started)]
    process = context.Process(target=_serve, args=(make, theirs, others), daemon=True)
    with warnings.catch_warnings():
        # Python counts the idle threads of native libraries, which hold no lock of ours.
        warnings.filterwarnings("ignore", message=".*fork", category=DeprecationWarning)
        process.start()
    theirs.close()
    return _Worker(process, ours)


def _heard(worker: _Worker, doing: str) -> tuple[int, Any]:
    """What a worker says next."""
    try:
        kind, content = worker.pipe.recv()
    except (EOFError, OSError):
        worker.process.join(_PATIENCE)
        raise DatabaseError(
            f"{doing}: a process was ended{_by(worker.process.exitcode)}, perhaps for want of "
            "memory; servers are as they were before; try again"
        ) from None
    if kind == _FAILED:
        raise content
    if kind == _BROKEN:
        raise RuntimeError(f"{doing}: in another process:\n{content}")
    return kind, content


def _by(code: int | None) -> str:
    if code is None or code >= 0:
        return f" with status {code}" if code else ""
    try:
        return f" by {signal.Signals(-code).name}"
    except ValueError:
        return f" by signal {-code}"


def _stop(started: Sequence[_Worker]) -> None:
    for worker in started:
        worker.process.kill()
    for worker in started:
        worker.process.join(_PATIENCE)
        worker.pipe.close()


def _serve(make: Make[Any], pipe: Connection, others: Sequence[Connection]) -> None:
    """The life of a worker. Interrupts are for its parent, whose end it sees by its pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in others:
        other.close()
    gc.freeze()  # what was there before stays to the end: to look at it would only copy it
    gc.set_threshold(*_RARELY)
    gc.enable()
    try:
        pipe.send(_told(make, pipe))
    except (BrokenPipeError, ConnectionResetError):
        os._exit(1)  # nobody is left to tell


def _told(make: Make[Any], pipe: Connection) -> tuple[int, Any]:
    """Send all items; gives how it ended."""
    try:
        for item in make():
            pipe.send((_ITEM, item))
    except (BrokenPipeError, ConnectionResetError):
        os._exit(1)
    except AlpheusError as error:
        return _FAILED, error
    except MemoryError:
        return _FAILED, DatabaseError("there is not enough memory; servers are as they were before")
    except Exception:
        return _BROKEN, traceback.format_exc()
    return _END, None
