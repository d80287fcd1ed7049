"""Values as people share them: defanged, with ports and schemes; and what kind they are."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from alpheus.knowledge.indicators import normal_user_agent

_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
_HEX = re.compile(r"[0-9a-fA-F]+")
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\.?$){_LABEL}\.?")
_FANGS = (
    ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"),
    ("[://]", "://"), ("[@]", "@"),
)  # fmt: skip
_SCHEME = re.compile(r"^(?:hxxp|h\*\*p|meow)(s?)(?=://)", re.IGNORECASE)

RANGE = "a range of addresses"
NO_VALUE = "of a kind that is not looked for in evidence"


def refang(text: str) -> str:
    """The value itself, where somebody wrote it so that nobody clicks on it."""
    text = text.strip()
    if "[" in text or "(" in text or "{" in text:
        for written, meant in _FANGS:
            text = text.replace(written, meant)
    return _SCHEME.sub(r"http\1", text) if "://" in text else text


def kind_of(text: str) -> tuple[str, str] | str:
    """Type and value of one that says nothing but itself; or why it is none."""
    value = refang(text)
    if "://" in value:
        return host_of(value)
    if _HEX.fullmatch(value) and len(value) in _HASHES:
        return _HASHES[len(value)], value.lower()
    if (address := address_of(value)) is not None:
        return "ip", address
    if "/" in value and address_of(value.partition("/")[0]) is not None:
        return RANGE
    return as_domain(value)


def host_of(url: str) -> tuple[str, str] | str:
    """The host of a URL: the path is one of very many, the host is who it belongs to."""
    try:
        host = urlsplit(refang(url)).hostname or ""
    except ValueError:
        return NO_VALUE
    address = address_of(host)
    return ("ip", address) if address is not None else as_domain(host)


def as_domain(text: str) -> tuple[str, str] | str:
    """A host name, in lower case and as sent (IDNA)."""
    value = text
    if not value.isascii():
        try:
            value = value.encode("idna").decode("ascii")
        except UnicodeError:
            return NO_VALUE
    return ("domain", value.lower().rstrip(".")) if _DOMAIN.fullmatch(value) else NO_VALUE


def address_of(text: str) -> str | None:
    """An IP address in its one spelling, without brackets and port; None if it is none."""
    value = text.strip()
    if value.count(".") == 3 and value.count(":") < 2:
        value = value.partition(":")[0]
        try:
            # Far cheaper than `ipaddress`, and as strict.
            socket.inet_pton(socket.AF_INET, value)
        except (OSError, ValueError):
            return None
        return value
    if ":" not in value:
        return None
    if value.startswith("["):
        value = value[1:].partition("]")[0]
    try:
        address = ipaddress.IPv6Address(value.partition("%")[0])
    except ValueError:
        return None
    return str(address.ipv4_mapped or address)


def typed(kind: str, text: str) -> tuple[str, str] | str:
    """A value of a type that was named (see `knowledge.indicators.TYPES`); or why it is none."""
    value = refang(text)
    if kind == "ip":
        address = address_of(value)
        if address is None:
            return RANGE if "/" in value else f"no {kind}"
        return kind, address
    if kind == "domain":
        found = as_domain(value)
        return found if not isinstance(found, str) else f"no {kind}"
    if kind in _HASHES.values():
        wanted = next(length for length, name in _HASHES.items() if name == kind)
        right = len(value) == wanted and _HEX.fullmatch(value)
        return (kind, value.lower()) if right else f"no {kind}"
    if kind == "user-agent":
        return (kind, text.strip()) if normal_user_agent(text) else f"no {kind}"
    return (kind, text.strip()) if text.strip() else f"no {kind}"
