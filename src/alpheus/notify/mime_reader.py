"""Mail that came from anywhere, taken apart within bounds; nothing in it is an error.

The parser of the standard library keeps to the letter and goes as deep as a message says, which a
message of a thousand layers turns into minutes. This one reads 2 MiB, twelve layers and two hundred
parts of a message at most, in time that grows with its size alone, and gives what it understood.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST = 2 << 20
"""Bytes of a message that are read; reports of servers are far smaller."""

_HEAD = 128 << 10
_VALUE = 4 << 10
_LINES = 500
_DEPTH = 12
_PARTS = 200
_TEXT = 256 << 10

_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_PARAMETER = re.compile(r';\s*([A-Za-z-]{1,40})(?:\*0)?\*?\s*=\s*("[^"]{0,300}"|[^;\s"]{0,300})')
_WORD = re.compile(r"=\?([A-Za-z0-9_.:-]{1,40})(?:\*[A-Za-z-]{0,20})?\?([bqBQ])\?([^?]{0,2000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?)")
_CHARSET = re.compile(
    r"(?:utf-?8|us-?ascii|iso-?8859-?\d{1,2}|latin-?1|windows-?\d{3,4}|cp\d{3,4}|koi8-[ru]"
    r"|gb(?:k|2312|18030)|big5|shift[_-]?jis|euc-(?:jp|kr)|iso-2022-(?:jp|kr)|utf-16(?:le|be)?)"
)
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_HEADERS = frozenset({
    "text/rfc822-headers", "message/rfc822-headers", "message/global-headers",
})  # fmt: skip
_FIELDS = frozenset({
    "message/delivery-status", "message/global-delivery-status",
    "message/disposition-notification", "message/global-disposition-notification",
    "message/feedback-report",
})  # fmt: skip

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """A message or a part of one. Names of headers are in lower case, values one line each.

    `body` is as it stands, lines ended by LF; `parts` are those of a container, or the message
    inside one.
    """

    headers: Headers
    kind: str
    parameters: dict[str, str]
    body: bytes
    parts: tuple[Entity, ...] = ()

    def get(self, name: str) -> str:
        """The first header of a name, decoded; '' without one."""
        return next(self.all(name), "")

    def all(self, name: str) -> Iterator[str]:
        """All headers of a name, decoded."""
        return (decoded(value) for key, value in self.headers if key == name)

    def walk(self) -> Iterator[Entity]:
        """This and all inside, from the outside inwards."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def content(self) -> bytes:
        """The body without its transfer encoding."""
        return _without_encoding(self.body, self.get("content-transfer-encoding"))

    def text(self) -> str:
        """The body as text; characters that are none are replaced."""
        return _text(self.content()[:_TEXT], self.parameters.get("charset", ""))

    def groups(self) -> list[Headers]:
        """The fields of a report's part, in groups."""
        blocks = re.split(rb"\n[ \t]*\n", self.content().replace(b"\r\n", b"\n").strip(b"\n"))
        return [found for block in blocks[:_PARTS] if (found := _headers(block[:_HEAD]))]


def read_entity(content: bytes) -> Entity:
    """Take a message apart. Never raises; what is beyond the bounds is left out."""
    plain = content[:LARGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _Reader().entity(plain, 0)


def decoded(value: str) -> str:
    """A header's value with its encoded words read (RFC 2047)."""
    if "=?" not in value:
        return value
    return _WORD.sub(_decoded_word, _BETWEEN.sub(r"\1", value))


class _Reader:
    """Counts the parts of one message."""

    def __init__(self) -> None:
        self._left = _PARTS

    def entity(self, content: bytes, depth: int) -> Entity:
        self._left -= 1
        head, body = _divided(content)
        headers = _headers(head)
        given = next((value for name, value in headers if name == "content-type"), "")
        kind, parameters = _content_type(given)
        return Entity(headers, kind, parameters, body, self._parts(headers, kind, parameters, body,
                                                                   depth))  # fmt: skip

    def _parts(
        self, headers: Headers, kind: str, parameters: dict[str, str], body: bytes, depth: int
    ) -> tuple[Entity, ...]:
        if depth >= _DEPTH or self._left <= 0:
            return ()
        if kind.startswith("multipart/") and parameters.get("boundary"):
            boundary = parameters["boundary"].encode("utf-8", "replace")
            found = []
            for part in _split(body, boundary):
                if self._left <= 0:
                    break
                found.append(self.entity(part, depth + 1))
            return tuple(found)
        if kind in _MESSAGES or kind in _HEADERS:
            encoding = next((v for n, v in headers if n == "content-transfer-encoding"), "")
            inside = _without_encoding(body, encoding).replace(b"\r\n", b"\n")
            return (self.entity(inside.lstrip(b"\n"), depth + 1),)
        return ()


def _divided(content: bytes) -> tuple[bytes, bytes]:
    if content.startswith(b"\n"):
        return b"", content[1:]
    head, _, body = content.partition(b"\n\n")
    return head[:_HEAD], body


def _headers(head: bytes) -> Headers:
    """Name and value of each; a line that is none is passed over."""
    found: list[tuple[str, bytes]] = []
    for line in head.split(b"\n", 4 * _LINES)[: 4 * _LINES]:
        if line[:1] in {b" ", b"\t"}:
            if found and len(found[-1][1]) < _VALUE:
                name, value = found[-1]
                found[-1] = (name, value + b" " + line.strip())
            continue
        match = _NAME.match(line)
        if match and len(found) < _LINES:
            found.append((match[1].decode("ascii").lower(), line[match.end() :].strip()))
    return tuple((name, _text(value[:_VALUE], "")) for name, value in found)


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    kind = value.partition(";")[0].strip().lower() or "text/plain"
    found: dict[str, str] = {}
    for match in _PARAMETER.finditer(value):
        found.setdefault(match[1].lower(), match[2].strip('"'))
    return kind, found


def _split(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """The parts between boundaries; the last one may lack its end."""
    mark = b"\n--" + boundary
    text = b"\n" + body
    at = text.find(mark)
    while at >= 0:
        begin = text.find(b"\n", at + 1)
        rest = text[at + len(mark) : begin if begin >= 0 else len(text)]
        if rest.startswith(b"--") or begin < 0:
            return
        end = text.find(mark, begin)
        if not rest.strip():
            yield text[begin + 1 : end if end >= 0 else len(text)]
        at = end


def _without_encoding(body: bytes, encoding: str) -> bytes:
    kind = encoding.strip().lower()
    if kind == "base64":
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
        try:
            return base64.b64decode(kept[: len(kept) // 4 * 4] + _rest(kept))
        except (binascii.Error, ValueError):
            return body
    if kind == "quoted-printable":
        return quopri.decodestring(body)
    return body


def _rest(kept: bytes) -> bytes:
    rest = kept[len(kept) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""


def _decoded_word(match: re.Match[str]) -> str:
    text = match[3]
    if match[2] in "bB":
        content = _without_encoding(text.encode("ascii", "replace"), "base64")
    else:
        content = quopri.decodestring(text.encode("utf-8", "replace"), header=True)
    return " ".join(_text(content, match[1]).split("\n"))


def _text(content: bytes, charset: str) -> str:
    """Text in the charset that it claims, if that is one of mail, else in the one that fits."""
    name = charset.strip().lower()
    if _CHARSET.fullmatch(name):
        try:
            return content.decode(name)
        except (UnicodeDecodeError, LookupError):
            pass
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def is_fields(entity: Entity) -> bool:
    """Whether a part holds the fields of a report."""
    return entity.kind in _FIELDS
