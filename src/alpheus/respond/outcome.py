"""What became of one file, and why it was not done where it was not."""

from __future__ import annotations

import errno
from enum import StrEnum

import msgspec

from alpheus.respond.model import FileAction
from alpheus.respond.volume import AbsentPlaceError, LostFolderError

UNKNOWN = "no --root says where {} is mounted"


_REMEDIES = {
    errno.EROFS: "mount the volume writable, and run again",
    errno.ENOSPC: "free some, and run again",
    errno.EDQUOT: "free some, and run again",
    errno.EPERM: "run as its administrator, and look whether it is marked immutable (lsattr)",
    errno.EACCES: "run as its administrator",
    errno.EBUSY: "end what uses it, or unmount what is mounted there, and run again",
}
_LOST = "its folder is not there either: is {} the right volume?"
_ABSENT = "it is not there, and not by this plan: taken by somebody else, or another server?"


class Result(StrEnum):
    """What became of one file.

    `absent`: its folder is there, and it is not; somebody else took it, or it is another server.
    `not-found`: not even its folder is there.
    """

    WOULD = "would"
    DONE = "done"
    ALREADY = "already"
    ABSENT = "absent"
    NOT_FOUND = "not-found"
    REFUSED = "refused"


SETTLED = frozenset({Result.WOULD, Result.DONE, Result.ALREADY})
"""What leaves nothing to be seen to by a person."""


class Outcome(msgspec.Struct, frozen=True):
    """Of one action of the plan. `why` is in words where it was not done, or not all of it.

    `lacks`: it was taken, and the product's own file that belongs there is not in its place.
    """

    action: FileAction
    result: Result
    why: str = ""
    lacks: bool = False


def absence_of(action: FileAction, error: AbsentPlaceError) -> Outcome:
    """Of a file that is not in its place, and has not been taken by this plan."""
    if isinstance(error, LostFolderError):
        return Outcome(action, Result.NOT_FOUND, _LOST.format(action.volume))
    return Outcome(action, Result.ABSENT, _ABSENT)


def words_of(error: Exception) -> str:
    """Why a place was not touched, in words that follow its path."""
    if isinstance(error, OSError):
        words = (error.strerror or str(error)).lower()
        return f"{words}; {_REMEDIES[error.errno]}" if error.errno in _REMEDIES else words
    if isinstance(error, AbsentPlaceError):
        return "its folder is not there any more"
    return str(error)
