"""A block as lines."""

from __future__ import annotations

import re

from alpheus.parsers.base import Clock
from alpheus.scan.blocks import Block
from alpheus.scan.lines import Lines


def _lines(content: bytes, before: bytes = b"") -> Lines:
    data = bytearray(before + content)
    return Lines(Block(data, len(before), len(data), 1000, 10))


def test_lines_know_their_place() -> None:
    """Number and offset are those in the file, also where the block begins inside its buffer."""
    lines = _lines(b"a\r\n\r\n2021-03-03 06:59:20 x\nlast", b"junk\n")
    assert [lines.raw(line) for line in range(len(lines))] == [
        b"a", b"", b"2021-03-03 06:59:20 x", b"last",
    ]  # fmt: skip
    assert (lines.number(2), lines.offset(2)) == (12, 1005)
    assert lines.blank.tolist() == [False, True, False, False]
    assert lines.special(Clock.ISO_BLANK).tolist() == [0, 3]
    assert lines.marked([(5 + 5, 5 + 26, 3)]) == {2: 3}
    assert lines.marked([]) == {}
    assert [lines.may_be_row(line) for line in range(4)] == [False, False, True, False]


def test_builds_are_read_from_each_line() -> None:
    """The last match of a line counts; what is no build is none."""
    lines = _lines(
        b"S:BLD=15.1.2176.2;\nnone\nS:BLD=1.2.3.4;S:BLD=15.01.2176.009\nS:BLD=x\n", b"-\n"
    )
    indexes, builds = lines.builds(re.compile(rb"S:BLD=([0-9.x]+)"))
    assert [builds[at] if at >= 0 else None for at in indexes.tolist()] == [
        "15.1.2176.2", None, "15.1.2176.9", None,
    ]  # fmt: skip


def test_lines_with_nul_are_found() -> None:
    """Each line that holds a NUL is named once."""
    assert _lines(b"a\n\0\0b\nc\nd\0").with_nul() == [1, 3]
    assert _lines(b"a\nb").with_nul() == []
