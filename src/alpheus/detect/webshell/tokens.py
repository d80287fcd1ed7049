r"""Words of C#, VB.NET, JScript and VBScript, without comments and with their literals undone.

Identifiers written with escapes (`\u0065val`, `@eval`, `[eval]`) come out as what they are. Nothing
here fails: what is no word is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
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


MOST_TOKENS = 100_000
_LETTER = r"(?:[A-Za-z_$\u00aa-\U0010ffff]|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})"
_NEXT = r"(?:[\w$]|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8})"
_C_WORD = re.compile(
    rf"""
    (?P<line>\r\n?|[\n\x85\u2028\u2029])
  | (?P<space>[ \t\f\v\ufeff\u00a0]+)
  | (?P<comment>//[^\r\n\x85\u2028\u2029]*|/\*.*?(?:\*/|\Z))
  | (?P<verbatim>(?:\$@|@\$|@)"(?:[^"]|"")*(?:"|\Z))
  | (?P<holes>\$"(?:\\.|[^"\\\r\n])*(?:"|$))
  | (?P<text>"(?:\\(?:.|\n)|[^"\\\r\n])*(?:"|$))
  | (?P<single>'(?:\\(?:.|\n)|[^'\\\r\n])*(?:'|$))
  | (?P<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[a-zA-Z]*
  | (?P<name>@?{_LETTER}{_NEXT}*)
  | (?P<mark>=>|==|!=|<=|>=|&&|\|\||\?\?|\?\.|\+\+|--|\+=|-=|\*=|/=|::|->|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_BASIC_WORD = re.compile(
    r"""
    (?P<join>[ \t]_[ \t]*(?:'[^\r\n]*)?(?:\r\n?|\n))
  | (?P<line>\r\n?|[\n\x85\u2028\u2029])
  | (?P<space>[ \t\f\v\ufeff\u00a0]+)
  | (?P<comment>['\u2018\u2019][^\r\n\x85\u2028\u2029]*)
  | (?P<text>["\u201c\u201d](?:[^"\u201c\u201d\r\n]|["\u201c\u201d]["\u201c\u201d])*
      (?:["\u201c\u201d]c?|(?=[\r\n])|\Z))
  | (?P<date>\#[^#\r\n]{3,40}\#)
  | (?P<number>&[Hh][0-9a-fA-F]+&?|&[Oo]?[0-7]+&?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[%&!#@]?
  | (?P<bracket>\[[^\[\]\r\n]*\])
  | (?P<name>[A-Za-z_\u00aa-\U0010ffff]\w*(?:[$%]|!(?!\w))?)
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
_BASIC_QUOTES = '"\u201c\u201d'
_BEFORE_REM = frozenset({"\n", ":", "then", "else"})


def tokens(text: str, language: Language, line: int = 1, most: int = MOST_TOKENS) -> list[Token]:
    """The words of some code that begins in a line; at most `most`."""
    words = _basic(text, line) if language.basic else _c_like(text, line, language)
    return list(islice(words, most))


def _c_like(text: str, line: int, language: Language) -> Iterator[Token]:
    at, last, fresh = 0, ";", language is Language.CSHARP
    match = _C_WORD.match
    while (found := match(text, at)) is not None:
        kind, word = found.lastgroup, found.group()
        at = found.end()
        if kind in {"space", "comment", "line"}:
            line += _lines(word) if kind != "space" else 0
            fresh = fresh or (kind == "line" and language is Language.CSHARP)
            continue
        if fresh and word == "#" and (passed := _PREPROCESSOR.match(text, found.start())):
            at = passed.end()
            continue
        fresh = False
        if kind == "mark":
            if word == "/" and language is Language.JSCRIPT and last in _BEFORE_REGEX:
                pattern = _REGEX.match(text, found.start())
                if pattern is not None:
                    at = pattern.end()
                    yield Token(T.TEXT, pattern.group(), line)
                    last = ""
                    continue
            yield Token(T.MARK, word, line)
        elif kind == "name":
            word = _plain_name(word)
            yield Token(T.NAME, word, line)
        elif kind == "holes":
            yield from _interpolated(word[2:].removesuffix('"'), line, language)
        elif kind == "number":
            yield Token(T.NUMBER, _number(found["number"]), line)
        else:
            yield Token(T.TEXT, _literal(str(kind), word), line)
            line += _lines(word) if kind == "verbatim" else 0
        last = word if kind in {"mark", "name"} else ""


def _literal(kind: str, word: str) -> str:
    if kind == "verbatim":
        start = word.index('"') + 1
        return word[start:].removesuffix('"').replace('""', '"')
    inner = word[1:-1] if len(word) > 1 and word[-1] == word[0] else word[1:]
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(match: re.Match[str]) -> str:
    for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
        digits = match[group]
        if digits:
            number = int(digits, base)
            return chr(number) if number < 0x110000 else "\ufffd"
    return _SIMPLE.get(match[5], match[5])


def _plain_name(word: str) -> str:
    if "\\" in word:
        word = _NAME_ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), word)
    return word.removeprefix("@")


def _interpolated(inner: str, line: int, language: Language) -> Iterator[Token]:
    """`$"a{b}c"` as `"a" + (b) + "c"`."""
    parts = re.split(r"(?<!\{)\{([^{}]*)\}(?!\})", inner)
    yield Token(T.TEXT, _ESCAPE.sub(_unescaped, parts[0]), line)
    for hole, text in zip(parts[1::2], parts[2::2], strict=False):
        yield Token(T.MARK, "+", line)
        yield Token(T.MARK, "(", line)
        yield from _c_like(hole.partition(":")[0], line, language)
        yield Token(T.MARK, ")", line)
        yield Token(T.MARK, "+", line)
        yield Token(T.TEXT, _ESCAPE.sub(_unescaped, text), line)


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
        passed = _passed(text, found, last)
        if passed:
            at = passed
            continue
        if kind == "number" and joins and word[0] == "&" and word[1:2].isdigit():
            # `a&1` is a sum of two, `Chr(&101)` an octal number.
            kind, word, at = "mark", "&", found.start() + 1
        if kind in {"line", "join"}:
            line += 1
        if kind == "line":
            yield Token(T.END, "\n", line - 1)
        elif kind not in _NO_WORDS:
            yield _basic_word(str(kind), word, line)
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
    return len(re.findall(r"\r\n?|[\n\x85\u2028\u2029]", word))
