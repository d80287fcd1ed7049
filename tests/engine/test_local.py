"""Units of work on processes of this machine."""

from __future__ import annotations

import time

import pytest

from alpheus.engine import LocalEngine, Lost
from engine_work import squares


def _run(units: list, workers: int = 2) -> dict:
    engine = LocalEngine(squares, workers)
    return {str(o.unit): o.lost or o.result for o in engine.run(units)}


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


def test_no_units_need_no_workers() -> None:
    """Nothing to do is done at once."""
    assert _run([]) == {}


def test_stopping_ends_the_workers_at_once() -> None:
    """Whoever stops listening does not wait for a unit that takes a minute."""
    engine: LocalEngine = LocalEngine(squares, 2)
    outcomes = engine.run([1, "sleep"])
    next(outcomes)
    start = time.monotonic()
    outcomes.close()  # type: ignore[attr-defined]
    assert time.monotonic() - start < 5


def test_notes_reach_the_caller() -> None:
    """What is being done can be shown."""
    heard: list[str] = []
    engine: LocalEngine = LocalEngine(squares, 1)
    list(engine.run([7], lambda doing, _: heard.append(doing)))
    assert heard == ["on 7"]


@pytest.mark.parametrize("workers", [0, -1])
def test_there_is_always_a_worker(workers: int) -> None:
    """A senseless number of workers is one."""
    assert _run([3], workers) == {"3": 9}
