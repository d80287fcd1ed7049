"""Answers are kept as long as what they were made of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from alpheus.web.kept import Kept


def test_an_answer_is_made_once_for_each_key() -> None:
    """Whoever asks again gets the same."""
    kept: Kept[list[int]] = Kept(2)
    first = kept.get("a", lambda: [1])
    assert kept.get("a", lambda: [2]) is first
    assert kept.get("b", lambda: [3]) == [3]


def test_the_oldest_answers_are_forgotten() -> None:
    """By when they were last asked for; memory does not grow."""
    kept: Kept[int] = Kept(2)
    for key in ("a", "b"):
        kept.get(key, lambda: 1)
    kept.get("a", lambda: 2)
    kept.get("c", lambda: 1)
    assert [kept.get(key, lambda: 2) for key in ("a", "c", "b")] == [1, 1, 2]


def test_of_many_who_ask_at_once_one_makes_it() -> None:
    """The others wait for it."""
    kept: Kept[int] = Kept(2)
    made: list[int] = []

    def make() -> int:
        sleep(0.05)
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: kept.get("a", make), range(8))) == {1}


def test_what_fails_is_not_kept() -> None:
    """The next who asks tries again."""
    kept: Kept[int] = Kept(2)

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kept.get("a", fail)
    assert kept.get("a", lambda: 5) == 5
