"""Names that belong to those who carry others, or to nobody, by the table `provider_names.csv`.

Places of a pattern, a regular expression: `line` is a name that a provider gives to a customer's
line or machine, looked for in a host name; `provider` is found in the name of an organisation or a
network and means that it carries others; `placeholder` is the whole of a name that stands in
certificates because nobody changed it. The others are domains: `carrier` names the lines or
machines of customers, `shared` holds pages or services of many people, `free-mail` mailboxes for
anybody.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

import msgspec

from alpheus.errors import KnowledgeError
from alpheus.knowledge.tables import read_table

FILE = "provider_names.csv"
COLUMNS = ("place", "pattern", "reason", "positive", "negative")
PLACES = frozenset({"line", "provider", "placeholder", "carrier", "shared", "free-mail"})
_LONGEST = 300
_DIGITS = re.compile(r"\d+")


class ProviderName(msgspec.Struct, frozen=True, gc=False):
    """One line of the table."""

    place: str
    pattern: str
    reason: str
    positive: str
    negative: str


@cache
def provider_names() -> tuple[ProviderName, ...]:
    """Every line of the table. Raises KnowledgeError."""
    found = []
    for number, row in enumerate(read_table(FILE, COLUMNS), 2):
        entry = ProviderName(**{column: row[column].strip() for column in COLUMNS})
        where = f"tables/{FILE}: line {number}"
        if entry.place not in PLACES or not entry.pattern or not entry.reason:
            raise KnowledgeError(f"{where}: place, pattern and reason are needed")
        try:
            re.compile(entry.pattern)
        except re.error as error:
            raise KnowledgeError(f"{where}: '{entry.pattern}' is no pattern: {error}") from error
        found.append(entry)
    return tuple(found)


@cache
def _pattern(place: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{e.pattern})" for e in provider_names() if e.place == place))


@cache
def _domains(place: str) -> frozenset[str]:
    return frozenset(entry.pattern for entry in provider_names() if entry.place == place)


def is_line(host: str, address: str = "") -> bool:
    """Whether a host name in lower case is a provider's name for a line and not its customer's.

    Such a name spells out the address, is made as providers make them, or lies in a domain
    in which all names are such.
    """
    if _is_below(host, _domains("carrier")) or (address and _spells(host, address)):
        return True
    return _pattern("line").search(host[:_LONGEST]) is not None


def _spells(host: str, address: str) -> bool:
    """Whether the parts of an address, decimal or hexadecimal, stand in a name."""
    if ":" in address:
        return False
    parts = address.split(".")
    if len(parts) != 4:
        return False
    digits = _DIGITS.findall(host)
    if not digits:
        return False
    plain = {one.lstrip("0") or "0" for one in digits}
    if len(digits) > 2 and len(plain & set(parts)) >= min(3, len(set(parts))):
        return True
    if "".join(part.zfill(3) for part in parts) in digits:
        return True
    return "".join(f"{int(part):02x}" for part in parts if part.isdigit()) in host


@lru_cache(maxsize=16_384)
def is_provider(name: str) -> bool:
    """Whether the name of an organisation or a network is that of somebody who carries others."""
    return _pattern("provider").search(name[:_LONGEST].lower()) is not None


@lru_cache(maxsize=16_384)
def is_placeholder(name: str) -> bool:
    """Whether a name in a certificate, or of a machine's domain, is nobody's."""
    plain = " ".join(name.lower().split())[:_LONGEST]
    return not plain or _pattern("placeholder").fullmatch(plain) is not None


def is_shared(domain: str) -> bool:
    """Whether pages below a domain are those of many people."""
    return _is_below(domain, _domains("shared"))


def is_free_mail(domain: str) -> bool:
    """Whether anybody can have a mailbox in a domain."""
    return _is_below(domain, _domains("free-mail"))


def _is_below(name: str, tops: frozenset[str]) -> bool:
    while name not in tops:
        name = name.partition(".")[2]
        if not name:
            return False
    return True
