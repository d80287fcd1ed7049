"""A question is answered by so many rows as are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.hunt.asking import ask
from alpheus.hunt.questions import question_of
from alpheus.hunt.session import Bounds
from alpheus.hunt.sizes import LONGEST, SIGN
from alpheus.hunt.timelines import find_timelines

RULE = """
title: Asked
logsource: {category: webserver}
detection: {one: {cs-uri-stem: /ecp/y.js}, condition: one}
level: high
"""


def test_an_answer_says_whether_there_is_more(small: Path, bounds: Bounds) -> None:
    """In either language."""
    timelines = find_timelines([small]).timelines
    answer = ask(question_of("SELECT url FROM timeline ORDER BY time"), timelines, bounds, 2)
    assert (answer.columns, answer.more) == (["url"], True)
    assert answer.rows == [("/ecp/y.js",), ("/ecp/y.js",)]
    answer = ask(question_of("url = $url"), timelines, bounds, 9, {"url": "/owa/"})
    assert (len(answer.rows), answer.more) == (1, False)
    answer = ask(question_of(RULE), timelines, bounds, 9)
    assert [row[:4] for row in answer.rows] == [
        ("Asked", answer.rows[0][1], "EX01", "iis"), ("Asked", answer.rows[1][1], "EX01",
            "httpproxy"),
    ]  # fmt: skip
    with pytest.raises(UsageError, match="this is DROP"):
        ask(question_of("DROP VIEW timeline"), timelines, bounds, 9)


def test_of_large_values_the_beginning_is_given(small: Path, bounds: Bounds) -> None:
    """How many were cut is told; those that are not asked for are not counted."""
    timelines = find_timelines([small]).timelines
    question = "SELECT repeat('x', 100000) AS a, range(100000) AS b, 'short' AS c FROM range(9)"
    answer = ask(question_of(question), timelines, bounds, 2)
    assert (len(answer.rows), answer.more, answer.full, answer.cut) == (2, True, False, 4)
    first, second, third = answer.rows[0]
    assert (first, third) == ("x" * LONGEST + SIGN, "short")
    assert len(second) == LONGEST + 1
    assert second.startswith("[0, 1, 2, ")


def test_an_answer_takes_no_more_than_it_may(small: Path) -> None:
    """What fits is there, and that there is more is told."""
    timelines = find_timelines([small]).timelines
    question = question_of("SELECT repeat('x', 10000) AS a FROM range(100000)")
    answer = ask(question, timelines, Bounds(memory=64, seconds=60, threads=1), 1_000_000)
    assert (answer.more, answer.full, answer.cut) == (True, True, 0)
    assert 6_000 < len(answer.rows) < 6_711
