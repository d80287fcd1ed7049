"""What an assessment lacks of the table."""

from __future__ import annotations

from typing import Any

import pytest

from alpheus.collect.lacking import NONE, lacks, products_of
from alpheus.errors import EvidenceFormatError
from alpheus.knowledge.collection import Collection
from clean_assessments import read_server

WINDOW = {"from": "2021-02-26T00:00:00Z", "to": "2021-03-20T00:00:00Z"}


def _lacks(table: Collection, entry: str, *rows: dict[str, Any], **more: Any) -> str | None:
    campaigns = [{"pack": "proxylogon", "window": WINDOW, "assessed": True}]
    coverage = [{"files": 1, "first": WINDOW["from"], "last": WINDOW["to"]} | row for row in rows]
    server = read_server("MX01", **{"coverage": coverage, "campaigns": campaigns} | more)
    (found,) = (one for one in table.entries if one.id == entry)
    return lacks(found, server)


def test_a_source_that_is_not_there_is_missing(table: Collection) -> None:
    """So is one of which a row speaks without a file."""
    assert _lacks(table, "httpproxy") == NONE
    assert _lacks(table, "httpproxy", {"source": "httpproxy", "files": 0}) == NONE


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"covers_window": True, "first": "2021-03-19T00:00:00Z"}, ""),
        ({}, ""),
        ({"first": "2021-02-26T23:00:00Z"}, ""),
        ({"first": "2021-03-20T04:00:00Z", "last": "2021-03-31T00:00:00Z"},
         "begins only on 2021-03-20 04:00, the window on 2021-02-26"),
        ({"last": "2021-03-01T00:00:00"},
         "ends already on 2021-03-01 00:00, the window on 2021-03-20"),
        ({"gaps": [{"from": "2021-03-02T00:00:00Z", "to": "2021-03-04T00:00:00Z"}]},
         "no row from 2021-03-02 00:00 to 2021-03-04 00:00"),
        ({"first": None}, "without a time that is known"),
    ],
)  # fmt: skip
def test_a_log_that_is_short_is_missing_in_part(
    table: Collection, row: dict[str, Any], said: str
) -> None:
    """A day beside the window is none, as in the judge."""
    assert _lacks(table, "httpproxy", {"source": "httpproxy"} | row) == said


def test_of_what_has_no_span_one_copy_is_enough(table: Collection) -> None:
    """Configuration, setup, the file table."""
    late = {"source": "iis-configuration", "first": "2026-01-01T00:00:00Z", "last": None}
    assert _lacks(table, "iis-configuration", late) == ""


def test_without_a_window_what_is_there_is_enough(table: Collection) -> None:
    """A server of no campaign that was in question."""
    late = {"source": "httpproxy", "first": "2026-01-01T00:00:00Z"}
    assert _lacks(table, "httpproxy", late, campaigns=[]) == ""


@pytest.mark.parametrize(
    "entry", ["aspnet-client", "registry", "exchange-build", "iis-other-sites"]
)
def test_of_some_entries_nothing_tells(table: Collection, entry: str) -> None:
    """Pages and programs are in no row of coverage; nobody knows how many sites there are."""
    assert _lacks(table, entry, {"source": "iis-site-1"}) is None


def test_a_time_that_is_none_is_told(table: Collection) -> None:
    """The file may be anybody's."""
    with pytest.raises(EvidenceFormatError, match="a time that is none: 'soon'"):
        _lacks(table, "httpproxy", {"source": "httpproxy", "first": "soon"})


def test_a_server_without_exchange_is_not_asked_for_it() -> None:
    """By its product."""
    assert "exchange" in products_of(read_server("MX01"))
    assert products_of(read_server("WEB1", product="Microsoft IIS")) == {"iis", "windows"}
