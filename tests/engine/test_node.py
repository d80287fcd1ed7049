"""What a machine of a cluster does with a unit."""

from __future__ import annotations

import json
import pickle
import sys
import threading
import time

import msgspec
import pytest

from alpheus.engine import Bounds, Lost
from alpheus.engine import node as module
from alpheus.engine.node import answer, answers_of, build, outcome_of
from engine_work import travelling

SETUP = pickle.dumps(travelling)
BOUNDS = Bounds(1 << 30, 60, 60.0)


def _answers(units: list[object], bounds: Bounds = BOUNDS) -> list[object]:
    """What a thread of its own answers, whose process ends with it."""
    found: list[object] = []

    def work() -> None:
        try:
            for unit in units:
                item = (0, json.dumps(unit).encode())
                found.append(outcome_of(answer(SETUP, item, bounds, lambda: True)))
        finally:
            if module._seats.seat is not None:
                module._seats.seat.end()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="bounds are those of Linux")
def test_a_seat_does_units_one_after_the_other_and_survives_them() -> None:
    """One that ends its process costs itself alone."""
    crashed = Lost("the reader was ended by SIGSEGV", "on crash")
    assert _answers([3, "crash", 4]) == [b"9", crashed, b"16"]


@pytest.mark.skipif(sys.platform != "linux", reason="a seat is ended as on Linux")
def test_what_is_not_wanted_any_more_is_ended() -> None:
    """Within a moment, and the next unit has a seat of its own."""
    begun = time.monotonic()
    waits = [True]

    def wanted() -> bool:
        return time.monotonic() - begun < 1.5 or not waits.pop()

    item = (0, b'"sleep"')
    found = outcome_of(answer(SETUP, item, BOUNDS, wanted))
    assert found == Lost("nobody waited for it any more", "", outside=True)
    assert module._seats.seat is None
    assert time.monotonic() - begun < 30


def test_answers_are_read_with_suspicion() -> None:
    """Bytes of a known form and a bounded size, or nothing."""
    assert outcome_of(b"rresult") == b"result"
    lost = Lost("x" * 9_000, "y" * 9_000)
    read = outcome_of(b"l" + msgspec.json.encode(lost))
    assert isinstance(read, Lost)
    assert (len(read.reason), len(read.doing)) == (2_000, 2_000)
    for wrong in (b"", b"x", b"l", b"l{}", b'l{"reason":1,"doing":"","outside":false}'):
        with pytest.raises(ValueError, match=r"."):
            outcome_of(wrong)
    with pytest.raises(ValueError, match="too large"):
        outcome_of(b"r" + bytes(module.MOST + 1))
    told = msgspec.msgpack.encode([(0.5, b"rx"), (0.1, b"ry")])
    assert answers_of(told, 2) == [(0.5, b"rx"), (0.1, b"ry")]
    with pytest.raises(ValueError, match="not about the units"):
        answers_of(told, 3)
    with pytest.raises(ValueError, match="too large"):
        answers_of(bytes(2 * module.MOST + (2 << 10)), 1)
    for wrong in ({"r": 1}, None, "text"):
        with pytest.raises(TypeError, match="not bytes"):
            answers_of(wrong, 1)


def test_a_reason_with_odd_bytes_travels() -> None:
    """Names of files are bytes of an attacker's choice."""
    read = outcome_of(module._written(Lost("why", "on \udcff.log")))
    assert read == Lost("why", "on \\udcff.log")


def test_a_build_is_named_by_program_and_knowledge() -> None:
    """So that a worker of another is given nothing."""
    assert build("a" * 64) != build("b" * 64)
