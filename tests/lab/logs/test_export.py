"""Exported tables."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

from alpheus.lab.logs import export


def test_table_reads_back() -> None:
    """A line with the type, then everything in quotes."""
    data = export.table(("A", "B"), [['x "y"', "1,2"]]).decode()
    lines = data.splitlines()
    assert lines[0].startswith("#TYPE ")
    assert list(csv.reader(lines[1:])) == [["A", "B"], ['x "y"', "1,2"]]
    assert lines[1] == '"A","B"'


def test_ages() -> None:
    """Days with one decimal."""
    ages = export.log_ages(datetime(2021, 1, 1, tzinfo=UTC), datetime(2021, 1, 2, 12, tzinfo=UTC))
    assert b'"1.5"' in ages
