"""Very many names and addresses: the same in C and in Python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.scan import names as module
from alpheus.scan.names import Names

VALUES = ("45.77.1.1", "evil.example", "a-b.co.uk", "2001:db8::7", "::1")


def _both(values: tuple[str, ...], data: bytes) -> list[list[int]]:
    found = [Names(values).find(data, 0, len(data))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_library", lambda: None)
        found.append(Names(values).find(data, 0, len(data)))
    return found


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (b"45.77.1.1", [0]), (b"x 45.77.1.1:443 y", [2]), (b"145.77.1.1 45.77.1.11", []),
        (b"45.77.1.1.5", []), (b"https://C2.Evil.Example/x", [11]), (b"notevil.example", []),
        (b"evil.example.", [0]), (b"evil.example.org", []), (b"evil.example evil.example", [0, 13]),
        (b"www.a-b.co.uk", [4]), (b"[2001:DB8::7]:443", [1]), (b"12:34:56 ::1", [9]),
        (b"a2001:db8::7", []), (b"", []), (b"....", []), (b"::::", []), (b"evil", []),
    ],
)  # fmt: skip
def test_what_is_found(data: bytes, places: list[int]) -> None:
    """Whole addresses, and names with all below them; nothing that only looks alike."""
    assert _both(VALUES, data) == [places, places]


_PIECES = st.sampled_from([*(one.encode() for one in VALUES), b".", b":", b" ", b"x", b"EVIL", b"1",
                           b"-", b"_", b"\xff", b"\n", b"a" * 300, b"example", b"."])  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map(b"".join))
def test_both_say_the_same(data: bytes) -> None:
    """Whatever the bytes, the search in C and the one in Python find the same places."""
    one, other = _both(VALUES, data)
    assert one == other


@given(st.sets(st.from_regex(r"[a-z]{1,8}(\.[a-z]{2,6}){1,3}", fullmatch=True), max_size=80))
def test_each_value_is_found(values: set[str]) -> None:
    """None is lost, however many there are."""
    for one in values:
        data = f"GET https://{one}/ 200".encode()
        found = Names(values).find(data, 0, len(data))
        assert len(found) == 1
        assert one.endswith(data[found[0] : len(f"GET https://{one}")].decode())


def test_more_places_than_expected() -> None:
    """A block full of one address gives them all."""
    data = b"45.77.1.1 " * 10_000
    assert len(Names(VALUES).find(data, 0, len(data))) == 10_000
    assert Names(()).find(data, 0, len(data)) == []


def test_only_the_part_that_was_named() -> None:
    """What lies before or behind it is not read, also in a buffer that can change."""
    data = bytearray(b"45.77.1.1 evil.example 45.77.1.1")
    assert Names(VALUES).find(data, 10, 22) == [10]
    data.append(0)
