"""Files as they lie on disk."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from alpheus.errors import EvidenceError, EvidenceNotFoundError
from alpheus.exposure.imports import opening
from alpheus.exposure.imports.opening import Source, lines
from exposure.imports.import_samples import write

TEXT = "one\ntwo \u00e4\n\nlast".encode()


@pytest.mark.parametrize(
    "content",
    [
        TEXT,
        b"\xef\xbb\xbf" + TEXT,
        TEXT.decode().encode("utf-16"),
        b"\xfe\xff" + TEXT.decode().encode("utf-16-be"),
        gzip.compress(TEXT, mtime=0),
        gzip.compress(TEXT[:5], mtime=0) + gzip.compress(TEXT[5:], mtime=0),
        zstandard.compress(TEXT),
        gzip.compress(b"\xef\xbb\xbf" + TEXT, mtime=0),
    ],
)
def test_the_content_is_utf8_whatever_it_was(tmp_path: Path, content: bytes) -> None:
    """Byte order marks, UTF-16, gzip and Zstandard; the hash is that of the file as it lies."""
    source = Source(write(tmp_path, "list.any", content))
    assert list(lines(source)) == [b"one", b"two \xc3\xa4", b"", b"last"]
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert source.losses == []


def test_what_is_damaged_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """And its end is a loss of the file."""
    for packed in (gzip.compress(TEXT * 10_000)[:-20], zstandard.compress(TEXT * 10_000)[:-4]):
        source = Source(write(tmp_path, "cut", packed))
        assert len(list(lines(source))) >= 0
        if source.losses:
            assert "damaged or cut off" in source.losses[0].reason
    source = Source(write(tmp_path, "cut", gzip.compress(TEXT * 10_000)[:-20]))
    list(source.blocks())
    assert len(source.losses) == 1


def test_a_long_line_is_a_loss_and_no_memory(tmp_path: Path) -> None:
    """The lines around it come; a bomb costs no more."""
    content = b"first\n" + b"x" * 60_000_000 + b"\nlast\n"
    source = Source(write(tmp_path, "bomb.gz", gzip.compress(content, 1)))
    tracemalloc.start()
    found = list(lines(source, 1 << 20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [b"first", None, b"last"]
    assert peak < 20_000_000


def test_a_long_last_line_is_a_loss(tmp_path: Path) -> None:
    """Also without an end."""
    source = Source(write(tmp_path, "x", b"first\n" + b"x" * 5_000_000))
    assert list(lines(source, 1 << 20)) == [b"first", None]


def test_a_bomb_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unpacks to hundreds of times its size is not read to its end."""
    monkeypatch.setattr(opening, "_EXPANSION_FREE", 1 << 20)
    source = Source(write(tmp_path, "bomb.gz", gzip.compress(b"\n" * 30_000_000)))
    assert sum(map(len, source.blocks())) < 30_000_000
    assert "600 times its size" in source.losses[0].reason


def test_what_cannot_be_opened_says_so(tmp_path: Path) -> None:
    """With the path and the reason."""
    with pytest.raises(EvidenceNotFoundError, match="no such file"):
        Source(tmp_path / "none")
    with pytest.raises(EvidenceError, match="is a directory"):
        Source(tmp_path)


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_what_can_be_unpacked_of_a_file_that_was_cut_is_read(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    """Nearly all of it, however small the file is; the rest is a loss."""
    rows = [
        f"row {number} {hashlib.sha256(bytes([number % 251])).hexdigest()}"
        for number in range(9000)
    ]
    packed = compress("\n".join(rows).encode())
    source = Source(write(tmp_path, "cut", packed[: len(packed) * 3 // 4]))
    read = list(lines(source))
    assert len(read) > len(rows) // 3
    assert [one.decode() for one in read[:100] if one] == rows[:100]
    assert source.losses
