"""Cells of lists of organisations as values: domains, networks, countries, contacts.

Nothing here raises; what is no value of its kind is empty, or told beside what is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from alpheus.directory.domains import STATES
from alpheus.directory.providers import is_shared
from alpheus.exposure.addresses import read_range, write_range
from alpheus.exposure.imports.fields import host_name

LONGEST = 300
"""Characters of a cell that are kept."""

MOST_DOMAINS = 500
MOST_NETWORKS = 5_000

_NOTHING = frozenset({
    "", "-", "--", "\u2013", "\u2020", "\u2021", "n/a", "na", "#n/a", "n", "none", "null", "nil",
    "unknown", "blank",
    "(blank)", "not available", "not applicable", "not reported", "-999", "-1", "-2", "m", ".",
    "0", "no website", "no website available", "http://", "https://",
})  # fmt: skip
_SEPARATORS = re.compile(r"[;,|\n\r\t]+")
_HARMLESS = re.compile(
    r"(?:/|index\.\w+|default\.\w+|home(?:\.\w+)?|main|pages|site|web|en|en-us|es|de|fr)*/?",
    re.IGNORECASE,
)
_LONGEST_URL = 2_000
_LARGEST = {4: 1 << 24, 6: 1 << 112}
_MAILBOX = re.compile(r"[^\s@<>\"',;:()\[\]]{1,64}@[A-Za-z0-9.-]{1,253}")
_COUNTRIES = {
    "usa": "US", "united states": "US", "united states of america": "US", "u.s.a.": "US",
    "u.s.": "US", "germany": "DE", "deutschland": "DE", "deu": "DE", "spain": "ES", "espana": "ES",
    "esp": "ES", "united kingdom": "GB", "great britain": "GB", "england": "GB", "gbr": "GB",
    "uk": "GB", "austria": "AT", "aut": "AT", "switzerland": "CH", "che": "CH", "mexico": "MX",
    "mex": "MX", "canada": "CA", "can": "CA",
}  # fmt: skip
_STATE_CODES = {name.lower(): code.upper() for code, name in STATES.items()}


def text(cell: str) -> str:
    """A cell without blanks around it and without words that stand for nothing."""
    plain = " ".join(cell.split())
    return "" if plain.lower() in _NOTHING else plain[:LONGEST]


def country(cell: str) -> str:
    """Two letters in capitals, or ''."""
    plain = cell.strip()
    known = _COUNTRIES.get(plain.lower())
    if known:
        return known
    return plain.upper() if len(plain) == 2 and plain.isascii() and plain.isalpha() else ""


def region(cell: str) -> str:
    """A state; those of the United States as two letters."""
    plain = text(cell)
    return _STATE_CODES.get(plain.lower(), plain.upper() if len(plain) == 2 else plain)


def parts(cell: str) -> Iterator[str]:
    """The values of a cell that may hold several."""
    return (plain for part in _SEPARATORS.split(cell) if (plain := text(part)))


@lru_cache(maxsize=4_096)
def website_domain(cell: str) -> str:
    """The domain of a website that is an organisation's own, or ''.

    A page on a shared host, or below another's site (`city.example/police`), is not its own.
    """
    plain = text(cell[:_LONGEST_URL])
    if not plain or " " in plain:
        return ""
    try:
        where = urlsplit(plain if "://" in plain else f"//{plain}")
        host = where.hostname or ""
    except ValueError:
        return ""
    name = host_name(host.removeprefix("www."))
    if "." not in name or is_shared(name) or not _HARMLESS.fullmatch(where.path):
        return ""
    return name


def domains(cell: str) -> tuple[list[str], list[str]]:
    """The domains of a cell, in lower case, and what in it is none."""
    good: dict[str, None] = {}
    bad: list[str] = []
    for part in (word for piece in parts(cell) for word in piece.split()):
        plain = part.lower().removeprefix("*.").removeprefix("@").removeprefix("www.")
        name = host_name(plain) or website_domain(part)
        if "." in name and len(good) < MOST_DOMAINS:
            good[name] = None
        else:
            bad.append(part)
    return list(good), bad


def networks(cell: str) -> tuple[list[str], list[str]]:
    """The ranges of addresses of a cell in their usual form, and what in it is none."""
    good: dict[str, None] = {}
    bad: list[str] = []
    for part in parts(cell):
        for piece in _ranges_in(part):
            span = network(piece)
            if span and len(good) < MOST_NETWORKS:
                good[span] = None
            else:
                bad.append(piece)
    return list(good), bad


def _ranges_in(part: str) -> Iterable[str]:
    joined = re.sub(r"\s*-\s*", "-", part)
    return joined.split()


def network(piece: str) -> str:
    """A range in its usual form; '' where it is none, or wider than anybody's own."""
    try:
        span = read_range(piece.strip())
    except ValueError:
        return ""
    return write_range(span) if span.size <= _LARGEST[span.version] else ""


def mailbox(cell: str) -> str:
    """The first mailbox in a cell, its domain in lower case; or ''."""
    match = _MAILBOX.search(cell[:_LONGEST_URL])
    if match is None:
        return ""
    user, _, domain = match[0].rpartition("@")
    name = host_name(domain)
    return f"{user}@{name}" if "." in name else ""


def number(cell: str) -> int:
    """The number of an autonomous system, with or without `AS`; 0 where there is none."""
    plain = text(cell).upper().removeprefix("AS").strip()
    good = plain.isascii() and plain.isdigit() and len(plain) <= 10
    found = int(plain) if good else 0
    return found if found < 1 << 32 else 0
