"""Code of Razor pages: `@{…}`, `@functions {…}`, `@(…)`, `@if (…) {…}`, and what stands behind `@`.

One pass from start to end: what is never closed ends with the page, and nothing behind it is looked
at twice.
"""

from __future__ import annotations

import re

from alpheus.detect.webshell.page import Code, Kind, Language, blanked

_CODE = re.compile(
    r"(?<![A-Za-z0-9_@.])@(?:(?:(?:functions|code|section\s+\w+)\s*)?[{(]"
    r"|(?P<statement>(?:if|for|foreach|while|switch|using|lock|try|do)\s*[({])"
    r"|(?!(?:using|model|inherits|section|page)\b)[A-Za-z_][\w.]*\()"
)
_BRACE = re.compile(r"\s*\{")
_MORE = re.compile(r"\s*(?:else\s+if|else|catch|finally|while)\b\s*(?=[({])")
_BASIC = re.compile(r"(?<![\w@.])@Code\b(.*?)(?:\bEnd\s+Code\b|\Z)", re.IGNORECASE | re.DOTALL)
_MOST = 5_000
_BRACKETS = {
    opening: re.compile(rf'"(?:\\.|[^"\\\n])*+"|[{re.escape(opening + closing)}]')
    for opening, closing in ("{}", "()")
}


def razor_code(text: str, extension: str) -> list[Code]:
    """The pieces of code in a Razor page, in order; markup inside of code is left in it."""
    language = Language.VB if extension == "vbhtml" else Language.CSHARP
    cut = _Cut(blanked(text, (("@*", "*@"),)), language)
    if language is Language.VB:
        for match in _BASIC.finditer(cut.text):
            cut.take(match.start(1), match.end(1))
    at = inside = 0
    for _ in range(_MOST):
        found = _CODE.search(cut.text, at)
        if found is None:
            return cut.pieces
        start, at = found.start() + 1, _end(cut.text, found.end() - 1)
        if found["statement"] and start >= inside:
            # What stands in its blocks is code, and may hold markup with code of its own.
            inside = _end_of_blocks(cut.text, at)
            cut.take(start, inside)
        else:
            cut.take(start, at)
    if at < len(cut.text):
        cut.take(at, len(cut.text))  # too many to be told apart
    return cut.pieces


class _Cut:
    """Pieces of a text, with their lines."""

    def __init__(self, text: str, language: Language) -> None:
        self.text = text
        self.pieces: list[Code] = []
        self._language = language
        self._counted = (0, 1)

    def take(self, start: int, end: int) -> None:
        """One more piece."""
        at, line = self._counted if start >= self._counted[0] else (0, 1)
        line += self.text.count("\n", at, start)
        self._counted = (start, line)
        piece = _inner(self.text[start:end])
        self.pieces.append(Code(piece, line, Kind.SCRIPT, self._language))


def _inner(piece: str) -> str:
    """Without the word and the brackets around a block of statements."""
    block = re.match(r"(?:functions|code|section\s+\w+)?\s*\{(.*)\}?\Z", piece, re.DOTALL)
    return block[1].rstrip().removesuffix("}") if block else piece


def _end(text: str, at: int) -> int:
    """Where the bracket at a place is closed, or the end of the text."""
    opening = text[at]
    depth = 0
    for match in _BRACKETS[opening].finditer(text, at):
        if match[0] == opening:
            depth += 1
        elif len(match[0]) == 1:
            depth -= 1
            if not depth:
                return match.end()
    return len(text)


def _end_of_blocks(text: str, at: int) -> int:
    """Where a statement ends whose first bracket ended at a place: `{…} else {…}`."""
    while True:
        block = _BRACE.match(text, at)
        if block is not None:
            at = _end(text, block.end() - 1)
        more = _MORE.match(text, at)
        if more is None:
            return at
        at = _end(text, more.end()) if text[more.end()] == "(" else more.end()
