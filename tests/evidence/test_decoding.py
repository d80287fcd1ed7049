"""Decompression of streams."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tracemalloc
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.evidence.decoding import decompressed

_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
}
_KINDS = pytest.mark.parametrize("kind", _ENCODERS)


@_KINDS
@settings(max_examples=25, deadline=None)
@given(parts=st.lists(st.binary(max_size=3000), min_size=1, max_size=3), block=st.integers(1, 5000))
def test_inverse_of_compression(kind: str, parts: list[bytes], block: int) -> None:
    """Everything comes back, in reads of any length, from several streams in a row."""
    packed = b"".join(_ENCODERS[kind](part) for part in parts)
    stream = decompressed(kind, "x", io.BytesIO(packed))
    found = bytearray()
    while data := stream.read(block):
        found += data
    assert bytes(found) == b"".join(parts)


@_KINDS
def test_truncated_delivers_what_was_there(kind: str) -> None:
    """A cut stream gives a true beginning, then an error."""
    content = b"".join(b"%d line\n" % number for number in range(400_000))
    packed = _ENCODERS[kind](content)
    stream = decompressed(kind, "x.log", io.BytesIO(packed[: len(packed) * 3 // 4]))
    found = bytearray()

    def read_all() -> None:
        while data := stream.read(100_000):
            found.extend(data)

    with pytest.raises(OSError, match=r"x\.log"):
        read_all()
    assert len(found) > 1000
    assert content.startswith(bytes(found))


@_KINDS
def test_bomb_needs_little_memory(kind: str) -> None:
    """Zeros that were compressed a thousand times and more stream in bounded memory."""
    size = 64 << 20
    packed = _ENCODERS[kind](bytes(size))
    tracemalloc.start()
    stream = decompressed(kind, "x", io.BytesIO(packed))
    total = 0
    while data := stream.read(1 << 16):
        total += len(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == size
    assert peak < 40 << 20


@_KINDS
def test_padding_is_no_loss_and_garbage_is(kind: str) -> None:
    """Zeros after the end are padding; other bytes there are an error after the content."""
    packed = _ENCODERS[kind](b"hello")
    assert decompressed(kind, "x", io.BytesIO(packed + bytes(100))).read(100) == b"hello"
    stream = decompressed(kind, "x", io.BytesIO(packed + b"garbage" * 10))
    assert stream.read(100) == b"hello"
    with pytest.raises(OSError, match="damaged"):
        stream.read(1)
