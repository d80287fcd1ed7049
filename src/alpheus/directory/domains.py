"""Whose a host name is: the part of it that somebody registered.

That is one label below a suffix of the Public Suffix List, except in the localities of the United
States (RFC 1480), where the list ends too high: `ci.springfield.or.us` is the city of Springfield,
and `springfield.or.us` nobody in particular. Some governments share a domain as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import msgspec

STATES = {
    "al": "Alabama", "ak": "Alaska", "az": "Arizona", "ar": "Arkansas", "ca": "California",
    "co": "Colorado", "ct": "Connecticut", "de": "Delaware", "dc": "District of Columbia",
    "fl": "Florida", "ga": "Georgia", "hi": "Hawaii", "id": "Idaho", "il": "Illinois",
    "in": "Indiana", "ia": "Iowa", "ks": "Kansas", "ky": "Kentucky", "la": "Louisiana",
    "me": "Maine", "md": "Maryland", "ma": "Massachusetts", "mi": "Michigan", "mn": "Minnesota",
    "ms": "Mississippi", "mo": "Missouri", "mt": "Montana", "ne": "Nebraska", "nv": "Nevada",
    "nh": "New Hampshire", "nj": "New Jersey", "nm": "New Mexico", "ny": "New York",
    "nc": "North Carolina", "nd": "North Dakota", "oh": "Ohio", "ok": "Oklahoma", "or": "Oregon",
    "pa": "Pennsylvania", "ri": "Rhode Island", "sc": "South Carolina", "sd": "South Dakota",
    "tn": "Tennessee", "tx": "Texas", "ut": "Utah", "vt": "Vermont", "va": "Virginia",
    "wa": "Washington", "wv": "West Virginia", "wi": "Wisconsin", "wy": "Wyoming",
    "as": "American Samoa", "gu": "Guam", "mp": "Northern Mariana Islands", "pr": "Puerto Rico",
    "vi": "Virgin Islands",
}  # fmt: skip
"""States and territories of the United States by the label below `us`."""

_LOCALITIES = {
    "ci": "city", "city": "city", "co": "county", "county": "county", "parish": "parish",
    "par": "parish", "town": "town", "twp": "township", "township": "township", "vil": "village",
    "village": "village", "boro": "borough", "borough": "borough",
}  # fmt: skip
_DISTRICTS = {
    "k12": "schools", "cc": "community-college", "tec": "technical-school", "lib": "library",
    "mus": "museum", "dst": "district", "cog": "council-of-governments", "gen": "general",
    "state": "state",
}  # fmt: skip
"""Labels between a state and the names below it."""

_NOT_OF_A_DISTRICT = frozenset({"pvt", "paroch", "chtr"})
"""Schools that are private, of a parish, or chartered."""

_NATIONAL = {"fed": "federal", "isa": "interstate", "nsn": "tribal", "dni": "distributed"}
"""Labels directly below `us`."""

_OF_MANY_AUTHORITIES = frozenset({
    "bund.de", "admin.ch", "europa.eu", "pnn.police.uk", "bayern.de", "nrw.de", "hessen.de",
    "sachsen.de", "niedersachsen.de", "brandenburg.de", "thueringen.de", "rlp.de", "saarland.de",
})  # fmt: skip
"""Domains that are no public suffixes, and below which each name is an authority of its own."""

HOST_LABELS = frozenset({
    "www", "mail", "mail1", "mail2", "webmail", "owa", "autodiscover", "remote", "exchange",
    "exch", "smtp", "imap", "pop", "pop3", "mx", "mx1", "mx2", "email", "mobile", "activesync",
    "outlook", "legacy", "vpn", "portal", "secure", "access", "gateway", "ftp", "web", "ns1", "ns2",
    "hybrid", "post", "correo", "posta", "messaging", "sync",
})  # fmt: skip
"""What hosts are called, and organisations are not."""

_IN_WORDS = {
    "city": "City of {}, {}", "county": "{} County, {}", "parish": "{} Parish, {}",
    "town": "Town of {}, {}", "township": "{} Township, {}", "village": "Village of {}, {}",
    "borough": "Borough of {}, {}", "locality": "{}, {}",
}  # fmt: skip


class Domain(msgspec.Struct, frozen=True, gc=False):
    """A name that somebody registered. `label` is what tells it from its neighbours.

    `kind` is empty but for names below `us` that follow RFC 1480: `city`, `county`, `schools`,
    `state` and so on; `place` and `state` (two letters, in capitals) are what such a name says.
    """

    name: str
    suffix: str
    label: str
    kind: str = ""
    place: str = ""
    state: str = ""

    @property
    def title(self) -> str:
        """Whose it is in words, where the name itself says that; else ''."""
        words = _IN_WORDS.get(self.kind)
        return words.format(self.place, self.state) if words else ""


@lru_cache(maxsize=65_536)
def domain_of(host: str) -> Domain | None:
    """Whose a host name is. It is in lower case, as `exposure.host_names` writes it.

    None for a public suffix itself, a name of one label, and a name whose last label is not one of
    the internet's (`corp.local`).
    """
    host = host.removeprefix("*.")
    labels = host.split(".")
    if labels[-1] == "us":
        found = _american(labels)
        if found is not None:
            return found
    length = _suffix_length(labels)
    if not 0 < length < len(labels):
        return None
    suffix = ".".join(labels[-length:])
    label = labels[-length - 1]
    name = f"{label}.{suffix}"
    if name in _OF_MANY_AUTHORITIES and len(labels) > length + 1:
        inner = labels[-length - 2]
        if inner and inner not in HOST_LABELS:
            return Domain(f"{inner}.{name}", name, inner)
    return Domain(name, suffix, label) if label else None


def _american(labels: list[str]) -> Domain | None:
    """A name below `us` that is built as RFC 1480 has it."""
    if len(labels) < 3:
        return None
    second, third = labels[-2], labels[-3]
    if second in _NATIONAL:
        return _below(labels, 2, _NATIONAL[second], "")
    if second not in STATES:
        return None
    state = second.upper()
    if third in _DISTRICTS:
        return _of_a_state(labels, third, state)
    return _locality(labels, state)


def _of_a_state(labels: list[str], third: str, state: str) -> Domain | None:
    """A name below one of the labels that a state has."""
    if third == "state":
        return _agency(labels, state)
    if third == "k12" and len(labels) > 4 and labels[-4] in _NOT_OF_A_DISTRICT:
        return _below(labels, 4, "private-school", state)
    return _below(labels, 3, _DISTRICTS[third], state)


def _below(labels: list[str], depth: int, kind: str, state: str) -> Domain | None:
    """The name one label below a suffix of so many labels."""
    if len(labels) <= depth:
        return None
    own = labels[-depth - 1]
    suffix = ".".join(labels[-depth:])
    return Domain(f"{own}.{suffix}", suffix, own, kind, _in_words(own), state)


def _agency(labels: list[str], state: str) -> Domain:
    """An agency of a state, or the state where only a host stands before it."""
    suffix = ".".join(labels[-3:])
    own = labels[-4] if len(labels) > 3 else ""
    if not own or own in HOST_LABELS:
        return Domain(suffix, suffix.partition(".")[2], "state", "state", "", state)
    return Domain(f"{own}.{suffix}", suffix, own, "state", _in_words(own), state)


def _locality(labels: list[str], state: str) -> Domain:
    """A locality's government, somebody in the locality, or the locality by its bare name."""
    locality = labels[-3]
    suffix = ".".join(labels[-3:])
    place = _in_words(locality)
    own = labels[-4] if len(labels) > 3 else ""
    if own in _LOCALITIES:
        return Domain(f"{own}.{suffix}", suffix, locality, _LOCALITIES[own], place, state)
    if not own or own in HOST_LABELS:
        above = suffix.partition(".")[2]
        return Domain(suffix, above, locality, "locality", place, state)
    return Domain(f"{own}.{suffix}", suffix, own, "in-locality", place, state)


def _in_words(label: str) -> str:
    return label.replace("-", " ").title()


def _suffix_length(labels: list[str]) -> int:
    """How many labels the longest public suffix has; 0 where the last label is unknown."""
    node = _rules()
    longest = 0
    for length, label in enumerate(reversed(labels), 1):
        found = node.get(label)
        if found is None:
            # A rule `*.ck` holds for any label; nothing is below such a label by itself.
            return length if "*" in node else longest
        if "!" in found:
            return length - 1
        if "." in found or "*" in node or "*" in found:
            longest = length
        node = found
    return longest


_Node = dict[str, "_Node"]


@cache
def _rules() -> _Node:
    """The rules of the list by their labels from the right; `.` ends a rule, `!` an exception.

    `example` is nobody's and stands in examples (RFC 2606): there, a name below it is somebody's.
    """
    from publicsuffixlist import PSLFILE  # noqa: PLC0415 - names a file of ten thousand rules

    root: _Node = {"example": {".": {}}}
    for rule in _lines(Path(PSLFILE)):
        plain = rule.removeprefix("!")
        node = root
        for label in reversed(plain.split(".")):
            node = node.setdefault(label, {})
        node["." if rule == plain else "!"] = {}
    return root


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            rule = line.split(None, 1)[0] if line.strip() else "//"
            if not rule.startswith("//"):
                yield rule if rule.isascii() else _ascii(rule)


def _ascii(rule: str) -> str:
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in rule.lower().split(".")
    )
