"""The few words of DER (ITU-T X.690) that a certificate is written with."""

from __future__ import annotations

from datetime import datetime


def value(tag: int, content: bytes) -> bytes:
    """A tag, the length of its content, and the content."""
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size) + content


def sequence(*parts: bytes) -> bytes:
    """A sequence."""
    return value(0x30, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """A set, whose parts come in the order given."""
    return value(0x31, b"".join(parts))


def explicit(number: int, content: bytes) -> bytes:
    """A context tag around something."""
    return value(0xA0 | number, content)


def integer(number: int) -> bytes:
    """A whole number, also a negative one."""
    magnitude = number if number >= 0 else ~number
    return value(0x02, number.to_bytes(magnitude.bit_length() // 8 + 1, signed=True))


def null() -> bytes:
    """Nothing."""
    return value(0x05, b"")


def boolean(*, true: bool) -> bytes:
    """A truth value."""
    return value(0x01, b"\xff" if true else b"\0")


def octet_string(content: bytes) -> bytes:
    """Bytes."""
    return value(0x04, content)


def bit_string(content: bytes) -> bytes:
    """Bits, a multiple of eight."""
    return value(0x03, b"\0" + content)


def text(content: str, tag: int = 0x0C) -> bytes:
    """A text: UTF8String, or by its tag another kind of string."""
    return value(tag, content.encode("utf-8"))


def time(moment: datetime) -> bytes:
    """A time in UTC: two digits of the year until 2049, as RFC 5280 has it."""
    if moment.year < 2050:
        return value(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())
    return value(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def object_identifier(dotted: str) -> bytes:
    """An object identifier."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytearray([40 * first + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(0x80 | number & 0x7F)
        content += bytes(reversed(groups))
    return value(0x06, bytes(content))
