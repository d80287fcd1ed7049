"""Recognises what stands between us and Exchange: sign-on gateways, firewalls, balancers, CDNs.

The marks are data, `knowledge/tables/exposure_gateways.csv`: a literal text, in lower case, in one
place of the answer. `role` is `answers` (such an answer is the gateway's own), `carries` (it passes
on what stands behind it: only a refusal is its own) or `balances` (there may be several servers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

FILE = "exposure_gateways.csv"
_COLUMNS = ("gateway", "role", "place", "name", "text")
_ROLES = frozenset({"answers", "carries", "balances"})
_PLACES = frozenset({"location", "cookie", "header", "body"})

_BODY_LOOKED_AT = 32 * 1024
"""Bytes of a body in which marks are looked for."""
_SCRIPT_ONLY = 8 * 1024
"""A page that is no longer than this and sets a cookie and reloads is a challenge."""
_RELOADS = re.compile(rb"location\.(?:reload|replace|href)|location\s{0,9}=|window\.location")
_ABSENT = frozenset({404, 410})
"""A site's own page for what it has not; forms of ordinary sites may hold a captcha's script."""
_REFUSALS = frozenset({401, 403, 405, 406, 407, 408, 421, 429, 451, 500, 502, 503, 504, 511})


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of the table. `name` is the header's name, for the place `header` alone."""

    gateway: str
    role: str
    place: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What was recognised: the gateway that gave this answer, and what it merely passed through."""

    gateway: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    """The marks by place, the body's as bytes."""

    location: tuple[Mark, ...]
    cookie: tuple[Mark, ...]
    header: tuple[Mark, ...]
    body: tuple[tuple[bytes, Mark], ...]
    balances: tuple[str, ...]


def marks() -> tuple[Mark, ...]:
    """Every mark of the table. Raises KnowledgeError."""
    found = []
    for number, row in enumerate(read_table(FILE, _COLUMNS), 2):
        mark = Mark(*(row[column].strip() for column in _COLUMNS))
        wrong = (
            mark.role not in _ROLES
            or mark.place not in _PLACES
            or (mark.place == "header") != bool(mark.name)
            or not (mark.name or mark.text)
            or mark.text != mark.text.lower()
        )
        if wrong:
            raise KnowledgeError(f"tables/{FILE}: line {number}: {row} is no mark of a gateway")
        found.append(mark)
    return tuple(found)


def recognise(
    status: int, fields: Mapping[str, str], location: str, cookies: str, body: bytes
) -> Seen:
    """Which gateway gave an answer that shows nothing of Exchange.

    `fields` are headers with names in lower case, `location` and `cookies` in lower case. What only
    passes answers on is the gateway where it refuses.
    """
    carrier = ""
    for mark in _in_head(fields, location, cookies):
        if mark.role == "answers":
            return Seen(mark.gateway)
        carrier = carrier or mark.gateway
    if body and status not in _ABSENT:
        lowered = body[:_BODY_LOOKED_AT].lower()
        for text, mark in _table().body:
            if text in lowered:
                return Seen(mark.gateway)
        if len(body) <= _SCRIPT_ONLY and _is_challenge(lowered):
            return Seen("a JavaScript challenge")
    if carrier and status in _REFUSALS:
        return Seen(carrier)
    return Seen(carrier=carrier)


def balancer(cookies: str) -> bool:
    """Whether the cookies, in lower case, are those by which a balancer knows its servers."""
    return any(text in cookies for text in _table().balances)


def _is_challenge(page: bytes) -> bool:
    script = b"<script" in page and b"document.cookie" in page
    return script and _RELOADS.search(page) is not None


def _in_head(fields: Mapping[str, str], location: str, cookies: str) -> list[Mark]:
    table = _table()
    found = [mark for mark in table.header if _in_field(mark, fields)]
    if location:
        found += [mark for mark in table.location if mark.text in location]
    if cookies:
        found += [mark for mark in table.cookie if mark.text in cookies]
    return found


def _in_field(mark: Mark, fields: Mapping[str, str]) -> bool:
    value = fields.get(mark.name)
    return value is not None and mark.text in value.lower()


@cache
def _table() -> _Table:
    found = marks()
    return _Table(
        location=tuple(m for m in found if m.place == "location"),
        cookie=tuple(m for m in found if m.place == "cookie"),
        header=tuple(m for m in found if m.place == "header"),
        body=tuple((m.text.encode(), m) for m in found if m.place == "body"),
        balances=tuple(m.text for m in found if m.role == "balances" and m.place == "cookie"),
    )
