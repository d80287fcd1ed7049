"""Why a bundle is refused, in words that say what to do."""

from __future__ import annotations

from datetime import UTC, datetime

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)

from alpheus.errors import BundleError


def refused(source: str, file: str, error: Exception, publisher: str) -> BundleError:
    """The error that tells of a bundle which was refused. `file` is the one read last."""
    return BundleError(f"{source}: {file or 'the bundle'}: {_reason(error, publisher)}")


def _reason(error: Exception, publisher: str) -> str:
    for kinds, words in _REASONS:
        if isinstance(error, kinds):
            return words.format(
                error=error,
                cause=error.__cause__ or error,
                publisher=publisher,
                today=datetime.now(UTC).date(),
            )
    return str(error)


_ENDED = (
    "its word has ended, so something newer may be held back; get a newer bundle (the clock of "
    "this machine says {today}; set it if that is wrong)"
)
_REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (ExpiredMetadataError, _ENDED),
    (BadVersionNumberError,
     "it is older than what is installed, or parts of it are; get the newest bundle"),
    (UnsignedMetadataError,
     "it is not signed by {publisher}: it was changed, or is another publisher's"),
    ((LengthOrHashMismatchError, DownloadLengthMismatchError),
     "not as it was signed: changed, cut off or larger; copy the bundle again"),
    (DownloadHTTPError, "it is missing; copy the bundle again ({error})"),
    (DownloadError, "it cannot be read: {cause}"),
    (RepositoryError, "not in the form of a bundle: {error}"),
)  # fmt: skip
"""The first that fits counts."""
