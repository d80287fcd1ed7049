"""Why something was not done is said in words that follow its path."""

from __future__ import annotations

import errno

import pytest

from alpheus.respond.outcome import words_of
from alpheus.respond.volume import AbsentPlaceError, RefusedPlaceError


@pytest.mark.parametrize(("error", "words"), [
    (OSError(errno.EROFS, "Read-only file system"),
     "read-only file system; mount the volume writable, and run again"),
    (OSError(errno.EIO, "Input/output error"), "input/output error"),
    (OSError("only words"), "only words"),
    (AbsentPlaceError("x"), "its folder is not there any more"),
    (RefusedPlaceError("it is a link"), "it is a link"),
])  # fmt: skip
def test_words_follow_a_path(error: Exception, words: str) -> None:
    """One line, in lower case, with the remedy where there is one."""
    assert words_of(error) == words
