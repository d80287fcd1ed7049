"""Timelines in a store are fetched once, whole, and within the room that is allowed."""

from __future__ import annotations

import os
import stat as modes
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pytest

from alpheus.errors import LimitError, OutputError, UsageError
from alpheus.hunt.fetching import fetched, make_room
from alpheus.store.address import parse_address
from alpheus.store.model import Stat

PLACE = parse_address("s3://bucket/results")


@dataclass
class FakeStore:
    """A bucket in memory that notes what is read."""

    objects: dict[str, bytes]
    read_keys: list[str] = field(default_factory=list)
    version: str = "1"

    def look(self, key: str) -> Stat | None:
        content = self.objects.get(key)
        return None if content is None else Stat(key, len(content), self.version)

    def read(self, stat: Stat, start: int, stop: int) -> bytes:
        self.read_keys.append(stat.key)
        return self.objects[stat.key][start:stop]

    def list(self, prefix: str) -> Iterator[Stat]:
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield Stat(key, len(self.objects[key]), self.version)

    def put(self, key: str, content: bytes | BinaryIO, size: int, sha256: str) -> None:
        raise NotImplementedError


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeStore:
    """Two timelines and what lies beside them; what is fetched goes into a folder of this test."""
    monkeypatch.setenv("ALPHEUS_CACHE", str(tmp_path / "cache"))
    return FakeStore({
        "results/timelines/a.parquet": b"a" * 10, "results/timelines/b.parquet": b"b" * 20,
        "results/assessments/a.json": b"{}", "results/timelines/empty.parquet": b"",
        "other/c.parquet": b"c",
    })  # fmt: skip


def test_what_is_here_is_not_fetched_again(store: FakeStore) -> None:
    """Unless it has changed there; only its owner may read it."""
    paths = fetched(PLACE, opened=lambda _: store)
    assert [path.read_bytes() for path in paths] == [b"a" * 10, b"b" * 20]
    assert {modes.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    assert fetched(PLACE, opened=lambda _: store) == paths
    assert len(store.read_keys) == 2
    store.version = "2"
    assert set(fetched(PLACE, opened=lambda _: store)).isdisjoint(paths)
    one = parse_address("s3://bucket/results/timelines/a.parquet")
    assert len(fetched(one, opened=lambda _: store)) == 1


def test_room_is_bounded(store: FakeStore, tmp_path: Path) -> None:
    """More than is allowed is refused before anything is fetched; the oldest make room."""
    with pytest.raises(LimitError, match="--max-fetched"):
        fetched(PLACE, most=29, opened=lambda _: store)
    assert store.read_keys == []
    first = fetched(PLACE, most=30, opened=lambda _: store)
    os.utime(first[0], (1, 1))
    other = parse_address("s3://bucket/other")
    fetched(other, most=30, opened=lambda _: store)
    assert [path.exists() for path in first] == [False, True]
    make_room(tmp_path / "cache" / "timelines", 0, keep=first)
    assert [path.exists() for path in first] == [False, True]


def test_what_a_killed_hunt_had_begun_to_fetch_makes_room(tmp_path: Path) -> None:
    """After an hour without a byte; what is fetched now by another is left alone."""
    dead, living = tmp_path / ".a.parquet.0a1b2c3d", tmp_path / ".b.parquet.0a1b2c3d"
    for one in (dead, living):
        one.write_bytes(b"x")
    os.utime(dead, (time.time() - 4_000, time.time() - 4_000))
    make_room(tmp_path, 99)
    assert [one.exists() for one in (dead, living)] == [False, True]


def test_what_goes_wrong_is_told(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing half is left."""
    with pytest.raises(UsageError, match="no timeline is there"):
        fetched(parse_address("s3://bucket/nothing"), opened=lambda _: store)

    def fail(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "read", fail)
    with pytest.raises(OutputError, match="no space left"):
        fetched(PLACE, opened=lambda _: store)
    folder = Path(os.environ["ALPHEUS_CACHE"]) / "timelines"
    assert list(folder.iterdir()) == []
