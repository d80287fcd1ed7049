"""Units of work on processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import util
from typing import Any

import pytest

from alpheus.engine import Bounds, LocalEngine, Lost, local
from engine_work import squares


@pytest.fixture(params=["spawned", "forked"], autouse=True)
def start(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that start anew, and such that are copies of this process."""
    if request.param == "forked" and sys.platform != "linux":
        pytest.skip("processes are copied on Linux only")
    monkeypatch.setattr(local, "may_fork", lambda: request.param == "forked")


def _engine(workers: int) -> LocalEngine:
    return LocalEngine(squares, workers, squares)


def _run(units: list, workers: int = 2) -> dict:
    return {str(o.unit): o.lost or o.result for o in _engine(workers).run(units)}


def test_every_unit_has_one_result() -> None:
    """Nothing is lost and nothing is done twice, whatever the number of workers."""
    assert _run(list(range(12)), 3) == {str(n): n * n for n in range(12)}


def test_a_crash_costs_its_unit_and_names_what_it_was_doing() -> None:
    """A worker ended by a signal is replaced; the others' units are all done."""
    found = _run([1, "crash", 2, 3, 4])
    assert found["crash"] == Lost("the reader was ended by SIGSEGV", "on crash")
    assert {found[str(n)] for n in (1, 2, 3, 4)} == {1, 4, 9, 16}


def test_an_error_costs_its_unit() -> None:
    """An exception is reported with its words, and the worker goes on."""
    found = _run(["fail", 5], workers=1)
    assert found["fail"] == Lost("ValueError: broken unit", "on fail")
    assert found["5"] == 25


class _Interrupts:
    """Interrupts every copy of this process at its very beginning."""

    def __init__(self) -> None:
        util.register_after_fork(self, lambda _: os.kill(os.getpid(), signal.SIGINT))


@pytest.mark.skipif(os.name != "posix", reason="interrupts itself as POSIX does")
def test_a_worker_that_is_interrupted_before_its_work_begins_goes_on(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Interrupts are the parent's business from the first instant on, and nothing is printed."""
    kept = _Interrupts()
    assert _run([1, 2]) == {"1": 1, "2": 4}
    assert capfd.readouterr().err == ""
    del kept


@pytest.mark.skipif(os.name != "posix", reason="interrupts itself as POSIX does")
def test_an_interrupt_while_a_worker_starts_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits until the worker is known, so that none is left alone."""
    engine = _engine(1)
    give = engine._give

    def interrupted(worker: Any, unit: object) -> None:
        give(worker, unit)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(engine, "_give", interrupted)
    with pytest.raises(KeyboardInterrupt):
        next(engine.run(["sleep"]))
    assert multiprocessing.active_children() == []


def test_who_was_ended_from_outside_is_told_as_such() -> None:
    """It need not be the unit's fault."""
    found = _run(["killed", 5], workers=1)
    assert found["killed"] == Lost("the reader was ended by SIGKILL", "on killed", outside=True)
    assert found["5"] == 25


@pytest.mark.skipif(os.name != "posix", reason="bounds are those of POSIX")
def test_a_unit_is_bounded_in_memory_and_time() -> None:
    """By the clock and of a processor, anew for each; the next has a worker of its own."""
    engine = LocalEngine(squares, 1, squares, Bounds(cpu_seconds=1, seconds=1.5))
    outcomes = engine.run(["memory", "sleep", 3])
    found = {str(one.unit): one.lost or one.result for one in outcomes}
    assert found.pop("memory") == Lost("not enough memory", "on memory")
    assert found == {"sleep": Lost("it took longer than 2 seconds", "on sleep"), "3": 9}
    engine = LocalEngine(squares, 1, squares, Bounds(cpu_seconds=1))
    (outcome,) = engine.run(["busy"])
    assert outcome.lost == Lost("it took more than 1 seconds of a processor", "on busy")


def test_units_are_taken_when_a_worker_is_free_for_them() -> None:
    """No more are under way than there are workers, however many there are."""
    taken, ended, most = 0, 0, 0

    def units() -> Iterator[int]:
        nonlocal taken, most
        for number in range(20):
            taken += 1
            most = max(most, taken - ended)
            yield number

    engine = _engine(2)
    for _ in engine.run(units()):
        assert 1 <= len(engine.processes) <= 2
        ended += 1
    assert (taken, ended) == (20, 20)
    assert most <= 3


def test_no_units_need_no_workers() -> None:
    """Nothing to do is done at once."""
    assert _run([]) == {}


def test_stopping_ends_the_workers_at_once() -> None:
    """Whoever stops listening does not wait for a unit that takes a minute."""
    outcomes = _engine(2).run([1, "sleep"])
    next(outcomes)
    start = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 30


def test_notes_reach_the_caller() -> None:
    """What is being done can be shown while it is done, with the bytes read so far."""
    heard: list[tuple[str, int]] = []
    outcomes = _engine(1).run(["wait"], lambda *note: heard.append(note))
    assert [one.result for one in outcomes] == ["waited"]
    assert ("on wait", 1) in heard


def test_a_long_or_odd_note_is_survived() -> None:
    """Names of files are bytes of an attacker's choice."""
    odd = "crash" + "\udcff\u00e4" * 40_000
    (outcome,) = _engine(1).run([odd])
    assert outcome.lost is not None
    assert f"on {odd}".startswith(outcome.lost.doing)
    assert len(outcome.lost.doing) > 10_000


def test_only_a_process_of_one_thread_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that another thread holds would never be let go in the copy."""
    monkeypatch.undo()
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    assert not local.may_fork()
    stop.set()
    thread.join()


@pytest.mark.parametrize("workers", [0, -1])
def test_there_is_always_a_worker(workers: int) -> None:
    """A senseless number of workers is one."""
    assert _run([3], workers) == {"3": 9}
