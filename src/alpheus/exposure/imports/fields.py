"""Cells of lists as values: addresses, names, ports, times, labels; and places in JSON.

Nothing here raises: what is no value of its kind is empty.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from alpheus.exposure.addresses import read_address, write_address
from alpheus.exposure.host_names import host_name as normal_host_name
from alpheus.exposure.imports.labels import read_labels

ATTRIBUTES = 80
"""Most attributes that are kept of one record of JSON."""

ATTRIBUTE_LENGTH = 2_000
_NESTED = 4
_LONGEST_NAME = 300
_MOST_CVES = 200
_EPOCH = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?", re.ASCII)
_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")
_DOTTED = re.compile(r"(\d{1,2}\.\d{1,2}\.\d{4})(?:,? (\d\d):(\d\d)(?::(\d\d))?)?")
"""With dots the day comes first, as in German or Russian; with slashes nobody knows."""
_SLASHED = re.compile(
    r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})"
    r"(?:[,T]? ?(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([ap])\.?m\.?)?)?",
    re.IGNORECASE | re.ASCII,
)
_YEAR_FIRST = re.compile(r"(\d{4})/(\d\d)/(\d\d)")
_CVE = re.compile(r"cve-(\d{4})-(\d{4,7})", re.IGNORECASE | re.ASCII)
_TLP = re.compile(r"(?:tlp[:_-]?)?(clear|white|green|amber(?:[+_-]?strict)?|red)", re.IGNORECASE)
TLP_LABELS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
"""The labels of TLP 2.0, the least strict first."""


def address(text: str) -> str:
    """An IPv4 or IPv6 address in its shortest spelling, or ''."""
    try:
        return socket.inet_ntop(socket.AF_INET, socket.inet_pton(socket.AF_INET, text))
    except (OSError, ValueError):
        return _other_address(text)


def _other_address(text: str) -> str:
    try:
        return write_address(*read_address(text.strip()))
    except ValueError:
        return ""


def host_name(text: str) -> str:
    """A host name in lower case, as ASCII, without `*.`; or ''. An address is none."""
    # What is remembered is short, or a hostile file would fill the memory with it.
    return _host_name(text) if len(text) <= _LONGEST_NAME else ""


@lru_cache(maxsize=4096)
def _host_name(text: str) -> str:
    try:
        return normal_host_name(text.strip().removeprefix("*."))
    except ValueError:
        return ""


def host_names(texts: Iterable[str]) -> tuple[str, ...]:
    """The host names among texts, once each."""
    found = {name: None for text in texts if (name := host_name(text))}
    return tuple(found)


def port(value: object) -> int | None:
    """A port; 0 where none is named; None where it is no port."""
    text = value if isinstance(value, str) else text_of(value)
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        return None
    number = int(text)
    return number if number <= 65_535 else None


def utc(text: str) -> str:
    """A time as ISO 8601 in UTC with `Z`, or ''. Without a zone it is UTC; seconds since 1970 too.

    Times outside 1990 to 2100 are taken for errors.
    """
    return _utc(text) if 8 <= len(text) <= 48 else ""


@lru_cache(maxsize=131_072)
def _utc(text: str) -> str:
    wanted = _YEAR_FIRST.sub(r"\1-\2-\3", text.strip())
    if len(wanted) < 8:
        return ""
    epoch = _EPOCH.fullmatch(wanted)
    try:
        if epoch:
            moment = datetime.fromtimestamp(int(epoch[1]), UTC)
        elif dotted := _DOTTED.fullmatch(wanted):
            moment = datetime.strptime(dotted[1], "%d.%m.%Y")  # noqa: DTZ007 - taken as UTC below
            hour, minute, second = (int(dotted[place] or 0) for place in (2, 3, 4))
            moment = moment.replace(hour=hour, minute=minute, second=second)
        elif wanted[0].isdigit():
            moment = datetime.fromisoformat(_OFFSET.sub(r"\1:\2", wanted.removesuffix(" UTC")))
        else:
            moment = parsedate_to_datetime(wanted)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return ""
    if not 1990 <= moment.year <= 2100:
        return ""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def day_and_month(text: str) -> tuple[int, int] | None:
    """The first two numbers of a date such as `05/03/2021`, in their order."""
    found = _SLASHED.fullmatch(text.strip()) if len(text) <= 48 else None
    return (int(found[1]), int(found[2])) if found else None


def slashed(text: str, *, day_first: bool) -> str:
    """A time such as `05/03/2021 14:30` as `utc` gives it, by which part is the day."""
    found = _SLASHED.fullmatch(text.strip()) if len(text) <= 48 else None
    if found is None:
        return ""
    one, other, year, hour, minute, second = (int(found[place] or 0) for place in range(1, 7))
    day, month = (one, other) if day_first else (other, one)
    if found[7]:
        if not 1 <= hour <= 12:
            return ""
        hour = hour % 12 + (12 if found[7].lower() == "p" else 0)
    return utc(f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")


def cves(texts: Iterable[str]) -> tuple[str, ...]:
    """The CVEs that are named, in capitals, once each."""
    named = (f"CVE-{m[1]}-{m[2]}" for text in texts for m in _CVE.finditer(text))
    return tuple(dict.fromkeys(islice(named, _MOST_CVES)))


def compromise_word(texts: Iterable[str]) -> str:
    """The first text that says that a server was broken into, or ''; `not compromised` does not."""
    return read_labels(texts).word


def tlp_label(text: str) -> str:
    """A label of TLP 2.0, or ''. `WHITE` of TLP 1.0 is `CLEAR`."""
    match = _TLP.fullmatch(text.strip())
    if match is None:
        return ""
    word = match[1].upper()
    if word.startswith("AMBER") and word != "AMBER":
        return "TLP:AMBER+STRICT"
    return f"TLP:{'CLEAR' if word == 'WHITE' else word}"


def strictest(labels: Iterable[str]) -> str:
    """The strictest of some labels, or ''."""
    known = [TLP_LABELS.index(label) for label in labels if label in TLP_LABELS]
    return TLP_LABELS[max(known)] if known else ""


def url_parts(text: str) -> tuple[str, str, int, str]:
    """Scheme, host, port and path of a URL; the port follows from the scheme. Empty where none."""
    try:
        parts = urlsplit(text.strip())
        host, named = parts.hostname or "", parts.port
    except ValueError:
        return "", "", 0, ""
    if not host:
        return "", "", 0, ""
    usual = {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, host, usual if named is None else named, parts.path or "/"


def place(value: object, *keys: str | int) -> Any:  # noqa: ANN401 - a place in foreign JSON
    """What stands at a path of keys and positions, or None."""
    for key in keys:
        if isinstance(key, str) and isinstance(value, dict):
            value = value.get(key)
        elif isinstance(key, int) and isinstance(value, list) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def text_of(value: object) -> str:
    """A text or a number as text; '' for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        try:
            return str(value)
        except ValueError:  # an integer of more digits than Python will write out
            return ""
    return ""


def text_at(value: object, *keys: str | int) -> str:
    """The text at a path."""
    return text_of(place(value, *keys))


def texts_of(value: object) -> list[str]:
    """The texts of a list, or a text alone."""
    if isinstance(value, list):
        return [text for item in value if (text := text_of(item))]
    text = text_of(value)
    return [text] if text else []


def flatten(value: Mapping[str, object], without: frozenset[str] = frozenset()) -> dict[str, str]:
    """The texts and numbers of an object under dotted names, bounded in number and length.

    `without` are dotted names to leave out, with all below them. Lists of texts are joined.
    """
    found: dict[str, str] = {}
    waiting: list[tuple[str, object, int]] = [("", value, 0)]
    while waiting and len(found) < ATTRIBUTES:
        name, item, depth = waiting.pop()
        if isinstance(item, dict):
            if depth < _NESTED:
                below = ((f"{name}.{key}" if name else key, item[key]) for key in reversed(item))
                waiting += [(n, i, depth + 1) for n, i in below if n not in without]
        elif text := " ".join(texts_of(item)):
            found[name[:200]] = text[:ATTRIBUTE_LENGTH]
    return found
