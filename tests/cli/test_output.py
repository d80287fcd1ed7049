"""What is printed."""

from __future__ import annotations

import io
import sys

import pytest

from alpheus.cli.output import console, folded, say, standard_output
from alpheus.errors import OutputError


def _stdout(monkeypatch: pytest.MonkeyPatch, raw: io.RawIOBase | io.BytesIO) -> None:
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\r\n")  # type: ignore[arg-type]
    monkeypatch.setattr(sys, "stdout", stream)


def test_a_format_is_utf8_whatever_the_terminal_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line ends are its own too."""
    raw = io.BytesIO()
    _stdout(monkeypatch, raw)
    with standard_output(exact=True) as stream:
        stream.write("\u25a0 \u00fc\n")
    assert raw.getvalue() == "\u25a0 \u00fc\n".encode()


def test_text_for_people_stays_in_the_terminals_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it cannot show is written out, and never an error."""
    raw = io.BytesIO()
    _stdout(monkeypatch, raw)
    with standard_output(exact=False) as stream:
        stream.write("\u25a0")
    assert raw.getvalue() == rb"\u25a0"


def test_rows_of_two_columns_are_folded() -> None:
    """In lines of 80 characters; a name that is too long for its column stands alone."""
    text = "word " * 30
    lines = list(folded("a", text, 10))
    assert lines[0].startswith("a         word")
    assert all(line.startswith(" " * 10 + "word") for line in lines[1:])
    assert max(map(len, lines)) <= 80
    assert list(folded("a-long-name", "x", 10)) == ["a-long-name", "          x"]
    assert list(folded("a", "", 10)) == ["a"]


class _Failing(io.RawIOBase):
    """A stream that nothing can be written to."""

    def __init__(self, error: OSError) -> None:
        self._error = error

    def writable(self) -> bool:
        return True

    def write(self, _data: object) -> int:
        raise self._error


def test_a_reader_that_left_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is dropped, also by a terminal's printer."""
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", _text(BrokenPipeError()))
            with standard_output(exact=False):
                console().print("x")


def test_a_full_disk_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what happened and what to do."""
    monkeypatch.setattr(sys, "stdout", _text(OSError(28, "No space left on device")))
    with (
        pytest.raises(OutputError, match="no space left on device; write it elsewhere"),
        standard_output(exact=True) as stream,
    ):
        stream.write("x" * 100_000)


def _text(error: OSError) -> io.TextIOWrapper:
    return io.TextIOWrapper(_Failing(error), encoding="utf-8", write_through=True)  # type: ignore[arg-type]


def test_a_message_is_one_harmless_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A file's name cannot move the cursor, nor make a second line."""
    say("a\x1b[31m\nb: \u00fcnot there")
    assert capsys.readouterr().err == "alpheus: a\\x1b[31m\\nb: \u00fcnot there\n"
