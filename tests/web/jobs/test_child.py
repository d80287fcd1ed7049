"""The process of a job always says what came of it, within its bounds."""

from __future__ import annotations

import pytest

from alpheus.errors import DatabaseFullError, EvidenceFormatError
from alpheus.web.jobs import messages as said
from alpheus.web.jobs.child import outcome
from alpheus.web.jobs.messages import ComplaintError
from alpheus.web.jobs.model import Kind, Options, Result, Upload
from alpheus.web.jobs.wire import Bounds, Ended, Failed, Task

TASK = Task(
    Kind.IMPORT, "x.db", "mia", "list.csv", "", (Upload("a" * 32, "list.csv", 1),), ("x",),
    Options(), "work", "reports", 0, Bounds(memory=64 << 20),
)  # fmt: skip


def test_what_comes_of_it() -> None:
    """Its result."""
    assert outcome(TASK, lambda _: None, lambda *_: Result(added=2)) == Ended(Result(added=2))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ComplaintError(said.GONE), said.GONE),
        (EvidenceFormatError("no list"), said.BROKEN),
        (DatabaseFullError("full"), said.DATABASE),
        (MemoryError(), said.TOO_MUCH_MEMORY),
        (OSError(12, "Cannot allocate memory"), said.TOO_MUCH_MEMORY),
        (OSError(27, "File too large"), said.TOO_LARGE_UNPACKED),
        (RecursionError("deep"), said.UNFORESEEN),
    ],
)
def test_what_went_wrong_is_told(error: Exception, text: str) -> None:
    """In one sentence; what nobody foresaw goes to the log."""

    def fail(*_: object) -> Result:
        raise error

    message = outcome(TASK, lambda _: None, fail)
    assert isinstance(message, Failed)
    assert message.note.text == text


def test_want_of_memory_behind_another_error_is_told_as_such() -> None:
    """Libraries wrap it."""

    def fail(*_: object) -> Result:
        raise ValueError("could not read") from MemoryError()

    message = outcome(TASK, lambda _: None, fail)
    assert isinstance(message, Failed)
    assert message.note.text == said.TOO_MUCH_MEMORY
