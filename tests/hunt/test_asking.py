"""A question is answered by so many rows as are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.hunt.asking import ask
from alpheus.hunt.questions import question_of
from alpheus.hunt.session import Bounds
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
