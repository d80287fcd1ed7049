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

NAMES = ("date", "time", "page", "query", "agent", "size", "name", "user", "other")
LIKENESS = Likeness(("page", "absent"), ("agent",), "query", ("size",), few=("name", "user"))
KEY = KeyColumns(b" ", (), names=NAMES)

_TIMES = st.sampled_from(["01:00:00", "01:59:59.5", "01:10:20,1234", "02:00:00", "01:00:00.x"])
_WORDS = st.sampled_from(
    ["-", "", "a", "ab", "é" * 3, "x" * 40, "\U0001f600" * 2, "\udcff\udcc3", "€\udce2"]
)
_NAMES = st.integers(-2, 20).map(lambda number: "-" * -number if number < 0 else f"n{number}")
_SIZES = st.sampled_from(["-", "", "0", "17", "0017", "9" * 15, "9" * 16, "-4", "1e3", "٣"])
_ROWS = st.builds(
    "{} {} /{} {} {} {} {} {} {}".format,
    st.sampled_from(["2021-03-03", "2021-03-04"]), _TIMES, _WORDS, _WORDS, _WORDS, _SIZES, _NAMES,
    _NAMES, st.sampled_from(["z", "", "z z"]),
)  # fmt: skip


def _lines(rows: list[str]) -> Lines:
    data = "".join(f"{row}\r\n" for row in rows).encode("utf-8", "surrogateescape")
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
            date, time, page, query, agent, _, name, user, _ = columns
            nothing = ("", "-")
            there = tuple(one in nothing for one in (query, agent, name, user))
            said.setdefault(group[0], set()).add((date, time[:2], page, there))
            members[group[0]] += 1
    assert {len(keys) for keys in said.values()} <= {1}
    assert members == Counter({g[0]: g[1].count for g in found if g is not None})


def test_a_group_tells_times_sizes_and_the_longest_query() -> None:
    """First and last are by the clock, not by the order of lines; the length is in characters."""
    rows = [
        "2021-03-03 01:30:00 /a éé a 20 n u x",
        "2021-03-03 01:10:00.250 /a abc b - n u y",
        "2021-03-03 01:59:59 /a x c 4 n u z",
    ]
    day = 1_614_729_600_000
    expected = Repeats(
        3, from_milliseconds(day + 4_200_250), from_milliseconds(day + 7_199_000), 3,
        {"size": Numbers(2, 24, 4, 20)},
    )  # fmt: skip
    assert _found(rows) == [(0, expected)] * 3


@pytest.mark.parametrize(
    "names", [(), ("date", "time", "page", "page", "agent", "size", "name", "user", "other")]
)
def test_columns_without_clear_names_join_nothing(names: tuple[str, ...]) -> None:
    """Without names, or with one that stands twice, every row is looked at."""
    rows = ["2021-03-03 01:30:00 /a q a 20 n u x"] * 3
    assert _found(rows, KeyColumns(b" ", (), names=names)) == [None] * 3


@pytest.fixture(params=["C", "Python"])
def _road(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "Python":
        monkeypatch.setattr(native, "library", lambda: None)
    elif native.library() is None:
        pytest.skip("built without a C compiler")


@pytest.mark.usefixtures("_road")
def test_the_first_names_are_told_apart_and_the_others_from_them() -> None:
    """As many names as are remembered of a page stand first in a group; further ones share one."""
    names = [f"n{number % 40}" for number in range(80)]
    rows = [f"2021-03-03 01:00:00 /a q a 1 {name} - x" for name in names]
    firsts = [group[0] for group in _found(rows) if group is not None]
    assert firsts == [*range(16), *[16] * 24] * 2


@pytest.mark.usefixtures("_road")
@pytest.mark.parametrize(("query", "other", "characters"), [
    ("x" * 9 + " ", "e", 9), ("é" * 6, "x" * 10, 10), ("é" * 6, "é" * 5 + "e", 6),
    ("é\udcff", "x", 3), ("ééé", "x\udcff", 3),
])  # fmt: skip
def test_the_longest_is_the_one_of_most_characters(query: str, other: str, characters: int) -> None:
    """Not of most bytes."""
    rows = [f"2021-03-03 01:00:00 /a {one.strip()} a 1 n - x" for one in (query, other, "-")]
    found = _found(rows)
    assert found[0] is not None
    assert found[0][1].longest == characters


@pytest.mark.usefixtures("_road")
def test_a_line_has_one_encoding() -> None:
    """A byte that is not UTF-8 in any column makes every byte of the line a character."""
    rows = [f"2021-03-03 01:00:00 /a {query} a 1 n - {other}"
            for query, other in (("éé", "x"), ("éé", "\udcff"), ("-x", "\udcff"))]  # fmt: skip
    assert [group[1].longest for group in _found(rows) if group] == [4] * 3
    assert [group[1].longest for group in _found(rows[:1]) if group] == [2]
