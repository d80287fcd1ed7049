"""The text of a page, whatever it was wrapped in: encodings, a mailbox file, DER.

A page is what the server makes of the bytes, so everything it would decode is decoded here. Nothing
raises for bad content; what does not decode stays as it is.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from alpheus.detect.webshell.pst import unpermuted
from alpheus.parsers.encoding import Encoding, detect

_UTF_32 = ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"))
_CODE = re.compile(rb"<\s{0,8}[%s]", re.IGNORECASE)
_UTF_7_PAGE = re.compile(
    r"codepage\s*=\s*[\"']?\s*65000|charset\s*=\s*[\"']?\s*utf-?7", re.IGNORECASE
)
_UTF_7_CODE = re.compile(r"\+[A-Za-z0-9+/]{2,}-?")
_MAILBOX = b"!BDN"
_DER = re.compile(rb"0[\x80-\x84]")
_MEANINGLESS = {byte: 0xE000 + byte for byte in range(0x80, 0x100)}
_PAGE = re.compile(rb"<%|<script|&lt;script|<\0%\0|<\0s\0c\0r\0", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageText:
    """A page as the server would read it, and what was undone to get there."""

    text: str
    wrappings: tuple[str, ...] = ()


def page_text(content: bytes) -> PageText:
    """Decode a page. Lines are kept as far as the wrapping has any."""
    wrappings: list[str] = []
    if content.startswith(_MAILBOX):
        plain = unpermuted(content)
        if len(_PAGE.findall(plain)) > len(_PAGE.findall(content)):
            content = plain
            wrappings.append("mailbox file (PST), compressible encryption undone")
        else:
            wrappings.append("mailbox file (PST)")
    elif _DER.match(content) and _PAGE.search(content[:65_536]):
        wrappings.append("DER structure, as of a certificate request")
    text = _decode(content, wrappings)
    return PageText(text, tuple(wrappings))


def _decode(content: bytes, wrappings: list[str]) -> str:
    for mark, name in _UTF_32:
        if content.startswith(mark) and content[4:5]:
            wrappings.append("UTF-32")
            return content[4:].decode(name, "replace")
    encoding, mark_length = detect(content)
    if encoding is not Encoding.UTF_8:
        wrappings.append("UTF-16")
        return content[mark_length:].decode(encoding, "replace")
    body = content[mark_length:]
    wide = _wide_part(body)
    if wide is not None:
        wrappings.append("UTF-16 inside other data")
        return wide
    text = _lines(body)
    if text.startswith(("+/v8", "+/v9", "+/v+", "+/v/")) or _UTF_7_PAGE.search(text[:65_536]):
        seven = _from_utf_7(text)
        if seven != text:
            wrappings.append("UTF-7")
            return seven
    return text


def _lines(body: bytes) -> str:
    """UTF-8, or some code page of which only ASCII matters.

    Other bytes become characters of no meaning: quotes or line ends of one code page must not be
    seen in the text of another.
    """
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1").translate(_MEANINGLESS)


def _wide_part(body: bytes) -> str | None:
    """UTF-16 that begins in the middle, as in a dump of settings or a mailbox."""
    if body.count(0) * 4 < len(body) or not body:
        return None
    narrow = body.replace(b"\0", b"")
    return _lines(narrow) if _CODE.search(narrow) else None


def _from_utf_7(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        try:
            return match[0].encode("ascii").decode("utf-7")
        except (UnicodeDecodeError, UnicodeEncodeError):
            return match[0]

    return _UTF_7_CODE.sub(plain, text.replace("+-", "+\u2060")).replace("\u2060", "")
