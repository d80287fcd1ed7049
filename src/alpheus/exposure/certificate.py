"""Reads what a server's certificate says of it, by a bounded reader that nothing can upset.

Old servers show what strict libraries refuse: negative serials, empty subjects, 512-bit keys, wrong
string types. What can be read is reported, the rest stays empty. Sources: X.690 (DER), RFC 5280.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import ip_address

from alpheus.exposure.model import Certificate

_MOST_NAMES = 200
_LONGEST_TEXT = 256
_LONGEST_SUBJECT = 1024

_SEQUENCE, _SET, _OID, _INTEGER, _BITS, _OCTETS = 0x30, 0x31, 0x06, 0x02, 0x03, 0x04
_VERSION, _EXTENSIONS, _DNS_NAME, _IP_ADDRESS = 0xA0, 0xA3, 0x82, 0x87
_ENCODINGS = {0x0C: "utf-8", 0x1E: "utf-16-be", 0x1C: "utf-32-be"}
_TEXTS = frozenset({0x12, 0x13, 0x14, 0x16, 0x1A, 0x0C, 0x1C, 0x1E})

_ATTRIBUTES = {
    "550403": "CN", "550406": "C", "550407": "L", "550408": "ST", "55040a": "O", "55040b": "OU",
    "0992268993f22c640119": "DC", "2a864886f70d010901": "emailAddress",
}  # fmt: skip
_ALTERNATIVE_NAMES = bytes.fromhex("551d11")
_SIGNATURES = {
    "2a864886f70d010102": "RSA-MD2", "2a864886f70d010104": "RSA-MD5",
    "2a864886f70d010105": "RSA-SHA1", "2b0e03021d": "RSA-SHA1", "2a864886f70d01010e": "RSA-SHA224",
    "2a864886f70d01010b": "RSA-SHA256", "2a864886f70d01010c": "RSA-SHA384",
    "2a864886f70d01010d": "RSA-SHA512", "2a864886f70d01010a": "RSA-PSS",
    "2a8648ce380403": "DSA-SHA1", "608648016503040302": "DSA-SHA256",
    "2a8648ce3d0401": "ECDSA-SHA1",
    "2a8648ce3d040301": "ECDSA-SHA224", "2a8648ce3d040302": "ECDSA-SHA256",
    "2a8648ce3d040303": "ECDSA-SHA384", "2a8648ce3d040304": "ECDSA-SHA512",
    "2b6570": "Ed25519", "2b6571": "Ed448",
}  # fmt: skip
_KEYS = {
    "2a864886f70d010101": "RSA", "2a864886f70d01010a": "RSA", "2a8648ce3d0201": "EC",
    "2a8648ce380401": "DSA", "2b6570": "Ed25519", "2b6571": "Ed448", "2b656e": "X25519",
}  # fmt: skip
_CURVES = {
    "2a8648ce3d030107": 256, "2b81040022": 384, "2b81040023": 521, "2b8104000a": 256,
    "2b81040021": 224, "2a8648ce3d030101": 192, "2b2403030208010107": 256,
    "2b240303020801010b": 384, "2b240303020801010d": 512,
}  # fmt: skip
_FIXED_BITS = {"Ed25519": 256, "Ed448": 456, "X25519": 256}
_TIME = re.compile(rb"(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d+)?(Z|[+-]\d{4})?")
_UTC_TIME = 0x17
_PIVOT = 50
_HOST = re.compile(r"[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_-]+)*\.?")


class _DerError(ValueError):
    """The bytes are not what their place asks for."""


@dataclass(slots=True)
class _Facts:
    subject: str = ""
    organisation: str = ""
    issuer: str = ""
    common_name: str = ""
    names: tuple[str, ...] = ()
    not_before: str = ""
    not_after: str = ""
    key: str = ""
    key_bits: int = 0
    signature: str = ""
    self_signed: bool = False


@lru_cache(maxsize=1024)
@lru_cache(maxsize=1024)
def certificate_of(der: bytes | None) -> Certificate | None:
    """As `read_certificate`, of what a server may not have shown; those of many servers once."""
    return read_certificate(der) if der else None


def read_certificate(der: bytes) -> Certificate:
    """What an X.509 certificate in DER says; never raises, what cannot be read stays empty.

    Names are the common name, if it could be a host, and the alternative names, 200 at most. Times
    are UTC. `self_signed` means that issuer and subject are the same name; nothing is verified.
    """
    facts = _Facts()
    with suppress(ValueError, IndexError, OverflowError):  # What was read before it is kept.
        _read(der, facts)
    names = dict.fromkeys(facts.names)
    if _HOST.fullmatch(facts.common_name):
        names = dict.fromkeys((facts.common_name, *names))
    return Certificate(
        sha256=hashlib.sha256(der).hexdigest(),
        subject=facts.subject,
        organisation=facts.organisation,
        issuer=facts.issuer,
        names=tuple(names)[:_MOST_NAMES],
        not_before=facts.not_before,
        not_after=facts.not_after,
        key=facts.key,
        key_bits=facts.key_bits,
        signature=facts.signature,
        self_signed=facts.self_signed,
    )


def _element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Tag, start and end of the content of the element at `at`; lengths must be definite."""
    if at + 2 > end:
        raise _DerError("an element begins beyond its container")
    tag, length = data[at], data[at + 1]
    at += 2
    if length & 0x80:
        size = length & 0x7F
        if not 0 < size <= 4 or at + size > end:
            raise _DerError("a length that is none")
        length = int.from_bytes(data[at : at + size], "big")
        at += size
    if at + length > end or tag & 0x1F == 0x1F:
        raise _DerError("an element ends beyond its container")
    return tag, at, at + length


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    while at < end:
        tag, start, stop = _element(data, at, end)
        yield tag, start, stop
        at = stop


def _expect(found: tuple[int, int, int], tag: int) -> tuple[int, int]:
    if found[0] != tag:
        raise _DerError("an element of another type")
    return found[1], found[2]


def _read(der: bytes, facts: _Facts) -> None:
    """Fill in the facts in the order in which they stand."""
    start, end = _expect(_element(der, 0, len(der)), _SEQUENCE)
    start, end = _expect(_element(der, start, end), _SEQUENCE)
    fields = _elements(der, start, end)
    first = next(fields, (0, 0, 0))
    if first[0] == _VERSION:
        next(fields, None)  # The serial number; its sign and size are nobody's business here.
    algorithm = next(fields, (0, 0, 0))
    facts.signature = _signature(der, *_expect(algorithm, _SEQUENCE))
    issuer = _expect(next(fields, (0, 0, 0)), _SEQUENCE)
    facts.issuer = _name(der, *issuer)[0]
    validity = _expect(next(fields, (0, 0, 0)), _SEQUENCE)
    times = [_time(tag, der[start:stop]) for tag, start, stop in _elements(der, *validity)]
    facts.not_before, facts.not_after = (*times, "", "")[:2]
    subject = _expect(next(fields, (0, 0, 0)), _SEQUENCE)
    facts.subject, facts.common_name, facts.organisation = _name(der, *subject)
    facts.self_signed = der[issuer[0] : issuer[1]] == der[subject[0] : subject[1]]
    key = _expect(next(fields, (0, 0, 0)), _SEQUENCE)
    for tag, start, stop in fields:
        if tag == _EXTENSIONS:
            facts.names = tuple(_alternative_names(der, start, stop))
    facts.key, facts.key_bits = _key(der, *key)


def _signature(der: bytes, start: int, end: int) -> str:
    oid = _oid(der, _element(der, start, end))
    return _SIGNATURES.get(oid, _dotted(oid))


def _oid(der: bytes, found: tuple[int, int, int]) -> str:
    start, stop = _expect(found, _OID)
    return der[start:stop].hex()


def _dotted(oid: str) -> str:
    """The usual spelling of an object identifier that no table here has."""
    parts: list[int] = []
    value = 0
    for octet in bytes.fromhex(oid)[:32]:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            parts.append(value)
            value = 0
    if not parts:
        return ""
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - first * 40, *parts[1:])))


def _name(der: bytes, start: int, end: int) -> tuple[str, str, str]:
    """The whole name, its common name and its organisation; the last of each kind counts."""
    shown: list[str] = []
    kept = {"CN": "", "O": ""}
    for tag, at, stop in _elements(der, start, end):
        if tag != _SET:
            continue
        for pair, begin, finish in _elements(der, at, stop):
            if pair != _SEQUENCE:
                continue
            _, oid_start, oid_stop = _element(der, begin, finish)
            kind, value_start, value_stop = _element(der, oid_stop, finish)
            oid = der[oid_start:oid_stop].hex()
            label = _ATTRIBUTES.get(oid) or _dotted(oid)
            text = _text(kind, der[value_start:value_stop])
            shown.append(f"{label}={text}")
            if label in kept:
                kept[label] = text
    return ", ".join(shown)[:_LONGEST_SUBJECT], kept["CN"], kept["O"]


def _text(tag: int, content: bytes) -> str:
    if tag not in _TEXTS:
        return content[:64].hex()
    return content[: _LONGEST_TEXT * 4].decode(_ENCODINGS.get(tag, "latin-1"), "replace")[
        :_LONGEST_TEXT
    ]


def _time(tag: int, content: bytes) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ` of a UTCTime or GeneralizedTime; '' if it is none."""
    if tag == _UTC_TIME:
        century = b"20" if content[:2].isdigit() and int(content[:2]) < _PIVOT else b"19"
        content = century + content
    match = _TIME.fullmatch(content)
    if match is None or match[1] is None:
        return ""
    *_, zone = match.groups()
    year = int(match[1] + match[2])
    parts = [int(match[number] or 0) for number in range(3, 8)]
    try:
        moment = datetime(year, *parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
        if zone not in {None, b"Z"}:
            moment = datetime.strptime(
                moment.strftime("%Y%m%d%H%M%S") + zone.decode(), "%Y%m%d%H%M%S%z"
            ).astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return moment.isoformat()[:19] + "Z"


def _alternative_names(der: bytes, start: int, end: int) -> Iterator[str]:
    """Host names and addresses of the subject's alternative names, those that are well-formed."""
    start, end = _expect(_element(der, start, end), _SEQUENCE)
    for extension in _elements(der, start, end):
        at, stop = _expect(extension, _SEQUENCE)
        parts = list(_elements(der, at, stop))
        if len(parts) < 2 or der[parts[0][1] : parts[0][2]] != _ALTERNATIVE_NAMES:
            continue
        at, stop = _expect(parts[-1], _OCTETS)
        at, stop = _expect(_element(der, at, stop), _SEQUENCE)
        for count, (tag, begin, finish) in enumerate(_elements(der, at, stop)):
            if count >= _MOST_NAMES:
                return
            content = der[begin:finish]
            if tag == _DNS_NAME and 0 < len(content) < _LONGEST_TEXT:
                yield content.decode("latin-1")
            elif tag == _IP_ADDRESS and len(content) in {4, 16}:
                yield str(ip_address(content))


def _key(der: bytes, start: int, end: int) -> tuple[str, int]:
    """Kind and size of the public key."""
    algorithm, bits = _two(der, start, end)
    at, stop = _expect(algorithm, _SEQUENCE)
    oid, *parameters = _elements(der, at, stop)
    name = _oid(der, oid)
    kind = _KEYS.get(name, _dotted(name))
    if kind == "EC" and parameters and parameters[0][0] == _OID:
        return kind, _CURVES.get(_oid(der, parameters[0]), 0)
    if kind == "DSA" and parameters and parameters[0][0] == _SEQUENCE:
        return kind, _bits_of(der, _element(der, parameters[0][1], parameters[0][2]))
    if kind == "RSA":
        at, stop = _expect(bits, _BITS)
        at, stop = _expect(_element(der, at + 1, stop), _SEQUENCE)
        return kind, _bits_of(der, _element(der, at, stop))
    return kind, _FIXED_BITS.get(kind, 0)


def _two(der: bytes, start: int, end: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    first = _element(der, start, end)
    return first, _element(der, first[2], end)


def _bits_of(der: bytes, found: tuple[int, int, int]) -> int:
    start, stop = _expect(found, _INTEGER)
    return int.from_bytes(der[start:stop], "big").bit_length()
