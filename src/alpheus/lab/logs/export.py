"""The tables that Microsoft's Test-ProxyLogon script leaves: exports by Export-Csv."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

COLUMNS = (
    "DateTime",
    "RequestId",
    "ClientIPAddress",
    "UrlHost",
    "UrlStem",
    "RoutingHint",
    "UserAgent",
    "AnchorMailbox",
    "HttpStatus",
)
_TYPE = "#TYPE Selected.System.Management.Automation.PSCustomObject"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A table with every value in quotes, CRLF, below a line that names the type."""
    lines = [_TYPE, _row(columns), *(_row(row) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


def log_ages(oldest: datetime, taken: datetime) -> bytes:
    """How many days back each log reaches, by the script's reckoning."""
    days = f"{(taken - oldest).total_seconds() / 86400:.1f}"
    columns = ("Oabgen", "Ecp", "AutodProxy", "EasProxy", "EcpProxy", "EwsProxy", "OwaProxy")
    return table(columns, [[days] * len(columns)])


def _row(values: Sequence[str]) -> str:
    return ",".join('"' + value.replace('"', '""') + '"' for value in values)
