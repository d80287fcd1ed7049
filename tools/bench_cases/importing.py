"""What an import costs: storing, working out servers, and the same once more."""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from alpheus.cases.database import Database
from alpheus.cases.observations_import import import_file
from alpheus.cases.rebuild import rebuild
from alpheus.exposure.imports import ImportedFile
from alpheus.exposure.output.jsonl import encode
from alpheus.lab.country import generate

_PER_ORGANISATION = 7
"""Observations that the lists of a simulated country have for each organisation, at least."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock, and of processors by this program and its processes."""

    wall: float
    processors: float

    def __str__(self) -> str:
        return f"{self.wall:7.1f} s   {self.processors:7.1f} s of processors"


def country(file: Path, observations: int) -> None:
    """Write about so many observations of a simulated country as JSON lines."""
    with room(file.parent) as folder:
        lists = folder / "country"
        generate(lists, max(observations // _PER_ORGANISATION, 30), 2021, 31, observations)
        with file.open("wb") as stream:
            for line in _lines(lists / "lists"):
                stream.write(line)


def _lines(folder: Path) -> Iterator[bytes]:
    """What lists say; assessments are left out."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or path.parent.name == "triage":
            continue
        if path.name == "results.jsonl":
            yield from path.open("rb")
            continue
        for observation in ImportedFile(path, None).observations(lambda _: None):
            yield encode(observation)


def measure(database: Database, file: Path) -> None:
    """Import a file, work out its servers, and do both once more."""
    done, stored = _timed(lambda: import_file(database, file, "bench"))
    made, worked = _timed(lambda: rebuild(database, now=datetime.now(UTC)))
    whole = Cost(stored.wall + worked.wall, stored.processors + worked.processors)
    again, once_more = _timed(lambda: import_file(database, file, "bench"))
    anew, rebuilt = _timed(lambda: rebuild(database, now=datetime.now(UTC)))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
    for said, cost in (
        (f"{done.added:,} observations stored", stored),
        (f"{made.servers:,} servers worked out", worked),
        ("imported and worked out", whole),
        (f"the same file again: {again.added} new", once_more),
        (f"rebuild: {anew.servers:,} servers", rebuilt),
    ):
        print(f"{said:<40} {cost}", flush=True)
    print(f"{'most memory of the program':<40} {memory:7.1f} GB")


def _timed(work: Callable[[], _Result]) -> tuple[_Result, Cost]:
    begin, before = time.perf_counter(), _processors()
    result = work()
    return result, Cost(time.perf_counter() - begin, _processors() - before)


def _processors() -> float:
    return sum(os.times()[:4])


@contextmanager
def room(parent: Path | None) -> Iterator[Path]:
    """A folder for what is written, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=parent, prefix="bench-cases-") as folder:
        yield Path(folder)
