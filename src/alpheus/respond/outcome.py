"""What became of one file, and why it was not done where it was not."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from alpheus.respond.model import FileAction
from alpheus.respond.volume import AbsentPlaceError

UNKNOWN = "no --root says where {} is mounted"


class Result(StrEnum):
    """What became of one file."""

    WOULD = "would"
    DONE = "done"
    ALREADY = "already"
    ABSENT = "absent"
    REFUSED = "refused"


class Outcome(msgspec.Struct, frozen=True):
    """Of one action of the plan. `why` is in words where it was not done, or not all of it."""

    action: FileAction
    result: Result
    why: str = ""


def words_of(error: Exception) -> str:
    """Why a place was not touched, in words that follow its path."""
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    if isinstance(error, AbsentPlaceError):
        return "its folder is not there any more"
    return str(error)
