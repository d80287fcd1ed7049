"""The head of Exchange's text logs."""

from __future__ import annotations

from datetime import UTC, datetime

from alpheus.lab.logs import exchange


def test_five_lines() -> None:
    """Software, version, kind, time with milliseconds, columns."""
    opened = datetime(2021, 3, 1, 2, 3, 4, 56_000, tzinfo=UTC)
    lines = exchange.header(opened, "15.01.2106.002", "Some Logs", "A,B").split("\r\n")
    assert lines == [
        "#Software: Microsoft Exchange Server",
        "#Version: 15.01.2106.002",
        "#Log-type: Some Logs",
        "#Date: 2021-03-01T02:03:04.056Z",
        "#Fields: A,B",
        "",
    ]
