"""Which field of which source stands in which column."""

from __future__ import annotations

from alpheus.parsers import TEXT_LOG_FORMATS
from alpheus.timeline.columns import COLUMNS, FIELD_COLUMNS, NUMBERS, _table, columns_of


def test_each_column_holds_one_field_of_a_source_so_that_rows_can_be_read_back() -> None:
    """The table names columns that there are, each once for a source."""
    for source, fields in _table().items():
        assert len(set(fields.values())) == len(fields), source
        assert set(fields.values()) <= set(FIELD_COLUMNS), source
    assert set(FIELD_COLUMNS) < set(COLUMNS)
    assert all(COLUMNS[name] == "INTEGER" for name in NUMBERS)


def test_sources_are_those_of_parsers() -> None:
    """A name that no parser gives would never be met. Another source has no columns of its own."""
    events = {
        "msexchange-management", "windows-security", "windows-system", "windows-application",
        "windows-event", "sysmon", "powershell", "defender", "mft", "usnjrnl", "aspnet-compiled",
    }  # fmt: skip
    assert set(_table()) <= events | {one.source for one in TEXT_LOG_FORMATS}
    assert columns_of("iis")["c-ip"] == columns_of("httpproxy")["ClientIpAddress"] == "client"
    assert columns_of("a-new-source") == {}
