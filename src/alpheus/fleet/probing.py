"""How a shard of a probe is done in a worker: asked, or gone on with, up to rows of its answers.

A shard has a folder of its own, as any run of the probe has: what was asked stands in it before it
is sent, so a shard that was killed goes on where it was. A worker asks only while its driver is
heard of: otherwise somebody else may have the shard by now.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from alpheus.cases.observations import Row, RowError, Rows
from alpheus.cases.observations_import import Document
from alpheus.engine.base import Note
from alpheus.errors import OutputError
from alpheus.exposure.journal import RESULTS, read_record, results_of
from alpheus.exposure.run import ProbeOptions, ProbeRun
from alpheus.exposure.scope import Scope
from alpheus.exposure.shards import gap_of, shard_of, share_of
from alpheus.exposure.space import Space
from alpheus.exposure.wiring import Limits
from alpheus.fleet.model import Result, Unit

ALIVE = "alive"
"""The file that a driver touches as long as its units are its own."""

_LOOK_EVERY = 0.25
_LONGEST_GAP = 3_600.0
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Probing:
    """How shards are asked. Called, it gives the function that asks one.

    `folder` has a folder for each shard, and the file that tells that the driver is there; where
    that is older than `patience` seconds nobody is asked any more. So many as `at_once` are asked
    at a time, by all drivers together, each with its part of the rate of the scope.
    """

    scope: Scope
    space: Space
    folder: Path
    at_once: int
    patience: float
    limits: Limits
    looks: int = 2

    def __call__(self) -> Callable[[Unit, Note], Result]:
        """Nothing is prepared: the scope was read."""
        return self.read

    def read(self, unit: Unit, note: Note) -> Result:
        """Ask a shard, up to its end or that of the scope."""
        begun = time.process_time_ns()
        try:
            result = self._asked(unit, note)
        except OutputError as error:  # another has its folder, or there is no room
            return Result(away=str(error)[:_LONGEST])
        return replace(result, cpu=(time.process_time_ns() - begun) // 1_000_000)

    def _asked(self, unit: Unit, note: Note) -> Result:
        number, of = place_of_shard(unit.place)
        folder = self.folder / f"{number + 1:04d}-of-{of:04d}"
        record = read_record(folder)
        if record is not None and record.finished:
            return _answered(folder)  # and its end was not stored
        scope = share_of(self.scope, self.at_once)
        space = shard_of(self.space, scope.rates, number, of)
        options = ProbeOptions(scope, space.allowed, folder, self.limits, looks=self.looks)
        probe = ProbeRun(options, space, lambda *_: None)
        again = record is not None or unit.attempts > 1
        gap = gap_of(scope.rates) if again else 1 / scope.rates.total
        with self._watched(probe, unit.name, note) as unheard:
            # Whoever was asked a moment ago, by whoever had this shard, is not asked too soon.
            unheard.wait(min(gap, _LONGEST_GAP))
            whole = probe.run()
        if whole:
            return _answered(folder)
        if probe.has_ended:
            counts = probe.counts
            why = f"the scope has ended; {counts.done:,} of {counts.total:,} have a result"
            return replace(_answered(folder), refused=why)
        return Result(away=f"its driver was not heard of for {self.patience:,.0f} seconds")

    @contextmanager
    def _watched(self, probe: ProbeRun, name: str, note: Note) -> Iterator[threading.Event]:
        """Tell how far it is, and stop when the driver is not heard of."""
        over = threading.Event()
        lost = threading.Event()

        def tell() -> None:
            note(f"{name}: {probe.counts.done:,} of {probe.counts.total:,}", 0)

        def watch() -> None:
            while not over.wait(_LOOK_EVERY):
                tell()
                if not lost.is_set() and not is_alive(self.folder, self.patience):
                    lost.set()
                    probe.stop()

        tell()
        thread = threading.Thread(target=watch, name="watch", daemon=True)
        thread.start()
        try:
            yield lost
        finally:
            over.set()
            thread.join()


def place_of_shard(place: str) -> tuple[int, int]:
    """Which shard a unit is, from 0, and of how many."""
    number, _, of = place.partition("/")
    return int(number) - 1, int(of)


def touch(folder: Path) -> None:
    """Say that the driver has its units. Raises OutputError."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ALIVE).touch()
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise OutputError(f"{folder}: cannot be written: {why}; name another folder") from error


def is_alive(folder: Path, patience: float) -> bool:
    """Whether a driver has said so lately."""
    try:
        return abs(time.time() - (folder / ALIVE).stat().st_mtime) <= patience
    except OSError:
        return False


def _answered(folder: Path) -> Result:
    """What a shard was answered, as an import of its results would have it."""
    rows, digest, size = Rows(datetime.now(UTC)), hashlib.sha256(), 0
    found: list[tuple[int, Row]] = []
    lost: list[tuple[int, str]] = []
    for number, line in enumerate(results_of(folder), start=1):
        digest.update(line)
        size += len(line)
        try:
            found.append((number, rows.of_line(line)))
        except RowError as error:  # such as a name that leads nowhere
            lost.append((number, str(error)[:_LONGEST]))
    if not size:
        return Result()
    document = Document(
        str(folder / RESULTS), digest.hexdigest(), size, tuple(row for _, row in found), "lines",
        tuple(number for number, _ in found), tuple(lost),
    )  # fmt: skip
    return Result(document)
