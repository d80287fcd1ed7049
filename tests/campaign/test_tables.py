"""Counts and days for other programs."""

from __future__ import annotations

import csv
import io

from alpheus.campaign.tables import write_counts, write_series
from campaign_overview import overview


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_row_for_each_value() -> None:
    """With all states of each axis; a name that a spreadsheet would run is made harmless."""
    stream = io.StringIO()
    write_counts(overview("=cmd()").counts["sector"], stream)
    (row,) = _read(stream.getvalue())
    assert row["sector"] == "'=cmd()"
    assert (row["servers"], row["left"], row["victim_entries"]) == ("900", "148", "90")
    assert (row["patch vulnerable"], row["patch fixed"], row["work new"]) == ("148", "752", "900")


def test_a_row_for_each_day() -> None:
    """Of the whole series."""
    stream = io.StringIO()
    write_series(overview().series, stream)
    rows = _read(stream.getvalue())
    assert len(rows) == 61
    assert (rows[0]["day"], rows[0]["left"]) == ("2021-03-01", "900")
    assert rows[-1]["patch regressed"] == "3"
