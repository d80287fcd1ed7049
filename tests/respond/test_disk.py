"""What must reach the disk does, or it is told; where a platform cannot, it goes on."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from alpheus.errors import VaultError
from alpheus.respond.disk import (
    at_once,
    locked,
    most_open,
    sync_each,
    sync_file,
    sync_folder,
    sync_names,
)


def test_a_folder_that_is_not_there_is_none_of_its_business(tmp_path: Path) -> None:
    """Whoever writes there notices."""
    sync_folder(tmp_path)
    sync_folder(tmp_path / "none")


@pytest.mark.parametrize(("number", "told"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_disk_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: bool
) -> None:
    """But not a file system that cannot do it."""

    def fsync(_: int) -> None:
        raise OSError(number, "no")

    folder = os.open(tmp_path, os.O_RDONLY)
    monkeypatch.setattr(os, "fsync", fsync)
    if told:
        with pytest.raises(OSError, match="no"):
            sync_names(folder)
    else:
        sync_names(folder)
    os.close(folder)


def test_what_fails_is_told_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order in which they were given; the others are on disk."""
    numbers = [os.open(tmp_path / name, os.O_RDWR | os.O_CREAT) for name in "abc"]
    real = os.fsync

    def fsync(number: int) -> None:
        if number == numbers[1]:
            raise OSError(errno.EIO, "no")
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    assert [error is None for error in sync_each(numbers)] == [True, False, True]
    assert sync_each(numbers[:1]) == [None]
    assert sync_each([]) == []
    for number in numbers:
        os.close(number)


def test_a_file_of_others_is_brought_to_disk(tmp_path: Path) -> None:
    """Or it is told that it cannot be."""
    (tmp_path / "a").write_bytes(b"a")
    sync_file(tmp_path / "a")
    with pytest.raises(OSError, match="No such file"):
        sync_file(tmp_path / "b")


def test_work_at_once_keeps_its_order() -> None:
    """Whoever ends first; what one raises is raised."""
    assert at_once(lambda number: number * 2, range(100)) == [2 * one for one in range(100)]
    with pytest.raises(ZeroDivisionError):
        at_once(lambda number: 1 // number, [1, 0])


def test_a_lock_is_held_until_it_is_closed(tmp_path: Path) -> None:
    """By one alone."""
    held = locked(tmp_path / "lock", "in use")
    with pytest.raises(VaultError, match="in use"):
        locked(tmp_path / "lock", "in use")
    os.close(held)
    os.close(locked(tmp_path / "lock", "in use"))


def test_no_more_is_held_open_than_the_system_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of what is left for it; where there is no bound, what is wanted."""
    resource = pytest.importorskip("resource")
    for allowed, found in ((256, 64), (1024, 448), (65536, 512), (32, 16),
                           (resource.RLIM_INFINITY, 512)):  # fmt: skip
        monkeypatch.setattr(resource, "getrlimit", lambda _, allowed=allowed: (allowed, allowed))
        assert most_open(512) == found


def test_all_are_begun_before_one_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And each is waited for, whatever came of the beginning."""
    done: list[str] = []

    def begin(*_: object) -> None:
        done.append("begun")
        raise OSError

    monkeypatch.setattr(os, "posix_fadvise", begin, raising=False)
    monkeypatch.setattr(os, "fsync", lambda _: done.append("sure"))
    with (tmp_path / "a").open("wb") as one, (tmp_path / "b").open("wb") as two:
        assert sync_each([one.fileno(), two.fileno()]) == [None, None]
    assert done == ["begun", "begun", "sure", "sure"]
