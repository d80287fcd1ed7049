"""What each kind of refusal says."""

from __future__ import annotations

import pytest
from tuf.api import exceptions

from alpheus.updates.refusals import refused


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (exceptions.ExpiredMetadataError("x"), "its word has ended"),
        (exceptions.BadVersionNumberError("x"), "older than what is installed"),
        (exceptions.EqualVersionNumberError("x"), "older than what is installed"),
        (exceptions.UnsignedMetadataError("x"), "not signed by cert"),
        (exceptions.LengthOrHashMismatchError("x"), "not as it was signed"),
        (exceptions.DownloadLengthMismatchError("x"), "not as it was signed"),
        (exceptions.DownloadHTTPError("gone", 404), "missing; copy the bundle again (gone)"),
        (exceptions.DownloadError("no way"), "cannot be read: no way"),
        (exceptions.RepositoryError("odd"), "not in the form of a bundle: odd"),
    ],
)
def test_each_says_where_and_what_to_do(error: Exception, words: str) -> None:
    """Source and file come first, then the reason in words."""
    told = str(refused("/media/stick", "metadata/timestamp.json", error, "cert"))
    assert told.startswith("/media/stick: metadata/timestamp.json: ")
    assert words in told
