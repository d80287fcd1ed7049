"""Bars."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.report.bars import single, stacked
from alpheus.exposure.report.model import States

_COUNTS = st.integers(0, 10**6)


@given(st.builds(States, _COUNTS, _COUNTS, _COUNTS, _COUNTS, _COUNTS))
def test_a_bar_is_as_long_as_its_counts(states: States) -> None:
    """Parts lie side by side, none beyond the end, and even one server is seen."""
    whole = sum(getattr(states, name) for name in States.__slots__)
    drawn = re.findall(
        r'<rect class="(\w+)" x="([\d.]+)%" width="([\d.]+)%"', stacked(states, whole)
    )
    at = 0.0
    for _, x, width in drawn:
        assert abs(float(x) - at) < 0.01
        at = float(x) + float(width)
    assert at <= 100.01
    assert [name for name, _, _ in drawn] == [
        name for name in States.__slots__ if getattr(states, name)
    ]  # fmt: skip


def test_a_bar_says_in_words_what_it_shows() -> None:
    """Colour alone tells a blind reader nothing."""
    assert 'aria-label="1,200 vulnerable, 3 cannot be told"' in stacked(States(1200, 3), 1203)
    assert 'aria-label="5 of 10"' in single(5, 10)
    assert 'aria-label="none"' in stacked(States(), 0)
