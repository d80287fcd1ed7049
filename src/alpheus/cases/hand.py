"""What somebody knows of a server and no list tells: entered by hand, with who told it and when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from alpheus.cases.database import Database
from alpheus.cases.observations import Row, RowError, Rows, hand_entry, iso
from alpheus.cases.observations_import import record_rows
from alpheus.cases.schema import observations
from alpheus.exposure.addresses import read_address, write_address
from alpheus.exposure.host_names import host_name
from alpheus.exposure.imports.whereabouts import NEITHER, no_name
from alpheus.exposure.model import Certificate, Observation, Tls
from alpheus.exposure.output.jsonl import encode
from alpheus.model import Verdict

VERDICTS = (Verdict.COMPROMISED, Verdict.SUSPICIOUS, Verdict.ATTEMPTED, Verdict.NO_EVIDENCE)
"""What people may say of a server. Nothing becomes clean by it: that takes an assessment."""

HAND = "hand"
_LONGEST = 2_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_URL = re.compile(r"https?://[^\s/?#@]+(?:[/?#]\S*)?", re.IGNORECASE)


class Entry(NamedTuple):
    """One entry; what is not known is ''. `seen` is ISO 8601 in UTC; '' is this moment.

    `names` are host names that lead to it, `computer` is the machine's own name, `certificate` the
    SHA-256 of its certificate. `verdict` is one of `VERDICTS`, by the word of `told_by`.
    """

    address: str = ""
    port: int = 443
    names: tuple[str, ...] = ()
    computer: str = ""
    ad_domain: str = ""
    certificate: str = ""
    url: str = ""
    product: str = ""
    build: str = ""
    verdict: str = ""
    told_by: str = ""
    seen: str = ""
    note: str = ""
    country: str = ""
    sector: str = ""


class Entered(NamedTuple):
    """The observation that an entry is, and whether it is new."""

    observation: int
    new: bool


def enter(database: Database, entry: Entry, who: str, *, now: datetime) -> Entered:
    """Keep an entry; the same entry again changes nothing.

    Without a time, an entry that says the same as an earlier one is the same, whenever that was.
    Servers have to be worked out anew afterwards. Raises RowError for what is wrong, DatabaseError.
    """
    if not who.strip():
        raise RowError("say who enters it")
    row = row_of(entry, now)
    stored = record_rows(database, [row], who)
    o = observations.c
    with database.read() as connection:
        number = connection.execute(select(o.id).where(o.digest == row.digest)).scalar_one()
    return Entered(int(number), bool(stored.added))


def row_of(entry: Entry, now: datetime) -> Row:
    """The observation that an entry is. Raises RowError."""
    _check(entry)
    rows = Rows(now)
    if entry.seen and not rows.time(entry.seen):
        raise RowError(f"{entry.seen} has not been yet")
    seen = entry.seen or iso(now)
    row = rows.of_line(encode(_observation(entry, seen)), HAND)
    digest = rows.of_line(encode(_observation(entry, entry.seen)), HAND).digest
    told = "" if entry.verdict == Verdict.COMPROMISED else entry.verdict
    return row._replace(digest=digest, source=entry.told_by or HAND, verdict=told)


def _observation(entry: Entry, seen: str) -> Observation:
    attributes = {
        "ad_domain": entry.ad_domain, "url": entry.url, "told_by": entry.told_by,
        "verdict": entry.verdict, "country": entry.country, "sector": entry.sector,
    }  # fmt: skip
    made = hand_entry(
        time=seen, address=_address(entry.address), port=entry.port,
        names=tuple(_host(name) for name in entry.names),
        servers=(entry.computer,) if entry.computer else (), build=entry.build, note=entry.note,
        compromised=entry.verdict == Verdict.COMPROMISED,
        attributes={name: text for name, text in attributes.items() if text},
    )  # fmt: skip
    tls = (
        Tls(certificate=Certificate(fingerprint(entry.certificate))) if entry.certificate else None
    )
    return replace(made, tls=tls, product=entry.product)


def fingerprint(text: str) -> str:
    """A SHA-256 as it is kept: 64 digits, without colons. Raises RowError."""
    found = re.sub(r"[\s:]", "", text).lower()
    if not _SHA256.fullmatch(found):
        raise RowError(f"'{text}' is not the SHA-256 of a certificate: 64 hexadecimal digits")
    return found


def _check(entry: Entry) -> None:
    texts = [text for text in entry if isinstance(text, str)]
    for text in (*texts, *entry.names):
        if len(text) > _LONGEST:
            raise RowError(f"a text is longer than {_LONGEST:,} characters")
        if not text.replace("\n", " ").isprintable():
            raise RowError(f"{text!r} holds characters that cannot be printed")
    _check_names(entry)
    if not 0 < entry.port < 65_536:
        raise RowError(f"{entry.port} is no port")
    if entry.verdict and entry.verdict not in {*VERDICTS}:
        raise RowError(f"'{entry.verdict}' is none of {', '.join(VERDICTS)}")
    if entry.verdict and not entry.told_by.strip():
        raise RowError(f"say by whose word it is {entry.verdict}")
    if entry.country and not _COUNTRY.fullmatch(entry.country):
        raise RowError(f"'{entry.country}' is not a country's two letters, such as DE")
    if entry.url and not _URL.fullmatch(entry.url):
        raise RowError(f"'{entry.url}' is not an address such as https://mail.a.example/owa")


def _check_names(entry: Entry) -> None:
    """Raises RowError where names are all there is, and lead to no server."""
    if not entry.names or any((entry.address, entry.computer, entry.certificate, entry.url)):
        return
    why = no_name([_host(name) for name in entry.names])
    if why == NEITHER:
        name = entry.names[0]
        why = f"'{name}' is no whole host name such as mail.a.example; it may be a computer's name"
    if why:
        raise RowError(why)


def _address(text: str) -> str:
    if not text:
        return ""
    try:
        return write_address(*read_address(text))
    except ValueError:
        raise RowError(f"'{text}' is no address such as 192.0.2.1") from None


def _host(text: str) -> str:
    try:
        return host_name(text)
    except ValueError as error:
        raise RowError(str(error)) from None
