"""The head that Exchange's own text logs share."""

from __future__ import annotations

from datetime import datetime


def header(
    opened: datetime,
    version: str,
    kind: str,
    fields: str,
    software: str = "Microsoft Exchange Server",
) -> str:
    """Five lines; `version` is padded, `opened` is UTC."""
    milliseconds = opened.microsecond // 1000
    return (
        f"#Software: {software}\r\n"
        f"#Version: {version}\r\n"
        f"#Log-type: {kind}\r\n"
        f"#Date: {opened:%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z\r\n"
        f"#Fields: {fields}\r\n"
    )
