"""Folders reach the disk, many at once, with the times that they have then."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from alpheus.respond import folders
from alpheus.respond.folders import bring_to_disk
from alpheus.respond.volume import Volume


def test_all_are_told_with_their_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many may be open at once; one that is gone, or a link, has none."""
    monkeypatch.setattr(folders, "OPEN", 2)
    keys = [("C", (name,)) for name in ("a", "b", "gone", "c", "link")] + [("C", ())]
    for name in "abc":
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, ns=(7, 10**18))
    (tmp_path / "link").symlink_to(tmp_path / "a")
    found = {one.key: one for one in bring_to_disk(keys, {"C": Volume("C", tmp_path)})}
    assert set(found) == set(keys)
    assert [found["C", (name,)].times for name in ("gone", "link")] == [None, None]
    times = found["C", ("b",)].times
    assert times is not None
    assert times.modified == 10**18
    assert not any(one.why for one in found.values())


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done there counts as not done."""

    def fsync(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    (found,) = bring_to_disk([("C", ())], {"C": Volume("C", tmp_path)})
    assert "input/output error" in found.why
