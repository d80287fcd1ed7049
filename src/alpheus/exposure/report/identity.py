"""By what a server is known again under another address.

A certificate, a host name, or a server name together with the domain of a host name. Each says
something only where a single server of either run carries it; names that spell out the address
belong to the line and not to the server.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b

from alpheus.exposure.output.lines import Line

MOST = 4
"""Identities that are kept of one server."""

NONE = 0

_DIGITS = re.compile(r"\d+")
_MOST_NAMES = 8


def identities(line: Line) -> list[int]:
    """Up to four numbers of 64 bits that stand for what the server is known by; never 0."""
    found = dict.fromkeys(_number(f"{line.port} {text}") for text in _texts(line))
    return list(found)[:MOST]


def _texts(line: Line) -> Iterator[str]:
    certificate = line.tls.certificate if line.tls else None
    if certificate and certificate.sha256:
        yield f"certificate {certificate.sha256}"
    names = [
        name for name in (one.lower().rstrip(".") for one in line.names[:_MOST_NAMES])
        if "." in name and "*" not in name and not _spells(name, line.address)
    ]  # fmt: skip
    for server in line.servers[:2]:
        short = server.lower()
        if "." in short:
            yield f"server {short}"
        elif names:
            yield f"server {short} {_domain(names[0])}"
    for name in names:
        yield f"name {name}"


def _domain(name: str) -> str:
    return name.partition(".")[2]


def _spells(name: str, address: str) -> bool:
    """Whether a name holds at least two parts of the address, as names of lines do."""
    own = set(_DIGITS.findall(address))
    return len(own & set(_DIGITS.findall(name))) >= 2


def _number(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") or 1
