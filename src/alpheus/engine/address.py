"""Addresses of a cluster as they are written: `tls://host:port`, and nothing without TLS."""

from __future__ import annotations

import re

from alpheus.errors import UsageError

PORT = 8786
_ADDRESS = re.compile(r"(?:(?P<scheme>[a-z0-9+.-]+)://)?(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+)"
                      r"(?::(?P<port>[0-9]{1,5}))?/?")  # fmt: skip


def scheduler_address(text: str) -> str:
    """The address of a scheduler as it was written. Raises UsageError."""
    found = _ADDRESS.fullmatch(text)
    scheme = found["scheme"] if found else None
    if scheme in {"tcp", "ws", "wss", "ucx", "http"}:
        raise UsageError(f"{text}: without mutual TLS anybody could give orders; use tls://")
    if found is None or scheme != "tls":
        raise UsageError(f"{text}: is no address of a scheduler; such as tls://scheduler:{PORT}")
    return f"tls://{found['host']}:{_port(text, found['port'])}"


def host_and_port(text: str) -> tuple[str, int]:
    """What to listen at: an address, a port, or both. Raises UsageError."""
    if text.isascii() and text.isdigit():
        return "", _port(text, text)
    found = _ADDRESS.fullmatch(text)
    if found is None or found["scheme"]:
        raise UsageError(f"{text}: is no address to listen at; such as 0.0.0.0:{PORT}")
    return found["host"].strip("[]"), _port(text, found["port"])


def _port(text: str, port: str | None) -> int:
    number = int(port) if port else PORT
    if number > 65_535:
        raise UsageError(f"{text}: there is no port {number}")
    return number
