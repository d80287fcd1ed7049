"""The text of a page out of whatever it was wrapped in."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.detect.webshell.decoding import page_text
from alpheus.detect.webshell.pst import unpermuted

PAGE = '<%@ Page Language="C#" %>\r\n<% Nowhere.Missing((1; %>'
EVERY = bytes(range(256))


def _permuted(plain: bytes) -> bytes:
    return plain.translate(bytes(unpermuted(EVERY).index(byte) for byte in EVERY))


@pytest.mark.parametrize(
    ("mark", "encoding", "wrappings"),
    [
        (b"", "utf-8", ()),
        (codecs.BOM_UTF8, "utf-8", ()),
        (codecs.BOM_UTF16_LE, "utf-16-le", ("UTF-16",)),
        (codecs.BOM_UTF16_BE, "utf-16-be", ("UTF-16",)),
        (b"", "utf-16-le", ("UTF-16",)),
        (b"", "utf-16-be", ("UTF-16",)),
        (codecs.BOM_UTF32_LE, "utf-32-le", ("UTF-32",)),
        (codecs.BOM_UTF32_BE, "utf-32-be", ("UTF-32",)),
    ],
)
def test_every_encoding_gives_the_same_text(
    mark: bytes, encoding: str, wrappings: tuple[str, ...]
) -> None:
    """With a mark or without, and what is unusual is told."""
    found = page_text(mark + PAGE.encode(encoding))
    assert found.text == PAGE
    assert found.wrappings == wrappings


def test_bytes_of_a_code_page_keep_ascii_as_it_is() -> None:
    """What is not UTF-8 is some code page: its quotes and line ends are none of the code's."""
    text = page_text(b'<% a = "\x93\x85\x94" \x92 %>').text
    assert text.startswith('<% a = "')
    assert len(text) == len('<% a = "..." . %>')
    assert not set(text) & set("\x85\u201c\u201d\u2019\u2018")


@pytest.mark.parametrize("name", ["codepage=65000", 'CodePage = "65000"', "charset=utf-7"])
def test_utf_7_is_undone_where_the_page_says_so(name: str) -> None:
    """Code spelt in characters of a mail from 1994 is code."""
    seven = "+ADwAJQ- a+AD0-1 +ACUAPg-"
    found = page_text(f"<%@ Page {name} %>{seven}".encode())
    assert found.text.endswith("<% a=1 %>")
    assert found.wrappings == ("UTF-7",)


def test_a_plus_is_written_as_plus_and_minus_in_utf_7() -> None:
    """`+-` is one sign; sums in other pages stay what they are."""
    assert page_text(b"<%@ codepage=65000 %>1 +- 2 +ADw-").text.endswith("1 + 2 <")
    plain = "<%@ Page %> a+ADw-b +- 1"
    assert page_text(plain.encode()).text == plain


@pytest.mark.parametrize("mark", [b"+/v8", b"+/v9"])
def test_a_mark_of_utf_7_is_enough(mark: bytes) -> None:
    """A page may begin with the byte-order mark of UTF-7."""
    assert "<% 1 %>" in page_text(mark + b"-+ADw-% 1 %+AD4-").text


def test_a_mailbox_file_is_read_as_the_mail_program_reads_it() -> None:
    """If that is a page; the file that is a page as it lies there is left so."""
    stored = b"!BDN" + _permuted(b"\0" * 3 + PAGE.encode())
    found = page_text(stored)
    assert PAGE in found.text
    assert "undone" in found.wrappings[0]
    lying = page_text(b"!BDN\x01\x02" + PAGE.encode())
    assert PAGE in lying.text
    assert lying.wrappings == ("mailbox file (PST)",)


def test_a_page_inside_of_der_is_told() -> None:
    """A certificate request that was saved as a page; any other file that begins so is not one."""
    found = page_text(b"0\x82\x04\x00" + PAGE.encode())
    assert PAGE in found.text
    assert found.wrappings[0].startswith("DER")
    assert page_text(b"0\x82\x04\x00 no page").wrappings == ()


def test_utf_16_in_the_middle_of_other_data_is_read() -> None:
    """A dump of settings may be wide where the value stands, and narrow before it."""
    content = b"Name: x\r\nUrl: " + b"\0" + PAGE.encode("utf-16-le")
    found = page_text(content)
    assert "Nowhere.Missing((1;" in found.text


def test_nothing_is_a_page_of_no_text() -> None:
    """An empty file, and one of NULs, are read as well."""
    assert page_text(b"").text == ""
    assert page_text(codecs.BOM_UTF16_LE).text == ""
    page_text(b"\0" * 1000)


@given(
    st.sampled_from([b"", b"!BDN", b"0\x82", b"\xff\xfe", b"\xfe\xff", b"+/v8",
                     b"<% codepage=65000 +"]),
    st.binary(max_size=600),
)  # fmt: skip
def test_nothing_raises(head: bytes, rest: bytes) -> None:
    """Whatever the bytes are, there is a text."""
    assert isinstance(page_text(head + rest).text, str)


@given(st.text(st.characters(codec="utf-8", exclude_characters="+"), max_size=200))
def test_a_text_of_utf_8_stays_as_it_is(text: str) -> None:
    """Character by character, behind some code."""
    page = f"<% {text}"
    assert page_text(codecs.BOM_UTF8 + page.encode()).text == page
