"""Patterns of strangers end in bounded time."""

from __future__ import annotations

import re
import time

import pytest

from alpheus.knowledge.patterns import (
    SUBJECT_LIMIT,
    UnsafePatternError,
    bounded,
    encodable,
    found_in,
    parse,
)


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*b$", "(x+x+)+y"])
def test_a_pattern_that_would_run_for_ever_does_not(pattern: str) -> None:
    """In the engine that takes linear time."""
    begun = time.process_time()
    assert not found_in(pattern, "a" * 5_000 + "!" + "x" * 5_000)
    assert time.process_time() - begun < 5


def test_what_only_backtracking_can_run_is_bounded() -> None:
    """By the length of its subject; with nested repetitions it is refused."""
    assert bounded("(?=a)b", "i")[1]
    assert found_in("(?=.*end)begin", "BEGIN" + "x" * 100 + "END")
    assert not found_in("(?=.*end)begin", "begin" + "x" * SUBJECT_LIMIT + "end")
    with pytest.raises(UnsafePatternError, match="could run for ever"):
        bounded("(?=x)(a+)+$", "")
    with pytest.raises(re.error):
        bounded("(", "")


def test_any_text_can_be_searched() -> None:
    """Stray bytes, and letters that would be taken for others."""
    assert found_in("b", "\udcffB")
    assert not found_in("k", encodable("\u212a"))
    assert parse("(") is None
