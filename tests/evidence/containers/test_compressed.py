"""Compressed streams: a tar inside, or a file."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
from pathlib import Path

import pytest

from alpheus.errors import EvidenceFormatError
from evidence_reading import read_package


def test_a_tar_is_known_by_content(tmp_path: Path) -> None:
    """The name says nothing: a compressed tar under any name is an archive."""
    with tarfile.open(tmp_path / "data.bin", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("a.log"), io.BytesIO())
    assert read_package(tmp_path / "data.bin").files == {"a.log": b""}


def test_nothing_comes_out(tmp_path: Path) -> None:
    """A stream that is damaged from the start is an error that says so."""
    (tmp_path / "a.gz").write_bytes(b"\x1f\x8b\x08" + b"\xff" * 30)
    with pytest.raises(EvidenceFormatError, match="collect it again"):
        read_package(tmp_path / "a.gz")


def test_truncated_log(tmp_path: Path) -> None:
    """The rows before the cut are read, then the file fails."""
    rows = b"".join(b"row %d\n" % number for number in range(100_000))
    packed = gzip.compress(rows)
    (tmp_path / "u.log.gz").write_bytes(packed[: len(packed) // 2])
    contents = read_package(tmp_path / "u.log.gz")
    assert rows.startswith(contents.files["u.log"])
    assert len(contents.files["u.log"]) > 10_000
    assert "truncated" in str(contents.failed["u.log"])


def test_bomb_streams(tmp_path: Path) -> None:
    """Zeros at 1000:1 are read whole, in little memory; a ratio skips nothing."""
    with gzip.open(tmp_path / "zero.log.gz", "wb", compresslevel=6) as stream:
        for _ in range(64):
            stream.write(bytes(1 << 20))
    tracemalloc.start()
    contents = read_package(tmp_path / "zero.log.gz", block=1 << 18)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert contents.sizes == {"zero.log": 64 << 20}
    assert peak < 30 << 20


def test_compressed_again_and_again(tmp_path: Path) -> None:
    """A stream inside a stream counts as depth, so a quine ends."""
    content = b"end"
    for _ in range(10):
        content = gzip.compress(content)
    (tmp_path / "log.gz").write_bytes(content)
    contents = read_package(tmp_path / "log.gz")
    assert not contents.files
    assert "depth" in contents.skipped[0].reason
