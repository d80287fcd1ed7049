"""The filter that drops packets."""

from __future__ import annotations

import socket
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.lab.internet.behaviour import is_black_hole
from alpheus.lab.internet.mix import MIXES, Mix
from alpheus.lab.internet.packet_filter import attach, program

WORD = 0xFFFFFFFF

OPERATIONS = {
    0xA4: lambda a, x, k: a ^ k,
    0xAC: lambda a, x, k: a ^ x,
    0x24: lambda a, x, k: a * k & WORD,
    0x74: lambda a, x, k: a >> k,
    0x14: lambda a, x, k: (a - k) & WORD,
    0x94: lambda a, x, k: a % k,
}


def run(instructions: tuple[tuple[int, int, int, int], ...], destination: int) -> bool:
    """Whether a packet to that address is kept: what the kernel does, in Python."""
    a = x = at = 0
    while True:
        code, if_true, if_false, k = instructions[at]
        at += 1
        if code == 0x06:
            return bool(k)
        if code in {0x15, 0x35}:
            at += if_true if (a == k if code == 0x15 else a >= k) else if_false
        elif code == 0x07:
            x = a
        else:
            a = OPERATIONS[code](a, x, k) if code != 0x20 else destination


@given(st.integers(0, WORD), st.integers(0, 1000), st.sampled_from(list(MIXES.values())))
def test_the_kernel_and_the_truth_agree(address: int, seed: int, mix: Mix) -> None:
    """What the filter drops is what the mix calls a black hole, for every address."""
    instructions = program(seed, mix)
    assert (not instructions or run(instructions, address)) != is_black_hole(address, seed, mix)


def test_no_black_holes_no_filter() -> None:
    """Nothing is attached where nothing is dropped."""
    assert program(1, MIXES["plain"]) == ()
    with socket.socket() as one:
        assert attach(one, ())


@pytest.mark.skipif(sys.platform != "linux", reason="a filter of Linux")
def test_a_program_the_kernel_refuses() -> None:
    """The caller is told, and may say so."""
    with socket.socket() as one:
        assert not attach(one, ((0xFFFF, 0, 0, 0),))
        assert attach(one, program(1, MIXES["trouble"]))
