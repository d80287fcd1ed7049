r"""Words of C#, VB.NET, JScript and VBScript, without comments and with their literals undone.

Identifiers written with escapes (`\u0065val`, `@eval`, `[eval]`) come out as what they are. Nothing
here fails: what is no word is passed over.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from alpheus.detect.webshell.page import Language


class T(IntEnum):
    """Kinds of words."""

    NAME = 0
    TEXT = 1
    NUMBER = 2
    MARK = 3
    END = 4


class Token(NamedTuple):
    """One word. `value` is a text, or a number as int or float; marks are their own text."""

    kind: T
    value: str | int | float
    line: int


MOST_TOKENS = 40_000
_LINE_ENDS = "\r\n\x85\u2028\u2029"
_CODED = r"\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}"
_INNER = {quote: rf"(?:[^{quote}\\\r\n]++|\\.)*+" for quote in "\"'"}
"""What stands between two quotes of one line."""

_UNCLOSED = {quote: re.compile(quote + inner, re.DOTALL) for quote, inner in _INNER.items()}


def _c_words(double: str = _INNER['"'], single: str = _INNER["'"]) -> re.Pattern[str]:
    """All words of C# and JScript, with what stands between quotes of both kinds."""
    return re.compile(
        rf"""
        (?P<line>[\r\n\x85\u2028\u2029]
          (?:[ \t\f\v\ufeff\u00a0\r\n\x85\u2028\u2029]++|//[^\r\n\x85\u2028\u2029]*+)*+)
      | (?P<space>[ \t\f\v\ufeff\u00a0]++)
      | (?P<comment>//[^\r\n\x85\u2028\u2029]*+|(?:/\*(?>.*?(?:\*/|\Z)))++)
      | (?P<verbatim>(?:\$@|@\$|@)"(?:[^"]++|"")*+(?:"|\Z))
      | (?P<holes>\$"{double}(?:"|$))
      | (?P<text>"{double}(?:"|$))
      | (?P<single>'{single}(?:'|$))
      | (?P<open>["'])
      | (?P<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[a-zA-Z]*
      | (?P<name>@?(?:[A-Za-z_$\u00aa-\U0010ffff]|{_CODED})(?:[\w$]++|{_CODED})*+)
      | (?P<mark>=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|/=|::|->|.)
        """,
        re.VERBOSE | re.DOTALL | re.MULTILINE,
    )


_Match = Callable[[str, int], re.Match[str] | None]
_NEVER = r"(?!)"
_C_WORDS: dict[str, _Match] = {
    "": _c_words().match,
    '"': _c_words(double=_NEVER).match,
    "'": _c_words(single=_NEVER).match,
    "\"'": _c_words(double=_NEVER, single=_NEVER).match,
}
"""Where a quote is not closed in its line, none of its kind is up to there: each is looked for once
only."""

_BASIC_WORD = re.compile(
    r"""
    (?P<join>(?:[ \t]_[ \t]*+(?:'[^\r\n]*+)?(?:\r\n?|\n))++)
  | (?P<line>[ \t\f\v\ufeff\u00a0]*+(?:['\u2018\u2019][^\r\n\x85\u2028\u2029]*+)?
      [\r\n\x85\u2028\u2029]
      (?:[ \t\f\v\ufeff\u00a0]*+
        (?:['\u2018\u2019][^\r\n\x85\u2028\u2029]*+|\#[ \t]*[A-Za-z][^\r\n]*+
          |[Rr][Ee][Mm]\b(?![ \t]*[.(=])[^\r\n\x85\u2028\u2029]*+)?
        [\r\n\x85\u2028\u2029])*+)
  | (?P<space>[ \t\f\v\ufeff\u00a0]++)
  | (?P<comment>['\u2018\u2019][^\r\n\x85\u2028\u2029]*+)
  | (?P<text>["\u201c\u201d](?:[^"\u201c\u201d\r\n]|["\u201c\u201d]["\u201c\u201d])*+
      (?:["\u201c\u201d]c?|(?=[\r\n])|\Z))
  | (?P<date>\#[^#\r\n]{3,40}\#)
  | (?P<number>&[Hh][0-9a-fA-F]+&?|&[Oo]?[0-7]+&?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[%&!#@]?
  | (?P<bracket>\[[^\[\]\r\n]*\])
  | (?P<name>[A-Za-z_\u00aa-\U0010ffff]\w*(?:[$%]|!(?![\w\[]))?)
  | (?P<mark>:=|<>|<=|>=|&=|\+=|-=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_REGEX = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\r\n]){0,300}\]|[^/\\\[\r\n]){1,3000}/[a-z]*")
_BEFORE_REGEX = frozenset("(,=:[!&|?{};~+") | {"&&", "||", "==", "!=", "return", "=>"}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{1,4})|u\{?([0-9a-fA-F]{4,6})\}?|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))",
    re.DOTALL,
)
_NAME_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_PREPROCESSOR = re.compile(r"#[ \t]*[A-Za-z][^\r\n]*")
_REM = re.compile(r"rem\b(?![ \t]*[.(=])[^\r\n\x85\u2028\u2029]*", re.IGNORECASE)
_NO_WORDS = frozenset({"space", "comment", "date", "join"})
_GAPS = frozenset({"space", "comment", "line"})
_LAST = frozenset({"mark", "name", "open"})
_BASIC_QUOTES = '"\u201c\u201d'
_BEFORE_REM = frozenset({"\n", ":", "then", "else"})


def tokens(text: str, language: Language, line: int = 1, most: int = MOST_TOKENS) -> list[Token]:
    """The words of some code that begins in a line; at most `most`."""
    words = _basic(text, line) if language.basic else _c_like(text, line, language)
    return list(islice(words, most))


def _c_like(text: str, line: int, language: Language) -> Iterator[Token]:
    at, last, fresh = 0, ";", language is Language.CSHARP
    match: _Match = _C_WORDS[""]
    unclosed = _Unclosed()
    while (found := match(text, at)) is not None:
        kind, word = found.lastgroup, found.group()
        at = found.end()
        if at >= unclosed.ends:
            match = unclosed.words(at)
        if kind in _GAPS:
            line += _lines(word) if kind != "space" else 0
            fresh = fresh or (kind == "line" and language is Language.CSHARP)
            continue
        if word in {"/", "#"}:
            passed = _special(text, found.start(), last, language, fresh=fresh)
            if passed is not None:
                at = passed.end()
                if word == "/":
                    yield Token(T.TEXT, passed.group(), line)
                    last = ""
                continue
        fresh = False
        if kind == "mark":
            yield Token(T.MARK, word, line)
        elif kind == "open":
            match = unclosed.note(text, found.start(), word)
            yield Token(T.MARK, word, line)
        elif kind == "holes":
            yield from _interpolated(word[2:].removesuffix('"'), line, language)
        else:
            yield _c_word(str(kind), found, line)
            line += _lines(word) if kind == "verbatim" else 0
        last = word if kind in _LAST else ""


def _special(
    text: str, at: int, last: str, language: Language, *, fresh: bool
) -> re.Match[str] | None:
    """A line for the compiler, or a regular expression of JScript, that begins here."""
    if text[at] == "#":
        return _PREPROCESSOR.match(text, at) if fresh else None
    if language is Language.JSCRIPT and last in _BEFORE_REGEX:
        return _REGEX.match(text, at)
    return None


def _c_word(kind: str, found: re.Match[str], line: int) -> Token:
    if kind == "name":
        return Token(T.NAME, _plain_name(found.group()), line)
    if kind == "number":
        return Token(T.NUMBER, _number(found["number"]), line)
    return Token(T.TEXT, _literal(kind, found.group()), line)


class _Unclosed:
    """Up to where quotes of either kind are known to stand alone."""

    def __init__(self) -> None:
        self._until = dict.fromkeys(_INNER, 0)
        self.ends = sys.maxsize
        """Where the next of them may be closed again."""

    def note(self, text: str, at: int, quote: str) -> _Match:
        """A quote is not closed in its line. Returns what finds words from here on."""
        if self._until[quote] <= at and (found := _UNCLOSED[quote].match(text, at)):
            self._until[quote] = found.end()
        return self.words(at + 1)

    def words(self, at: int) -> _Match:
        """What finds words at a place."""
        alone = [quote for quote, until in self._until.items() if until > at]
        self.ends = min((self._until[quote] for quote in alone), default=sys.maxsize)
        return _C_WORDS["".join(alone)]


def _literal(kind: str, word: str) -> str:
    if kind == "verbatim":
        start = word.index('"') + 1
        return word[start:].removesuffix('"').replace('""', '"')
    inner = word[1:-1] if len(word) > 1 and word[-1] == word[0] else word[1:]
    return _unescaped(inner)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    return _meaning(match.group())


@lru_cache(maxsize=1_024)
def _meaning(escape: str) -> str:
    """The character that an escape stands for."""
    match = _ESCAPE.match(escape)
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        digits = "" if match is None else match[group]
        if digits:
            number = int(digits, base)
            return chr(number) if number < 0x110000 else "\ufffd"
    return _SIMPLE.get(escape[1:], escape[1:])


def _plain_name(word: str) -> str:
    if "\\" in word:
        word = _NAME_ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), word)
    return word.removeprefix("@")


def _interpolated(inner: str, line: int, language: Language) -> Iterator[Token]:
    """`$"a{b}c"` as `"a" + (b) + "c"`."""
    parts = re.split(r"(?<!\{)\{([^{}]*)\}(?!\})", inner)
    yield Token(T.TEXT, _unescaped(parts[0]), line)
    for hole, text in zip(parts[1::2], parts[2::2], strict=False):
        yield Token(T.MARK, "+", line)
        yield Token(T.MARK, "(", line)
        yield from _c_like(hole.partition(":")[0], line, language)
        yield Token(T.MARK, ")", line)
        yield Token(T.MARK, "+", line)
        yield Token(T.TEXT, _unescaped(text), line)


def _number(word: str) -> int | float:
    digits = word.replace("_", "")
    try:
        if digits[:2].lower() == "0x":
            return int(digits, 16)
        return float(digits) if any(mark in digits for mark in ".eE") else int(digits[:400])
    except ValueError:
        return 0


def _basic(text: str, line: int) -> Iterator[Token]:
    at, joins, last = 0, False, "\n"
    match = _BASIC_WORD.match
    while (found := match(text, at)) is not None:
        kind, word = found.lastgroup, found.group()
        at = found.end()
        if word[0] in "#rR":
            passed = _passed(text, found, last)
            if passed:
                at = passed
                continue
        if kind == "number" and joins and word[0] == "&" and word[1:2].isdigit():
            # `a&1` is a sum of two, `Chr(&101)` an octal number.
            kind, word, at = "mark", "&", found.start() + 1
        if kind == "line":
            yield Token(T.END, "\n", line)
        elif kind not in _NO_WORDS:
            yield _basic_word(str(kind), word, line)
        if kind in {"line", "join"}:
            line += _lines(word)
        if kind not in {"space", "comment", "join"}:
            joins = kind in {"name", "bracket", "text", "number"} or word == ")"
            last = "\n" if kind == "line" else word[:5].lower()


def _basic_word(kind: str, word: str, line: int) -> Token:
    if kind == "name":
        return Token(T.NAME, word.rstrip("$%!"), line)
    if kind == "bracket":
        return Token(T.NAME, word[1:-1], line)
    if kind == "text":
        inner = word.removesuffix("c") if word[-1] == "c" and len(word) > 2 else word
        inner = inner[1:-1] if len(inner) > 1 and inner[-1] in _BASIC_QUOTES else inner[1:]
        return Token(T.TEXT, inner.replace('""', '"'), line)
    if kind == "number":
        return Token(T.NUMBER, _basic_number(word), line)
    return Token(T.END if word == ":" else T.MARK, word, line)


def _passed(text: str, found: re.Match[str], last: str) -> int:
    """Where a line for the compiler, or a remark, ends that begins with this word; else 0."""
    word = found.group()
    match = None
    if word[0] == "#" and last == "\n":
        match = _PREPROCESSOR.match(text, found.start())
    elif word[0] in "rR" and last in _BEFORE_REM:
        match = _REM.match(text, found.start())
    return 0 if match is None else match.end()


def _basic_number(word: str) -> int | float:
    word = word.rstrip("%&!#@")
    if word[:2].lower() == "&h":
        return int(word[2:][:400], 16)
    if word[:1] == "&":
        return int(word.lower().lstrip("&o")[:400] or "0", 8)
    return _number(word)


def _lines(word: str) -> int:
    return sum(map(word.count, _LINE_ENDS)) - word.count("\r\n")
