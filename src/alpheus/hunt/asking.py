"""A hunt from question to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from alpheus.hunt.questions import Kind, Question
from alpheus.hunt.session import Bounds, Session
from alpheus.hunt.sizes import LONGEST, shortened, weight_of
from alpheus.hunt.timelines import Timeline


@dataclass(slots=True)
class Answer:
    """Columns and rows. `more`: there are more, than were asked for or (`full`) than may be held.

    Of `cut` values the beginning is given alone.
    """

    columns: list[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    more: bool = False
    full: bool = False
    cut: int = 0


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
        return gathered(columns, rows, most, bounds)


def gathered(
    columns: list[str], rows: Iterator[tuple[Any, ...]], most: int, bounds: Bounds
) -> Answer:
    """The first of some rows, as many as are wanted and may be held."""
    answer, room = Answer(columns), bounds.memory << 20
    for row in rows:
        short, cut = _shortened(row)
        room -= weight_of(short, room)
        answer.full = room < 0
        answer.more = answer.full or len(answer.rows) == most
        if answer.more:
            break
        answer.cut += cut
        answer.rows.append(short)
    return answer


def _shortened(row: tuple[Any, ...]) -> tuple[tuple[Any, ...], int]:
    """A row with values that can be held, and how many of them were cut."""
    if weight_of(row, LONGEST) <= LONGEST:
        return row, 0
    short = [shortened(value) for value in row]
    return tuple(value for value, _ in short), sum(cut for _, cut in short)
