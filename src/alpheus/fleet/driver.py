"""A run on one machine: units from the ledger to an engine, and what they gave back into it.

The driver may die at any moment, as may its workers and the database: what was not ended is done by
whoever comes next. While the database is away, workers finish what they have, and the driver waits.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from alpheus.engine import Engine, Outcome
from alpheus.errors import DatabaseBusyError, DatabaseError, DatabaseLostError
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Ended, Fault, Recipe, Result, Unit

_PATIENCE = 900.0
"""Seconds for which a driver waits for a database that is away, before it gives up."""

_PAUSE = 0.5
_LOOK_EVERY = 2.0
_FLUSH_EVERY = 2.0
_AT_ONCE = 64
_MOST_HELD = 2_000
_SOON = 2.0
"""Seconds for which units are claimed ahead: small ones many at once, large ones one by one."""
_MOST_AHEAD = 32
"""Units for each that there is room for, which are claimed at once."""

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class Summary:
    """What a driver did. `parked` are units with the reason.

    `size` is bytes of packages that are done, as they lie there, `read` of their files; `seconds`
    by the clock, `ledger_seconds` of a processor.
    `parts` of packages are counted by themselves.
    """

    done: int = 0
    parts: int = 0
    again: int = 0
    late: int = 0
    size: int = 0
    read: int = 0
    ledger_seconds: float = 0.0
    seconds: float = 0.0
    parked: list[tuple[Unit, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a driver goes about it: who runs it, how patient it is.

    `tell` is called with what has been done so far, a few times a second; `say` with sentences;
    `beaten` whenever the ledger has heard that the units under way are this driver's still.
    `ahead`: units are claimed before there is room for them, for they are many and small.
    """

    who: str
    patience: float = _PATIENCE
    look_every: float = _LOOK_EVERY
    flush_every: float = _FLUSH_EVERY
    tell: Callable[[Summary, str, int], None] = lambda *_: None
    say: Callable[[str], None] = lambda _: None
    beaten: Callable[[], None] = lambda: None
    ahead: bool = True


class Driver:
    """One driver. Its name tells machine and process, and is used once."""

    def __init__(
        self, ledger: Ledger, engine: Engine[Unit, Result], recipe: Recipe, manner: Manner
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._recipe = recipe
        self._manner = manner
        self.name = f"{_machine()}.{os.getpid()}.{secrets.token_hex(4)}"
        self.summary = Summary()
        self._ahead: deque[Unit] = deque()
        self._under_way: dict[int, tuple[Unit, float]] = {}
        self._ended: list[Ended] = []
        self._in_vain: float | None = None
        self._each = _SOON / 4
        self._begun = self._flushed = self._beaten = time.monotonic()

    def run(self) -> Summary:
        """Do all that waits, and what others leave. Raises DatabaseError, KeyboardInterrupt.

        However it ends, what was finished is stored and what was not is given back, if that can be.
        """
        try:
            self._recover()
            while True:
                for outcome in self._engine.run(_Asking(self._next), self._tick):
                    self._take(outcome)
                self._flush()
                if not self._look_around():
                    return self.summary
        except BaseException:
            self._give_back()
            raise

    def _next(self) -> Unit | None:
        """A unit to begin, claimed a few at a time; None while there is none, or no room for it.

        Who asks again meanwhile does not ask the ledger each time.
        """
        now = time.monotonic()
        if not self._ahead and not (
            self._in_vain is not None and now - self._in_vain < self._manner.look_every
        ):
            self._ahead.extend(self._patiently(self._claim))
            if not self._ahead and self._ended:
                self._flush(wait=False)  # what has ended makes room in its lane
                self._ahead.extend(self._patiently(self._claim))
            self._in_vain = None if self._ahead else now
        if not self._ahead:
            return None
        unit = self._ahead.popleft()
        self._under_way[unit.id] = unit, now
        return unit

    def _claim(self) -> list[Unit]:
        if not self._manner.ahead:
            return self._ledger.claim(self._recipe, 1, self.name)
        each = min(max(round(_SOON / max(self._each, 0.001)), 1), _MOST_AHEAD)
        return self._ledger.claim(self._recipe, self._engine.room * each, self.name)

    def _take(self, outcome: Outcome[Unit, Result]) -> None:
        unit = outcome.unit
        _, since = self._under_way.pop(unit.id)
        self._in_vain = None
        seconds = time.monotonic() - since
        took = int(seconds * 1_000)
        self._each += (seconds - self._each) / 8
        lost = outcome.lost
        if lost is None:
            assert outcome.result is not None
            self._ended.append(_ended(unit, outcome.result, took))
        else:
            fault = Fault.OUTSIDE if lost.outside else Fault.STRIKE
            self._ended.append(Ended(unit, None, fault, lost.reason, lost.doing, milliseconds=took))
        if len(self._ended) >= _AT_ONCE:
            self._flush()

    def _tick(self, doing: str, read: int) -> None:
        """Called by the engine a few times a second."""
        now = time.monotonic()
        if now - self._beaten >= self._ledger.lease / 4:
            self._beat()
        if self._ended and now - self._flushed >= self._manner.flush_every:
            self._flush(wait=False)
        self.summary.seconds = now - self._begun
        self._manner.tell(self.summary, doing, read)

    def _beat(self) -> None:
        """Say that this driver is there; what was taken from it meanwhile is not begun."""
        self._beaten = time.monotonic()
        ended = (one.unit.id for one in self._ended)
        held = {*self._under_way, *(unit.id for unit in self._ahead), *ended}
        mine = self._patiently(lambda: self._ledger.beat(self.name, held))
        self._ahead = deque(unit for unit in self._ahead if unit.id in mine)
        if mine.issuperset(self._under_way):
            self._manner.beaten()

    def _flush(self, *, wait: bool = True) -> None:
        """Store what has ended. Without `wait` it is left for later while another imports."""
        self._flushed = time.monotonic()
        wait = wait or len(self._ended) >= _MOST_HELD
        while self._ended:
            try:
                self._patiently(self._settle, busy=wait)
            except DatabaseBusyError:
                return

    def _settle(self) -> None:
        """Store some of what has ended, and count it."""
        part = self._ended[:_AT_ONCE]
        settled = self._ledger.settle(part, self._manner.who)
        del self._ended[: len(part)]
        summary = self.summary
        summary.done += settled.done
        summary.parts += settled.parts
        summary.again += settled.again
        summary.late += settled.late
        summary.parked += settled.parked
        summary.size += sum(one.unit.bytes for one in part if one.result is not None)
        summary.read += sum(one.result.read for one in part if one.result is not None)

    def _look_around(self) -> bool:
        """Whether there is more to do: waits for what others have, until it has ended.

        Their leases tell when they are gone. What waits for room in its lane waits for them, too.
        """
        told = False
        while True:
            self._beat()
            self._recover()
            waiting, running = self._patiently(lambda: self._ledger.left(self._recipe))
            if waiting:
                self._ahead.extend(self._patiently(self._claim))
            if self._ahead or not (waiting or running):
                return bool(self._ahead)
            if not told and running:
                told = True
                units = "unit is" if running == 1 else "units are"
                self._manner.say(f"{running:,} {units} under way elsewhere; waiting for the end")
            time.sleep(self._manner.look_every)

    def _recover(self) -> None:
        """Take up what drivers of this machine left that are there no more, and others' in time."""
        names = self._patiently(self._ledger.drivers)
        gone = [one for one in names if one != self.name and is_gone(one)]
        self._patiently(lambda: self._ledger.recover(of=gone))

    def _give_back(self) -> None:
        """Before it ends early: what is finished, stored; what is not, given back."""
        held = [*(unit for unit, _ in self._under_way.values()), *self._ahead]
        self._ended += [Ended(unit, None, Fault.GIVEN_BACK) for unit in held]
        self._under_way.clear()
        self._ahead.clear()
        try:
            while self._ended:
                self._settle()
        except DatabaseError:
            return  # its lease ends

    def _patiently(self, ask: Callable[[], _Answer], *, busy: bool = True) -> _Answer:
        """Ask the database, and ask again while it is away; `busy`: or held by another."""
        end = time.monotonic() + self._manner.patience
        told = False
        while True:
            begun = time.process_time()
            try:
                return ask()
            except DatabaseBusyError:
                if not busy or time.monotonic() > end:
                    raise
            except DatabaseLostError as error:
                if time.monotonic() > end:
                    raise
                if not told:
                    told = True
                    self._manner.say(f"{error}; waiting for it")
            finally:
                self.summary.ledger_seconds += time.process_time() - begun
            time.sleep(_PAUSE)


class _Asking(Iterator[Unit]):
    """Units as they are asked for. That there is none for now is not that there will be none."""

    def __init__(self, ask: Callable[[], Unit | None]) -> None:
        self._ask = ask

    def __next__(self) -> Unit:
        unit = self._ask()
        if unit is None:
            raise StopIteration
        return unit


def _ended(unit: Unit, result: Result, took: int) -> Ended:
    """The end of an attempt that gave an answer; a store that is away is not the unit's fault."""
    if result.away:
        return Ended(unit, None, Fault.OUTSIDE, result.away, milliseconds=took)
    return Ended(unit, result, milliseconds=took)


def is_gone(name: str) -> bool:
    """Whether a driver was a process of this machine and is none any more.

    Of any other only its lease tells; where two machines have one name, tokens still do.
    """
    machine, _, rest = name.rpartition(".")[0].rpartition(".")
    if machine != _machine() or not rest.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _machine() -> str:
    return "".join(c for c in socket.gethostname() if c.isalnum() or c in ".-")[:40]
