"""The few words of DER."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.lab.internet import der


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (der.integer(0), "020100"),
        (der.integer(127), "02017f"),
        (der.integer(128), "02020080"),
        (der.integer(-128), "020180"),
        (der.integer(-129), "0202ff7f"),
        (der.null(), "0500"),
        (der.boolean(true=True), "0101ff"),
        (der.octet_string(b"ab"), "04026162"),
        (der.bit_string(b"\xf0"), "030200f0"),
        (der.text("é"), "0c02c3a9"),
        (der.text("ZZ", 0x13), "13025a5a"),
        (der.object_identifier("1.2.840.113549"), "06062a864886f70d"),
        (der.object_identifier("2.5.29.17"), "0603551d11"),
        (der.time(datetime(2021, 3, 2, 10, 0, 5, tzinfo=UTC)), "170d" + b"210302100005Z".hex()),
        (der.time(datetime(2051, 3, 2, tzinfo=UTC)), "180f" + b"20510302000000Z".hex()),
        (der.explicit(3, der.null()), "a3020500"),
        (der.set_of(der.null(), der.null()), "310405000500"),
    ],
)
def test_values(made: bytes, expected: str) -> None:
    """Tag, length and content, as X.690 has them."""
    assert made.hex() == expected


@pytest.mark.parametrize(
    ("length", "header"), [(127, "047f"), (128, "048180"), (256, "04820100"), (65536, "0483010000")]
)
def test_long_lengths(length: int, header: str) -> None:
    """From 128 on, the length says how long it is itself."""
    assert der.octet_string(bytes(length))[:-length].hex() == header
