"""The table for people and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest

from alpheus.collect.chosen import Chosen
from alpheus.collect.listing import SCHEMA, Row, rows_of, write_csv, write_json, write_text
from alpheus.knowledge.collection import Collection
from alpheus.knowledge.model import Pack


@pytest.fixture(scope="module")
def rows(table: Collection, chosen: Sequence[Chosen], packs: Sequence[Pack]) -> tuple[Row, ...]:
    """Every entry."""
    return rows_of(table, chosen, packs, {}, {"ews": "none in the evidence"})


def test_what_an_entry_decides_follows_from_the_packs(rows: Sequence[Row]) -> None:
    """With what may stand in for it, the flaws, and how far its rules see an intruder get."""
    found = {row.id: row for row in rows}
    decides = found["httpproxy"].decides
    assert decides[0] == "proxylogon front-end (httpproxy, or iis-site-1)"
    assert "proxyshell front-end (httpproxy, or iis-site-1)" in decides
    assert found["httpproxy"].deciding
    assert "CVE-2021-26855" in found["httpproxy"].cves
    assert found["oabgenerator"].cves == ("CVE-2021-26858",)
    assert not found["oabgenerator"].deciding
    assert found["iis-front-end"].stages[-1] == "spread"
    assert found["registry"].stages == ()


def test_people_read_it_at_80_columns(rows: Sequence[Row]) -> None:
    """Under three headings, with all that is known, and every path whole."""
    stream = io.StringIO()
    write_text(rows, stream)
    text = stream.getvalue()
    paths = {f"    {path}" for row in rows for path in row.paths}
    assert [line for line in text.splitlines() if len(line) > 80 and line not in paths] == []
    headings = ["A verdict rests on these", "These add to it", "For people"]
    assert sorted(headings, key=text.index) == headings
    for row in rows:
        assert f"{row.title} ({row.id})\n" in text
        assert all(f"    {path}\n" in text for path in row.paths)
    assert "missing  none in the evidence" in text


def test_programs_read_the_same(rows: Sequence[Row]) -> None:
    """JSON has lists; in CSV they stand in one cell."""
    stream = io.StringIO()
    write_json(rows, stream)
    document = json.loads(stream.getvalue())
    assert document["schema"] == SCHEMA
    assert [one["id"] for one in document["entries"]] == [row.id for row in rows]
    assert document["entries"][0]["paths"] == list(rows[0].paths)
    stream = io.StringIO()
    write_csv(rows, stream)
    cells = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert [one["id"] for one in cells] == [row.id for row in rows]
    assert cells[0]["deciding"] == "yes"
    assert cells[0]["cves"].split(" | ") == list(rows[0].cves)


def test_paths_are_shown_with_variables_of_windows_unless_told(
    table: Collection, chosen: Sequence[Chosen], packs: Sequence[Pack]
) -> None:
    """A place of ours is no variable: its usual path stands there."""
    shown = {path for row in rows_of(table, chosen, packs, {}, {}) for path in row.paths}
    assert "%ExchangeInstallPath%\\Logging\\HttpProxy\\**\\*.LOG" in shown
    assert "C:\\inetpub\\logs\\LogFiles\\W3SVC1\\*.log" in shown
    told = {p for row in rows_of(table, chosen, packs, {"Volume": ["D:"]}, {}) for p in row.paths}
    assert not any("%" in path.partition("\\")[0] for path in told)
