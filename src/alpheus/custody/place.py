"""Where a custody log lies, and the lists of files beside it.

One that is named; else that of the variable `ALPHEUS_CUSTODY`; else `custody.log` in this folder,
if there is one, so that each case has its own in its folder; else the one of this user.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from alpheus.errors import OutputError, UsageError
from alpheus.user_folders import Kept, user_folder

VARIABLE = "ALPHEUS_CUSTODY"
NAME = "custody.log"
NONE = "-"
"""In the place of a name: no log is kept."""


def place_of(named: str | None, outside: Iterable[Path] = ()) -> Path | None:
    """The log that counts; None where none is wanted.

    It lies in none of the folders `outside`, which are evidence. Raises UsageError where it was
    named there, OutputError where there is no place for it.
    """
    folders = [one.resolve() for one in outside]
    given = named if named is not None else os.environ.get(VARIABLE, "")
    if given == NONE:
        return None
    if given:
        path = Path(given)
        if inside := _inside(path, folders):
            message = f"{path} lies inside the evidence {inside}; keep the custody log outside it"
            raise UsageError(message)
        return path
    here = Path(NAME)
    if here.is_file() and not here.is_symlink() and not _inside(here, folders):
        return here
    path = _state_folder() / NAME
    if inside := _inside(path, folders):
        message = f"{path} lies inside the evidence {inside}"
        raise OutputError(message)
    return path


def manifests_beside(log: Path) -> Path:
    """The folder of the lists of files that a log names by their hash."""
    return log.with_name(f"{log.stem}-manifests")


def manifest_name(sha256: str) -> str:
    """The name of such a list."""
    return f"{sha256}.txt"


def _inside(path: Path, folders: list[Path]) -> Path | None:
    whole = path.resolve()
    return next((one for one in folders if whole.is_relative_to(one)), None)


def _state_folder() -> Path:
    """The user's folder for what was done. Raises OutputError for a user without a home."""
    try:
        return user_folder(Kept.STATE)
    except FileNotFoundError as error:
        raise OutputError("this account has no folder for it") from error
