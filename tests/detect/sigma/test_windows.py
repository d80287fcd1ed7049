"""Tests of `alpheus.detect.sigma.windows`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.sigma import Correlation, CorrelationType
from alpheus.detect.sigma.windows import OPERATORS, Hit, Window
from detect.sigma.building import OURS, START


def correlation(kind: str, operation: str = "gte", count: float = 2, **more: Any) -> Correlation:
    """A correlation with a condition."""
    return Correlation(
        id="c", pack="p", title="t", meaning=OURS, author="", type=CorrelationType(kind),
        rules=("a", "b"), group_by=(), timespan=10, operation=operation, count=count, **more,
    )  # fmt: skip


def hit(second: float, number: float = 0, rule: str = "a") -> Hit:
    """A match of a rule with a number."""
    time = START + timedelta(seconds=second)
    return Hit(time, (), (rule,), lambda _: None, (str(number),), number)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("event_count", 3),
        ("value_count", 2),
        ("temporal", 2),
        ("value_sum", 9),
        ("value_avg", 3),
        ("value_median", 4),
        ("value_percentile", 4),
    ],
)
def test_measures(kind: str, expected: float) -> None:
    """Each type measures what its name says."""
    window = Window(correlation(kind, "eq", expected))
    for one in (hit(0, 1), hit(1, 4), hit(2, 4, "b")):
        window.add(one)
    assert window.satisfied()


def test_operators() -> None:
    """Every operator of the specification compares as its name says."""
    found = {name: [test(n, 2) for n in (1, 2, 3)] for name, test in OPERATORS.items()}
    assert found == {
        "lt": [True, False, False],
        "lte": [True, True, False],
        "gt": [False, False, True],
        "gte": [False, True, True],
        "eq": [False, True, False],
        "neq": [True, False, True],
    }


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 20), st.floats(-1e9, 1e9)), min_size=1, max_size=15),
    st.sampled_from(["value_sum", "value_avg", "value_median", "event_count", "value_count"]),
    st.integers(0, 20),
)
def test_dropping_leaves_no_trace(rows: list[tuple[int, float]], kind: str, start: int) -> None:
    """A window that forgot hits measures what one that never saw them does."""
    hits = [hit(second, number) for second, number in sorted(rows)]
    since = START + timedelta(seconds=start)
    kept = [one for one in hits if one.time >= since]
    for threshold in (-1e6, 0, 1, 3, 1e6):
        window, fresh = (Window(correlation(kind, "gte", threshold)) for _ in range(2))
        for one in hits:
            window.add(one)
        window.drop_before(since)
        for one in kept:
            fresh.add(one)
        assert list(window.hits) == kept
        if kept:
            assert window.satisfied() is fresh.satisfied()
