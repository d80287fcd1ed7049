"""Code of a page that a record quotes: in a log, too, what it keeps in quotes may be what opens it.

Records quote in ways of their own: doubled by CSV, escaped by JSON, once or more, percent- or
HTML-encoded. A piece of code is masked as the lines of a page are, and keeps its way of quoting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alpheus.report.page_mask import mask_quoted

if TYPE_CHECKING:
    from alpheus.report.redact import Redactor

_OPENS = r"(?:<|%3C|&lt;|\\{1,8}u003c)"
_CODE = re.compile(
    rf"{_OPENS}(?:script\b|%25|%(?![0-9a-f]{{2}})).*?"
    rf"(?:(?={_OPENS}(?:\\{{0,8}}/|%2F)script)|%>|%25%3E|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_DOUBLE = r"(?:\\{0,8}\"|\\{1,8}u0022|&quot;|&#0{0,2}34;|&#x22;|%22)"
_SINGLE = r"(?:\\{0,8}'|\\{1,8}u0027|&apos;|&#0{0,2}39;|&#x27;|%27)"
_MARKS = re.compile(rf"{_DOUBLE}|{_SINGLE}", re.IGNORECASE)
_DOUBLED = re.compile(rf"{_DOUBLE}{{2}}|{_SINGLE}", re.IGNORECASE)
_ROW = re.compile(rf"{_DOUBLE}+", re.IGNORECASE)
_ONE = re.compile(_DOUBLE, re.IGNORECASE)
_PLAIN = re.compile("[\"']")


def mask_code(text: str, redactor: Redactor) -> str:
    """A record without what could be a key in code that it quotes."""
    if not _may_hold(text):
        return text
    return _CODE.sub(lambda match: _masked(match[0], redactor), text)


def _may_hold(text: str) -> bool:
    return "script" in text.lower() or "<%" in text or "%25" in text


def _masked(code: str, redactor: Redactor) -> str:
    plain, marks = _plain(code)
    shown = mask_quoted(plain, redactor)
    if shown == plain:
        return code
    if len(_PLAIN.findall(shown)) != len(marks):
        return shown
    back = iter(marks)
    return _PLAIN.sub(lambda _: next(back), shown)


def _plain(code: str) -> tuple[str, list[str]]:
    """Code in plain quotes, and how each of them was written."""
    rows = [len(_ONE.findall(match[0])) for match in _ROW.finditer(code)]
    doubled = bool(rows) and all(number % 2 == 0 for number in rows)
    marks: list[str] = []

    def plain(match: re.Match[str]) -> str:
        marks.append(match[0])
        return "'" if re.fullmatch(_SINGLE, match[0], re.IGNORECASE) else '"'

    return (_DOUBLED if doubled else _MARKS).sub(plain, code), marks
