"""What a file's name promises when its content keeps no promise."""

from __future__ import annotations

import pytest

from alpheus.detect.promises import log_by_name, promised_by_name


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("C/inetpub/logs/LogFiles/W3SVC1/u_ex210303.log", "an IIS log"),
        ("W3SVC2/extend1.log", "an IIS log"),
        ("Logging/HttpProxy/Owa/HttpProxy_2021030306-1.LOG", "an HttpProxy log"),
        ("winevt/Logs/Security.evtx", "an event log"),
        ("C/$MFT", "a master file table"),
        ("C/$Extend/$UsnJrnl:$J", "a change journal"),
        ("uploads/ntfs/%5C%5C.%5CC%3A/$Extend/$UsnJrnl%3A$J", "a change journal"),
        ("notes.txt", None),
        ("setup.log", None),
    ],
)
def test_names_of_evidence(path: str, words: str | None) -> None:
    """Names that the field knows promise something; others do not."""
    assert promised_by_name(path) == words


def test_a_damaged_beginning_is_still_read_as_what_it_is_called() -> None:
    """Garbage or NUL bytes at the beginning of a log do not hide the rest."""
    for head in (b"\0" * 65536, b"some words that are no log\n" * 100):
        found = log_by_name(head, "W3SVC1/u_ex210303.log")
        assert found is not None
        assert found.source == "iis"


def test_binary_content_is_not_read_as_text() -> None:
    """A log that was encrypted is a loss, not a log."""
    assert log_by_name(bytes(range(256)) * 64, "W3SVC1/u_ex210303.log") is None
    assert log_by_name(b"", "W3SVC1/u_ex210303.log") is None
