"""The table of builds as it ships."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from alpheus.errors import KnowledgeError
from alpheus.knowledge import build_table


def test_builds_are_sorted_and_unique():
    """Lookups rely on one row per build, lowest first."""
    builds = [row.build for row in build_table.read_rows()]
    assert len(builds) > 400
    assert builds == sorted(set(builds))


def test_every_product_is_complete():
    """As many builds of each product as were collected from all sources, and all the flaws."""
    rows = build_table.read_rows()
    counts = Counter(row.product.removeprefix("Microsoft Exchange Server ") for row in rows)
    assert counts == {"2010": 67, "2013": 82, "2016": 130, "2019": 118, "SE": 10}
    assert {len(row.states) for row in rows} == {18}


def test_a_name_names_its_own_product_and_update():
    """A name that another row's product or KB stands in would be believed."""
    for row in build_table.read_rows():
        assert not row.name or row.product.removeprefix("Microsoft ") in row.name
        named = re.search(r"KB\d+", row.name)
        assert not (named and row.kb) or named[0] == row.kb


def test_rows_keep_their_facts():
    """Product, update, KB, date and note come through."""
    row = next(r for r in build_table.read_rows() if str(r.build) == "15.1.2176.9")
    assert row.family == ("Microsoft Exchange Server 2016", "CU19")
    assert (row.su, row.kb, row.release_date) == ("Mar21SU", "KB5000871", "2021-03-02")
    assert row.label == "CU19 with Mar21SU"
    assert row.conflict == ""


def test_no_path_of_a_source_is_in_the_table():
    """The source column names who says so, not where a copy lies."""
    assert all(len(row.source) < 80 and "@" not in row.source for row in build_table.read_rows())


@pytest.mark.parametrize(
    ("change", "message"),
    [({"build": "15.1"}, "line 2: '15.1' is no four-part build"),
     ({"CVE-2021-26855": "maybe"}, "line 2: CVE-2021-26855: 'maybe' is not a known state")],
)  # fmt: skip
def test_a_wrong_row_is_named(change, message, monkeypatch):
    """An unknown word or build is refused, not skipped."""
    row = {
        **dict.fromkeys(("product", "cu", "su", "kind", "kb", "release_date", "name"), "x"),
        "note": "",
        "source": "x",
        "build": "15.1.2176.4",
        "CVE-2021-26855": "fixed",
        **change,
    }
    monkeypatch.setattr(build_table, "read_table", lambda *_: [row])
    with pytest.raises(KnowledgeError, match=message):
        build_table.read_rows()
