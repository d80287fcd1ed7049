"""Code of Razor pages: `@{…}`, `@functions {…}`, `@(…)`, `@if (…) {…}`, and what stands behind `@`.

In pages of Basic, blocks and statements end with words: `@Code … End Code`, `@If … End If`.

One pass from start to end: what is never closed ends with the page, and nothing behind it is looked
at twice.
"""

from __future__ import annotations

import re
from functools import cache

from alpheus.detect.webshell.page import Code, Kind, Language, blanked

_CODE = re.compile(
    r"(?<![A-Za-z0-9_@.])@(?:(?:(?:functions|code|section\s+\w+)\s*)?[{(]"
    r"|(?P<statement>(?:if|for|foreach|while|switch|using|lock|try|do)\s*[({])"
    r"|(?!(?:using|model|inherits|section|page)\b)[A-Za-z_][\w.]*\()"
)
_BRACE = re.compile(r"\s*\{")
_MORE = re.compile(r"\s*(?:else\s+if|else|catch|finally|while)\b\s*(?=[({])")
_BASIC = re.compile(
    r"(?<![\w@.])@(?:(?P<block>Code|Functions)"
    r"|(?P<statement>If|For|While|Do|Select\s+Case|Using|Try|With|SyncLock))\b",
    re.IGNORECASE,
)
_ENDS = {"for": r"^[ \t]*+@?Next\b", "do": r"^[ \t]*+@?Loop\b[^\r\n]*+"}
"""What ends a statement of Basic that does not end with `End` and its name."""

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
        _take_blocks(cut)
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


def _take_blocks(cut: _Cut) -> None:
    """`@Code … End Code`, `@If … End If`: with all that stands in them, markup as well."""
    at = 0
    for _ in range(_MOST):
        found = _BASIC.search(cut.text, at)
        if found is None:
            return
        if found["block"]:
            closing = re.compile(rf"\bEnd\s+{found['block']}\b", re.IGNORECASE)
            end = closing.search(cut.text, found.end())
            at = len(cut.text) if end is None else end.end()
            cut.take(found.end(), at if end is None else end.start())
        else:
            at = _end_of_statement(cut.text, found)
            cut.take(found.start() + 1, at)
    cut.take(at, len(cut.text))  # too many to be told apart


def _end_of_statement(text: str, found: re.Match[str]) -> int:
    """Where a statement of Basic ends, with those of its kind in it; else the end of the text."""
    word = found["statement"].split()[0].lower()
    depth = 0
    for match in _marks_of(word).finditer(text, found.start("statement")):
        depth += (match["begins"] is not None) - (match["ends"] is not None)
        if depth <= 0 and match["ends"] is not None:
            return match.end()
    return len(text)


@cache
def _marks_of(word: str) -> re.Pattern[str]:
    """What begins a statement of Basic, and what ends it. An `If` of one line has no end."""
    ends = _ENDS.get(word, rf"\bEnd[ \t]++{word}\b")
    begins = rf"(?:^[ \t]*+@?|(?<=@)){word}\b"
    if word == "if":
        begins = r"\bThen\b[ \t]*+(?=[\r\n']|\Z)"
    return re.compile(
        rf"\bElseIf\b[^\r\n]*+|(?P<ends>{ends})|(?P<begins>{begins})", re.IGNORECASE | re.MULTILINE
    )


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
