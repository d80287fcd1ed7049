"""One object at offsets: few requests, few bytes that nobody asked for, bounded memory."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import BinaryIO

import pytest

from alpheus.errors import StoreError, StoreLostError
from alpheus.store.model import Stat
from alpheus.store.windows import FIRST, MOST, Windows

CONTENT = random.Random(1).randbytes(3 << 20)


class _Store:
    """A store in memory that notes what it is asked for."""

    def __init__(self, content: bytes = CONTENT) -> None:
        self.content = content
        self.asked: list[tuple[int, int]] = []
        self.failure: StoreError | None = None
        self.short = 0

    def look(self, key: str) -> Stat:
        return Stat(key, len(self.content), "e")

    def read(self, stat: Stat, start: int, stop: int) -> bytes:
        if self.failure is not None:
            raise self.failure
        assert 0 <= start < stop <= len(self.content)
        self.asked.append((start, stop))
        return self.content[start : stop - self.short]

    def list(self, prefix: str) -> Iterator[Stat]:
        raise NotImplementedError

    def put(self, key: str, content: bytes | BinaryIO, size: int, sha256: str) -> None:
        raise NotImplementedError


def _windows(store: _Store, *, hashing: bool = False) -> Windows:
    return Windows(store, store.look("k"), hashing=hashing)


def _read(windows: Windows, start: int, count: int) -> bytes:
    found, view = bytearray(), memoryview(bytearray(1 << 16))
    while len(found) < count:
        got = windows.read_into(start + len(found), view[: count - len(found)])
        if not got:
            break
        found += view[:got]
    return bytes(found)


def test_steps_grow_while_an_object_is_read_on() -> None:
    """The first request is small; the rest of a large object comes in few."""
    store = _Store()
    assert _read(_windows(store), 0, len(CONTENT)) == CONTENT
    sizes = [stop - start for start, stop in store.asked]
    assert sizes[:3] == [FIRST, FIRST, FIRST * 8]
    assert sum(sizes) == len(CONTENT)
    assert len(sizes) < 6


def test_a_short_look_gets_no_more_than_it_asks_for() -> None:
    """As when only the beginning is looked at."""
    store = _Store()
    assert _read(_windows(store), 0, 4_096) == CONTENT[:4_096]
    assert store.asked == [(0, 4_096)]


def test_a_small_object_and_the_end_of_a_large_one_come_at_once() -> None:
    """At its end an archive has its directory."""
    store = _Store(CONTENT[:1_000])
    assert _read(_windows(store), 0, 10) == CONTENT[:10]
    assert store.asked == [(0, 1_000)]
    store = _Store()
    _read(_windows(store), len(CONTENT) - 5_000, 4)
    assert store.asked == [(len(CONTENT) - 5_000, len(CONTENT))]


def test_neighbours_of_a_plan_come_in_one_request() -> None:
    """Small extents side by side do; a gap that nobody asked for is not fetched."""
    store = _Store()
    windows = _windows(store)
    near = [(at, at + 1_000, True) for at in range(0, 50_000, 1_010)]
    far = [(1_000_000, 1_020_000, True), (1_020_000, 1_040_000, True)]
    windows.plan([*near, *far])
    for start, stop, _ in [*near, *far]:
        assert _read(windows, start, stop - start) == CONTENT[start:stop]
    assert store.asked == [(0, near[-1][1]), (1_000_000, 1_040_000)]


def test_an_extent_that_is_not_sure_to_be_read_comes_in_steps() -> None:
    """So that little is lost if nobody reads on."""
    store = _Store()
    windows = _windows(store)
    windows.plan([(100, 2_000_000, False), (2_000_000, 2_000_100, True)])
    _read(windows, 100, 10)
    assert store.asked == [(100, 100 + FIRST)]


def test_a_plan_out_of_order_is_no_harm() -> None:
    """Members whose directory is shuffled are read one by one, each once."""
    store = _Store()
    windows = _windows(store)
    extents = [(at, at + 1_000, True) for at in range(0, 20_000, 1_000)]
    random.Random(2).shuffle(extents)
    windows.plan(extents)
    for start, stop, _ in extents:
        assert _read(windows, start, stop - start) == CONTENT[start:stop]
    assert sorted(store.asked) == sorted((start, stop) for start, stop, _ in extents)


def test_a_request_is_bounded() -> None:
    """Whatever a plan says."""
    store = _Store(bytes(MOST + 5_000_000))
    windows = _windows(store)
    windows.plan([(0, MOST + 3_000_000, True)])
    _read(windows, 0, MOST + 3_000_000)
    assert store.asked == [(0, MOST), (MOST, MOST + 3_000_000)]


def test_what_was_just_read_is_not_asked_for_again() -> None:
    """As when a file is opened anew from its beginning."""
    store = _Store()
    windows = _windows(store)
    for _ in range(3):
        _read(windows, 5_000, FIRST)
    assert len(store.asked) == 1


def test_the_end_can_be_kept() -> None:
    """A directory is fetched once, however often it is walked in between."""
    store = _Store()
    windows = _windows(store)
    windows.keep_from(2_000_000)
    asked = list(store.asked)
    for at in range(0, 1_900_000, 300_000):
        _read(windows, at, 100_000)
        assert _read(windows, 2_500_000, 100) == CONTENT[2_500_000:2_500_100]
    assert [one for one in store.asked if one[1] > 2_000_000] == asked
    assert sum(stop - start for start, stop in asked) == len(CONTENT) - 2_000_000


def test_the_hash_of_all_comes_with_reading_in_order() -> None:
    """It is known if all was read, and None if not; none is made where none is wanted."""
    store = _Store()
    windows = _windows(store, hashing=True)
    _read(windows, 0, 500_000)
    assert windows.sha256() is None
    assert windows.sha256(4 << 20) == hashlib.sha256(CONTENT).hexdigest()
    assert windows.fetched == len(CONTENT)
    large = _Store(bytes(2 * MOST))
    windows = _windows(large, hashing=True)
    _read(windows, 0, 100)
    assert windows.sha256(1 << 40) is None
    assert _windows(store).sha256(1 << 40) is None


def test_a_store_that_is_lost_stays_so() -> None:
    """It is not waited for again with every file of a package."""
    store = _Store()
    windows = _windows(store)
    store.failure = StoreLostError("gone")
    with pytest.raises(StoreLostError):
        _read(windows, 0, 10)
    store.failure = None
    with pytest.raises(StoreLostError):
        _read(windows, 0, 10)
    assert windows.lost is not None


def test_less_than_was_promised_is_an_error() -> None:
    """Nothing is made of bytes that did not come."""
    store = _Store()
    store.short = 1
    with pytest.raises(StoreError, match="less than it promised"):
        _read(_windows(store), 0, 10)


def test_nothing_lies_beyond_the_end() -> None:
    """As with every file."""
    assert _read(_windows(_Store(b"abc")), 3, 10) == b""
    assert _read(_windows(_Store(b"abc")), 1, 10) == b"bc"
