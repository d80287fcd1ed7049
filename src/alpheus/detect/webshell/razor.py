"""Code of Razor pages: `@{…}`, `@functions {…}`, `@(…)`, and what stands behind `@`."""

from __future__ import annotations

import re

from alpheus.detect.webshell.page import Code, Kind, Language

_START = re.compile(r"(?<![\w@.])@(?:(?:functions|code|section\s+\w+)\s*)?(?P<open>[{(])", re.ASCII)
_WORD = re.compile(
    r"(?<![\w@.])@(?!using\b|model\b|inherits\b|section\b|page\b)([A-Za-z_][\w.]*\()"
)
_STATEMENT = re.compile(r"(?<![\w@.])@(?:if|for|foreach|while|switch|using|lock|try)\s*[({]")
_BASIC = re.compile(r"(?<![\w@.])@Code\b(.*?)(?:\bEnd\s+Code\b|\Z)", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"@\*.*?\*@", re.DOTALL)
_MOST = 5_000
_CLOSING = {"{": "}", "(": ")"}


def razor_code(text: str, extension: str) -> list[Code]:
    """The pieces of code in a Razor page, in order; markup inside of code is left in it."""
    language = Language.VB if extension == "vbhtml" else Language.CSHARP
    plain = _COMMENT.sub(lambda match: re.sub(r"[^\r\n]", " ", match[0]), text)
    pieces = []
    if language is Language.VB:
        for match in _BASIC.finditer(plain):
            line = plain.count("\n", 0, match.start(1)) + 1
            pieces.append(Code(match[1], line, Kind.SCRIPT, language))
    at = 0
    for _ in range(_MOST):
        starts = [pattern.search(plain, at) for pattern in (_START, _WORD, _STATEMENT)]
        found = min(filter(None, starts), key=lambda match: match.start(), default=None)
        if found is None:
            break
        start = found.start() + 1
        end = _end(plain, found.end() - 1)
        line = plain.count("\n", 0, start) + 1
        pieces.append(Code(_inner(plain[start:end]), line, Kind.SCRIPT, language))
        at = max(end, found.end())
    return pieces


def _inner(piece: str) -> str:
    """Without the word and the brackets around a block of statements."""
    block = re.match(r"(?:functions|code|section\s+\w+)?\s*\{(.*)\}?\Z", piece, re.DOTALL)
    return block[1].rstrip().removesuffix("}") if block else piece


def _end(text: str, at: int) -> int:
    """Where the bracket at a place is closed, or the end of the text."""
    opening = text[at]
    closing = _CLOSING[opening]
    depth = 0
    for match in re.finditer(rf'"(?:\\.|[^"\\\n])*"|[{re.escape(opening + closing)}]', text[at:]):
        if match[0] == opening:
            depth += 1
        elif match[0] == closing:
            depth -= 1
            if not depth:
                return at + match.end()
    return len(text)
