"""The permutation of a mailbox file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.pst import unpermuted

EVERY = bytes(range(256))


def permuted(plain: bytes) -> bytes:
    """What a mail program would write."""
    return plain.translate(bytes(unpermuted(EVERY).index(byte) for byte in EVERY))


def test_the_permutation_is_a_bijection() -> None:
    """Every byte stands for one other, and none for two."""
    assert sorted(unpermuted(EVERY)) == list(EVERY)


def test_the_table_is_that_of_the_format() -> None:
    """A few places of the published table of decoding (MS-PST 5.1, `mpbbI`)."""
    assert unpermuted(b"\x00\x01\x02\xfe\xff") == bytes([0x47, 0xF1, 0xB4, 0xF9, 0xEC])


@given(st.binary(max_size=2000))
def test_what_is_permuted_comes_back(plain: bytes) -> None:
    """Of any length and content."""
    assert unpermuted(permuted(plain)) == plain
    assert len(unpermuted(plain)) == len(plain)
