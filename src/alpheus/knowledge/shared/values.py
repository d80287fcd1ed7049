"""Values as people share them: defanged, with ports and schemes; and what kind they are.

Only what is looked up in evidence is taken: hashes, addresses, narrow ranges, host names. Of a URL
that is its host.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

KINDS = frozenset({"sha256", "sha1", "md5", "ip", "domain"})
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}
_LENGTHS = {name: length for length, name in _HASHES.items()}
_HEX = re.compile(r"[0-9a-fA-F]+")
_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\.?$){_LABEL}\.?")
_FANGS = (
    ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"),
    ("[://]", "://"), ("[@]", "@"),
)  # fmt: skip
_PORT = re.compile(r":\d{1,5}\Z")
_LONGEST = 253
_DIGITS = 3
_OF_FILES = (
    " asax ascx ashx asmx asp aspx bat bin cer cfg cmd config css csv dat dll doc docx exe gif hta"
    " htm html ini jpg js json jsp jspx lnk log master msi pdf php png ps1 psm1 rar svc tmp txt vbs"
    " xls xlsx xml yml "
)
"""No domain of the highest level, and how names of files end."""

_SCHEME = re.compile(r"^(?:hxxp|h\*\*p|meow)(s?)(?=://)", re.IGNORECASE)

NARROW = 8
"""A range of so many bits is taken as the addresses it holds: 256 of them at most."""

RANGE = "a range of more than 256 addresses"
NO_VALUE = "of a kind that is not looked for in evidence"
NOTHING = "an empty value"
OF_FILE = "a name of a file: not looked for in evidence"


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
    if len(value) in _HASHES and _HEX.fullmatch(value):
        return _HASHES[len(value)], value.lower()
    found = _address(value)
    if found is not None:
        return found
    return _host(value) if value else NOTHING


def _host(value: str) -> tuple[str, str] | str:
    """Of a URL without its scheme, or a name; one that ends as names of files do is none."""
    if "/" in value:
        return host_of(f"http://{value}")
    name = as_domain(_PORT.sub("", value))
    of_file = not isinstance(name, str) and f" {name[1].rpartition('.')[2]} " in _OF_FILES
    return OF_FILE if of_file else name


def _address(value: str) -> tuple[str, str] | str | None:
    """A single address, or that it is a range; None if it is neither."""
    address, slash, length = value.partition("/")
    if not slash:
        found = address_of(value)
        return None if found is None else ("ip", found)
    found = address_of(address) if length.isascii() and length.isdigit() else None
    if found is None:
        return None
    bits = 128 if ":" in address else 32
    if length == str(bits):
        return "ip", found
    if len(length) > _DIGITS or not bits - NARROW <= int(length) <= bits:
        return RANGE
    return "ip", str(ipaddress.ip_network(f"{found}/{length}", strict=False))


def each_address(value: str) -> Iterator[str]:
    """The addresses of a narrow range, as `kind_of` gives it."""
    yield from map(str, ipaddress.ip_network(value))


def host_of(url: str) -> tuple[str, str] | str:
    """The host of a URL: the path is one of very many, the host is who it belongs to."""
    try:
        host = urlsplit(refang(url)).hostname or ""
    except ValueError:
        return NO_VALUE
    address = address_of(host)
    return ("ip", address) if address is not None else as_domain(host)


def as_domain(text: str) -> tuple[str, str] | str:
    """A host name, in lower case and as sent (IDNA); `*.` says what is meant in any case."""
    value = text.removeprefix("*").removeprefix(".") if text[:1] in "*." else text
    if len(value) > _LONGEST + 1:
        return NO_VALUE
    if not value.isascii():
        try:
            value = value.encode("idna").decode("ascii")
        except UnicodeError:
            return NO_VALUE
    found = _DOMAIN.fullmatch(value) and len(value.rstrip(".")) <= _LONGEST
    return ("domain", value.lower().rstrip(".")) if found else NO_VALUE


def address_of(text: str) -> str | None:
    """An IP address in its one spelling, without brackets and port; None if it is none."""
    value = text.strip()
    if value.count(".") == 3 and value.count(":") < 2:
        value = value.partition(":")[0]
        return value if _is_plain(value) else None
    if ":" not in value:
        return None
    if value.startswith("["):
        value = value[1:].partition("]")[0]
    try:
        address = ipaddress.IPv6Address(value.partition("%")[0])
    except ValueError:
        return None
    return str(address.ipv4_mapped or address)


def _is_plain(text: str) -> bool:
    """Whether it is an IPv4 address and no more: as strict as `ipaddress`, and far cheaper."""
    try:
        socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):
        return False
    return True


def typed(kind: str, text: str) -> tuple[str, str] | str:
    """A value of a type that was named; or why it is none, or why that type is of no use."""
    if kind not in KINDS:
        return NO_VALUE
    if kind == "ip" and _is_plain(text):
        return kind, text
    value = refang(text)
    if kind == "ip":
        address = _address(value)
        return f"no {kind}" if address is None else address
    if kind == "domain":
        found = as_domain(_PORT.sub("", value) if ":" in value else value)
        return found if not isinstance(found, str) else f"no {kind}"
    right = len(value) == _LENGTHS[kind] and _HEX.fullmatch(value)
    return (kind, value.lower()) if right else f"no {kind}"
