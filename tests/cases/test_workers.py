"""Processes make items, which are taken in turn."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from alpheus.cases.workers import in_turn, workers
from alpheus.errors import DatabaseError, UsageError


def _count(first: int, end: int, step: int) -> Iterator[int]:
    yield from range(first, end, step)


def _who(_: int) -> Iterator[int]:
    yield os.getpid()


def _fails(how: Callable[[], None]) -> Iterator[int]:
    yield 1
    how()


_THIS = os.getpid()


def _kill() -> None:
    assert os.getpid() != _THIS, "this would end all tests"
    os.kill(os.getpid(), signal.SIGKILL)


def _refuse() -> None:
    raise UsageError("not so")


def _break() -> None:
    raise KeyError("a mistake of ours")


@pytest.fixture(autouse=True)
def _threads_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have left running, or loaded, in this process is not counted."""
    monkeypatch.delitem(sys.modules, "obstore", raising=False)
    real, others = threading.active_count, threading.active_count() - 1
    monkeypatch.setattr(threading, "active_count", lambda: real() - others)


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
@pytest.mark.parametrize("whole", [0, 1, 4, 11])
def test_the_order_is_that_of_one_alone(count: int, whole: int, beside: bool) -> None:
    """However many there are, and where one has less than the others."""
    makers = [partial(_count, first, whole, count) for first in range(count)]
    assert list(in_turn(makers, "x", beside=beside)) == list(range(whole))


def test_each_is_a_process_where_that_is_safe() -> None:
    """And else it is this one: in a program with threads, or where it is not asked for."""
    makers = [partial(_who, 1), partial(_who, 2)]
    assert os.getpid() not in set(in_turn(makers, "x"))
    assert set(in_turn(makers, "x", beside=False)) == {os.getpid()}
    hold = threading.Event()
    thread = threading.Thread(target=hold.wait)
    thread.start()
    assert set(in_turn(makers, "x")) == {os.getpid()}
    hold.set()
    thread.join()


def test_a_process_that_is_killed_is_one_error() -> None:
    """Which says by what; what came before it was given."""
    found: list[int] = []
    with pytest.raises(DatabaseError, match=r"^reading: a process was ended by SIGKILL"):
        found.extend(in_turn([partial(_fails, _kill)], "reading"))
    assert found == [1]


@pytest.mark.parametrize("beside", [True, False])
def test_errors_come_over(beside: bool) -> None:
    """Ours as they are; mistakes of the program with the place where they were made."""
    with pytest.raises(UsageError, match=r"^not so$"):
        list(in_turn([partial(_fails, _refuse)], "x", beside=beside))
    with pytest.raises((RuntimeError, KeyError), match="a mistake of ours"):
        list(in_turn([partial(_fails, _break)], "x", beside=beside))


def test_processes_end_with_whoever_uses_them() -> None:
    """Also if not all is taken."""
    taken = in_turn([partial(_who, 1), partial(_count, 0, 1_000_000, 1)], "x")
    process = next(taken)
    taken.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_there_is_a_worker_at_least() -> None:
    """And no more than processors."""
    assert 1 <= workers() <= (os.cpu_count() or 1)
