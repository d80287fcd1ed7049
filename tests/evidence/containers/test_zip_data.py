"""Content of ZIP members under methods that Python's writer does not know."""

from __future__ import annotations

import io
import lzma
import zlib
from dataclasses import replace

import inflate64
import pytest
import zstandard

from alpheus.evidence.containers.zip_data import UnsupportedMethodError, open_entry, open_stored
from alpheus.evidence.containers.zip_headers import Entry

_CONTENT = b"".join(b"row %d\n" % number for number in range(20_000))


def _deflate64(content: bytes) -> bytes:
    packer = inflate64.Deflater()
    return packer.deflate(content) + packer.flush()


def _entry(method: int, packed: bytes) -> Entry:
    return Entry(
        name="a.log",
        flags=0,
        method=method,
        crc=zlib.crc32(_CONTENT),
        compressed=len(packed),
        size=len(_CONTENT),
        header=0,
        data=0,
    )


@pytest.mark.parametrize(
    ("method", "packed"),
    [
        (0, _CONTENT),
        (9, _deflate64(_CONTENT)),
        (93, zstandard.ZstdCompressor().compress(_CONTENT)),
        (95, lzma.compress(_CONTENT)),
    ],
)
def test_methods(method: int, packed: bytes) -> None:
    """Stored, deflate64 (Explorer, above 2 GB), zstd and xz; a cut is an error at its place."""
    with open_entry(lambda: io.BytesIO(packed), _entry(method, packed)) as stream:
        assert stream.read() == _CONTENT
    with (
        open_entry(lambda: io.BytesIO(packed[:-9]), _entry(method, packed)) as stream,
        pytest.raises(OSError, match=r"a\.log"),
    ):
        stream.read()


def test_seekable_where_stored() -> None:
    """Stored content can be read from any place."""
    stream = open_stored(lambda: io.BytesIO(_CONTENT), _entry(0, _CONTENT))
    stream.seek(100)
    assert stream.read(10) == _CONTENT[100:110]


@pytest.mark.parametrize(
    "head", [b"", b"\x09\x14\x05\x00\xff", b"\x09\x14\x05\x00\x5d\xff\xff\xff\xff"]
)
def test_lzma_properties(head: bytes) -> None:
    """Properties that are cut, impossible, or ask for gigabytes are refused."""
    with pytest.raises(OSError, match=r"propert|dictionary"):
        open_entry(lambda: io.BytesIO(head), _entry(14, head))


def test_stream_is_closed_when_refused() -> None:
    """A refused member leaves nothing open."""
    stream = io.BytesIO(b"x")
    with pytest.raises(UnsupportedMethodError):
        open_entry(lambda: stream, replace(_entry(97, b"x")))
    assert stream.closed
