"""Deflate by ISA-L and by zlib."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.evidence import inflate
from alpheus.evidence.decoding import decoded, decompressed
from alpheus.evidence.inflate import GZIP, RAW, CarefulInflate, DamagedDeflateError, crc32, inflater

_ISAL = pytest.param("isal", marks=pytest.mark.skipif(not inflate._ISAL, reason="no isal here"))
_LONGEST_MATCH = 258
_WAYS = pytest.mark.parametrize("way", ["zlib", _ISAL])


@pytest.fixture(autouse=True)
def _decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes ISA-L away where the test asks for zlib."""
    way = request.node.callspec.params.get("way") if hasattr(request.node, "callspec") else None
    if way == "zlib":
        monkeypatch.setattr(inflate, "_ISAL", None)


def _raw(content: bytes, level: int = 6) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, RAW)
    return packer.compress(content) + packer.flush()


def _lines(count: int) -> bytes:
    return b"".join(b"%d a line of a log\n" % number for number in range(count))


def _until_error(stream: io.BufferedIOBase, block: int = 1 << 20) -> tuple[bytes, str]:
    found = bytearray()
    try:
        while data := stream.read(block):
            found += data
    except OSError as error:
        return bytes(found), str(error)
    return bytes(found), ""


@_WAYS
def test_the_fastest_that_is_there(way: str) -> None:
    """Without ISA-L everything is done by zlib."""
    assert isinstance(inflater(RAW), CarefulInflate) is (way == "zlib")


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=5000), level=st.integers(0, 9), most=st.integers(1, 3000))
def test_both_give_the_same(content: bytes, level: int, most: int) -> None:
    """Content, its end and what follows it; never more than was asked for."""
    packed = _raw(content, level) + b"next"
    for decoder in (inflater(RAW), CarefulInflate(RAW)):
        found = [decoder.decompress(packed, most)]
        while not decoder.eof:
            found.append(decoder.decompress(b"", most))
        assert b"".join(found) == content
        assert max(map(len, found)) <= most
        assert decoder.unused_data == b"next"


@given(data=st.binary(), cut=st.integers(0, 100))
def test_checksum_goes_on(data: bytes, cut: int) -> None:
    """The checksum of parts in turn is that of the whole, as zlib says it."""
    assert crc32(data[cut:], crc32(data[:cut])) == zlib.crc32(data)


@_WAYS
@settings(max_examples=30, deadline=None)
@given(place=st.floats(0.01, 0.99), bit=st.integers(0, 7))
def test_all_before_a_damage_is_given(way: str, place: float, bit: int) -> None:
    """What zlib gives one byte at a time is given, whatever comes after it."""
    packed = bytearray(_raw(_lines(20_000)))
    packed[int(place * len(packed))] ^= 1 << bit
    slow, expected = zlib.decompressobj(RAW), bytearray()
    try:
        for byte in packed:
            expected += slow.decompress(bytes([byte]))
    except zlib.error:
        pass
    stream = decoded("x.log", io.BytesIO(packed), inflater(RAW))
    found, error = _until_error(stream)
    assert found == expected
    assert bool(error) is not slow.eof


@_WAYS
def test_wrong_checksum_of_gzip_comes_after_the_content(way: str) -> None:
    """All content is given before the error, in the second of two streams as in the first."""
    content = _lines(50_000)
    good = gzip.compress(content)
    wrong = good[:-8] + bytes(4) + good[-4:]
    for packed, expected in (
        (wrong, content),
        (good + wrong, content * 2),
        (wrong + good, content),
    ):
        found, error = _until_error(decompressed("gz", "x.log", io.BytesIO(packed)))
        assert found == expected
        assert "incorrect data check" in error


@_WAYS
@settings(max_examples=30, deadline=None)
@given(cut=st.floats(0.01, 0.99))
def test_a_cut_costs_one_symbol_at_most(way: str, cut: float) -> None:
    """All that zlib would give of a cut stream is given, but for a last literal or match."""
    packed = _raw(_lines(20_000))
    packed = packed[: int(cut * len(packed))]
    expected = zlib.decompressobj(RAW).decompress(packed)
    found, error = _until_error(decoded("x.log", io.BytesIO(packed), inflater(RAW)))
    assert "truncated" in error
    assert expected.startswith(found)
    assert len(expected) - len(found) <= _LONGEST_MATCH


def test_a_forward_input_loses_one_step_at_most() -> None:
    """Where the input cannot be read again, what earlier steps gave stays given."""

    class Forward(io.BytesIO):
        def seekable(self) -> bool:
            return False

    content = _lines(200_000)
    packed = gzip.compress(content)
    stream = decompressed("gz", "x.log", Forward(packed[:-8] + bytes(8)))
    found, error = _until_error(stream)
    assert error
    assert content.startswith(found)
    assert len(content) - len(found) <= 1 << 18


@pytest.mark.skipif(not inflate._ISAL, reason="no isal here")
def test_damage_is_an_error_of_ours() -> None:
    """Whatever the library raises, one kind says that going back may help."""
    with pytest.raises(DamagedDeflateError):
        inflater(GZIP).decompress(b"\x1f\x8b\x08" + bytes(7) + b"\xff" * 100, 10)
