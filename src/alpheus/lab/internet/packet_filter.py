"""Addresses that never accept: a filter on the listening socket drops what is sent to them.

The kernel runs it for every packet that comes in for the socket, before a connection is made; the
client sees what it sees of a host that is off or behind a firewall that drops. Linux only; it
needs no privilege.
"""

from __future__ import annotations

import ctypes
import socket
import struct

from alpheus.lab.internet.behaviour import FIRST_FACTOR, SECOND_FACTOR, TURN_FIRST, filter_seed
from alpheus.lab.internet.mix import BLACK_HOLE, Mix

_SO_ATTACH_FILTER = 26
_LOAD = 0x20
_XOR, _XOR_X, _MULTIPLY, _SHIFT, _SUBTRACT, _MODULO = 0xA4, 0xAC, 0x24, 0x74, 0x14, 0x94
_COPY = 0x07
_IF_EQUAL, _IF_AT_LEAST = 0x15, 0x35
_RETURN = 0x06
_DESTINATION = 0xFFF00000 + 16
"""Offset of the destination address, counted from the network header."""

_KEEP = (_RETURN, 0, 0, 0xFFFFFFFF)
_DROP = (_RETURN, 0, 0, 0)
Instruction = tuple[int, int, int, int]


def program(seed: int, mix: Mix) -> tuple[Instruction, ...]:
    """Classic BPF: drops packets for black holes, keeps the others. Empty if there are none."""
    load = (_LOAD, 0, 0, _DESTINATION)
    if mix.in_turn:
        place = [kind.name for kind in mix.turn].index(BLACK_HOLE)
        return (
            load,
            (_SUBTRACT, 0, 0, TURN_FIRST),
            (_MODULO, 0, 0, len(mix.turn)),
            (_IF_EQUAL, 1, 0, place),
            _KEEP,
            _DROP,
        )
    if not mix.black_holes:
        return ()
    return (
        load,
        (_XOR, 0, 0, filter_seed(seed)),
        (_MULTIPLY, 0, 0, FIRST_FACTOR),
        (_COPY, 0, 0, 0),
        (_SHIFT, 0, 0, 15),
        (_XOR_X, 0, 0, 0),
        (_MULTIPLY, 0, 0, SECOND_FACTOR),
        (_COPY, 0, 0, 0),
        (_SHIFT, 0, 0, 13),
        (_XOR_X, 0, 0, 0),
        (_IF_AT_LEAST, 1, 0, int(mix.black_holes * 2**32)),
        _DROP,
        _KEEP,
    )


def attach(listener: socket.socket, instructions: tuple[Instruction, ...]) -> bool:
    """Put the filter on an IPv4 socket; False where the system has no such thing."""
    if not instructions:
        return True
    packed = b"".join(struct.pack("HBBI", *one) for one in instructions)
    memory = ctypes.create_string_buffer(packed)
    described = struct.pack("HP", len(instructions), ctypes.addressof(memory))
    try:
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)
    except OSError:
        return False
    return True
