"""Values that are too large: known without looking at all of them, and cut."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

import pytest

from alpheus.hunt.sizes import LONGEST, SIGN, plain, shortened, weight, weight_of


def test_a_value_weighs_what_it_holds() -> None:
    """Text, and what lies in lists and maps; what is beyond the bound is not looked at."""
    assert weight(None, 99) == weight(7, 99) < weight("x" * 100, 999) < 300
    assert weight({"a": ["x" * 1_000]}, 9_999) > 1_000
    assert weight_of(("x" * 50, b"y" * 50), 9_999) > 100
    assert 100 < weight([1] * 10_000_000, 100) < 1_000

    class Endless(list[int]):
        def __iter__(self) -> Iterator[int]:
            while True:
                yield 1

    assert weight(Endless(), 5_000) < 6_000
    assert len(str(shortened(Endless(), 5_000)[0])) == 5_000 + len(SIGN)


@pytest.mark.parametrize(
    "value", ["x" * 101, b"x" * 101, ["x"] * 60, {"a": "x" * 101}, {"b" * 101: 1}, [["x" * 101]]]
)
def test_of_a_long_value_its_beginning_is_given(value: object) -> None:
    """With a sign that it was cut."""
    short, cut = shortened(value, 100)
    assert cut
    assert isinstance(short, str)
    assert short.endswith(SIGN)
    assert len(short) <= 104


@pytest.mark.parametrize(
    "value",
    [None, 7, 1.5, True, "x" * 100, b"x", [1, 2], {"a": "b"}, datetime(2021, 3, 1), ["x"] * 10],  # noqa: DTZ001 - as DuckDB gives it
)
def test_other_values_stay_what_they_are(value: object) -> None:
    """A list is a list."""
    assert shortened(value, 100) == (value, False)


def test_the_beginning_of_a_list_is_that_of_its_text() -> None:
    """As it would be printed."""
    value = [{"a": 1, "b": [None, "é\n"]}, datetime(2021, 3, 1)] * 40  # noqa: DTZ001 - as above
    whole = json.dumps(plain(value), ensure_ascii=False)
    short, cut = shortened(value, 1_000)
    assert (short, cut) == (whole[:1_000] + SIGN, True)
    assert shortened(value) == (value, False)
    assert LONGEST < 32_767
