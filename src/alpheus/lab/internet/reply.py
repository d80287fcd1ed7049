"""What a simulated server sends back, and what it does afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache
from itertools import count

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_numbers = count(1)


class Then(Enum):
    """What follows after the bytes are sent."""

    KEEP = auto()
    """Wait for the next request."""
    CLOSE = auto()
    RESET = auto()
    HOLD = auto()
    """Say nothing more, and keep the connection."""
    DRIP = auto()
    """The bytes go out one each second, `again` and again."""
    REPEAT = auto()
    """`again` goes out as fast as it is taken, for ever."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `host` as the client wrote it, empty where it did not."""

    method: str
    target: str
    host: str

    @property
    def path(self) -> str:
        """The target without its query, in lower case."""
        return self.target.partition("?")[0].lower()


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes, and what follows; `again` is what DRIP and REPEAT go on with."""

    data: bytes
    then: Then = Then.KEEP
    again: bytes = b""


Headers = tuple[tuple[str, str], ...]


def response(status: str, headers: Headers, body: bytes = b"", then: Then = Then.KEEP) -> Reply:
    """A response of HTTP/1.1; headers are sent in their order, as they are."""
    lines = [f"HTTP/1.1 {status}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return Reply("\r\n".join(lines).encode() + b"\r\n\r\n" + body, then)


def date() -> str:
    """The time now, as HTTP writes it."""
    return _date(int(time.time()))


@lru_cache(maxsize=8)
def _date(seconds: int) -> str:
    now = time.gmtime(seconds)
    clock = time.strftime("%H:%M:%S", now)
    return (
        f"{_DAYS[now.tm_wday]}, {now.tm_mday:02d} {_MONTHS[now.tm_mon - 1]} {now.tm_year} "
        f"{clock} GMT"
    )


def request_id() -> str:
    """A new identifier of a request, written as a GUID."""
    number = next(_numbers)
    mixed = number * 0x9E3779B97F4A7C15 & (1 << 64) - 1
    return f"{mixed >> 32:08x}-{mixed >> 16 & 0xFFFF:04x}-4a1c-9f3e-{number:012x}"


def object_moved(location: str) -> bytes:
    """ASP.NET's page for a redirect."""
    return (
        "<html><head><title>Object moved</title></head><body>\r\n"
        f'<h2>Object moved to <a href="{location}">here</a>.</h2>\r\n</body></html>\r\n'
    ).encode()


def chunks(body: bytes, size: int = 4096) -> bytes:
    """A body in chunked coding."""
    parts = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
