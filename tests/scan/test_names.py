"""Very many names and addresses: the same in C and in Python."""

from __future__ import annotations

import ctypes
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alpheus.scan import names as module
from alpheus.scan.names import Names

VALUES = ("45.77.1.1", "evil.example", "a-b.co.uk", "2001:db8::7", "::1")


def _both(
    values: tuple[str, ...], data: bytes, start: int = 0, end: int | None = None
) -> list[list[int]]:
    stop = len(data) if end is None else end
    found = [_so_wide(wide, Names(values), data, (start, stop)) for wide in (16, 32, 64)]
    assert found[1:] == found[:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_library", lambda: None)
        return [found[0], Names(values).find(data, start, stop)]


def _so_wide(wide: int, names: Names, data: bytes, part: tuple[int, int]) -> list[int]:
    """What is found where no more bytes are looked at together, if the processor can."""
    library = module._library()
    if library is not None and hasattr(library, "alpheus_ends_widest"):  # of some processors
        ctypes.c_int.in_dll(library, "alpheus_ends_widest").value = wide
    return names.find(data, *part)


@pytest.mark.parametrize(
    ("data", "places"),
    [
        (b"45.77.1.1", [0]), (b"x 45.77.1.1:443 y", [2]), (b"145.77.1.1 45.77.1.11", []),
        (b"45.77.1.1.5", []), (b"https://C2.Evil.Example/x", [11]), (b"notevil.example", []),
        (b"evil.example.", [0]), (b"evil.example.org", []), (b"evil.example evil.example", [0, 13]),
        (b"www.a-b.co.uk", [4]), (b"[2001:DB8::7]:443", [1]), (b"12:34:56 ::1", [9]),
        (b"a2001:db8::7", []), (b"", []), (b"....", []), (b"::::", []), (b"evil", []),
        (b"%2F%2Fevil.example%2F", [6]), (b"%252F%252Fevil.example", [10]),
        (b"%2045.77.1.1%3A", [3]), (b"%3D45.77.1.1", [3]), (b"%3Dc2.evil.example", [6]),
        (b"%5B2001:db8::7%5D", [3]),
        (b"2Fevil.example", []), (b"%2evil.example", []), (b"%2F.evil.example", [4]),
        (b"%2545.77.1.1", [3]), (b"%25", []), (b"%2", []), (b"a%ZZevil.example", []),
        (b"a" * 505 + b".evil.example", [506]), (b"a" * 255 + b".evil.example", [256]),
    ],
)  # fmt: skip
def test_what_is_found(data: bytes, places: list[int]) -> None:
    """Whole addresses, and names with all below them; nothing that only looks alike.

    A value may stand behind the code of a character, however often that was encoded.
    """
    assert _both(VALUES, data) == [places, places]


_PIECES = st.sampled_from([*(one.encode() for one in VALUES), b".", b":", b" ", b"x", b"EVIL", b"1",
                           b"-", b"_", b"\xff", b"\n", b"a" * 300, b"b" * 199, b"example", b".",
                           b"%", b"%2F", b"25", b"%253A", b"a1", b"%zz"])  # fmt: skip


_TEXTS = st.tuples(st.lists(_PIECES, max_size=16).map(b"".join), st.integers(1, 5)).map(
    lambda one: b" ".join([one[0]] * one[1])
)


@given(_TEXTS, st.integers(0, 40), st.integers(0, 40))
@example(b"x 2001:db8::7 x 2001:db8::7.", 0, 0)
@example(bytes(range(256)) * 3 + b" evil.example\xff45.77.1.1\x80" + b"_" * 80, 0, 0)
@example(b"a.b " * 40 + b"evil.example. " * 9 + b"x" * 99, 3, 5)
@example(b"x" * 60 + b" c2.evil.example. " + b"y" * 60 + b"45.77.1.1", 0, 0)
def test_both_say_the_same(data: bytes, before: int, behind: int) -> None:
    """Whatever the bytes, the search in C and the one in Python find the same places.

    Also of a part of them, where values are those that stand in the text itself, and where it says
    the same again and again.
    """
    inside = {one.decode() for one in re.findall(rb"[0-9A-Za-z._-]{1,20}", data) if b"." in one}
    for values in (VALUES, tuple(inside)):
        one, other = _both(values, data)
        assert one == other
        one, other = _both(values, data, before, len(data) - behind)
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


class _Resizing:
    """A search that tries to change what it reads."""

    def __init__(self, data: bytearray) -> None:
        self.data = data

    def alpheus_ends_find(self, *_: object) -> int:
        self.data.extend(b"x" * 4096)
        return 0


@pytest.mark.parametrize("data", [bytearray(b"45.77.1.1"), bytearray()])
def test_what_is_read_stays_where_it_is(data: bytearray) -> None:
    """A buffer cannot be moved while C reads it."""
    names = Names(VALUES)
    if names._library is None:
        pytest.skip("needs the part in C")
    names._library = _Resizing(data)
    with pytest.raises(BufferError):
        names.find(data, 0, len(data))
    data.append(0)


def test_short_values_and_long_names() -> None:
    """Values of every length, in a text that is longer than what is looked at at once."""
    values = ["a.b", "ab.c", "ab.cd", "abc.de", "x" * 60 + ".example", "1.2.3.4", "::", "::1"]
    data = b"".join(b"%s no.such.name %s\n" % (b"z" * number, value.encode())
                    for number in range(130) for value in values)  # fmt: skip
    one, other = _both(tuple(values), data)
    assert one == other
    assert len(one) == 130 * len(values)


def test_what_was_compiled_of_another_version_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would read another table; Python does it instead."""
    monkeypatch.setattr(module, "_PATH", module._PATH.with_name("rows.so"))
    module._library.cache_clear()
    assert module._library() is None
    assert Names(VALUES).find(b"x 45.77.1.1", 0, 11) == [2]
    module._library.cache_clear()
