"""The clock over a plan."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from alpheus.lab import GroundTruth
from alpheus.lab.plan import Plan
from alpheus.lab.scenarios.quiet import quiet_truth
from alpheus.lab.server import Server
from alpheus.lab.simulation import Simulation
from alpheus.model import Verdict
from lab_reading import exchange_rows, w3c_rows

_DAY = timedelta(days=1)
_START = datetime(2021, 3, 1, tzinfo=UTC)


def _simulate(server: Server, out: Path, size: int, days: int) -> int:
    truth = quiet_truth(server, Verdict.NO_EVIDENCE)
    plan = Plan(server, truth, start=_START, end=_START + days * _DAY)
    return Simulation(plan, out, size, Random(1)).run()


def test_size_is_met(server: Server, tmp_path: Path) -> None:
    """Bytes written are those wanted, within a tenth, whatever the density."""
    for size in (300_000, 1_000_000, 12_000_000):
        out = tmp_path / str(size)
        written = _simulate(server, out, size, 3)
        assert abs(written - size) < size / 10
        assert written == sum(file.stat().st_size for file in out.rglob("*") if file.is_file())


def test_memory_is_bounded(server: Server, tmp_path: Path) -> None:
    """Ten times the size does not take ten times the memory."""
    peaks: list[int] = []
    for size in (1_500_000, 15_000_000):
        tracemalloc.start()
        _simulate(server, tmp_path / str(size), size, 30)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0] + 2_000_000


def test_nights_are_quiet(written: Callable[[str], GroundTruth]) -> None:
    """More requests come in a working hour than in a night's, and no day is empty."""
    hours: dict[int, int] = {}
    days: set[str] = set()
    folder = written("clean").evidence / "C/inetpub/logs/LogFiles/W3SVC1"
    for file in folder.iterdir():
        for row in w3c_rows(file):
            hour = int(row["time"][:2])
            hours[hour] = hours.get(hour, 0) + 1
            days.add(row["date"])
    assert hours[10] > 3 * hours[2]
    assert len(days) == 90


def test_request_ids_join(written: Callable[[str], GroundTruth]) -> None:
    """Every HttpProxy row has its IIS row, in the same second and with the same status."""
    evidence = written("webshell").evidence
    front: dict[str, tuple[str, str]] = {}
    for file in (evidence / "C/inetpub/logs/LogFiles/W3SVC1").iterdir():
        for row in w3c_rows(file):
            _, found, rest = row["cs-uri-query"].partition("cafeReqId=")
            if found:
                front[rest.split(";")[0]] = (f"{row['date']}T{row['time']}", row["sc-status"])
    joined = 0
    for file in evidence.rglob("HttpProxy_*.LOG"):
        for row in exchange_rows(file):
            assert front[row["RequestId"]] == (row["DateTime"][:19], row["HttpStatus"])
            joined += 1
    assert joined == len(front) > 1000


def test_rows_of_a_file_are_in_order(written: Callable[[str], GroundTruth]) -> None:
    """As a running server writes them."""
    for file in written("webshell").evidence.rglob("HttpProxy_*.LOG"):
        times = [row["DateTime"] for row in exchange_rows(file)]
        assert times == sorted(times)
