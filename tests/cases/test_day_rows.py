"""What of a server counts on which day."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.day_rows import START, Step, day_rows, is_left

ROW = {
    "service": 0, "sector": "bank", "region": "US-OR", "network": "64500",
    "first_seen": "2021-03-01T00:00:00Z", "last_seen": "2021-03-05T00:00:00Z",
    "patch": "vulnerable", "compromise": "unknown", "work": "new",
}  # fmt: skip


def _all(row: dict[str, object], steps: list[Step]) -> list[tuple[str, ...]]:
    return [one[2:] for one in day_rows(row, steps) if one[0] == ""]


def test_a_server_counts_under_all_and_under_its_values() -> None:
    """Sector, region and network."""
    rows = list(day_rows(ROW, []))
    assert {one[:2] for one in rows} == {
        ("", ""), ("sector", "bank"), ("region", "US-OR"), ("network", "64500"),
    }  # fmt: skip
    assert ("", "", "2021-03-01", "known", "", "known") in rows


def test_what_is_seen_of_a_service_is_no_server() -> None:
    """Its members are counted."""
    assert list(day_rows({**ROW, "service": 1}, [])) == []


def test_left_and_done_by_the_end_of_the_day() -> None:
    """Whatever happened in between, in whatever order it is told."""
    steps = [
        Step("patch", "2021-03-02T01:00:00Z", "unknown", "vulnerable"),
        Step("patch", "2021-03-02T02:00:00Z", "vulnerable", "fixed"),
        Step("patch", "2021-03-02T03:00:00Z", "fixed", "regressed"),
        Step("compromise", "2021-03-03T01:00:00Z", "unknown", "reported"),
        Step("patch", "2021-03-03T01:00:00Z", "regressed", "fixed"),
        Step("work", "2021-03-04T00:00:00Z", "new", "closed"),
    ]
    row = {**ROW, "patch": "fixed", "compromise": "reported", "work": "closed"}
    for told in (steps, steps[::-1]):
        left = [one for one in _all(row, told) if one[1] == "left"]
        assert left == [
            ("2021-03-02", "left", "", "left"), ("2021-03-04", "left", "left", "done"),
        ]  # fmt: skip


def test_who_was_never_open_is_not_done() -> None:
    """It had nothing to do."""
    steps = [Step("patch", "2021-03-02T01:00:00Z", "unknown", "fixed")]
    row = {**ROW, "patch": "fixed"}
    assert [one[1] for one in _all(row, steps)] == ["known", "patch"]


def test_who_is_left_is_silent_from_when_it_was_last_seen() -> None:
    """A server that nobody sees any more is not told as fixed."""
    assert ("2021-03-05", "silent", "", "left") in _all(ROW, [])
    assert [one for one in _all({**ROW, "work": "closed"}, []) if one[1] == "silent"] == []


PATCHES = ("unknown", "vulnerable", "fixed", "regressed", "mitigated")


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(PATCHES)), max_size=12))
def test_the_stock_of_the_last_day_is_where_the_server_stands(walk: list[tuple[int, str]]) -> None:
    """Of every axis, entries less exits."""
    steps, state = [], START["patch"]
    for day, after in sorted(walk, key=lambda one: one[0]):
        if after != state:
            steps.append(Step("patch", f"2021-03-0{day}T00:00:00Z", state, after))
            state = after
    row = {**ROW, "patch": state}
    stock = Counter[tuple[str, str]]()
    for _, axis, before, after in _all(row, steps):
        stock[axis, after] += 1
        stock[axis, before] -= 1
    assert stock["left", "left"] == is_left(state, "unknown", "new")
    assert stock["patch", state] == (state != "unknown")
