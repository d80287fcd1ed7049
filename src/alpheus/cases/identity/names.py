"""What a name says: a computer's own, a host's, a domain's; and names that say nothing.

Names that an access provider gives to lines spell out an address or the kind of line; they belong
to the line. Computers are often called what everybody calls theirs (`EXCH01`), and domains inside
organisations, too (`corp.local`): such names tell servers apart but never make two sightings one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, ip_address
from socket import AF_INET, inet_ntop, inet_pton

_CACHED = 1 << 17
NETBIOS_LENGTH = 15
"""Windows cuts the name of a computer to so many characters where NetBIOS is spoken."""

_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")
_SERVER = re.compile(r"[A-Z0-9_][A-Z0-9_-]{0,62}")
_NO_SERVERS = frozenset({
    "LOCALHOST", "UNKNOWN", "NONE", "NULL", "N/A", "NA", "FORTIGATE", "FORTINET", "SONICWALL",
    "SOPHOS", "PFSENSE", "OPNSENSE", "KEMP", "NETSCALER", "BIGIP", "F5", "WATCHGUARD", "DEFAULT",
    "ROUTER", "FIREWALL", "GATEWAY", "PROXY", "LOADBALANCER", "WMSVC", "ZYXEL", "DRAYTEK",
    "TRAEFIK",
})  # fmt: skip
"""What is no name of a computer with Exchange: nothing, and what appliances call themselves."""

_COMMON_WORD = (
    r"MICROSOFT|EXCHANGE|EXCH|EXC|EXG|EXSRV|EX|MAILSERVER|EMAIL|MAIL|MSX|MSG|MX|MBX|MB|CAS|HUB|OWA"
    r"|WEBMAIL|SMTP|SERVER|SERV|SRV|SVR|SV|WINDOWS|WIN|SBS|DC|AD|VM|HV|HQ|DAG|NODE|PROD|PRD|NEW|OLD"
    r"|MAIN|PRIMARY|REMOTE|NETWORK|CORP|COMPANY|OFFICE|LOCAL|INT|EXT"
)
_COMMON_SERVER = re.compile(rf"(?:{_COMMON_WORD})*")
_NO_LETTERS = re.compile(r"[^A-Z]+")
_OWN_LETTERS = 3
"""Letters beside the usual words from which on a name is somebody's own."""

_COMMON_DOMAINS = frozenset({
    "ad", "corp", "company", "contoso", "domain", "mydomain", "domain1", "exchange", "fabrikam",
    "firma", "home", "int", "internal", "intern", "intra", "intranet", "lan", "local", "main",
    "mycompany", "net", "network", "office", "empresa", "ourdomain", "private", "root", "server",
    "site", "test", "lab", "win", "windows", "workgroup", "business", "mail", "org", "dom", "dc",
    "example", "school", "city", "town", "county", "hospital", "bank", "clinic", "police", "church",
    "smallbusiness", "sbs", "group", "hq", "global", "prod", "ads", "adds", "forest",
})  # fmt: skip
_STEM = 5
"""Letters from which on the name of a domain is somebody's own."""

_PRIVATE_ENDS = frozenset({
    "local", "lan", "internal", "intern", "intra", "corp", "home", "localdomain", "private", "priv",
    "loc", "ad", "int", "dom", "domain", "office", "site", "test", "lab", "lcl", "root", "inc",
    "prv", "local1", "localnet", "network", "box", "win", "invalid", "nt",
})  # fmt: skip
_SECOND_LEVELS = frozenset({
    "ac", "ad", "asn", "asso", "co", "com", "edu", "fed", "fin", "firm", "gen", "go", "gob", "gouv",
    "gov", "govt", "gv", "health", "id", "ind", "info", "int", "k12", "lg", "ltd", "me", "mil",
    "mod", "muni", "ne", "net", "nhs", "nom", "or", "org", "plc", "police", "pref", "sch", "school",
})  # fmt: skip
"""Second parts below a country under which others register."""

_LOCALITIES = frozenset({
    "k12", "pvt", "cc", "tec", "lib", "state", "gen", "mus", "dst", "cog", "ci", "co", "city",
    "county", "town", "twp", "vil", "village", "boro", "parish",
})  # fmt: skip
"""Parts of names below a state of the United States under which many organisations are."""

_NAMES_FOR_LINES = frozenset({
    "dyndns.org", "dyndns.info", "dyndns.biz", "dyndns.tv", "dyndns.ws", "dnsalias.com",
    "dnsalias.net", "dnsalias.org", "homeip.net", "homeftp.net", "homelinux.com", "homelinux.net",
    "homelinux.org", "homedns.org", "selfip.com", "selfip.net", "selfip.org", "is-a-geek.com",
    "no-ip.org", "no-ip.com", "no-ip.biz", "no-ip.info", "ddns.net", "hopto.org", "zapto.org",
    "sytes.net", "myftp.org", "myftp.biz", "servebeer.com", "redirectme.net", "duckdns.org",
    "spdns.de", "spdns.org", "goip.de", "myfritz.net", "dynalias.com", "dynalias.net",
    "dynalias.org", "dynv6.net", "freeddns.org", "mooo.com", "gotdns.com", "gotdns.org",
    "webhop.net", "webhop.org", "kicks-ass.net", "kicks-ass.org", "synology.me", "myqnapcloud.com",
    "us.com", "uk.com", "de.com", "eu.com", "gb.net", "co.com", "azurewebsites.net",
    "cloudapp.net", "amazonaws.com", "compute.amazonaws.com", "compute-1.amazonaws.com",
})  # fmt: skip
"""Domains below which strangers have names of their own."""

_LINE_WORD = re.compile(
    r"(?:^|[.\-_])(?:dyn|dynamic|dhcp|dial(?:up|in)?|pools?|ppp(?:oe)?|[avsx]?dsl|cable|cust(?:omer)?"
    r"|cpe|client|broadband|bband|dip|static|rev(?:erse)?|unallocated|unassigned|wan|ftt[hbx]|fib(?:er"
    r"|re)|hfc|catv|rrcs|c-|ip|ipv4|ipv6|host|adsl|nat|res|residential|biz|business|bus|subs(?:criber)?"
    r"|user|node|addr|in-addr|kunde|clientes?|abo)\d*(?:[.\-_]|$)"
)
_NUMBERS = re.compile(r"\d+")
_THREE_NUMBERS = re.compile(r"(?:^|\D)\d{1,3}[.\-_x]\d{1,3}[.\-_x]\d{1,3}(?:\D|$)")
_LONG_HEXADECIMAL = re.compile(r"(?=[0-9a-f]*\d)[0-9a-f]{8,32}")


@lru_cache(_CACHED)
def host(text: str) -> str:
    """A host name with a dot in lower case, without `*.` and the root's dot; else ''."""
    name = text.strip().lower().rstrip(".").removeprefix("*.")
    if "." not in name or len(name) > 253 or not _HOST.fullmatch(name):
        return ""
    return "" if name.rpartition(".")[2].isdigit() else name


@lru_cache(_CACHED)
def server(text: str) -> str:
    """A computer's name as NetBIOS has it: first label, upper case, 15 characters; else ''."""
    name = text.strip().rstrip(".").upper()
    if "." in name:
        if name[-1].isdigit() and _is_address(name):
            return ""
        name = name.partition(".")[0]
    if not _SERVER.fullmatch(name) or name in _NO_SERVERS or name.isdigit():
        return ""
    return name[:NETBIOS_LENGTH]


@lru_cache(_CACHED)
def is_common_server(name: str) -> bool:
    """Whether others are likely to call a computer of theirs the same."""
    return own_letters(name) < _OWN_LETTERS


@lru_cache(_CACHED)
def own_letters(name: str) -> int:
    """How many letters of a computer's name are not those of the usual words."""
    rest = [part for part in _NO_LETTERS.split(name) if not _COMMON_SERVER.fullmatch(part)]
    return sum(map(len, rest))


def is_slip(one: str, other: str) -> bool:
    """Whether two names of computers differ by one slip of the pen, and not by their numbers.

    A letter left out, put in, wrong, or two letters exchanged.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    if _digits(one) != _digits(other):
        return False
    short, long = sorted((one, other), key=len)
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    exchanged = short[at : at + 2] == long[at : at + 2][::-1]
    return short[at + 1 :] == long[at + 1 :] or (exchanged and short[at + 2 :] == long[at + 2 :])


def _digits(name: str) -> str:
    """All digits of a name, without noughts before them."""
    return "".join(_NUMBERS.findall(name)).lstrip("0")


@lru_cache(_CACHED)
def is_private(name: str) -> bool:
    """Whether a name lies in a domain that exists inside an organisation only."""
    return name.rpartition(".")[2] in _PRIVATE_ENDS


@lru_cache(_CACHED)
def is_common_domain(name: str) -> bool:
    """Whether others are likely to call a domain of theirs the same; a single label always is."""
    labels = name.lower().split(".")
    if len(labels) == 1:
        return True
    return is_private(name.lower()) and all(
        label in _COMMON_DOMAINS or len(label) < 4 for label in labels[:-1]
    )


@lru_cache(_CACHED)
def registered(name: str) -> str:
    """The part of a public host name that one organisation registers; '' for a private name.

    Where it is not known how deep that is, rather a part too long: too short a one would make
    neighbours one organisation.
    """
    if "." not in name or is_private(name):
        return ""
    labels = name.split(".")
    return ".".join(labels[-_depth(labels) :])


def _depth(labels: list[str]) -> int:
    last, second = labels[-1], labels[-2]
    if ".".join(labels[-3:]) in _NAMES_FOR_LINES:
        return 4
    if last == "us" and len(second) == 2:
        return 4 if not _LOCALITIES.isdisjoint(labels[-4:-2]) else 3
    if ".".join(labels[-2:]) in _NAMES_FOR_LINES:
        return 3
    return 3 if len(last) == 2 and second in _SECOND_LEVELS else 2


@lru_cache(_CACHED)
def stem(domain: str) -> str:
    """What an organisation calls itself in a domain, public or its own.

    `example` of both `example.com` and `ad.example.local`; '' where it is short or anybody's word.
    """
    own = registered(domain) or ".".join(domain.split(".")[-2:])
    word = own.partition(".")[0] if "." in own else ""
    return word if len(word) >= _STEM and word not in _COMMON_DOMAINS else ""


@lru_cache(_CACHED)
def is_line(name: str, address: str) -> bool:
    """Whether a name is that of a line: it spells its address, or says what kind of line it is."""
    own = registered(name)
    left = name[: len(name) - len(own)].rstrip(".") if own else name
    if not left:
        return False
    if _LINE_WORD.search(left) or (not left.isalpha() and _THREE_NUMBERS.search(left)):
        return bool(_NUMBERS.search(left)) or left.count(".") > 0
    return _spells(left, address)


def _spells(left: str, address: str) -> bool:
    compact = left.replace("-", "").replace(".", "")
    value = _number(address)
    if value is not None:
        if f"{value:08x}" in compact:
            return True
        if compact.isalpha():
            return False
        octets = address.split(".")
        numbers = {str(int(number)) for number in _NUMBERS.findall(left) if len(number) < 5}
        padded = "".join(octet.zfill(3) for octet in octets)
        return len(numbers & set(octets[1:])) >= 2 or padded in compact or str(value) in compact
    return _LONG_HEXADECIMAL.fullmatch(left.partition(".")[0].replace("-", "")) is not None


@lru_cache(1 << 10)
def _number(address: str) -> int | None:
    """An IPv4 address as a number; None for all else."""
    try:
        packed = inet_pton(AF_INET, address)  # nearly always, and far quicker
        if inet_ntop(AF_INET, packed) == address:
            return int.from_bytes(packed, "big")
    except (OSError, ValueError):
        pass
    try:
        return int(IPv4Address(address))
    except ValueError:
        return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
