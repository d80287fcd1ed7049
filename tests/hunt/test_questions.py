"""What was asked is told by its first words; a file is read where one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from alpheus.errors import UsageError
from alpheus.hunt.questions import LONGEST, Kind, question_of


@pytest.mark.parametrize(
    "text",
    ["SELECT 1", " -- why\n/* so */ with a as (select 1) select 1;", "(SELECT 1)", "FROM timeline",
     "describe timeline", "COPY x TO 'y'", "drop view timeline", "SET x = 1"],
)  # fmt: skip
def test_a_statement_is_taken_as_it_is(text: str) -> None:
    """Whether it may be asked is for the session to say."""
    question = question_of(text)
    assert question.kind is Kind.SQL
    assert question.text == text.strip().removesuffix(";")


@pytest.mark.parametrize("text", ["url LIKE '%y.js'", "method = 'POST' -- so", "\"user\" = 'x'",
                                  "values = 1", "set IS NULL OR status > 400"])  # fmt: skip
def test_a_condition_becomes_a_select(text: str) -> None:
    """With the columns that most want, in the order of time."""
    question = question_of(text)
    assert question.text.startswith('SELECT "time", "server"') == (not text.startswith("set "))
    if question.text != text:
        assert f"WHERE ({text}\n) ORDER BY time" in question.text


@pytest.mark.parametrize("text", ["title: T\n detection: {a: b", "titel: T\nx: y\n", "  title: T"])
def test_a_broken_rule_is_a_rule(tmp_path: Path, text: str) -> None:
    """Its own error helps, and not one of SQL; a file of YAML is a rule whatever it says."""
    (tmp_path / "rule.YML").write_text(text)
    assert question_of(str(tmp_path / "rule.YML")).kind is Kind.SIGMA
    assert (question_of(text).kind is Kind.SIGMA) is ("title:" in text)
    assert question_of("status::int > 400 AND title::text = 'x'").kind is Kind.SQL


def test_a_rule_and_files(tmp_path: Path) -> None:
    """By what stands in them; a name that promises a file has to be one."""
    rule = "title: T\nlogsource:\n  category: webserver\ndetection:\n  a: {b: c}\n"
    assert question_of(rule).kind is Kind.SIGMA
    (tmp_path / "rule.yml").write_text(rule)
    question = question_of(str(tmp_path / "rule.yml"))
    assert (question.kind, question.text, question.file) == (
        Kind.SIGMA, rule, tmp_path / "rule.yml"
    )  # fmt: skip
    (tmp_path / "ask.sql").write_text("SELECT 1;\n")
    assert question_of(str(tmp_path / "ask.sql")).text == "SELECT 1"
    for text, reason in (
        (str(tmp_path / "gone.yml"), "is not there"), ("  ", "nothing is asked"),
        ("x" * (LONGEST + 1), "at most"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=reason):
            question_of(text)
    (tmp_path / "bytes.sql").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="no UTF-8 text"):
        question_of(str(tmp_path / "bytes.sql"))
