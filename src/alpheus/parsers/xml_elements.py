"""Start and end tags of a small XML document that may be hostile or broken.

No entity is ever expanded but XML's own five: a document type declaration ends the strict reading.
What does not parse strictly is read tolerantly, tag by tag, so that a typo does not hide the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Never
from xml.parsers import expat
from xml.sax.saxutils import unescape

_BLOCK = 1 << 16
_TAG_LIMIT = 1 << 16
_NAME = r"[A-Za-z_][\w.:-]*+"
_TAG = re.compile(
    rf"<(?P<close>/)?(?P<name>{_NAME})"
    rf"(?P<attributes>(?:\s++{_NAME}\s*+=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'))*+)\s*+(?P<empty>/)?>"
)
_ATTRIBUTE = re.compile(rf"({_NAME})\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)')")
_DECLARATION = re.compile(r"^\s*+<\?xml[^>]{0,200}\?>")
_SECTIONS = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))
_QUOTES = {"&quot;": '"', "&apos;": "'"}
DECLARED = "document type declaration, which no configuration has; entities are not expanded"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; `line` counts from 1. An element that is empty gives a start and an end."""

    name: str
    line: int
    end: bool = False
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why a document is not valid: a sentence without variable parts but the line, and a byte."""

    reason: str
    offset: int


class _DoctypeError(Exception):
    """Raised inside the XML parser to leave it."""


def _refuse(*_: object) -> Never:
    raise _DoctypeError


def flaw(text: str) -> Flaw | None:
    """What is wrong with a document, or None."""
    parser = _strict_parser()
    try:
        for block in _blocks(text):
            parser.Parse(block, False)  # noqa: FBT003 - the C function takes no keyword
        parser.Parse(b"", True)  # noqa: FBT003 - likewise
    except expat.ExpatError as error:
        reason = f"broken XML at line {error.lineno}: {expat.errors.messages[error.code]}"
        return Flaw(reason, max(parser.ErrorByteIndex, 0))
    except _DoctypeError:
        return Flaw(DECLARED, max(parser.CurrentByteIndex, 0))
    return None


def strict_tags(text: str) -> Iterator[Tag]:
    """The tags of a document that `flaw` found valid."""
    found: list[Tag] = []
    parser = _strict_parser()
    parser.StartElementHandler = lambda name, attributes: found.append(
        Tag(name, parser.CurrentLineNumber, attributes=attributes)
    )
    parser.EndElementHandler = lambda name: found.append(
        Tag(name, parser.CurrentLineNumber, end=True)
    )
    for block in _blocks(text):
        parser.Parse(block, False)  # noqa: FBT003 - the C function takes no keyword
        yield from found
        found.clear()


def tolerant_tags(text: str) -> Iterator[Tag]:
    """Everything that looks like a tag outside comments, whatever stands around it."""
    place, line, counted = 0, 1, 0
    unclosed: set[str] = set()
    while (place := text.find("<", place)) >= 0:
        closer = next((close for start, close in _SECTIONS if text.startswith(start, place)), None)
        if closer is not None:
            end = -1 if closer in unclosed else text.find(closer, place)
            if end < 0:
                unclosed.add(closer)
            place = end + len(closer) if end >= 0 else place + 1
            continue
        tag = _TAG.match(text, place, place + _TAG_LIMIT)
        if tag is None:
            place += 1
            continue
        line, counted = line + text.count("\n", counted, place), place
        if not tag["close"]:
            yield Tag(tag["name"], line, attributes=_attributes(tag["attributes"]))
        if tag["close"] or tag["empty"]:
            yield Tag(tag["name"], line, end=True)
        place = tag.end()


def _strict_parser() -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _blocks(text: str) -> Iterator[bytes]:
    """The text as UTF-8 without its declaration, whose encoding may contradict the bytes."""
    declaration = _DECLARATION.match(text)
    if declaration is not None:
        text = (
            "".join("\n" if c == "\n" else " " for c in declaration[0])
            + text[len(declaration[0]) :]
        )
    for start in range(0, len(text), _BLOCK):
        yield text[start : start + _BLOCK].encode("utf-8", "replace")


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1]: unescape(match[2] if match[2] is not None else match[3], _QUOTES)
        for match in _ATTRIBUTE.finditer(text)
    }
