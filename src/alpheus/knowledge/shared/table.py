"""Tables and plain lists: with a heading that names the columns, or one value in each line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from functools import lru_cache

from alpheus.knowledge.indicators import TYPES
from alpheus.knowledge.shared.model import Shared, Tlp
from alpheus.knowledge.shared.times import moment
from alpheus.knowledge.shared.values import NO_VALUE, host_of, kind_of, typed
from alpheus.model import Confidence

_COLUMNS = {
    "value": ("value", "indicator", "ioc", "ioc_value", "observable", "indicator_value", "ip",
              "ip_address", "address", "dst_ip", "src_ip", "domain", "host", "hostname", "url",
              "hash", "sha256", "sha256_hash", "sha1", "sha1_hash", "md5", "md5_hash"),
    "type": ("type", "ioc_type", "indicator_type", "observable_type", "kind"),
    "meaning": ("meaning", "description", "comment", "threat", "malware", "malware_printable",
                "signature", "tags", "note"),
    "source": ("source", "reporter", "provider", "feed"),
    "confidence": ("confidence", "confidence_level", "score"),
    "tlp": ("tlp", "trafficlightprotocolversion", "marking"),
    "until": ("until", "valid_until", "expires", "expiration", "expiration_date", "expirationtime"),
}  # fmt: skip
"""The names that feeds give to a column; the first of these that is there counts."""

_TYPES = {
    "ipv4": "ip", "ipv6": "ip", "ip-src": "ip", "ip-dst": "ip", "ip_address": "ip", "ip:port": "ip",
    "ipaddress": "ip", "ipv4-addr": "ip", "hostname": "domain", "fqdn": "domain",
    "domainname": "domain", "domain-name": "domain", "url": "url", "uri": "url",
    "sha256_hash": "sha256", "filesha256": "sha256", "filehash-sha256": "sha256",
    "sha1_hash": "sha1", "filesha1": "sha1", "filehash-sha1": "sha1", "md5_hash": "md5",
    "filemd5": "md5", "filehash-md5": "md5", "user_agent": "user-agent", "useragent": "user-agent",
}  # fmt: skip
_COMMENTS = ("#", ";", "//")
_SNIFFED = 20


def read_table(content: bytes, source: str) -> Iterator[Shared | str]:
    """What a table or list shares, or the reasons why a line of it is not used.

    UTF-8, or else Latin-1: values are ASCII in any case.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = text.splitlines()
    heading = _heading(lines)
    if heading is None:
        yield from (_plain(line, source) for line in lines if _holds(line))
        return
    place, delimiter = heading
    names = next(
        csv.reader([lines[place].lstrip("# ")], delimiter=delimiter, skipinitialspace=True)
    )
    columns = _columns([name.strip().lower() for name in names])
    body = io.StringIO("\n".join(line for line in lines[place + 1 :] if _holds(line)))
    reader = csv.reader(body, delimiter=delimiter, skipinitialspace=True)
    kind = names[columns["value"]].strip().lower()
    for row in reader:
        yield _row(row, columns, kind, source)


def _holds(line: str) -> bool:
    text = line.strip()
    return bool(text) and not text.startswith(_COMMENTS)


def _plain(line: str, source: str) -> Shared | str:
    words = line.replace(",", " ").replace("\t", " ").split()
    found = kind_of(words[0].strip("\"'"))
    if isinstance(found, str):
        return found
    comment = line.partition("#")[2].strip()
    return Shared(*found, comment, source)


def _heading(lines: list[str]) -> tuple[int, str] | None:
    """Where the heading stands, also behind a `#`, and what parts its columns; None for a list."""
    for place, line in enumerate(lines[:_SNIFFED]):
        for delimiter in (",", ";", "\t", "|"):
            names = [one.strip(" \"'").lower() for one in line.lstrip("# ").split(delimiter)]
            known = set(_COLUMNS["value"])
            others = {name for key, named in _COLUMNS.items() if key != "value" for name in named}
            if known & set(names) and (others & set(names) or len(names) > 1):
                return place, delimiter
        if _holds(line):
            return (place, ",") if line.strip(" \"'").lower() in _COLUMNS["value"] else None
    return None


def _columns(names: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, known in _COLUMNS.items():
        for name in known:
            if name in names:
                found[key] = names.index(name)
                break
    return found


def _row(row: list[str], columns: Mapping[str, int], named: str, source: str) -> Shared | str:
    cells = {key: row[place].strip() for key, place in columns.items() if place < len(row)}
    value = cells.get("value", "")
    if not value:
        return "a line without a value"
    written = cells.get("type", "")
    told = written.lower() or named
    kind = _TYPES.get(told, told)
    if kind == "url":
        found = host_of(value if "://" in value else f"http://{value}")
    elif kind in TYPES:
        found = typed(kind, value)
    elif written:
        return NO_VALUE
    else:
        found = kind_of(value)
    if isinstance(found, str):
        return found
    return Shared(
        *found, cells.get("meaning", ""), cells.get("source") or source,
        _confidence(cells.get("confidence", "")), _tlp(cells.get("tlp", "")),
        moment(cells.get("until", "")),
    )  # fmt: skip


@lru_cache(maxsize=1_024)
def _tlp(text: str) -> Tlp | None:
    return Tlp.of(text)


@lru_cache(maxsize=1_024)
def _confidence(text: str) -> Confidence:
    """A word, or a number of a hundred."""
    word = text.strip().lower()
    if word in {one.value for one in Confidence}:
        return Confidence(word)
    if word.isascii() and word.isdigit():
        return (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)[
            (int(word) >= 30) + (int(word) >= 70)
        ]
    return Confidence.MEDIUM
