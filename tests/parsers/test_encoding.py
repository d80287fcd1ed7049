"""Encodings of text logs."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.encoding import (
    HEAD_SIZE,
    Encoding,
    decode_head,
    decode_line,
    detect,
    ends_lines_with_cr,
    utf8_stream,
)
from textlogs import generated


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_decoding_a_line_never_raises_and_loses_no_byte(raw: bytes) -> None:
    """Each byte that is no UTF-8 becomes one character."""
    text = decode_line(raw)
    try:
        assert text.encode() == raw or len(text) == len(raw)
    except UnicodeEncodeError:
        pytest.fail("a line decoded to something that cannot be written")


def test_cp1252_is_the_fallback() -> None:
    """A French server's text survives, and so do the five bytes that cp1252 does not define."""
    assert decode_line("Système".encode("cp1252")) == "Système"
    assert decode_line("Système".encode()) == "Système"
    assert decode_line(b"\x81\x8d\xe9") == "\x81\x8dé"


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(max_codepoint=0x2FFFF, exclude_categories=("Cs",)), max_size=300),
    st.sampled_from(["utf-8-sig", "utf-16", "utf-16-be"]),
    st.integers(1, 50),
    st.integers(1, 20),
)
def test_a_stream_with_a_mark_gives_the_same_text(
    text: str, encoding: str, head: int, size: int
) -> None:
    """Whatever the sizes of the reads, the text comes out as UTF-8 without a mark."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    content = (mark + text).encode(encoding)
    head = max(head, 4)
    rest = content[head:]
    chunks = (rest[at : at + size] for at in range(0, len(rest), size))
    stream = utf8_stream(generated(chunks), content[:head])
    read = b""
    while part := stream.read(7):
        read += part
    assert read.decode() == text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_without_a_mark(encoding: str) -> None:
    """NULs in every second byte tell the order of bytes."""
    content = "2021-03-03 06:59:20 GET /owa/ é\r\n".encode(encoding)
    assert detect(content) == (Encoding(encoding), 0)
    assert decode_head(content).startswith("2021-03-03")
    assert utf8_stream(io.BytesIO(), content).read().decode() == content.decode(encoding)


def test_nul_filled_text_is_not_utf_16() -> None:
    """A torn write is NULs in a row; the text after it is what counts."""
    content = b"\0" * 64 + b"2021-03-03 06:59:20 GET /owa/"
    assert detect(content) == (Encoding.UTF_8, 0)
    assert decode_head(content) == "2021-03-03 06:59:20 GET /owa/"


def test_broken_utf_16_is_kept() -> None:
    """Lone surrogates pass through and half a character at the end is marked."""
    content = b"\xff\xfe" + "ab".encode("utf-16-le") + b"\x00\xd8" + b"c\0" + b"d"
    read = utf8_stream(io.BytesIO(content[4:]), content[:4]).read()
    assert read.startswith(b"ab")
    assert read.endswith("c\ufffd".encode())


def test_other_bytes_pass_unchanged() -> None:
    """What is not UTF-16 is not touched, so that each line can be decoded by itself."""
    content = b"\xef\xbb\xbfa\xe9\n\0\xff"
    stream = utf8_stream(io.BytesIO(content[5:]), content[:5])
    assert stream.read() == content[3:]
    stream.close()


@pytest.mark.parametrize(("head", "ends"), [
    (b"", False), (b"a\r\nb\r\n", False), (b"a\nb\rc\n", False), (b"a\rb", True),
    (b"a\rb\r\n", False), (b"a\n" + b"b\r" * 3, True), (b"b\r" * 3 + b"\n", True),
    ("\ufeffa\rb\rc\n".encode("utf-16-le"), True), (b"\xef\xbb\xbfa\rb", True),
    (b"x".ljust(HEAD_SIZE - 1, b"x") + b"\r", False),
    (b"x\r".ljust(HEAD_SIZE - 1, b"x") + b"\r", True),
])  # fmt: skip
def test_a_file_ends_lines_with_cr_if_most_of_them_end_so(head: bytes, *, ends: bool) -> None:
    """A CR at the very end of a head may be half of a line end; its text has lines either way."""
    assert ends_lines_with_cr(head) == ends
    assert not ends or "\n" in decode_head(head)
