"""The values of a scope file, read from what its author wrote.

Each function takes a text and raises ValueError that says what is wanted instead.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alpheus import __version__

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_RATE = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(?: *(?:/|per) *([a-z]+))?", re.IGNORECASE | re.ASCII)
_UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600}
_FASTEST = 1_000_000.0
_SLOWEST = 1 / 86_400
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)
_URL = re.compile(r"https?://[\w.\[\]:-]+(?:[/?#][!#-'*-;=?-Z_a-z~]*)?", re.ASCII)
_MAIL = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[\w-]+", re.ASCII)
_UNUSUAL = re.compile(r"[^\w .,&'/-]+", re.ASCII)
_OWNER_SHOWN = 60
_NEVER = 9_000
"""From this year on a date stands for no end."""


def truth(text: str) -> bool:
    """`true` or `false`."""
    value = _TRUTH.get(text.lower())
    if value is None:
        raise ValueError(f"'{text}' is neither true nor false")
    return value


def words(text: str) -> str:
    """Any text in one line that is not empty."""
    plain = " ".join(text.split())
    if not any(character.isalnum() for character in plain):
        raise ValueError("is empty")
    return plain


def contact(text: str) -> str:
    """A page or a mailbox at which the owner of an address finds who asks and why."""
    if not (_URL.fullmatch(text) or _MAIL.fullmatch(text)):
        raise ValueError(
            f"'{text}' is no link such as https://cert.example/scans, and no e-mail address"
        )
    return text


def port(text: str) -> int:
    """A TCP port."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    if not 0 < number < 65_536:
        raise ValueError(f"'{text}' is no port from 1 to 65535")
    return number


def rate(text: str) -> float:
    """How often in a second: `5`, `0.5`, `30/min`, `2 per second`."""
    match = _RATE.fullmatch(text)
    unit = _UNITS.get((match.group(2) or "s").lower()) if match else None
    if match is None or unit is None:
        raise ValueError(f"'{text}' is no rate such as 5 (in a second) or 30/min")
    number = float(match.group(1)) / unit
    if not _SLOWEST <= number <= _FASTEST:
        raise ValueError(f"'{text}' is out of bounds: once a day to {_FASTEST:,.0f} a second")
    return number


def part(text: str) -> float:
    """A number from 0 to 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 1:
        raise ValueError(f"'{text}' is no number from 0 to 1")
    return number


def prefix_v4(text: str) -> int:
    """The length of a prefix for IPv4 networks."""
    return _prefix(text, 8, 32)


def prefix_v6(text: str) -> int:
    """The length of a prefix for IPv6 networks."""
    return _prefix(text, 16, 128)


def _prefix(text: str, least: int, most: int) -> int:
    digits = text.removeprefix("/")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else -1
    if not least <= number <= most:
        raise ValueError(f"'{text}' is no prefix length from {least} to {most}")
    return number


def clock(text: str) -> time:
    """A time of the day, `08:30`; `24:00` is midnight."""
    match = _TIME.fullmatch(text)
    if match is None or (match.group(1) == "24" and match.group(2) != "00"):
        raise ValueError(f"'{text}' is no time of the day such as 08:30")
    return time(int(match.group(1)) % 24, int(match.group(2)))


def zone(text: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"'{text}' is no time zone such as Europe/Berlin or UTC") from None


def days(text: str) -> frozenset[int]:
    """Days of the week, from Monday as 0: `mon-fri`, `sat`, `daily`; `fri-mon` is four days."""
    if text.lower() in {"daily", "all"}:
        return frozenset(range(7))
    first, dash, last = (name.strip().lower()[:3] for name in text.partition("-"))
    wrong = ValueError(f"'{text}' are no days such as mon-fri or sat")
    if first not in _DAYS or (dash and last not in _DAYS):
        raise wrong
    begin = _DAYS.index(first)
    end = _DAYS.index(last) if dash else begin
    return frozenset((begin + ahead) % 7 for ahead in range((end - begin) % 7 + 1))


def begin(text: str) -> datetime:
    """The moment at which a date (in UTC) or time begins."""
    moment = _moment(text)
    if moment.year >= _NEVER:
        raise ValueError(f"'{text}' never comes")
    return moment


def end(text: str) -> datetime:
    """The moment at which a date (in UTC) or time is over: for a date, the next midnight."""
    moment = _moment(text)
    if moment.year >= _NEVER:
        return datetime.max.replace(tzinfo=UTC)
    is_date = not any(mark in text.strip() for mark in "Tt: ")
    return moment + timedelta(days=1) if is_date else moment


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        wanted = "such as 2021-03-03 or 2021-03-03T06:00:00Z"
        raise ValueError(f"'{text}' is no date or time {wanted}") from None
    return moment


def user_agent(owner: str, where: str) -> str:
    """What names us to every server that is asked: the product, the contact, the owner."""
    plain = unicodedata.normalize("NFKD", owner).encode("ascii", "ignore").decode()
    shown = " ".join(_UNUSUAL.sub(" ", plain).split())[:_OWNER_SHOWN].strip()
    link = where if "://" in where else f"mailto:{where}"
    return f"Alpheus/{__version__} (+{link}{'; ' if shown else ''}{shown})"
