"""Logs of the offline address book generator."""

from __future__ import annotations

from datetime import UTC, datetime

from alpheus.model import TimeBasis
from textlogs import format_of, rows_of

_PATH = "V15/Logging/OABGeneratorLog/OAB20210303-1.LOG"
_SENTENCE = "Download failed and temporary file 'C:\\inetpub\\wwwroot\\x.aspx' needs to be removed"


def test_every_line_is_a_message() -> None:
    """No field list is known, so the line is the message, and its first time the row's."""
    content = (
        f"#Log-type: OAB Generator Log\n#Fields: DateTime,Text\n2021-03-03T06:59:20Z,{_SENTENCE}\n"
    )
    (row,) = rows_of(content.encode())
    assert row.fields["Message"].endswith(_SENTENCE)
    assert row.fields["Text"] == _SENTENCE
    assert (row.time, row.basis) == (datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC), TimeBasis.UTC)


def test_folder_or_sentence_is_enough_to_be_recognised() -> None:
    """A line without a time is still a row."""
    (row,) = rows_of(b"free text\n", _PATH)
    assert (row.time, row.basis) == (None, TimeBasis.UNKNOWN)
    found = format_of(_SENTENCE.encode(), "copy.txt")
    assert found is not None
    assert found.source == "oabgenerator"
    assert format_of(b"a\0b", _PATH) is None
    assert format_of(b"free text\n", "copy.txt") is None
