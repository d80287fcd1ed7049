"""A hunt from question to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alpheus.hunt.questions import Kind, Question
from alpheus.hunt.session import Bounds, Session
from alpheus.hunt.timelines import Timeline


@dataclass(slots=True)
class Answer:
    """Columns and rows. `more`: there are more than were asked for."""

    columns: list[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    more: bool = False


def ask(
    question: Question, timelines: Sequence[Timeline], bounds: Bounds, most: int,
    given: Mapping[str, str] | None = None,
) -> Answer:  # fmt: skip
    """At most so many rows. Raises UsageError for what cannot be asked, LimitError past a bound."""
    if question.kind is Kind.SIGMA:
        from alpheus.hunt.sigma import ask_sigma  # noqa: PLC0415 - rules take time to be loaded

        return ask_sigma(question, timelines, bounds, most)
    with Session([one.path for one in timelines], bounds) as session:
        session.check(question.text)
        columns, rows = session.ask(question.text, given)
        return gathered(columns, rows, most)


def gathered(columns: list[str], rows: Iterator[tuple[Any, ...]], most: int) -> Answer:
    """The first of some rows."""
    answer = Answer(columns)
    for row in rows:
        if len(answer.rows) == most:
            answer.more = True
            break
        answer.rows.append(row)
    return answer
