"""A process of ours never runs what lies in its folder, and its end is told in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from alpheus.web.jobs import messages as said
from alpheus.web.jobs.model import Kind, Options
from alpheus.web.jobs.process import Process, why
from alpheus.web.jobs.wire import Bounds, Failed, Task


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (-9, said.KILLED), (-15, said.KILLED), (-11, said.CRASHED), (-6, said.CRASHED),
        (-24, said.TOO_MUCH_TIME), (-25, said.TOO_LARGE_UNPACKED), (3, said.ENDED_EARLY),
        (-200, said.CRASHED),
    ],
)  # fmt: skip
def test_each_end_has_its_words(status: int, text: str) -> None:
    """By signal or by status."""
    assert why(status, Bounds()).text == text


def test_evidence_is_never_taken_for_a_module(tmp_path: Path) -> None:
    """A file called like a module of Python, in the folder that a job works in."""
    for name in ("json.py", "alpheus.py", "sitecustomize.py", "encodings.py"):
        (tmp_path / name).write_text("raise SystemExit('taken in')")
    task = Task(
        Kind.IMPORT, str(tmp_path / "no" / "such.db"), "mia", "x", "", (), (), Options(),
        str(tmp_path), str(tmp_path), os.getpid(), Bounds(),
    )  # fmt: skip
    process = Process(task)
    messages = []
    try:
        while (message := process.hear(60)) is not None:
            messages.append(message)
    except EOFError:
        pass
    assert process.wait() == 0
    assert "taken in" not in process.said_last()
    assert isinstance(messages[-1], Failed)
    assert messages[-1].note.text == said.DATABASE
