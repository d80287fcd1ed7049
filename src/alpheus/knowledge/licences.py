"""What a licence file says of the rules beside and below it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

LEVELS = 8
"""How many folders above a rule are looked into."""

TITLE_LIMIT = 80
_READ = 4096
_DETECTION_RULE_LICENSE = re.compile(r"Detection Rule License(?: \(DRL\))?(?: v?\d+\.\d+)?")
_NAMES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "LICENCE.txt", "COPYING")


def licence_above(folder: Path) -> str:
    """The heading and the place of the nearest licence file in a folder or above it; '' if none.

    A licence file holds for the folder it lies in and all below. Never raises.
    """
    return _nearest(folder.absolute(), LEVELS)


@lru_cache(maxsize=4096)
def _nearest(folder: Path, levels: int) -> str:
    for name in _NAMES:
        path = folder / name
        heading = _heading(path)
        if heading:
            return f"{heading} ({folder.name}/{name})"
    if levels <= 1 or folder.parent == folder:
        return ""
    return _nearest(folder.parent, levels - 1)


def _heading(path: Path) -> str:
    """The licence that a text names, or else its first line that is not empty."""
    try:
        with path.open("rb") as stream:
            text = stream.read(_READ).decode("utf-8", "replace")
    except OSError:
        return ""
    named = _DETECTION_RULE_LICENSE.search(text)
    if named is not None:
        return named[0]
    lines = (line.strip("#=*- \t\r") for line in text.splitlines())
    found = next(filter(None, lines), "")
    return "".join(c for c in found if c.isprintable())[:TITLE_LIMIT]
