"""Lines of a page without its secrets: what a page keeps in quotes may be what opens it.

What stands around a secret gives most of them away (`secret_patterns`). A page may hold one far
from where it is used, so that in its lines every quoted text that could be a key is masked as
well, unless it is a value in a tag or says what code does (`page_words`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from alpheus.report.page_words import is_ordinary
from alpheus.report.secret_patterns import ORDINARY

if TYPE_CHECKING:
    from alpheus.report.redact import Redactor

_QUOTES = "\"'\u201c\u201d"
_QUOTED = re.compile(rf"(?<=[{_QUOTES}])([^\s{_QUOTES}<>]{{1,128}}?)(?=\\?[{_QUOTES}])")
_KEY = re.compile(r"(?:\\[xu][0-9a-fA-F]{2,4}|[\w!@#$%^&*~?+=./-]){1,128}")
_LOOSE = re.compile(r"[+&=.,*/-]|.*[+&.,*/-]\Z", re.DOTALL)
"""What begins or ends like this may be code between two texts."""

_BASE64 = re.compile(r"(?=[^\d]*\d)(?=[^a-z]*[a-z])[A-Za-z\d+/]{12,}={0,2}")
_SHORTEST = 4
_TAG = re.compile(
    r"<%\s{0,4}@[^%<>]{1,2000}%>|<!--\s{0,4}#[^<>]{1,500}-->"
    r"|<[A-Za-z?][\w:.-]{1,60}"
    r"(?:\s{1,40}(?!(?:then|else|and|or|andalso|orelse)\b)[\w:.-]{1,60}"
    r"(?:\s{0,4}=\s{0,4}(?:\"[^\"<>]{0,1000}\"|'[^'<>]{0,1000}'|[^\s\"'<>]{1,200}))?){1,60}"
    r"\s{0,40}[/?]?>",
    re.IGNORECASE,
)
_VISITORS = re.compile(r"\b(?:Request|Headers|QueryString|Params|Cookies|Form)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"==|!=|<>|\b(?:If|ElseIf|While|Until|AndAlso|And|Or|OrElse)\b[^\n]{0,400}=|\bCase\b|\bLike\b"
    r"|\b(?:Equals|StrComp|InStr|InStrRev|StartsWith|EndsWith|Contains|ContainsKey|IndexOf|"
    r"CompareTo|Compare|CompareOrdinal|IsMatch|Match|test|includes|search|Filter)\s{0,4}\(",
    re.IGNORECASE,
)
_AS_KEY = re.compile(r"\bRequest\b[^;\n\])]{0,80}[\[(][^\])\n]{0,80}\Z", re.IGNORECASE)
_GIVEN = re.compile(
    r"(?<![\w.])(\w{1,60})(?:\s{1,4}As\s{1,4}\w{1,40})?\s{0,4}:?=(?!=)[^\n;=]{0,80}?\bRequest\b",
    re.IGNORECASE,
)
"""A variable that holds what a visitor sends."""

_ASKED = re.compile(
    r"\bRequest(?:\s{0,4}\.\s{0,4}\w{1,20}){0,2}\s{0,4}[\[(]\s{0,4}([A-Za-z_]\w{0,60})\s{0,4}[\])]"
    r"|(?:==|!=|<>)\s{0,4}([A-Za-z_]\w{0,60})\b"
    r"|(?<![=!<>])=\s{0,4}([A-Za-z_]\w{0,60})\s{0,4}\)?\s{1,4}Then\b"
    r"|\b(?:StrComp|InStr|Equals|StartsWith|Contains|Compare)\s{0,4}\("
    r"(?:[^\n]{0,200}?,)?\s{0,4}([A-Za-z_]\w{0,60})\s{0,4}[,)]",
    re.IGNORECASE,
)
"""A variable by which a request is asked, or with which something is compared."""

_SET = re.compile(
    r"(?<![\w.])(\w{1,60})(?:\s{0,4}(?:\[\]|\(\)))?(?:\s{0,4}(?:\bAs\b|:)\s{0,4}\w{1,40})?"
    rf"\s{{0,4}}=\s{{0,4}}@?[{_QUOTES}]([^{_QUOTES}\r\n]{{1,200}})[{_QUOTES}]",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    rf"(?:\bConst\s[^=\n{_QUOTES}]{{1,120}}|\bAs\s{{1,4}}String\s{{0,4}})="
    rf"\s{{0,4}}@?[{_QUOTES}]([^\s{_QUOTES}<>]{{4,128}})[{_QUOTES}]",
    re.IGNORECASE,
)
_NAMED = re.compile(r'\b(?:control|parameter)\("([^"\n]{1,200})"\)')
_WORD = re.compile(
    r"(?:(?<![\w./\\-])|(?<=\bthis\.)|(?<=\bMe\.))[^\W\d]\w*(?!\w|\.(?:exe|as[hmp]x?)\b)",
    re.IGNORECASE,
)
_TAG_NAMES = frozenset({"a", "b", "i", "p", "s", "u", "br", "hr", "td", "th", "tr", "li", "ul"})
_STRONG = 6
_MOST = 5000
_MARK = re.compile(r"\[secret:[0-9a-f]{8}\]")


def mask_quoted(line: str, redactor: Redactor) -> str:
    """A line of a page of which nothing else is known, without what could be a key."""
    return PageMask(redactor, "").line(line)


class PageMask:
    """Masks the lines of one page.

    `text` is the page as far as it is searched, `told` are the reasons that were found in it,
    `known` are words, in lower case, that say what code does.
    """

    def __init__(
        self,
        redactor: Redactor,
        text: str,
        told: Iterable[str] = (),
        known: Collection[str] = (),
    ) -> None:
        self._redactor = redactor
        self._known = known
        self._tags = [match.span() for match in _TAG.finditer(text)]
        self._starts = [start for start, _ in self._tags]
        self._secrets: dict[str, str] = {}
        """What is learnt, in lower case, with what is shown instead of it."""
        told = list(told)
        names = {name.lower().rpartition(".")[2] for one in told for name in _NAMED.findall(one)}
        for part in (*told, text):
            for secret in redactor.find(part):
                self._learn(secret)
        for secret in self._far(text):
            self._learn(secret)
        self._visitors = names | {match[1].lower() for match in _GIVEN.finditer(text)}
        self._bare = names | {one for one in self._secrets if _stands_out(one)}
        self._switches = bool(_VISITORS.search(text))

    def line(self, line: str, at: int | None = None) -> str:
        """One line; `at` is where it begins in the text of the page, where that is known."""
        pieces, done = [], 0
        for start, end, mark in sorted(self._spans(line, at)):
            if start >= done:
                pieces += [line[done:start], mark]
                done = end
        return self._redactor.text("".join([*pieces, line[done:]]))

    def _learn(self, secret: str) -> None:
        if secret and not _MARK.fullmatch(secret) and len(self._secrets) < _MOST:
            self._redactor.learn(secret)
            low = secret.lower()
            if low not in self._secrets:
                self._secrets[low] = self._redactor.mark(secret)

    def _far(self, text: str) -> Iterator[str]:
        """Secrets that stand far from where they are used, and all that look like nothing else."""
        asked = {match[match.lastindex or 0].lower() for match in _ASKED.finditer(text)}
        for match in _SET.finditer(text):
            if match[1].lower() in asked:
                yield match[2]
        for match in _DECLARED.finditer(text):
            if not is_ordinary(match[1], self._known) and self._could_be_key(match[1]):
                yield match[1]
        for match in _QUOTED.finditer(text):
            one = match[1]
            if len(one) < _STRONG or not _mixed(one) or _LOOSE.match(one):
                continue
            if self._is_key(one, text, match) and not self._in_tag(match.start(), 0, None):
                yield one

    def _spans(self, line: str, at: int | None) -> Iterator[tuple[int, int, str]]:
        compared = self._compared(line)
        tags = [match.span() for match in _TAG.finditer(line)] if at is None else None
        for match in _QUOTED.finditer(line):
            one = match[1]
            known = self._secrets.get(one.lower())
            if known is not None:
                yield (*match.span(1), known)
            elif _MARK.fullmatch(one) or self._in_tag(match.start(), at, tags):
                continue
            elif self._hides(one, line, match, compared=compared) or self._is_key(one, line, match):
                yield (*match.span(1), self._redactor.mark(one))
        for match in _WORD.finditer(line) if self._bare else ():
            low = match[0].lower()
            tag = low in _TAG_NAMES and line[match.start() - 1 : match.start()] == "<"
            if low in self._bare and not tag:
                yield (*match.span(), self._secrets.get(low) or self._redactor.mark(match[0]))

    def _compared(self, line: str) -> bool:
        """Whether a line compares what a visitor sends."""
        if _COMPARES.search(line) is None:
            return False
        if _VISITORS.search(line) or any(
            match[0].lower() in self._visitors for match in _WORD.finditer(line)
        ):
            return True
        return self._switches and line.lstrip()[:5].lower().rstrip("\"' ") == "case"

    def _hides(self, one: str, line: str, match: re.Match[str], *, compared: bool) -> bool:
        """Whether even a short text is a key: by what it is used for, or as a part of one."""
        if not any(character.isalnum() for character in one) or not _opened(line, match):
            return False
        if _AS_KEY.search(line[max(0, match.start() - 170) : match.start() - 1]):
            return True
        if compared and self._could_be_key(one):
            return not is_ordinary(one, self._known)
        return len(one) > 1 and _joined(line, match) and self._part_of_one(one.lower())

    def _part_of_one(self, low: str) -> bool:
        return any(low in secret and len(secret) >= _SHORTEST for secret in self._secrets)

    def _is_key(self, one: str, text: str, match: re.Match[str]) -> bool:
        """Whether a quoted text could be a key, used wherever."""
        if len(one) < _SHORTEST or not self._could_be_key(one) or is_ordinary(one, self._known):
            return False
        return _LOOSE.match(one) is None or _opened(text, match)

    @staticmethod
    def _could_be_key(one: str) -> bool:
        if not any(character.isalnum() for character in one) or not _KEY.fullmatch(one):
            return False
        return "/" not in one or _BASE64.fullmatch(one) is not None

    def _in_tag(self, place: int, at: int | None, tags: list[tuple[int, int]] | None) -> bool:
        """Whether a place of a line lies in a tag: its values are no texts of the code."""
        if tags is not None:
            return any(start < place < end for start, end in tags)
        where = (at or 0) + place
        near = bisect_right(self._starts, where) - 1
        return near >= 0 and where < self._tags[near][1]


def _opened(line: str, match: re.Match[str]) -> bool:
    """Whether the mark before a text opens it, as far as its line tells."""
    before = line[: match.start()]
    return before.count(before[-1]) % 2 == 1


def _joined(line: str, match: re.Match[str]) -> bool:
    """Whether a text is put together with what stands beside it."""
    before, after = line[: match.start() - 1].rstrip(), line[match.end() + 1 :].lstrip()
    return before[-1:] in {"+", "&"} or after[:1] in {"+", "&"}


def _mixed(one: str) -> bool:
    return any(c.isdigit() for c in one) and any(c.isalpha() for c in one)


def _stands_out(name: str) -> bool:
    """Whether a name may be masked where nothing marks it as a secret."""
    if name in ORDINARY:
        return False
    return len(name) >= (_SHORTEST if any(c.isdigit() for c in name) else _STRONG)
