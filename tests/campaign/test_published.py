"""What was published in 2021, to compare with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.campaign import published
from alpheus.errors import KnowledgeError

DAYS = st.dates().map(lambda day: day.isoformat())


def test_every_figure_has_a_source_and_none_is_more_than_all() -> None:
    """A number without a source is a rumour."""
    assert published.figures()
    for one in published.figures():
        assert one.source
        assert 0 < one.number <= (one.of or 400_000)


def test_the_line_of_the_world_falls() -> None:
    """From all exposed servers to the plateau that nobody could explain."""
    line = [one for one in published.figures() if one.reference]
    assert [(one.day, one.number) for one in (line[0], line[-1])] == [
        ("2021-03-01", 400_000), ("2021-05-14", 7_000)
    ]  # fmt: skip
    numbers = [one.number for one in line]
    assert numbers == sorted(numbers, reverse=True)


def test_a_campaign_of_2021_is_compared_day_by_day_and_a_later_one_from_its_first() -> None:
    """Both are shares of the highest number."""
    same = published.reference("2021-03-03", "2021-04-01", 1_000)
    assert same[0] == ("2021-03-01", 1_000)
    assert same[-1] == ("2021-05-14", 17.5)
    later = published.reference("2026-01-10", "2026-02-10", 1_000)
    assert later[0] == ("2026-01-10", 1_000)
    assert later[1] == ("2026-01-18", 250)
    assert published.reference("", "", 1_000) == []


@given(first=DAYS.filter(lambda day: "0002" < day < "9990"), peak=st.integers(0, 10**9))
def test_the_line_is_never_above_the_highest_number(first: str, peak: int) -> None:
    """Whenever a campaign began."""
    assert all(0 <= number <= peak for _, number in published.reference(first, first, peak))


def test_a_table_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its line."""
    row = dict.fromkeys(published._COLUMNS, "")
    monkeypatch.setattr(published, "read_table", lambda *_: [row | {"day": "soon"}])
    published.figures.cache_clear()
    try:
        with pytest.raises(KnowledgeError, match=r"campaign_2021\.csv: line 2"):
            published.figures()
        rumour = row | {"day": "2021-03-01", "number": "5", "kind": "rumour"}
        monkeypatch.setattr(published, "read_table", lambda *_: [rumour])
        with pytest.raises(KnowledgeError, match="no kind, bound or source"):
            published.figures()
    finally:
        published.figures.cache_clear()
