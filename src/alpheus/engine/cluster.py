"""Units of work on the machines of a cluster, by Dask distributed.

A driver speaks to the scheduler alone, under mutual TLS. Twice as many tasks are under way as there
are seats, so that none waits for the next; small units go several in a task. A scheduler that dies
is waited for, and what was under way is given out again. How often a unit is tried is not decided
here: a worker that dies costs its units, which are reported as lost.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import itertools
import logging
import queue
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from alpheus.engine.base import Bounds, Lost, Outcome, Result, Unit
from alpheus.engine.certs import Credentials, Role
from alpheus.errors import EngineError

_LOOK_EVERY = 0.2
_COUNT_EVERY = 2.0
_CONNECT = 10.0
_PATIENCE = 900.0
"""Seconds for which a scheduler that was there is waited for, before it is given up."""
_SLOWLY = 15.0
"""Seconds without a worker after which that is said."""
_AHEAD = 2
_SOON = 1.0
"""Seconds of small units that are given to a worker at once; larger ones go one by one."""
_MOST_AT_ONCE = 16
_USELESS = "what its worker said of it cannot be used"
_MISSING = (
    "--engine tls://… needs Dask distributed, which is not installed; "
    "run: pip install 'alpheus[cluster]'"
)


_Asked_contra = TypeVar("_Asked_contra", contravariant=True)
_Given_co = TypeVar("_Given_co", covariant=True)


class Order(Protocol[_Asked_contra, _Given_co]):
    """How units of a kind travel; `setup` is a pickled `Setup` of bytes to bytes."""

    @property
    def setup(self) -> bytes:
        """Prepares a seat."""

    @property
    def version(self) -> str:
        """That of program and knowledge: workers of another are given none of these units."""

    def encode(self, unit: _Asked_contra) -> bytes:
        """A unit as it travels."""

    def decode(self, unit: _Asked_contra, content: bytes) -> _Given_co:
        """What a worker says of a unit; it is not believed. Raises ValueError."""

    def memory(self, unit: _Asked_contra) -> int:
        """Bytes that a worker has to have for it."""


@dataclass(slots=True)
class _UnderWay(Generic[Unit]):
    """Units by the key of their task, the futures that keep them wanted, and what has ended.

    `fetched` are answers on their way. `broken`: the scheduler has forgotten them all.
    """

    units: dict[str, list[Unit]] = field(default_factory=dict)
    futures: dict[str, Any] = field(default_factory=dict)
    ended: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    fetched: list[tuple[list[str], concurrent.futures.Future[Any]]] = field(default_factory=list)
    broken: bool = False

    def forget(self) -> list[Unit]:
        """Begin anew; gives the units that were under way."""
        units = list(itertools.chain.from_iterable(self.units.values()))
        self.units, self.futures, self.fetched = {}, {}, []
        self.ended, self.broken = queue.SimpleQueue(), False
        return units


class DaskEngine(Generic[Unit, Result]):
    """Gives units to the workers of a scheduler; `say` is called with sentences for people."""

    def __init__(
        self,
        address: str,
        credentials: Credentials,
        order: Order[Unit, Result],
        bounds: Bounds,
        *,
        say: Callable[[str], None] = lambda _: None,
        patience: float = _PATIENCE,
    ) -> None:
        """Raises EngineError where the extra `cluster` is missing."""
        try:
            import distributed  # noqa: PLC0415 - an extra, and heavy
        except ImportError:
            raise EngineError(_MISSING) from None
        from alpheus.engine import node, wire  # noqa: PLC0415 - need the extra

        wire.guard(Role.DRIVER)
        wire.quiet(logging.CRITICAL)  # what matters is said here
        self._make_client: Any = distributed.Client
        self._node = node
        self._security = wire.security(credentials)
        self._address = address
        self._order = order
        self._bounds = bounds
        self._say = say
        self._patience = patience
        self._client: Any = None
        self._seats = self._machines = 0
        self._counted = 0.0
        self._each = _SOON
        self._numbers = itertools.count()
        self._name = secrets.token_hex(6)

    def __enter__(self) -> DaskEngine[Unit, Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the scheduler, and of what is under way."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # it may be gone, and nothing depends on it any more
                client.close(timeout=5)

    @property
    def room(self) -> int:
        """As many as there are seats, and once more."""
        return max(self._seats * _AHEAD, 1)

    def run(
        self, units: Iterable[Unit], on_note: Callable[[str, int], None] | None = None
    ) -> Iterator[Outcome[Unit, Result]]:
        """Every unit's outcome. Stopping the iteration lets go of what is under way.

        Raises EngineError where the scheduler cannot be reached, or not by what was given.
        """
        waiting, way = iter(units), _UnderWay[Unit]()
        tell = on_note or (lambda *_: None)
        self._connect(tell, first=True)
        try:
            while True:
                if way.broken or not self._is_connected():
                    self._begin_again(way, tell)
                self._count(tell)
                self._fill(waiting, way)
                if not way.units:
                    return
                yield from self._ended(way)
                tell(self._doing(way), 0)
        finally:
            self._let_go(list(way.futures.values()))

    def _doing(self, way: _UnderWay[Unit]) -> str:
        units = sum(map(len, way.units.values()))
        return f"{units:,} under way, {self._seats:,} seats on {self._machines:,} workers"

    # -- the scheduler

    def _connect(self, tell: Callable[[str, int], None], *, first: bool = False) -> None:
        if self._is_connected():
            return
        end, told = time.monotonic() + (_CONNECT if first else self._patience), False
        while True:
            self.close()
            try:
                self._client = self._make_client(
                    self._address, security=self._security, timeout=_CONNECT / 2,
                    set_as_default=False, direct_to_workers=False, name="alpheus",
                )  # fmt: skip
            except (OSError, TimeoutError, ValueError) as error:
                if time.monotonic() > end:
                    raise EngineError(self._unreachable(error)) from None
                if not told and not first:
                    told = True
                    self._say(f"{self._address}: the scheduler is away; waiting for it")
                tell("waiting for the scheduler", 0)
                time.sleep(_LOOK_EVERY)
            else:
                self._counted = 0.0
                return

    def _unreachable(self, error: BaseException) -> str:
        why = str(error.__cause__ or error).partition("\n")[0][:200]
        return (
            f"{self._address}: no scheduler can be reached there by this certificate ({why}); "
            "start one: alpheus engine scheduler, with certificates of the same authority"
        )

    def _is_connected(self) -> bool:
        return self._client is not None and self._client.status == "running"

    def _begin_again(self, way: _UnderWay[Unit], tell: Callable[[str, int], None]) -> None:
        """With a scheduler that is new, or was away: it knows of nothing."""
        self._connect(tell)
        self._submit(way.forget(), way)

    def _count(self, tell: Callable[[str, int], None]) -> None:
        """How many seats there are; waits until there is one that fits, as nothing can be done."""
        begun, told = time.monotonic(), False
        while time.monotonic() - self._counted > _COUNT_EVERY or not self._seats:
            with suppress(OSError, TimeoutError):
                fitting = self._fitting()
                self._seats, self._machines = sum(fitting), len(fitting)
                self._counted = time.monotonic()
            if self._seats or not self._is_connected():
                return
            if not told and time.monotonic() - begun > _SLOWLY:
                told = True
                self._say(f"{self._address}: has no worker of this program and its knowledge; "
                          "start one: alpheus engine worker")  # fmt: skip
            tell("waiting for a worker", 0)
            time.sleep(_LOOK_EVERY)

    def _fitting(self) -> list[int]:
        """The seats of each worker of this program and knowledge."""
        wanted = self._node.build(self._order.version)
        workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
        found = ((one.get("nthreads"), one.get("resources")) for one in workers)
        return [
            seats
            for seats, resources in found
            if isinstance(seats, int) and isinstance(resources, dict) and wanted in resources
        ]

    # -- units

    def _fill(self, waiting: Iterator[Unit], way: _UnderWay[Unit]) -> None:
        """Give out as many as there is room for."""
        room = max(self.room - len(way.units), 0)
        wanted = room * self._at_once()
        units = list(itertools.islice(waiting, wanted))
        self._submit(units, way, max(-(-len(units) // max(room, 1)), 1))

    def _at_once(self) -> int:
        """How many small units make a task that is worth being given out."""
        return min(max(int(_SOON / max(self._each, 0.001)), 1), _MOST_AT_ONCE)

    def _submit(self, units: list[Unit], way: _UnderWay[Unit], at_once: int = 1) -> None:
        by_memory: dict[int, list[Unit]] = {}
        for unit in units:
            by_memory.setdefault(self._order.memory(unit), []).append(unit)
        order, bounds = self._order, self._bounds
        for memory, every in by_memory.items():
            tasks = [every[n : n + at_once] for n in range(0, len(every), at_once)]
            keys = [f"alpheus-{self._name}-{next(self._numbers)}" for _ in tasks]
            way.units.update(zip(keys, tasks, strict=True))
            with suppress(OSError, RuntimeError):  # the connection broke: they are given out again
                futures = self._client.map(
                    self._node.do, [[order.encode(unit) for unit in some] for some in tasks],
                    setup=order.setup, memory=memory,
                    bounds=(bounds.memory, bounds.cpu_seconds, bounds.seconds),
                    key=keys, pure=False, retries=0, batch_size=None,
                    resources={self._node.MEMORY: memory >> 20,
                               self._node.build(order.version): 1},
                )  # fmt: skip
                for future in futures:
                    way.futures[future.key] = future
                    future.add_done_callback(_Ends(way.ended))

    def _ended(self, way: _UnderWay[Unit]) -> Iterator[Outcome[Unit, Result]]:
        """Outcomes of what has ended within a moment.

        Answers are not waited for: one may be gone with its worker, and is then made again.
        """
        states = {key: way.futures[key].status for key in _taken(way.ended)}
        if "cancelled" in states.values() or not self._is_connected():
            way.broken = True
            return
        for key in [key for key, state in states.items() if state == "error"]:
            yield from self._outcomes(way, key, None)
        finished = {key: way.futures[key] for key, state in states.items() if state == "finished"}
        if finished:
            answers = self._client._gather(finished, errors="skip", direct=False)  # noqa: SLF001 - the public one waits
            loop = self._client.loop.asyncio_loop
            asked = asyncio.run_coroutine_threadsafe(answers, loop)
            way.fetched.append((list(finished), asked))
        for one in [one for one in way.fetched if one[1].done()]:
            way.fetched.remove(one)
            keys, asked = one
            if asked.cancelled() or asked.exception() is not None:
                way.broken = True
                return
            for key in keys:
                yield from self._outcomes(way, key, asked.result().get(key))

    def _outcomes(
        self, way: _UnderWay[Unit], key: str, content: object
    ) -> Iterator[Outcome[Unit, Result]]:
        units = way.units.pop(key)
        way.futures.pop(key).release()
        if content is None:
            lost = Lost("its worker was lost", "", outside=True)
            yield from (Outcome(unit, None, lost) for unit in units)
            return
        try:
            answers = self._node.answers_of(content, len(units))
        except (ValueError, TypeError) as error:
            lost = Lost(f"{_USELESS}: {error}", "")
            yield from (Outcome(unit, None, lost) for unit in units)
            return
        for unit, (seconds, said) in zip(units, answers, strict=True):
            took = seconds if 0 <= seconds < _SOON else _SOON
            self._each += (took - self._each) / 8
            yield self._outcome(unit, said)

    def _outcome(self, unit: Unit, said: bytes) -> Outcome[Unit, Result]:
        try:
            found = self._node.outcome_of(said)
            if isinstance(found, Lost):
                return Outcome(unit, None, found)
            return Outcome(unit, self._order.decode(unit, found))
        except (ValueError, TypeError) as error:
            return Outcome(unit, None, Lost(f"{_USELESS}: {error}", ""))

    def _let_go(self, futures: list[Any]) -> None:
        """Nobody waits for these any more; their workers end them."""
        if futures and self._is_connected():
            with suppress(Exception):  # it may be gone, and nothing depends on it any more
                self._client.cancel(futures, force=True)


class _Ends:
    """Tells the thread of the driver that a unit has ended; called in that of Dask."""

    def __init__(self, ended: queue.SimpleQueue[str]) -> None:
        self._ended = ended

    def __call__(self, future: Any) -> None:  # noqa: ANN401 - Dask is not typed here
        self._ended.put(future.key)


def _taken(ended: queue.SimpleQueue[str]) -> list[str]:
    """Those that have ended, waiting a moment for the first."""
    found: list[str] = []
    with suppress(queue.Empty):
        found.append(ended.get(timeout=_LOOK_EVERY))
        while True:
            found.append(ended.get_nowait())
    return found
