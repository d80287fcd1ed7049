"""Many places of a block at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.scan.words import Marks, equal_text, places_of, windows, words_of


@settings(max_examples=100, deadline=None)
@given(st.binary(min_size=1, max_size=80), st.integers(1, 30), st.data())
def test_windows_are_slices_with_zeros_behind_the_end(
    content: bytes, width: int, data: st.DataObject
) -> None:
    """Each row is the bytes from its place on; beyond the block there are zeros."""
    begins = data.draw(st.lists(st.integers(0, len(content) - 1), max_size=8))
    block = np.frombuffer(content, dtype=np.uint8)
    found = windows(block, np.array(begins, dtype=np.int64), width)
    expected = [content[at : at + width].ljust(width, b"\0") for at in begins]
    assert [row.tobytes() for row in found] == expected


@settings(max_examples=100, deadline=None)
@given(st.text("ab", min_size=1, max_size=60), st.text("ab", min_size=1, max_size=20))
def test_equal_text_is_a_comparison_of_slices(content: str, text: str) -> None:
    """Text of any length is compared exactly, also where words overlap."""
    raw, wanted = content.encode(), text.encode()
    begins = np.arange(max(0, len(raw) - len(wanted) + 1))
    found = equal_text(np.frombuffer(raw, dtype=np.uint8), begins, wanted)
    assert found.tolist() == [raw.startswith(wanted, at) for at in begins.tolist()]


def test_words_are_the_bytes_from_every_place() -> None:
    """The first byte is the lowest; a block of less than a word has none."""
    words = words_of(np.frombuffer(b"abcdefghi", dtype=np.uint8))
    assert [int(word).to_bytes(8, "little") for word in words] == [b"abcdefgh", b"bcdefghi"]
    assert words_of(np.frombuffer(b"abc", dtype=np.uint8)).size == 0


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([b"\n", b"a" * 7, b"b" * 64, b"\n\n\n\n\n\n"]), max_size=60),
    st.sampled_from([1, 40]),
)
def test_places_are_those_of_a_slow_search(parts: list[bytes], repeat: int) -> None:
    """Rare or on every byte, in order and none twice."""
    content = b"".join(parts) * repeat
    found = places_of(np.frombuffer(content, dtype=np.uint8), 0x0A)
    assert found.tolist() == [at for at, byte in enumerate(content) if byte == 0x0A]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([b",", b"ab", b"c" * 60, b",,,,,,,,,"]), max_size=40))
def test_marks_are_counted_and_numbered(parts: list[bytes]) -> None:
    """At every place, also at the end and where there are none."""
    content = b"".join(parts)
    block = np.frombuffer(content, dtype=np.uint8)
    marks = Marks(block, ord(","))
    expected = [at for at, byte in enumerate(content) if byte == ord(",")]
    places = np.arange(len(content) + 1)
    assert marks.before(places).tolist() == [content.count(b",", 0, at) for at in places.tolist()]
    assert marks.place(np.arange(len(expected))).tolist() == expected
    assert marks.place(np.array([len(expected)])).tolist() == [-1]
