"""Blocks hold whole lines, lose nothing, and stay small."""

from __future__ import annotations

import io
import re
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.errors import LimitError
from alpheus.scan.blocks import Block, BlockReader
from textlogs import generated


def _copy(block: Block) -> bytes:
    return bytes(block.data[block.start : block.end])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\n", b"")), max_size=30),
    st.booleans(),
    st.integers(8, 64),
    st.integers(1, 17),
)
def test_blocks_are_the_stream_cut_at_line_ends(
    lines: list[bytes], ended: bool, size: int, chunk: int
) -> None:
    """Joined again, the blocks are the stream, whatever the sizes; line numbers are right."""
    content = b"\n".join(lines) + (b"\n" if ended else b"")
    chunks = (content[at : at + chunk] for at in range(0, len(content), chunk))
    reader = BlockReader(generated(chunks), size, longest_line=4096)
    blocks = [(block, _copy(block)) for block in reader]
    assert b"".join(raw for _, raw in blocks) == content
    at = 0
    for block, raw in blocks:
        assert block.offset == at
        assert block.line == content.count(b"\n", 0, at) + 1
        assert raw.endswith(b"\n") or at + len(raw) == len(content)
        at += len(raw)
    assert reader.lines == len(content.split(b"\n")) - (content.endswith(b"\n") or not content)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([b"a", b"bcd", b"\r", b"\r\n", b"\n", b"\r\r\n"]), max_size=60),
    st.integers(8, 64),
    st.integers(1, 17),
)
def test_a_bare_cr_ends_a_line_where_that_is_asked_for(
    parts: list[bytes], size: int, chunk: int
) -> None:
    """One before other text or at the end does, wherever blocks are cut; no byte moves."""
    content = b"".join(parts)
    chunks = (content[at : at + chunk] for at in range(0, len(content), chunk))
    reader = BlockReader(generated(chunks), size, longest_line=4096, bare_cr=True)
    blocks = [(block, _copy(block)) for block in reader]
    wanted = re.sub(rb"\r(?![\r\n])", b"\n", content)
    assert b"".join(raw for _, raw in blocks) == wanted
    for block, raw in blocks:
        assert block.line == wanted.count(b"\n", 0, block.offset) + 1
        assert raw.endswith(b"\n") or block.offset + len(raw) == len(content)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 400), st.integers(16, 64), st.integers(16, 128), st.integers(1, 8))
def test_an_overlong_line_comes_in_overlapping_pieces(
    length: int, size: int, longest: int, overlap: int
) -> None:
    """Every window of up to the overlap's size stands whole in some piece or block."""
    line = bytes(97 + at % 26 for at in range(length))
    content = b"before\n" + line + b"\nafter\n"
    reader = BlockReader(io.BytesIO(content), size, longest, overlap)
    seen = [_copy(block) for block in reader]
    for at in range(len(content) - overlap + 1):
        window = content[at : at + overlap]
        assert b"\n" in window or any(window in raw for raw in seen)
    assert reader.lines == 3


def test_pieces_say_where_they_are() -> None:
    """Pieces carry the number of their line, and only the last of them is marked so."""
    content = b"a\n" + b"x" * 500 + b"\nb\n"
    reader = BlockReader(io.BytesIO(content), 64, 128, 8)
    blocks = [(block.piece, block.last, block.line, block.offset, _copy(block)) for block in reader]
    pieces = [block for block in blocks if block[0]]
    assert [last for _, last, _, _, _ in pieces] == [False] * (len(pieces) - 1) + [True]
    assert {line for _, _, line, _, _ in pieces} == {2}
    assert all(content[offset : offset + len(raw)] == raw for _, _, _, offset, raw in blocks)


def test_a_huge_line_takes_little_memory() -> None:
    """A line of 256 MiB is read in bounded memory."""
    chunk = b"x" * (1 << 20)
    reader = BlockReader(generated(chunk for _ in range(256)))
    tracemalloc.start()
    total = sum(block.end - block.start for block in reader)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total >= 256 << 20
    assert peak < 40 << 20


def test_an_error_of_the_stream_keeps_what_was_read() -> None:
    """A stream that breaks off gives its lines first and its error after them."""
    for error in (OSError("damaged"), LimitError("too much")):
        reader = BlockReader(generated(iter([b"one\ntw"]), error))
        assert b"".join(_copy(block) for block in reader) == b"one\ntw"
        assert reader.error is error
