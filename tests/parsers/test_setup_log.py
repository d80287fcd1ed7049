"""ExchangeSetup.log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from alpheus.model import TimeBasis
from alpheus.parsers.base import ReadOptions
from textlogs import rows_of, scan


def _log(mode: str, end: str) -> bytes:
    lines = [
        "[03/10/2021 12:00:00.0123] [0] Starting Microsoft Exchange Server 2016 Setup",
        "[03/10/2021 12:00:01.0000] [0] Setup version: 15.1.2176.9.",
        f"[03/10/2021 12:00:02.0000] [0] Command Line Parameter Name='mode', Value='{mode}'.",
        "[03/10/2021 12:00:03.0000] [1] [ERROR] something",
        "   at Microsoft.Exchange.Something()",
        f"[03/10/2021 12:30:00.0000] [0] {end}",
    ]
    return "\r\n".join(lines).encode()


_DONE = "The Exchange Server setup operation completed successfully."


def test_a_build_is_witnessed_by_a_run_that_ended_well() -> None:
    """The time is that of the end; its basis is unknown without a zone."""
    rows = rows_of(_log("Upgrade", _DONE))
    assert [row.build for row in rows] == [None, None, None, None, "15.1.2176.9"]
    assert rows[-1].time == datetime(2021, 3, 10, 12, 30, tzinfo=UTC)
    assert rows[-1].basis is TimeBasis.UNKNOWN
    assert rows[0].fields["Message"] == "Starting Microsoft Exchange Server 2016 Setup"


def test_a_run_that_installed_nothing_is_no_witness() -> None:
    """Neither a failed run nor one that prepared the directory."""
    for log in (_log("Upgrade", "setup failed"), _log("PrepareSchema", _DONE)):
        assert all(row.build is None for row in rows_of(log))


def test_a_zone_converts() -> None:
    """The operator's time zone makes it UTC."""
    rows = rows_of(_log("Install", _DONE), options=ReadOptions(timezone(timedelta(hours=2))))
    assert rows[-1].time == datetime(2021, 3, 10, 10, 30, tzinfo=UTC)
    assert rows[-1].basis is TimeBasis.CONVERTED


def test_continuation_lines_are_no_losses() -> None:
    """A stack trace belongs to the row above it; a damaged time is a loss."""
    result, _ = scan(_log("Install", _DONE) + b"\n[99/99/2021 12:00:00.0000] [0] x\n")
    assert result.tallies["exchange-setup", None].rows == 5
    assert result.directives == 1
    assert [loss.count for loss in result.skipped] == [1]
