"""Units of work on a cluster of processes of this machine, by Dask."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from alpheus.engine import Bounds, Engine, LocalEngine, Lost, Outcome
from alpheus.engine.certs import Role, make, read
from alpheus.engine.cluster import DaskEngine
from alpheus.errors import EngineError
from cluster import Cluster, running
from engine_work import Orders, squares

BOUNDS = Bounds(1 << 30, 1, 3.0)
OUTSIDE = Lost("its worker was lost", "", outside=True)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are bounded as on Linux")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A scheduler and a worker with one seat."""
    with running() as found:
        found.work().said("works for")
        yield found


def _engine(cluster: Cluster, bounds: Bounds = BOUNDS, **more: object) -> DaskEngine:
    certificates = read(cluster.certs, Role.DRIVER)
    return DaskEngine(cluster.address, certificates, Orders(), bounds, **more)  # type: ignore[arg-type]


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[DaskEngine]:
    """A driver of it."""
    with _engine(cluster) as found:
        yield found


def _run(engine: DaskEngine, units: Iterable[object]) -> dict[str, object]:
    return {str(one.unit): one.lost or one.result for one in engine.run(units)}


def test_both_engines_are_asked_the_same(engine: DaskEngine) -> None:
    """Whoever has units does not know where they are done."""
    engines: list[Engine] = [LocalEngine(squares, 1), engine]
    for one in engines:
        assert one.room >= 1
        assert [found.result for found in one.run([3])] == [9]


def test_every_unit_has_one_result_and_few_are_under_way(engine: DaskEngine) -> None:
    """Twice the seats that there are; of small ones some more, so that it is worth the way."""
    taken = ended = most = 0

    def units() -> Iterator[int]:
        nonlocal taken, most
        for number in range(200):
            taken += 1
            most = max(most, taken - ended)
            yield number

    found: dict[object, object] = {}
    for one in engine.run(units()):
        ended += 1
        found[one.unit] = one.result
    assert found == {number: number * number for number in range(200)}
    assert engine.room == 2
    assert 3 < most <= 2 * 16 + 1


def test_a_unit_is_bounded_and_its_end_costs_nobody_else(engine: DaskEngine) -> None:
    """Crash, memory, time, size of a result: as on one machine, and the worker goes on."""
    found = _run(engine, ["crash", 2, "fail", "greedy", "busy", "sleep", "large", 4])
    assert str(found.pop("busy")).startswith("Lost(reason='it took ")
    assert found == {
        "crash": Lost("the reader was ended by SIGSEGV", "on crash"),
        "2": 4, "4": 16,
        "fail": Lost("ValueError: broken unit", "on fail"),
        "greedy": Lost("not enough memory", ""),
        "sleep": Lost("it took longer than 3 seconds", "on sleep"),
        "large": Lost("ValueError: its result is larger than 64 MB", ""),
    }  # fmt: skip


def test_whose_worker_dies_is_told_as_lost_from_outside(
    cluster: Cluster, engine: DaskEngine
) -> None:
    """Nothing is tried again behind the ledger's back; another worker does the rest."""
    outcomes = engine.run([1, "wait", "sleep", 5])
    assert next(outcomes).result == 1
    worker = cluster.workers[-1]
    cluster.work()
    time.sleep(0.3)
    worker.end()
    found = {str(one.unit): one.lost or one.result for one in outcomes}
    assert found["5"] == 25
    assert OUTSIDE in {found["wait"], found["sleep"]}


def test_a_scheduler_that_dies_is_waited_for(cluster: Cluster) -> None:
    """What was under way is given out again; its workers find it by themselves."""
    said: list[str] = []
    with _engine(cluster, say=said.append) as engine:
        units, found = iter(range(12)), dict[str, object]()
        for one in engine.run(units):
            found[str(one.unit)] = one.result
            if len(found) == 3:
                cluster.scheduler.end()
                cluster.start_scheduler()
    assert found == {str(n): n * n for n in range(12)}
    assert len(said) <= 1


def test_what_nobody_waits_for_is_ended(cluster: Cluster) -> None:
    """A driver that is gone leaves its workers free, and not for as long as a unit takes."""
    with _engine(cluster, Bounds(1 << 30, 60, 60.0)) as engine:
        outcomes = engine.run([1, "sleep", "sleep"])
        next(outcomes)
        time.sleep(0.2)
        outcomes.close()
        begun = time.monotonic()
        assert _run(engine, [6]) == {"6": 36}
        assert time.monotonic() - begun < 20


def test_a_worker_that_ends_when_it_is_told_to_leaves_nothing(cluster: Cluster) -> None:
    """Status 0, and no process of its own is left."""
    worker = cluster.workers[-1]
    more = cluster.work()
    more.said("works for")
    assert more.end(signal.SIGTERM) == 0
    cluster.workers = [worker]


EVIL = """
import alpheus.engine.node as node
class Evil(Exception):
    def __reduce__(self):
        return eval, ("__import__('pathlib').Path({place!r}, str(__import__('os').getpid()))"
                      ".touch()",)
def do(units, setup, bounds, memory):
    if units[0] == b"1":
        raise Evil()
    return Evil()
node.do = do
"""


def test_a_worker_that_lies_runs_nothing_at_the_driver_or_the_scheduler(tmp_path: Path) -> None:
    """What it answers in place of bytes is not read as what it is."""
    with running() as cluster:
        worker = cluster.work(more=EVIL.format(place=str(tmp_path)))
        worker.said("works for")
        with _engine(cluster) as engine:
            found = _run(engine, [1, 2])
        assert found["1"] == OUTSIDE
        assert isinstance(found["2"], Lost)
        assert not found["2"].outside
        assert cluster.scheduler.text.count("listens") == 1
    assert {one.name for one in tmp_path.iterdir()} == {str(worker.pid)}, "it reads its own"


def test_who_cannot_be_reached_is_said(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a certificate of another authority, or where there is no scheduler."""
    monkeypatch.setattr("alpheus.engine.cluster._CONNECT", 1.0)
    make(tmp_path / "other")
    stranger = read(tmp_path / "other", Role.DRIVER)
    with pytest.raises(EngineError, match="certificates of the same authority"):
        _run(DaskEngine(cluster.address, stranger, Orders(), BOUNDS), [1])  # type: ignore[arg-type]
    ours = read(cluster.certs, Role.DRIVER)
    with pytest.raises(EngineError, match="alpheus engine scheduler"):
        _run(DaskEngine("tls://127.0.0.1:1", ours, Orders(), BOUNDS), [1])  # type: ignore[arg-type]


def test_a_worker_of_another_version_is_given_nothing(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is said, and waited for."""
    monkeypatch.setattr("alpheus.engine.cluster._SLOWLY", 0.0)

    class Stop(Exception):  # noqa: N818
        pass

    def say(text: str) -> None:
        raise Stop(text)

    order = Orders(version="another" * 9)
    certificates = read(cluster.certs, Role.DRIVER)
    engine: DaskEngine = DaskEngine(cluster.address, certificates, order, BOUNDS, say=say)  # type: ignore[arg-type]
    with engine, pytest.raises(Stop, match="no worker of this program and its knowledge"):
        _run(engine, [1])


def test_without_the_extra_the_remedy_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In one line."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    certificates = next(one for one in make(tmp_path / "c") if one.role is Role.DRIVER)
    with pytest.raises(EngineError, match=r"pip install 'alpheus\[cluster\]'"):
        DaskEngine("tls://127.0.0.1:1", certificates, Orders(), BOUNDS)  # type: ignore[arg-type]


def test_an_answer_that_is_none_is_a_loss(engine: DaskEngine) -> None:
    """A worker is not believed: a unit without a usable answer is tried again, and parked."""

    class Strict(Orders):
        def decode(self, unit: object, content: bytes) -> object:
            raise ValueError("it is no result of this unit")

    engine._order = Strict()
    (outcome,) = engine.run([2])
    said = "what its worker said of it cannot be used: it is no result of this unit"
    assert outcome == Outcome(2, None, Lost(said, ""))
