"""What a file had beside its content, it has again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alpheus.respond.metadata import Metadata, metadata_of, set_metadata, times_of


def _known(path: Path) -> Metadata:
    number = os.open(path, os.O_RDONLY)
    try:
        return metadata_of(number, os.fstat(number))
    finally:
        os.close(number)


def test_times_rights_and_attributes_are_given_back(tmp_path: Path) -> None:
    """To the nanosecond."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"x")
    second.write_bytes(b"x")
    first.chmod(0o640)
    try:
        os.setxattr(first, "user.stream", b"\x00\xff")
    except OSError:
        pytest.skip("this file system keeps no attributes")
    os.utime(first, ns=(1_600_000_000_000_000_001, 1_500_000_000_000_000_002))
    known = _known(first)
    number = os.open(second, os.O_RDWR)
    assert set_metadata(number, known) == ()
    os.close(number)
    assert _known(second) == known
    assert second.stat().st_mtime_ns == 1_500_000_000_000_000_002


def test_what_cannot_be_given_back_is_told(tmp_path: Path) -> None:
    """An attribute that this volume does not keep."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    number = os.open(path, os.O_RDWR)
    known = Metadata(size=1, mode=0o600, user=os.getuid(), group=os.getgid(), accessed=1,
                     modified=2, attributes={"system.ntfs_acl": "AA=="})  # fmt: skip
    assert set_metadata(number, known) == ("the attribute system.ntfs_acl",)
    os.close(number)
    assert path.stat().st_mtime_ns == 2


def test_times_of_a_folder(tmp_path: Path) -> None:
    """In nanoseconds."""
    os.utime(tmp_path, ns=(11, 22))
    number = os.open(tmp_path, os.O_RDONLY)
    assert times_of(number).modified == 22
    os.close(number)


def test_a_mode_that_does_not_hold_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Volumes without modes take any and keep none."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    path.chmod(0o600)
    number = os.open(path, os.O_RDWR)
    known = Metadata(size=1, mode=0o640, user=os.getuid(), group=os.getgid(), accessed=1,
                     modified=2)  # fmt: skip
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    assert set_metadata(number, known) == ("its mode 640",)
    os.close(number)


def test_the_mode_comes_before_what_a_driver_keeps_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mode that is set after an ACL changes it; the times come last."""
    path, order = tmp_path / "a", []
    path.write_bytes(b"x")
    path.chmod(0o600)
    number = os.open(path, os.O_RDWR)
    for name in ("fchmod", "setxattr", "utime"):
        monkeypatch.setattr(os, name, lambda *_, name=name, **__: order.append(name))
    known = Metadata(size=1, mode=0o600, user=os.getuid(), group=os.getgid(), accessed=1,
                     modified=2, attributes={"user.a": "AA=="})  # fmt: skip
    assert set_metadata(number, known) == ()
    assert order == ["fchmod", "setxattr", "utime"]
    os.close(number)


def test_holes_that_are_none_any_more_are_told(tmp_path: Path) -> None:
    """The volume has none: the file takes its whole size there."""
    path = tmp_path / "a"
    path.write_bytes(b"x" * 10_000)
    number = os.open(path, os.O_RDWR)
    known = Metadata(size=10_000, mode=path.stat().st_mode & 0o7777, user=os.getuid(),
                     group=os.getgid(), accessed=1, modified=2, blocks=8)  # fmt: skip
    assert set_metadata(number, known) == ("its holes, which take space on the disk now",)
    os.close(number)


@pytest.mark.parametrize(("size", "blocks", "holes"), [
    (10_000, 8, True), (10_000, 24, False), (900, 1, False), (10_000, None, False),
])  # fmt: skip
def test_a_file_has_holes_where_a_whole_block_is_not_on_the_disk(
    size: int, blocks: int | None, holes: bool
) -> None:
    """Not where the volume keeps a small file beside its name, or says nothing."""
    known = Metadata(size, 0o600, 0, 0, 1, 2, blocks=blocks)
    assert known.has_holes is holes
