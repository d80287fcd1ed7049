"""Access logs in the NCSA form, common or combined, as Apache, nginx, Tomcat and appliances write.

IIS writes it as well. Fields get their W3C names, so rules of web servers apply unchanged. Each
time has its zone.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address

from alpheus.model import TimeBasis
from alpheus.parsers.base import Clock, KeyColumns, LineKind, ReadOptions, Row
from alpheus.parsers.encoding import head_lines
from alpheus.parsers.sites import site_label

LABEL = "web-access"
"""The source under which rows count that no site of IIS wrote."""

_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_ROW = re.compile(
    r"([^\[\]\"]{5,400}) "
    r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    rf"{_QUOTED} (\d{{3}}|-) (\d{{1,18}}|-)(?: {_QUOTED} {_QUOTED})?(?: (.*))?",
    re.ASCII,
)
_REQUEST = re.compile(r"([A-Za-z_-]{1,40}) (\S+)(?: (HTTP/[\d.]+))?\Z", re.ASCII)
_FORWARDED = re.compile(r'"((?:[0-9A-Fa-f.:]+)(?:, ?[0-9A-Fa-f.:]+)*)"', re.ASCII)
_MONTHS = {
    name: number for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}  # fmt: skip
_WHO = 3


class NcsaFormat:
    """Recognises the form by its bracketed time, its quoted request, and what follows."""

    source = "iis"

    def recognise(self, head: str, path: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Whether this is such a log; see the class."""
        return any(_ROW.fullmatch(line) is not None for line in head_lines(head).first(5))

    def start(self, head: str, path: str, options: ReadOptions) -> NcsaLog:  # noqa: ARG002 - the contract gives more
        """Begin a file."""
        return NcsaLog(path)


class NcsaLog:
    """One file. Whatever a stranger sent as a request is a row, also where it is none."""

    source = "iis"
    clock = Clock.PARSED
    key: KeyColumns | None = None
    exhaustive = False
    line_kind = LineKind.ROWS

    def __init__(self, path: str) -> None:
        self._label = site_label(path) or LABEL

    def directive(self, line: str) -> bool:  # noqa: ARG002 - the contract gives more
        """Take in a line that is not a row."""
        return False

    def row(self, line: str) -> Row | None:
        """One line as a row, or None."""
        match = _ROW.fullmatch(line.rstrip())
        if match is None:
            return None
        found = match.groups()
        when = _time(found[1])
        if when is None:
            return None
        who, (request, status, sent, referer, agent, rest) = _who(found[0]), found[2:]
        fields = {
            **who, **_asked(request), "sc-status": status, "sc-bytes": sent,
            "cs(Referer)": referer, "cs(User-Agent)": agent, "X-Forwarded-For": _forwarded(rest),
        }  # fmt: skip
        kept = {name: value for name, value in fields.items() if value and value != "-"}
        basis = TimeBasis.UTC if found[1].endswith("0000") else TimeBasis.CONVERTED
        return Row(when, basis, None, kept, self._label)


@lru_cache(maxsize=4_096)
def _time(text: str) -> datetime | None:
    """Of `03/Jun/2026:02:11:07 +0200`."""
    day, month, year = text[:2], text[3:6], text[7:11]
    ahead = timedelta(hours=int(text[-4:-2]), minutes=int(text[-2:]))
    try:
        hour, minute, second = map(int, text[12:20].split(":"))
        local = datetime(int(year), _MONTHS[month], int(day), hour, minute, second, tzinfo=UTC)
        return local + ahead if text[-5] == "-" else local - ahead
    except (KeyError, ValueError, OverflowError):
        return None


@lru_cache(maxsize=4_096)
def _who(text: str) -> dict[str, str]:
    """Client, identity and account, which may hold blanks; the name of a site may stand before."""
    words = text.split(" ")
    host = ""
    if len(words) > _WHO and not _is_address(words[0]) and _is_address(words[1]):
        host = words.pop(0)
    return {"c-ip": words[0], "cs-username": " ".join(words[2:]), "cs-host": host}


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _asked(request: str) -> dict[str, str]:
    found = _REQUEST.match(request)
    if found is None:
        return {"cs-uri-stem": request}
    stem, _, query = found[2].partition("?")
    return {"cs-method": found[1], "cs-uri-stem": stem, "cs-uri-query": query,
            "cs-version": found[3] or ""}  # fmt: skip


def _forwarded(rest: str | None) -> str:
    """Whom a proxy names, where that is written behind the program."""
    found = _FORWARDED.search(rest) if rest else None
    return found[1] if found is not None else ""
