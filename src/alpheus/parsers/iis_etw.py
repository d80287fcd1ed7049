"""IIS logging as ETW: event 6200 carries one request, with the fields of a W3C log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from alpheus.parsers.event_time import from_text, to_utc

_PROVIDER = "microsoft-windows-iis-logging"
_CHANNEL = "microsoft-iis-logging/logs"
_W3C_NAMES = {
    "csUser-Agent": "cs(User-Agent)",
    "csCookie": "cs(Cookie)",
    "csReferer": "cs(Referer)",
}
"""Names that XML does not allow are written without brackets; these are the W3C names."""
_NOT_OF_W3C = {"EnabledFieldsFlags"}


def is_web_request(provider: str, channel: str, event_id: str) -> bool:
    """Whether an event is one request logged by IIS."""
    return event_id == "6200" and (provider.lower() == _PROVIDER or channel.lower() == _CHANNEL)


def web_request_fields(
    data: Mapping[str, str | tuple[str, ...]],
) -> tuple[datetime | None, dict[str, str | tuple[str, ...]]]:
    """Time of the request in UTC, and its fields with W3C names; `-` and empty are left out."""
    fields = {
        _W3C_NAMES.get(name, name): value
        for name, value in data.items()
        if value not in ("-", "") and name not in _NOT_OF_W3C
    }
    time = from_text(f"{fields.get('date')} {fields.get('time')}")
    return (to_utc(time) if time else None), fields
