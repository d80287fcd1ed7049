"""Internet addresses as numbers: what a text names, and which ranges are special.

An IPv4 address inside an IPv6 one (`::ffff:192.0.2.1`) is that IPv4 address. Special networks are
those of the IANA registries of special-purpose addresses (RFC 6890 and its updates), and multicast.
"""

from __future__ import annotations

import re
import socket
from typing import NamedTuple

BITS = {4: 32, 6: 128}

_LOW_32 = 0xFFFF_FFFF
_SHORT_END = re.compile(r"(.*[.:])[^.:]*")


class Range(NamedTuple):
    """Addresses of one version, both ends included."""

    version: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many addresses it has."""
        return self.last - self.first + 1


def read_address(text: str) -> tuple[int, int]:
    """Version and number of an address. Raises ValueError for anything else.

    IPv4 is four decimal numbers without leading zeros; IPv6 may be in brackets and have a zone,
    which is left out.
    """
    if ":" not in text:
        try:
            return 4, int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
        except (OSError, ValueError):
            raise ValueError(f"'{text}' is no IP address") from None
    bare = text[1:-1] if text[:1] == "[" and text[-1:] == "]" else text
    try:
        number = int.from_bytes(socket.inet_pton(socket.AF_INET6, bare.partition("%")[0]), "big")
    except (OSError, ValueError):
        raise ValueError(f"'{text}' is no IP address") from None
    return (4, number & _LOW_32) if number >> 32 == 0xFFFF else (6, number)


def write_address(version: int, number: int) -> str:
    """An address in its usual form."""
    if version == 4:
        return socket.inet_ntoa(number.to_bytes(4, "big"))
    return socket.inet_ntop(socket.AF_INET6, number.to_bytes(16, "big"))


def read_range(text: str, *, strict: bool = False) -> Range:
    """The range of an address, a network (`192.0.2.0/24`) or two ends (`192.0.2.1-192.0.2.9`).

    The second end may leave out what it shares: `192.0.2.1-9`. Raises ValueError; with `strict`
    also for a network whose address has bits beyond its prefix.
    """
    head, slash, tail = text.partition("/")
    if slash:
        return _network(head.strip(), tail.strip(), strict=strict)
    head, dash, tail = text.partition("-")
    version, first = read_address(head.strip())
    if not dash:
        return Range(version, first, first)
    return _span(head.strip(), tail.strip(), version, first)


def _network(head: str, tail: str, *, strict: bool) -> Range:
    version, number = read_address(head)
    if not (tail.isascii() and tail.isdigit() and len(tail) <= 3):
        raise ValueError(f"'{head}/{tail}' has no prefix length such as /24")
    prefix = int(tail)
    if version == 4 and ":" in head:
        prefix -= 96
    bits = BITS[version] - prefix
    if not 0 <= bits <= BITS[version]:
        raise ValueError(f"'{head}/{tail}': an IPv{version} prefix is 0 to {BITS[version]}")
    first = number >> bits << bits
    if strict and first != number:
        proper = f"{write_address(version, first)}/{prefix}"
        raise ValueError(f"'{head}/{tail}' is an address inside {proper}; write one or the other")
    return Range(version, first, first + (1 << bits) - 1)


def _span(head: str, tail: str, version: int, first: int) -> Range:
    shared = _SHORT_END.fullmatch(head)
    if "." not in tail and ":" not in tail and shared:
        tail = shared.group(1) + tail
    tail_version, last = read_address(tail)
    if version != tail_version:
        raise ValueError(f"'{head}-{tail}' begins in one IP version and ends in the other")
    if last < first:
        raise ValueError(f"'{head}-{tail}' ends before it begins")
    return Range(version, first, last)


def write_range(span: Range) -> str:
    """A range as an address, a network, or its two ends."""
    version, first, last = span
    start = write_address(version, first)
    if first == last:
        return start
    bits = (last - first + 1).bit_length() - 1
    if last - first + 1 == 1 << bits and first >> bits << bits == first:
        return f"{start}/{BITS[version] - bits}"
    return f"{start}-{write_address(version, last)}"


def embedded(number: int) -> int | None:
    """The IPv4 address that packets to an IPv6 address end at by the form of the address.

    6to4 (RFC 3056), NAT64 (RFC 6052), Teredo (RFC 4380), ISATAP (RFC 5214), IPv4-compatible
    (RFC 4291) and IPv4-translated (RFC 2765).
    """
    top = number >> 96
    if top >> 16 == 0x2002:
        return number >> 80 & _LOW_32
    if top == 0x0064_FF9B and not number >> 32 & 0xFFFF_FFFF_FFFF_FFFF:
        return number & _LOW_32
    if top == 0x2001_0000:
        return ~number & _LOW_32
    if number >> 32 & 0xFCFF_FFFF == 0x0000_5EFE:
        return number & _LOW_32
    if number >> 32 == 0xFFFF_0000 or (not number >> 32 and number > 1):
        return number & _LOW_32
    return None


SPECIAL: tuple[tuple[Range, str], ...] = tuple(
    (read_range(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified (0.0.0.0/8)"),
        ("10.0.0.0/8", "private (10.0.0.0/8)"),
        ("100.64.0.0/10", "shared by carriers (100.64.0.0/10)"),
        ("127.0.0.0/8", "loopback (127.0.0.0/8)"),
        ("169.254.0.0/16", "link-local (169.254.0.0/16)"),
        ("172.16.0.0/12", "private (172.16.0.0/12)"),
        ("192.0.0.0/24", "for protocols (192.0.0.0/24)"),
        ("192.0.2.0/24", "for documentation (192.0.2.0/24)"),
        ("192.168.0.0/16", "private (192.168.0.0/16)"),
        ("198.18.0.0/15", "for benchmarks (198.18.0.0/15)"),
        ("198.51.100.0/24", "for documentation (198.51.100.0/24)"),
        ("203.0.113.0/24", "for documentation (203.0.113.0/24)"),
        ("224.0.0.0/4", "multicast (224.0.0.0/4)"),
        ("240.0.0.0/4", "reserved (240.0.0.0/4)"),
        ("255.255.255.255", "broadcast (255.255.255.255)"),
        ("::", "unspecified (::)"),
        ("::1", "loopback (::1)"),
        ("64:ff9b:1::/48", "private translation (64:ff9b:1::/48)"),
        ("100::/64", "discarded (100::/64)"),
        ("2001:db8::/32", "for documentation (2001:db8::/32)"),
        ("3fff::/20", "for documentation (3fff::/20)"),
        ("5f00::/16", "for segment routing (5f00::/16)"),
        ("fc00::/7", "private (fc00::/7)"),
        ("fe80::/10", "link-local (fe80::/10)"),
        ("fec0::/10", "site-local (fec0::/10)"),
        ("ff00::/8", "multicast (ff00::/8)"),
    )
)
"""Ranges that a wider entry does not cover, and what they are."""
