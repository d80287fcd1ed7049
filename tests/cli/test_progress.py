"""Progress is for people at a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from alpheus.cli import progress
from alpheus.cli.progress import progress_line


class _Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_anywhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pipe or a log file there is no progress, not even an empty line."""
    quiet = io.StringIO()
    monkeypatch.setattr(sys, "stderr", quiet)
    with progress_line() as show:
        assert show is None
    assert quiet.getvalue() == ""


def test_names_of_files_are_text_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's name is neither markup nor an escape sequence."""
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "_EVERY", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    with progress_line() as show:
        assert show is not None
        show("a/[red]b\x1b]0;owned\x07.log", 1_000_000, 2_000_000)
        show("[/dim]", 2_000_000, 2_000_000)
    assert "\x1b]0;owned" not in terminal.getvalue()
