"""PPMd as 7z uses it, through pyppmd, in the one way in which pyppmd is sound.

The decoder of pyppmd works in a thread that waits where its input ends. Whether it waits cannot be
told from outside once it has reported an end (which it also does inside a long run of one byte),
and calling or freeing it in the wrong state reads and writes foreign memory. So it is given the
whole input at once, asked for no more than the block holds, and never called again after it failed.
Damage may come out as wrong bytes: the checksum of the member tells.
"""

from __future__ import annotations

import contextlib
import ctypes
import struct
from typing import Protocol

_STEP = 1 << 15
"""Output per call: the first buffer of pyppmd, which it never has to extend."""

_INPUT_PER_BYTE = 2 * (64 + 2)
"""Each of at most 65 escapes and the symbol itself takes at most 2 bytes."""

_PADDING = 1 << 16
"""Zeros after the input, so that damaged data hardly ever makes the thread wait."""

_PACKED_LIMIT = 128 << 20
"""Held in memory, for a moment twice. As text it is about 1 GiB."""

_MODEL_LIMIT = 256 << 20
"""More than any level of 7-Zip asks for (the largest is 192 MiB)."""

_KEPT_LIMIT = 4
_kept: list[int] = []
"""Sizes of what was given to decoders that cannot be freed safely."""


class Native(Protocol):
    """What is used of `pyppmd.Ppmd7Decoder`."""

    @property
    def needs_input(self) -> bool:
        """True only while the thread waits for input."""

    @property
    def unused_data(self) -> bytes:
        """What is left of the input, if an end was reported."""

    def decode(self, data: bytes | bytearray, length: int, /) -> bytes:
        """At most `length` bytes."""


def check_model(properties: bytes) -> None:
    """Refuse a model that would fill memory. Raises ValueError."""
    _, memory = struct.unpack_from("<BL", properties)
    if memory > _MODEL_LIMIT:
        raise ValueError(f"PPMd with {memory} bytes of memory; unpack it and hand in the folder")


class Ppmd:
    """A decoder in the chain of py7zr: takes `packed` bytes, then gives `unpacked` bytes."""

    def __init__(self, native: Native, packed: int, unpacked: int) -> None:
        if packed > _PACKED_LIMIT:
            raise ValueError(f"PPMd block of {packed} bytes; unpack it and hand in the folder")
        if len(_kept) >= _KEPT_LIMIT:
            raise ValueError("PPMd after too many damaged PPMd blocks; hand it in on its own")
        self._native = native
        self._packed = packed
        self._input = bytearray()
        self._started = False
        self._failed = False
        self._left = unpacked
        self._output = memoryview(b"")

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """At most `max_length` bytes; none before the input is complete.

        Raises EOFError or ValueError, again with every call, where the data is damaged.
        """
        if not self._started:
            self._input += data[: self._packed - len(self._input)]
            if len(self._input) < self._packed:
                return b""
        if not self._output and self._left:
            self._output = memoryview(self._next())
        output, self._output = self._output[:max_length], self._output[max_length:]
        return bytes(output)

    def _next(self) -> bytes:
        """The next step of output, less than a step where the data ends too early."""
        if self._failed:
            raise EOFError("the PPMd data is damaged")
        wanted = min(_STEP, self._left)
        self._failed = True  # unless it turns out well
        output = self._decode(wanted)
        self._left -= len(output)
        if len(output) == wanted:
            self._failed = False
        else:
            self._settle(wanted)
        return output

    def _decode(self, wanted: int) -> bytes:
        if self._started:
            return self._native.decode(b"", wanted)
        self._started = True
        given, self._input = self._input, bytearray()
        if len(given) < 5 or given[0] or given[1:5] == b"\xff\xff\xff\xff":
            raise ValueError("no PPMd data")
        given += bytes(_PADDING)
        return self._native.decode(given, wanted)

    def _settle(self, wanted: int) -> None:
        """Bring the thread to its end, since freeing the decoder while it waits is not safe."""
        if self._native.needs_input:
            with contextlib.suppress(ValueError):
                self._native.decode(bytes(wanted * _INPUT_PER_BYTE), wanted)
        elif not self._native.unused_data:  # it may wait or not: it is never freed
            _kept.append(self._packed)
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._native))
