"""SharePoint's trace log: what is recognised, and what a row holds."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from alpheus.model import TimeBasis
from alpheus.parsers import recognise
from alpheus.parsers.base import ReadOptions
from alpheus.parsers.uls import UlsFormat

HEAD = "Timestamp              \tProcess          \tTID   \tArea      \tCategory  \tEventID\t"
HEAD += "Level     \tMessage \tCorrelation\r\n"
ROW = (
    "07/18/2025 18:05:33.45 \tw3wp.exe (0x1F34)   \t0x0B84\tSharePoint Foundation   \tLogging   \t"
    "xmnv\tMedium  \tName=Request (GET:https://sp:443/_layouts/15/start.aspx)\t"
    "a1b2c3d4-0000-4000-a000-0123456789ab"
)
PATH = (
    "C/Program Files/Common Files/microsoft shared/Web Server Extensions/16/LOGS/"
    "SP01-20250718-1800.log"
)


@pytest.mark.parametrize("head", [HEAD, HEAD + ROW, ROW])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_log_is_recognised(head: str, encoding: str) -> None:
    """By its heading, or by the shape of a row, in any encoding."""
    assert isinstance(recognise(head.encode(encoding), PATH), UlsFormat)


@pytest.mark.parametrize(
    "text", ["", "Timestamp,Process", "07/18/2025 18:05:33 hello", "07/18/2025 18:05:33 \ta\tb"]
)
def test_what_is_none_is_not_taken(text: str) -> None:
    """A list of times is no trace log."""
    assert not isinstance(recognise(text.encode(), "x.log"), UlsFormat)


def test_a_row_has_its_columns_and_its_host() -> None:
    """Padding is no part of a value; the host stands in the name of the file."""
    log = UlsFormat().start(HEAD, PATH, ReadOptions())
    assert log.directive(HEAD)
    row = log.row(ROW)
    assert row is not None
    assert (row.host, row.label, row.basis) == ("SP01", "sharepoint-uls", TimeBasis.UNKNOWN)
    assert row.time == datetime(2025, 7, 18, 18, 5, 33, 450_000, UTC)
    assert row.fields["EventID"] == "xmnv"
    assert row.fields["Message"].startswith("Name=Request (GET:")


def test_local_time_is_converted_where_the_zone_is_given() -> None:
    """Times are those of the server's own zone."""
    options = ReadOptions(ZoneInfo("Europe/Berlin"))
    row = UlsFormat().start(HEAD, PATH, options).row(ROW)
    assert row is not None
    assert (row.time, row.basis) == (
        datetime(2025, 7, 18, 16, 5, 33, 450_000, UTC), TimeBasis.CONVERTED,
    )  # fmt: skip


def test_the_rest_of_a_long_message_is_a_row() -> None:
    """Its time ends with a star."""
    row = UlsFormat().start(HEAD, PATH, ReadOptions()).row(ROW.replace("33.45 ", "33.45*"))
    assert row is not None
    assert row.fields["Message"]


@pytest.mark.parametrize("line", ["", "07/18/2025", ROW.replace("07/18", "13/41"), "a\tb\tc"])
def test_what_is_no_row_is_a_loss(line: str) -> None:
    """Nothing is guessed."""
    log = UlsFormat().start(HEAD, "x", ReadOptions())
    assert log.row(line) is None
    assert not log.directive(line)
