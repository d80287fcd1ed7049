"""PPMd of 7z blocks."""

from __future__ import annotations

import contextlib
import os
import struct
from random import Random
from typing import ClassVar

import pyppmd
import pytest

from alpheus.evidence.containers import ppmd
from alpheus.evidence.containers.ppmd import Ppmd, check_model

_CONTENT = bytes(200_000) + os.urandom(40_000) + b"row\n" * 20_000


@pytest.fixture(autouse=True)
def _none_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppmd, "_kept", [])


def _packed(content: bytes) -> bytes:
    encoder = pyppmd.Ppmd7Encoder(6, 1 << 20)
    pieces = (content[start : start + 1024] for start in range(0, len(content), 1024))
    return b"".join(map(encoder.encode, pieces)) + encoder.flush()


def _decoder(packed: int, unpacked: int) -> Ppmd:
    return Ppmd(pyppmd.Ppmd7Decoder(6, 1 << 20), packed, unpacked)


@pytest.mark.parametrize("given", [7, 700, 1 << 20])
@pytest.mark.parametrize("wanted", [50, 5000, 1 << 20])
def test_pieces(given: int, wanted: int) -> None:
    """Input and output come in pieces of any length; nothing follows the end."""
    packed = _packed(_CONTENT)
    decoder = _decoder(len(packed), len(_CONTENT))
    output = bytearray()
    for start in range(0, len(packed), given):
        output += decoder.decompress(packed[start : start + given], wanted)
    while piece := decoder.decompress(b"", wanted):
        assert len(piece) <= wanted
        output += piece
    assert output == _CONTENT


def test_no_more_than_the_block() -> None:
    """What follows the packed bytes is not taken, and no more is decoded than there is."""
    packed = _packed(b"row\n" * 10)
    decoder = _decoder(len(packed), 40)
    assert decoder.decompress(packed + b"other", 1000) == b"row\n" * 10
    assert decoder.decompress(b"", 1000) == b""


@pytest.mark.parametrize("seed", range(30))
def test_damage(seed: int) -> None:
    """Damaged data gives wrong bytes or an error, no more bytes than announced, and no crash."""
    random = Random(seed)
    packed = bytearray(_packed(_CONTENT))
    start = random.randrange(5, len(packed))
    packed[start:] = random.choice((bytes, random.randbytes))(len(packed) - start)
    decoder = _decoder(len(packed), len(_CONTENT))
    output = bytearray(decoder.decompress(packed, 1 << 20))
    with contextlib.suppress(EOFError, ValueError):
        while piece := decoder.decompress(b"", 1 << 20):
            output += piece
    assert len(output) <= len(_CONTENT)
    assert output != _CONTENT


def test_a_waiting_thread_is_brought_to_its_end() -> None:
    """A decoder that waits for input gets enough of it to finish, once, and then an error comes."""

    class Native:
        needs_input = True
        unused_data = b""
        calls: ClassVar[list[tuple[int, int]]] = []

        def decode(self, data: bytes, length: int, /) -> bytes:
            self.calls.append((len(data), length))
            return b"ab"

    decoder = Ppmd(Native(), 5, 100)
    assert decoder.decompress(bytes(5), 10) == b"ab"
    assert len(Native.calls) == 2
    assert Native.calls[1] == (132 * 100, 100)
    for _ in range(2):
        with pytest.raises(EOFError, match="damaged"):
            decoder.decompress(b"", 1)
    assert len(Native.calls) == 2


@pytest.mark.parametrize("start", [b"\x00\xff\xff\xff\xff", b"\x01abcd", b"\x00ab", b""])
def test_not_ppmd(start: bytes) -> None:
    """What cannot be the beginning of PPMd is not given to pyppmd."""
    with pytest.raises(ValueError, match="no PPMd data"):
        _decoder(len(start), 10).decompress(start, 10)


def test_never_called_again_after_an_error() -> None:
    """The native decoder is not called again once it has refused the data."""

    class Native:
        needs_input = False
        unused_data = b""
        calls = 0

        def decode(self, data: bytes, length: int, /) -> bytes:
            self.calls += 1
            raise ValueError("corrupted")

    native = Native()
    decoder = Ppmd(native, 5, 100)
    with pytest.raises(ValueError, match="corrupted"):
        decoder.decompress(bytes(5), 10)
    with pytest.raises(EOFError, match="damaged"):
        decoder.decompress(b"", 10)
    assert native.calls == 1


def test_undecided_decoders_are_kept() -> None:
    """A decoder that may still wait is never freed; after a few of them there are no more."""

    class Native:
        needs_input = False
        unused_data = b""

        def decode(self, data: bytes, length: int, /) -> bytes:
            return b""

    for _ in range(4):
        Ppmd(Native(), 5, 100).decompress(bytes(5), 10)
    with pytest.raises(ValueError, match="on its own"):
        Ppmd(Native(), 5, 100)


def test_limits() -> None:
    """Blocks and models that would fill memory are refused with the remedy."""
    with pytest.raises(ValueError, match="hand in the folder"):
        _decoder(1 << 28, 10)
    check_model(struct.pack("<BL", 32, 192 << 20))
    with pytest.raises(ValueError, match="hand in the folder"):
        check_model(struct.pack("<BL", 32, 1 << 30))
