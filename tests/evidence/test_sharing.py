"""Sharing a package between readers."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.evidence import open_package
from alpheus.evidence.base import OpenOptions, Share
from alpheus.evidence.containers import zip as zip_module
from alpheus.evidence.sharing import balanced, plan_shares
from alpheus.model import Skipped
from evidence_reading import read_package

_HUGE = 3 << 20
_MEMBERS = {f"logs/{n:03d}.log": os.urandom(100) for n in range(40)} | {
    f"logs/{n:03d}x.log": os.urandom(_HUGE) for n in (10, 12, 14)
}


def _folder(tmp_path: Path) -> Path:
    for name, content in _MEMBERS.items():
        (tmp_path / "case" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "case" / name).write_bytes(content)
    return tmp_path / "case"


def _zip(tmp_path: Path) -> Path:
    with zipfile.ZipFile(tmp_path / "case.zip", "w") as archive:
        for name, content in _MEMBERS.items():
            archive.writestr(name, content)
    return tmp_path / "case.zip"


def _tar(tmp_path: Path, mode: str = "w") -> Path:
    with tarfile.open(tmp_path / "case.tar", mode) as archive:
        for name, content in _MEMBERS.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return tmp_path / "case.tar"


def _paths(path: Path, share: Share) -> dict[str, int]:
    files = open_package(path, "E1", OpenOptions(share=share)).files()
    return {file.path: file.size or 0 for file in files if not isinstance(file, Skipped)}


@given(
    weights=st.lists(st.integers(0, 1000), max_size=100),
    of=st.integers(1, 9),
    first=st.integers(0, 500),
)
def test_each_member_is_in_one_share_and_none_is_overloaded(
    weights: list[int], of: int, first: int
) -> None:
    """No share bears more than the mean and one member; the heaviest comes first."""
    shares = balanced(weights, of, first)
    loads = [first if share.index == 0 else 0 for share in shares]
    for number, weight in enumerate(weights):
        (holder,) = (n for n, share in enumerate(shares) if share.holds(number))
        loads[holder] += weight
    assert loads == sorted(loads, reverse=True)
    assert sorted(share.index for share in shares) == list(range(of))
    assert max(loads) <= (sum(weights) + first) / of + max([first, *weights])


@pytest.mark.parametrize("make", [_folder, _zip, _tar])
def test_shares_make_up_the_package(make: object, tmp_path: Path) -> None:
    """Every member is read in one share; huge ones are in different shares, small ones balance."""
    path = make(tmp_path)  # type: ignore[operator]
    shares = plan_shares(path, OpenOptions(), 4)
    parts = [_paths(path, share) for share in shares]
    assert sorted(name for part in parts for name in part) == sorted(read_package(path).order)
    huge = [sum(size >= _HUGE for size in part.values()) for part in parts]
    assert sorted(huge) == [0, 1, 1, 1]
    assert max(range(4), key=lambda n: len(parts[n])) == huge.index(0)


def test_a_folder_of_compressed_files_is_shared(tmp_path: Path) -> None:
    """Each compressed log is a member of the folder, and weighs what it may hold."""
    for number in range(4):
        (tmp_path / f"{number}.log.gz").write_bytes(gzip.compress(os.urandom(1 << 20), 1))
    (tmp_path / "z.log").write_bytes(os.urandom(3 << 20))
    parts = [_paths(tmp_path, share) for share in plan_shares(tmp_path, OpenOptions(), 4)]
    assert sorted(map(len, parts)) == [1, 1, 1, 2]
    assert sum(path.endswith(".gz/0.log") for part in parts for path in part) == 1


def test_what_is_read_in_one_is_not_shared(tmp_path: Path) -> None:
    """A compressed tar, a single file, what is small, damaged or missing."""
    whole = (Share(),)
    assert plan_shares(_tar(tmp_path, "w:gz"), OpenOptions(), 4) == whole
    (tmp_path / "a.log").write_bytes(bytes(1 << 20))
    assert plan_shares(tmp_path / "a.log", OpenOptions(), 4) == whole
    assert plan_shares(_zip(tmp_path), OpenOptions(), 4, least=1 << 30) == whole
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04" + b"\xff" * 100)
    assert plan_shares(tmp_path / "bad.zip", OpenOptions(), 4) == whole
    assert plan_shares(tmp_path / "missing", OpenOptions(), 4) == whole


def test_planning_opens_no_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an archive says of itself is enough."""
    path = _zip(tmp_path)
    monkeypatch.setattr(zip_module, "open_entry", None)
    assert len(plan_shares(path, OpenOptions(), 4)) == 4


def test_a_loss_of_the_archive_is_told_once(tmp_path: Path) -> None:
    """Whatever share it falls into."""
    path = _zip(tmp_path)
    data = bytearray(path.read_bytes())
    start = data.rfind(b"PK\x01\x02")
    data[start : start + 4] = b"????"
    path.write_bytes(data)
    losses = [
        item
        for share in plan_shares(path, OpenOptions(), 3)
        for item in open_package(path, "E1", OpenOptions(share=share)).files()
        if isinstance(item, Skipped)
    ]
    assert len(losses) == 1
