"""Rows that say the same within an hour are counted together, and nothing is lost by that."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.parsers.base import Clock, KeyColumns
from alpheus.scan import native
from alpheus.scan.blocks import Block
from alpheus.scan.lines import Lines
from alpheus.scan.repeats import Likeness, Repeats, repeats_of
from alpheus.scan.tally import Numbers, from_milliseconds

NAMES = ("date", "time", "page", "query", "agent", "size", "other")
LIKENESS = Likeness(same=("page", "absent"), present=("agent",), longest="query", numbers=("size",))
KEY = KeyColumns(b" ", (), names=NAMES)

_TIMES = st.sampled_from(["01:00:00", "01:59:59.5", "01:10:20,1234", "02:00:00", "01:00:00.x"])
_WORDS = st.sampled_from(["-", "", "a", "ab", "é" * 3, "x" * 40])
_SIZES = st.sampled_from(["-", "", "0", "17", "0017", "9" * 15, "9" * 16, "-4", "1e3", "٣"])
_ROWS = st.builds(
    lambda date, time, page, query, agent, size, more: (
        f"{date} {time} /{page} {query} {agent} {size} {more}"
    ),
    st.sampled_from(["2021-03-03", "2021-03-04"]), _TIMES, _WORDS, _WORDS, _WORDS, _SIZES,
    st.sampled_from(["z", "", "z z"]),
)  # fmt: skip


def _lines(rows: list[str]) -> Lines:
    data = "".join(f"{row}\r\n" for row in rows).encode()
    return Lines(Block(bytearray(data), 0, len(data), 0, 1))


def _found(rows: list[str], key: KeyColumns = KEY) -> list[tuple[int, Repeats] | None]:
    return repeats_of(_lines(rows), range(len(rows)), key, Clock.ISO_BLANK, LIKENESS)


@pytest.mark.skipif(native.library() is None, reason="built without a C compiler")
@settings(max_examples=400, deadline=None)
@given(st.lists(_ROWS, min_size=1, max_size=30))
def test_both_ways_of_counting_say_the_same(rows: list[str]) -> None:
    """What is done in C says what is done without it."""
    found = _found(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "library", lambda: None)
        assert _found(rows) == found


@settings(max_examples=200, deadline=None)
@given(st.lists(_ROWS, min_size=1, max_size=30))
def test_groups_share_hour_page_and_what_is_there(rows: list[str]) -> None:
    """Every row with all its columns is counted once; rows of a group say the same."""
    found = _found(rows)
    said: dict[int, set[object]] = {}
    members: Counter[int] = Counter()
    for row, group in zip(rows, found, strict=True):
        columns = row.split(" ")
        assert (group is None) == (len(columns) != len(NAMES))
        if group is not None:
            date, time, page, query, agent, *_ = columns
            nothing = ("", "-")
            said.setdefault(group[0], set()).add(
                (date, time[:2], page, query in nothing, agent in nothing)
            )
            members[group[0]] += 1
    keys = [key for one in said.values() for key in one]
    assert len(keys) == len(said) == len(set(keys))
    assert members == Counter({g[0]: g[1].count for g in found if g is not None})


def test_a_group_tells_times_sizes_and_the_longest_query() -> None:
    """First and last are by the clock, not by the order of lines; the length is in characters."""
    rows = [
        "2021-03-03 01:30:00 /a éé a 20 x",
        "2021-03-03 01:10:00.250 /a abc b - y",
        "2021-03-03 01:59:59 /a x c 4 z",
    ]
    day = 1_614_729_600_000
    expected = Repeats(
        3, from_milliseconds(day + 4_200_250), from_milliseconds(day + 7_199_000), 2,
        {"size": Numbers(2, 24, 4, 20)},
    )  # fmt: skip
    assert _found(rows) == [(0, expected)] * 3


@pytest.mark.parametrize("names", [(), ("date", "time", "page", "page", "agent", "size", "other")])
def test_columns_without_clear_names_join_nothing(names: tuple[str, ...]) -> None:
    """Without names, or with one that stands twice, every row is looked at."""
    rows = ["2021-03-03 01:30:00 /a q a 20 x"] * 3
    assert _found(rows, KeyColumns(b" ", (), names=names)) == [None] * 3
