"""Tar archives."""

from __future__ import annotations

import io
import os
import tarfile
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_reading import read_package

_FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
_LONG = "logs/" + "x" * 60 + "/" + "y" * 80 + "/" + "z" * 90 + ".log"


def _tar(path: Path, build: Callable[[tarfile.TarFile], None], form: int, mode: str = "w") -> Path:
    with tarfile.open(path, mode, format=form) as archive:  # type: ignore[call-overload]
        build(archive)
    return path


def _add(archive: tarfile.TarFile, name: str, content: bytes = b"", **fields: object) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mtime = 1_614_754_760
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(content))


@pytest.mark.parametrize("form", _FORMATS)
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_every_format_and_compression(tmp_path: Path, form: int, mode: str) -> None:
    """Members, long names and UTC times come out of all formats of Python's own writer."""
    members = {"a.log": b"x" * 1000, "empty.log": b"", "big.bin": os.urandom(100_000)}
    if form != tarfile.USTAR_FORMAT:
        members[_LONG] = b"long"
        members["ü\u4e2d.log"] = b"name"

    def build(archive: tarfile.TarFile) -> None:
        for name, content in members.items():
            _add(archive, name, content)

    contents = read_package(_tar(tmp_path / "case.tar", build, form, mode))
    assert contents.files == members
    assert contents.modified["a.log"] == datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)
    assert not contents.skipped


def test_zstandard(tmp_path: Path) -> None:
    """A tar under zstd is streamed."""
    plain = _tar(tmp_path / "a.tar", lambda archive: _add(archive, "a.log", b"x"), _FORMATS[1])
    packed = tmp_path / "a.tar.zst"
    packed.write_bytes(zstandard.ZstdCompressor().compress(plain.read_bytes()))
    assert read_package(packed).files == {"a.log": b"x"}


def test_names_links_and_devices(tmp_path: Path) -> None:
    """Escaping names are read under a clean address; links and devices are losses."""

    def build(archive: tarfile.TarFile) -> None:
        _add(archive, "../../etc/cron.d/x", b"1")
        _add(archive, "/abs.log", b"2")
        _add(archive, "folder", type=tarfile.DIRTYPE)
        _add(archive, "link", type=tarfile.SYMTYPE, linkname="/etc/passwd")
        _add(archive, "hard", type=tarfile.LNKTYPE, linkname="abs.log")
        _add(archive, "dev", type=tarfile.CHRTYPE)
        _add(archive, "pipe", type=tarfile.FIFOTYPE)

    contents = read_package(_tar(tmp_path / "a.tar", build, tarfile.PAX_FORMAT))
    assert contents.files == {"__/__/etc/cron.d/x": b"1", "abs.log": b"2"}
    assert set(contents.reasons) == {"link", "dev", "pipe"}


@settings(max_examples=30, deadline=None)
@given(cut=st.floats(0.02, 0.999), mode=st.sampled_from(["w", "w:gz"]))
def test_truncated_anywhere(
    tmp_path_factory: pytest.TempPathFactory, cut: float, mode: str
) -> None:
    """What stands before the cut is read, and the loss says where the archive ends."""
    members = {f"{number}.log": os.urandom(3000) for number in range(5)}

    def build(archive: tarfile.TarFile) -> None:
        for name, content in members.items():
            _add(archive, name, content)

    folder = tmp_path_factory.mktemp("cut")
    path = _tar(folder / "a.tar", build, tarfile.USTAR_FORMAT, mode)
    data = path.read_bytes()
    used = 5 * (512 + 3072) if mode == "w" else len(data)
    path.write_bytes(data[: max(600, int(used * cut))])
    contents = read_package(path)
    for name, content in contents.files.items():
        assert members[name].startswith(content)
        assert name in contents.failed or content == members[name]
    assert len(contents.skipped) == 1
    assert contents.skipped[0].offset is not None
    assert contents.skipped[0].offset <= len(data) * 10


def test_damaged_header_is_said(tmp_path: Path) -> None:
    """A header with a wrong checksum ends the archive aloud, not silently."""

    def build(archive: tarfile.TarFile) -> None:
        for number in range(3):
            _add(archive, f"{number}.log", b"x" * 100)

    path = _tar(tmp_path / "a.tar", build, tarfile.USTAR_FORMAT)
    data = bytearray(path.read_bytes())
    data[1024:1034] = b"overwrite!"
    path.write_bytes(data)
    contents = read_package(path)
    assert list(contents.files) == ["0.log"]
    assert contents.skipped[0].offset == 1024
    assert "damaged header" in contents.skipped[0].reason


def test_forged_size_of_an_extended_header(tmp_path: Path) -> None:
    """A pax header that claims gigabytes fills no memory."""
    info = tarfile.TarInfo("pax")
    info.type = tarfile.XHDTYPE
    info.size = 8 << 30
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("first.log"))
        archive.addfile(info)
    tracemalloc.start()
    contents = read_package(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(contents.files) == ["first.log"]
    assert "truncated" in contents.skipped[0].reason
    assert peak < 20 << 20


def test_sparse_members_are_losses(tmp_path: Path) -> None:
    """Content that would come out wrong does not come out."""

    def build(archive: tarfile.TarFile) -> None:
        _add(archive, "sparse", b"x", pax_headers={"GNU.sparse.major": "1"})
        _add(archive, "next.log", b"y")

    contents = read_package(_tar(tmp_path / "a.tar", build, tarfile.PAX_FORMAT))
    assert contents.files == {"next.log": b"y"}
    assert "sparse" in contents.reasons["sparse"]


def test_data_after_the_end_is_said(tmp_path: Path) -> None:
    """A second archive behind the first is a loss with its place, not silence."""
    path = _tar(tmp_path / "a.tar", lambda archive: _add(archive, "a.log"), _FORMATS[0])
    path.write_bytes(path.read_bytes() * 2)
    contents = read_package(path)
    assert list(contents.files) == ["a.log"]
    assert "after the end" in contents.skipped[0].reason
