"""Where this system keeps what programs remember for a user: XDG, AppData, Library."""

from __future__ import annotations

import os
import sys
from enum import Enum
from pathlib import Path


class Kept(Enum):
    """What a folder is for: a variable and a usual place on Linux, and the place on a Mac."""

    CACHE = "XDG_CACHE_HOME", ".cache", "Library/Caches"
    """What can be made again."""
    STATE = "XDG_STATE_HOME", ".local/state", "Library/Application Support"
    """What was done."""
    DATA = "XDG_DATA_HOME", ".local/share", "Library/Application Support"
    """What was installed."""


def user_folder(kept: Kept) -> Path:
    """The program's folder of this user. Raises FileNotFoundError for an account without a home."""
    variable, usual, of_a_mac = kept.value
    if sys.platform == "win32":
        named, usual = os.environ.get("LOCALAPPDATA"), "AppData/Local"
    elif sys.platform == "darwin":
        named, usual = None, of_a_mac
    else:
        named = os.environ.get(variable)
    try:
        return (Path(named) if named else Path.home() / usual) / "alpheus"
    except RuntimeError as error:
        raise FileNotFoundError(str(error)) from error
