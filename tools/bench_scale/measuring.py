"""What is measured: packages of a few sizes, units of the ledger, a pair of workers, a store."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from alpheus import lab
from alpheus.cases.database import open_database
from alpheus.fleet.ledger import Ledger
from alpheus.fleet.model import Parameters, Unit
from alpheus.fleet.reading import Triaging
from fleet_filling import RECIPE, finished, registered

KEY = b"k" * 32
_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """A package: its MB, seconds of a processor without and with a timeline, and what it gave."""

    megabytes: float
    seconds: float
    with_timeline: float
    rows: int
    timeline_bytes: int
    assessment_bytes: int


def packages(folder: Path, sizes: list[float], rounds: int) -> list[Measured]:
    """Simulated servers, each read by the code that a worker runs, knowledge compiled before."""
    plain = Triaging(Parameters(), KEY)()
    results = folder / "results"
    noted = Triaging(Parameters(results=str(results)), KEY)()
    found = []
    for number, size in enumerate(sizes):
        place = folder / f"size{number}"
        lab.generate(place, "webshell", size=int(size * 1e6), seed=1)
        megabytes = sum(one.stat().st_size for one in place.rglob("*") if one.is_file()) / 1e6
        unit = Unit(1, 1, str(place), place.name, 0, 1, 0, content=f"{number:064x}")
        seconds = _fastest(lambda unit=unit: plain(unit, lambda *_: None), rounds)  # type: ignore[misc]
        slower = _fastest(lambda unit=unit: noted(unit, lambda *_: None), rounds)  # type: ignore[misc]
        timeline = results / "timelines" / f"{unit.content}.parquet"
        assessment = results / "assessments" / f"{unit.content}.json"
        found.append(Measured(megabytes, seconds, slower, _rows(timeline),
                              timeline.stat().st_size, assessment.stat().st_size))  # fmt: skip
    return found


def _rows(timeline: Path) -> int:
    import duckdb  # noqa: PLC0415 - an extra

    with duckdb.connect() as connection:
        query = f"SELECT count(*) FROM '{timeline}'"  # noqa: S608 - our own file
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _fastest(work: Callable[[], object], rounds: int) -> float:
    """Seconds of this process's processor, of the fastest of some rounds."""
    found = []
    for _ in range(rounds):
        begun = time.process_time()
        work()
        found.append(time.process_time() - begun)
    return min(found)


def unit(folder: Path, count: int) -> float:
    """Seconds of a processor that the ledger takes of a unit: registered, claimed, ended, stored.

    By the median batch, on SQLite.
    """
    with open_database(folder / "ledger.db", create=True) as database, database.drive():
        ledger = Ledger(database)
        begun = time.process_time()
        registered(ledger, count)
        each = [(time.process_time() - begun) / count]
        spent: list[float] = []
        while True:
            begun = time.process_time()
            claimed = ledger.claim(RECIPE, _AT_ONCE, "w")
            if not claimed:
                break
            taken = time.process_time() - begun
            ended = finished(claimed)
            begun = time.process_time()
            ledger.settle(ended, "bench")
            spent.append((taken + time.process_time() - begun) / len(claimed))
    return each[0] + statistics.median(spent)


def run(folder: Path, count: int, megabytes: float, workers: int) -> tuple[float, float]:
    """A whole run by the command: seconds by the clock, and of processors."""
    places = folder / f"fleet{count}"
    if not places.exists():
        for seed in range(count):
            place = places / f"srv{seed:03d}"
            lab.generate(place, "webshell", size=int(megabytes * 1e6), seed=seed)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        command = [sys.executable, "-m", "alpheus", "campaign", "run", str(places), "--later",
                   "--workers", str(workers), "--database", f"{work}/c.db",
                   "--results", f"{work}/results"]  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own
        seconds = time.perf_counter() - begun
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu


def store(megabytes: int) -> float:
    """MB/s that one reader gets from an S3-compatible server on loopback; 0 without one."""
    try:
        from store_server import BUCKET, store_server  # noqa: PLC0415 - needs moto
    except ImportError:
        return 0.0
    import os  # noqa: PLC0415 - here alone

    from alpheus.store.address import parse_address  # noqa: PLC0415 - as above
    from alpheus.store.opening import open_store  # noqa: PLC0415 - as above

    with store_server(os.environ.__setitem__) as server:
        server.put("bench", os.urandom(megabytes << 20))
        opened = open_store(parse_address(f"s3://{BUCKET}/bench"))
        stat = opened.look("bench")
        assert stat is not None
        begun = time.perf_counter()
        for start in range(0, stat.size, 8 << 20):
            opened.read(stat, start, min(start + (8 << 20), stat.size))
        return stat.size / 1e6 / (time.perf_counter() - begun)
