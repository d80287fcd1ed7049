"""Values of IntelMQ's data format (version 3), none of which it refuses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from ipaddress import ip_address

BROKEN = ("intrusions", "system-compromise")
OPEN = ("vulnerable", "vulnerable-system")
UNSURE = ("other", "undetermined")
"""Taxonomy and type of what is known of a server."""

TLP = {
    "TLP:RED": "RED",
    "TLP:AMBER+STRICT": "RED",
    "TLP:AMBER": "AMBER",
    "TLP:GREEN": "GREEN",
    "TLP:CLEAR": "WHITE",
}
"""The format knows no `AMBER+STRICT`: the next stricter label stands for it."""

_LONGEST_LABEL = 63
_FIRST_YEAR = 1970


def event(said: Iterable[tuple[str, object]]) -> dict[str, object]:
    """An event of the fields that say something."""
    return {"__type": "Event"} | {name: value for name, value in said if value not in {"", None}}


def zoned(time: datetime | None) -> str | None:
    """A time in UTC with `+00:00`; None for none, and for one before 1970."""
    if time is None or time.year < _FIRST_YEAR:
        return None
    return time.isoformat(timespec="seconds")


def address(text: str) -> str | None:
    """An address in its shortest spelling, without a zone; None for what is none."""
    try:
        return str(ip_address(text.strip().partition("%")[0]))
    except ValueError:
        return None


def full_name(text: str) -> str | None:
    """A host name with a dot, in lower case and A-labels; None for what is none."""
    name = text.strip().rstrip(".").lower()
    if "." not in name or address(name):
        return None
    try:
        name = name.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = name.split(".")
    fine = all(
        0 < len(label) <= _LONGEST_LABEL and all(c.isalnum() or c in "-_" for c in label)
        for label in labels
    )
    return name if fine and not labels[-1].isdigit() else None
