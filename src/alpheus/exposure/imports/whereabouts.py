"""Whether what a record says leads to a server at all, and to one that others can reach.

Addresses of the machine itself (loopback), of none (unspecified) and `localhost` lead nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import AF_INET, inet_pton

from alpheus.exposure.imports.model import Listing

NEITHER = "neither an address nor a name"
_HERE = (ip_network("127.0.0.0/8"), ip_network("0.0.0.0/8"), ip_network("::1/128"),
         ip_network("::/128"))  # fmt: skip
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                  "100.64.0.0/10", "169.254.0.0/16", "fc00::/7",
                                  "fe80::/10")))  # fmt: skip
"""RFC 1918, RFC 6598 (shared by providers), RFC 3927, RFC 4193 and RFC 4291."""

_PRIVATE_STARTS = frozenset(
    number.to_bytes(2, "big")
    for network in _PRIVATE if network.version == 4
    for number in range(int(network[0]) >> 16, (int(network[-1]) >> 16) + 1)
)  # fmt: skip
"""The first two bytes of addresses of version 4 in them."""

_LOCAL = ("localhost", "localhost.localdomain")


def nowhere(listing: Listing) -> str:
    """Why a listing leads to no server; '' if it does."""
    if listing.address:
        return here(listing.address)
    if listing.servers or listing.tls is not None:
        return ""
    return no_name(listing.names)


def no_name(names: Iterable[str]) -> str:
    """Why host names lead to no server; '' if one does. A name without a dot leads nowhere."""
    local = next((name for name in names if _is_local(name)), "")
    if any("." in name and not _is_local(name) for name in names):
        return ""
    return f"'{local}' is the machine itself, and no server" if local else NEITHER


def _is_local(name: str) -> bool:
    return name in _LOCAL or name.endswith(".localhost")


def here(address: str) -> str:
    """Why an address is no server's; '' if it may be one's."""
    # Nearly all addresses are told by their first characters.
    if not address.startswith(("127.", "0.", "::")):
        return ""
    found = _parsed(address)
    if found is not None and any(found in network for network in _HERE):
        return f"{address} is the machine itself or none, and no server"
    return ""


def is_private(address: str) -> bool:
    """Whether an address is one of a network that is not part of the Internet."""
    if not address.startswith(("10.", "172.", "192.168.", "100.", "169.254.", "f")):
        return False
    if not address.startswith("f"):
        try:
            return inet_pton(AF_INET, address)[:2] in _PRIVATE_STARTS
        except (OSError, ValueError):
            return False
    found = _parsed(address)
    return found is not None and any(found in network for network in _PRIVATE)


@lru_cache(maxsize=4_096)
def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
