"""A campaign on a terminal of 80 columns."""

from __future__ import annotations

import pytest

from alpheus.campaign.service import Overview
from alpheus.campaign.text import counts_lines, overview_lines, series_lines
from campaign_overview import HOSTILE, nothing, overview


@pytest.mark.parametrize("whole", [overview(), overview(HOSTILE * 9), nothing()], ids=range(3))
def test_no_line_is_longer_than_the_terminal(whole: Overview) -> None:
    """And nothing in it moves a cursor."""
    lines = list(overview_lines(whole))
    assert max(len(line) for line in lines) <= 80
    assert all(line.isprintable() for line in lines)


def test_the_sentence_that_matters_is_first() -> None:
    """Then raw beside merged, alerts, days, who is left, ways."""
    text = "\n".join(overview_lines(overview()))
    places = [text.index(word) for word in (
        "148 of 900", "Raw lists say", "ALERTS", "DAY BY DAY", "WHO IS LEFT", "LEFT MORE OFTEN",
        "WHICH WAY", "WHERE SERVERS STAND", "BY SECTOR",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "no experiment" in text


def test_days_at_equal_distances_and_the_last() -> None:
    """Or all of them."""
    series = overview().series
    assert len(list(series_lines(series))) == 62
    few = list(series_lines(series, most=12))
    assert len(few) <= 13
    assert few[-1].startswith(series.end)


def test_what_is_not_shown_is_counted() -> None:
    """Of many values."""
    counts = overview().counts["sector"]
    lines = list(counts_lines(counts, most=0))
    assert lines[-1] == "1 more"
    assert "bank" in next(iter(list(counts_lines(counts))[1:]))
