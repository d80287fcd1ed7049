"""Text written by an attacker, made harmless to look at.

Control characters, direction overrides and invisible characters are written out as `{U+202E}`, so
that nothing in evidence moves a cursor, reverses a line or hides. The result is one line.
"""

from __future__ import annotations

import re

_NAMES = {"\t": "{TAB}", "\n": "{LF}", "\r": "{CR}", "\0": "{NUL}", "\x1b": "{ESC}"}

_INVISIBLE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"  # soft hyphen, fillers, Arabic letter mark
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff"
    "\ud800-\udfff"  # lone surrogates: bytes that were no UTF-8
    "\U000e0000-\U000e0fff"  # tags
    "]"
)


def _name(match: re.Match[str]) -> str:
    character = match.group()
    return _NAMES.get(character, f"{{U+{ord(character):04X}}}")


def visible(text: str) -> str:
    """Return `text` with every control or invisible character written out; encodes as UTF-8."""
    return _INVISIBLE.sub(_name, text)


def portable(text: str) -> str:
    r"""Return `text` with lone surrogates written as `\udc80`: every JSON reader takes it."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
