"""One object read at offsets: in few requests, and little of it that nobody asked for.

What is read next is guessed from what was read before, unless a plan tells it: small extents that
lie side by side come in one request, large ones in steps that grow while they are read on.
"""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable

from alpheus.errors import StoreError, StoreLostError
from alpheus.store.model import Stat, Store

MOST = 8 << 20
"""Bytes of one request, and of memory of each that is kept."""

FIRST = 66 << 10
"""Bytes of the first request where it is not known how far it is read on."""

SHORT = 1 << 12
"""Who asks for no more than this, away from what was read before, gets no more."""

_END = 1 << 20
"""At the end, where directories are, all of so many bytes comes at once."""

_GROWTH = 8
_KEPT = 3
_GAP = 1 << 12
_WASTE = 20
"""Of so many bytes that are wanted, one that is not may lie between them."""

_TAIL_MEMORY = 8 << 20


class Windows:
    """The bytes of one version of one object. For one thread."""

    def __init__(self, store: Store, stat: Stat, *, hashing: bool = False) -> None:
        """`hashing`: the hash of all of it is wanted, if it happens to be read in its order."""
        self._tail: tempfile.SpooledTemporaryFile[bytes] | None = None
        self.stat = stat
        self.lost: StoreLostError | None = None
        self.fetched = 0
        self._store = store
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=_KEPT)
        self._tail_start = stat.size
        self._plan = _Plan()
        self._hash = hashlib.sha256() if hashing else None
        self._hashed = 0
        self._steps, self._step = 0, FIRST
        self._next = -1

    def __del__(self) -> None:
        """What was kept goes with it."""
        if self._tail is not None:
            self._tail.close()

    def plan(self, extents: Iterable[tuple[int, int, bool]]) -> None:
        """Beginning and end of what will be read, in the order in which it will be.

        With whether all of it will be for certain. What is planned may still be left out.
        """
        self._plan = _Plan(extents)

    def read_into(self, position: int, view: memoryview) -> int:
        """Fill as much of `view` as comes at once from `position`; 0 only at the end.

        Raises StoreError; after StoreLostError always that, at once.
        """
        if position >= self.stat.size or not view:
            return 0
        if position >= self._tail_start and self._tail is not None:
            self._tail.seek(position - self._tail_start)
            return self._tail.readinto(view)
        for start, data in reversed(self._kept):
            if start <= position < start + len(data):
                count = min(len(view), start + len(data) - position)
                view[:count] = memoryview(data)[position - start : position - start + count]
                return count
        self._fetch(position, self._stop(position, len(view)))
        return self.read_into(position, view)

    def keep_from(self, start: int) -> None:
        """Keep everything from `start` on: what is looked up there again and again."""
        tail = tempfile.SpooledTemporaryFile(_TAIL_MEMORY, prefix="alpheus-")  # noqa: SIM115 - kept
        position, block = start, memoryview(bytearray(1 << 18))
        while count := self.read_into(position, block):
            tail.write(block[:count])
            position += count
        self._tail, self._tail_start = tail, start

    def sha256(self, most: int = 0) -> str | None:
        """The hash of all of it, where all of it was read in its order, but for so many bytes.

        These are read now. Raises StoreError.
        """
        if self._hash is None or self.stat.size - self._hashed > min(most, MOST):
            return None
        if self._hashed < self.stat.size:
            self._fetch(self._hashed, self.stat.size)
        return self._hash.hexdigest()

    def _stop(self, position: int, asked: int) -> int:
        """Where the request that begins at `position` ends."""
        sequential = position == self._next
        self._steps = self._steps + 1 if sequential else 0
        self._step = min(FIRST * _GROWTH ** max(self._steps - 1, 0), MOST)
        planned = self._plan.stop(position, self._step)
        if planned is not None:
            return planned
        if self.stat.size <= FIRST or position >= self.stat.size - _END:
            return self.stat.size
        if not sequential and asked <= SHORT:
            return min(position + asked, self.stat.size)
        return min(position + self._step, self.stat.size, self._tail_start)

    def _fetch(self, start: int, stop: int) -> None:
        if self.lost is not None:
            raise self.lost
        try:
            data = self._store.read(self.stat, start, stop)
        except StoreLostError as error:
            self.lost = error
            raise
        if len(data) != stop - start:
            raise StoreError("the store gave less than it promised")
        self.fetched += len(data)
        self._kept.append((start, data))
        self._next = stop
        if self._hash is not None and start <= self._hashed < stop:
            self._hash.update(memoryview(data)[self._hashed - start :])
            self._hashed = stop


class _Plan:
    """Extents by their beginning, in three columns."""

    def __init__(self, extents: Iterable[tuple[int, int, bool]] = ()) -> None:
        self._starts, self._stops = array("Q"), array("Q")
        self._sure = bytearray()
        self._in_order = True
        for start, stop, sure in extents:
            self._in_order = self._in_order and not (self._starts and start < self._starts[-1])
            self._starts.append(start)
            self._stops.append(stop)
            self._sure.append(sure)
        if not self._in_order:
            self._sort()

    def _sort(self) -> None:
        order = sorted(range(len(self._starts)), key=self._starts.__getitem__)
        self._starts = array("Q", (self._starts[one] for one in order))
        self._stops = array("Q", (self._stops[one] for one in order))
        self._sure = bytearray(self._sure[one] for one in order)

    def stop(self, position: int, step: int) -> int | None:
        """Where to stop a request from `position`, which is in one of them; None if in none."""
        index = bisect_right(self._starts, position) - 1
        if index < 0 or position >= self._stops[index]:
            return None
        stop = self._stops[index]
        if not self._sure[index]:
            return min(stop, position + step)
        if stop - position > MOST:
            return position + MOST
        return self._with_next(index, position, stop) if self._in_order else stop

    def _with_next(self, index: int, position: int, stop: int) -> int:
        """The end of the last extent that still fits into one request."""
        waste = 0
        for following in range(index + 1, len(self._starts)):
            start, end = self._starts[following], self._stops[following]
            gap = start - stop
            if not self._sure[following] or end - position > MOST or not 0 <= gap <= _GAP:
                break
            waste += gap
            if waste * _WASTE > end - position:
                break
            stop = max(stop, end)
        return stop
