"""Records by source and day: real counts, gaps marked, hostile days left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.assessment_model import Coverage, Outline, Span
from alpheus.web import server_days
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words

LOG = Coverage(
    "httpproxy", days={"2021-03-01": 10, "2021-03-02": 20, "2021-03-06": 5}, deciding=True,
    gaps=(Span("2021-03-02T23:59:46Z", "2021-03-06T00:00:00Z"),),
)  # fmt: skip
RARE = Coverage("application", days={"2021-03-02": 1})


def test_a_day_has_its_records_nothing_or_a_gap() -> None:
    """A source that may be silent has no gap."""
    sources = server_days.sources_of(Outline(coverage=(RARE, Coverage("none"), LOG)))
    assert [one.source for one in sources] == ["httpproxy", "application"]
    assert server_days.table(sources) == [
        ("2021-03-01", (10, 0)), ("2021-03-02", (20, 1)), ("2021-03-03", (None, 0)),
        ("2021-03-06", (5, 0)),
    ]  # fmt: skip
    assert server_days.how_many(sources) == 4
    assert [one.day for one in server_days.table(sources, first=1, size=2)] == [
        "2021-03-02", "2021-03-03",
    ]  # fmt: skip


def test_a_file_has_a_row_for_each_source_and_day() -> None:
    """A gap says so."""
    rows = list(server_days.rows(Outline(coverage=(LOG, RARE))))
    assert [tuple(row.values()) for row in rows] == [
        ("httpproxy", "2021-03-01", 10, "no"), ("httpproxy", "2021-03-02", 20, "no"),
        ("httpproxy", "2021-03-03", 0, "yes"), ("httpproxy", "2021-03-06", 5, "no"),
        ("application", "2021-03-02", 1, "no"),
    ]  # fmt: skip
    assert tuple(rows[0]) == server_days.COLUMNS


def test_what_a_strip_shows_is_said() -> None:
    """How many days, and the fullest."""
    english = words("en")
    said = server_days.said(LOG.days, english)
    assert "3 days with records" in said
    assert "20" in said
    assert server_days.said({}, english) == ""


@given(st.dictionaries(st.text(max_size=12), st.integers(-5, 10**9)), st.text(max_size=30))
def test_what_is_no_day_is_left_out(days: dict[str, int], gap: str) -> None:
    """Assessments come from elsewhere, too."""
    one = Coverage("x", days=days, gaps=(Span(gap, gap), Span(None, gap)))
    for day in server_days.table([one]):
        assert len(day.day) == 10
    assert all(rows > 0 for rows in server_days.by_number(days).values())


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_is_translated(language: str) -> None:
    """Whoever adds one adds it to each catalogue."""
    assert [one for one in server_days.texts() if not words(language).knows(one)] == []
