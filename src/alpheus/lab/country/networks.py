"""Addresses that are nobody's: private, shared, documentation and benchmark ranges.

Organisations stand in groups of 64, each with a provider: an ordinary one, one whose customers'
addresses change every few days, or a hosting company. Every organisation has 16 IPv4 addresses of
its own in 100.64.0.0/10 or 10.0.0.0/9, and one network of 2001:db8::/32; changing addresses come
from 10.128.0.0/9, and what is no Exchange server stands in 198.18.0.0/15.
"""

from __future__ import annotations

import ipaddress

from alpheus.errors import UsageError
from alpheus.lab.country.dice import throw
from alpheus.lab.country.model import Provider
from alpheus.lab.country.words import COUNT, Words

GROUP = 64
BLOCK = 16
EPOCH = 6
"""Days after which changing addresses change."""
_SHARED = int(ipaddress.IPv4Address("100.64.0.0"))
_SHARED_BLOCKS = 2**22 // BLOCK
_PRIVATE = int(ipaddress.IPv4Address("10.0.0.0"))
_POOLS = int(ipaddress.IPv4Address("10.128.0.0"))
_BENCHMARK = int(ipaddress.IPv4Address("198.18.0.0"))
_DOCUMENTATION = int(ipaddress.IPv6Address("2001:db8::"))
MOST = _SHARED_BLOCKS + 2**23 // BLOCK
"""There is room for so many organisations."""
_PROVIDERS = 20


def check_count(organisations: int) -> None:
    """Raises UsageError where there is no room for so many."""
    if not 0 < organisations <= MOST:
        raise UsageError(
            f"a simulated country has 1 to {MOST:,} organisations, not {organisations:,}"
        )


def is_hosting(group: int) -> bool:
    """Whether the customers of this group have their servers run for them."""
    return group % 16 == 2


def is_dynamic(group: int) -> bool:
    """Whether the addresses of this group change."""
    return group % 8 == 1


def provider(seed: int, words: Words, group: int) -> Provider:
    """Who holds the network of a group."""
    if is_hosting(group):
        word = words.word(COUNT - 1 - group)
        return Provider(f"{word.capitalize()} Hosting", f"{word}hosting.example", _asn(20), True)  # noqa: FBT003 - it does
    number = int(throw(seed, "provider", group) * _PROVIDERS)
    word = words.word(COUNT // 2 + number)
    kind = ("Communications", "Cable", "Fiber", "Telecom")[number % 4]
    return Provider(f"{word.capitalize()} {kind}", f"{word}net.example", _asn(number))


def _asn(number: int) -> int:
    """A number that is kept for documentation (RFC 5398)."""
    return 64_496 + number if number < 16 else 65_536 + number - 16


def block(index: int) -> int:
    """The first of an organisation's own 16 addresses, as a number."""
    if index < _SHARED_BLOCKS:
        return _SHARED + index * BLOCK
    return _PRIVATE + (index - _SHARED_BLOCKS) * BLOCK


def network(index: int) -> str:
    """An organisation's own addresses in CIDR form."""
    return f"{ipaddress.IPv4Address(block(index))}/28"


def group_networks(group: int) -> tuple[str, ...]:
    """What the provider of a group holds for it: fixed addresses, changing ones, and version 6."""
    first = ipaddress.IPv4Address(block(group * GROUP))
    pool = ipaddress.IPv4Address(_POOLS + group * GROUP)
    six = ipaddress.IPv6Address(_DOCUMENTATION + (group * GROUP << 64))
    return f"{first}/22", f"{pool}/26", f"{six}/58"


def fixed(index: int, host: int) -> str:
    """An address of an organisation; `host` from 1 to 14."""
    return str(ipaddress.IPv4Address(block(index) + host))


def changing(index: int, day: int) -> str:
    """The address of a customer of a group with changing addresses on a day.

    In every epoch each customer has another one, which a neighbour had before.
    """
    group, place = divmod(index, GROUP)
    turn = (place + day // EPOCH * 5) % GROUP
    return str(ipaddress.IPv4Address(_POOLS + group * GROUP + turn))


def version_six(index: int, host: int) -> str:
    """An IPv6 address of an organisation."""
    return str(ipaddress.IPv6Address(_DOCUMENTATION + (index << 64) + 0x20 + host))


def stranger(number: int) -> str:
    """The address of something that is no Exchange server of anybody."""
    return str(ipaddress.IPv4Address(_BENCHMARK + 1 + number % (2**17 - 2)))


def provider_name(address: str, provider_domain: str) -> str:
    """The name that a provider gives to an address of a customer."""
    dashed = address.replace(".", "-").replace(":", "-")
    return f"static-{dashed}.biz.{provider_domain}"
