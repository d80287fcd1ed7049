"""Values that an attacker may have chosen, put into commands that a person will paste."""

from __future__ import annotations

import re

_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")
"""What PowerShell takes for a single quote; doubled it stands for itself (about_Quoting_Rules)."""

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def powershell(value: str) -> str:
    """A value as one argument of PowerShell, on one line, with nothing in it that is not seen.

    Such characters are put together from their numbers: `('a' + [char]0x202E + 'b')`.
    """
    parts: list[str] = []
    last = 0
    for found in _UNSEEN.finditer(value):
        if found.start() > last:
            parts.append(_quoted(value[last : found.start()]))
        parts += _numbers(found.group())
        last = found.end()
    if last < len(value) or not value:
        parts.append(_quoted(value[last:]))
    if len(parts) == 1 and parts[0].startswith("'"):
        return parts[0]
    return f"('' + {' + '.join(parts)})"


def _numbers(character: str) -> list[str]:
    """A character of PowerShell is one of UTF-16."""
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2] for at in range(0, len(units), 2))
    return [f"[char]0x{int.from_bytes(pair, 'big'):04X}" for pair in pairs]


def _quoted(text: str) -> str:
    return "'" + _QUOTES.sub(r"\1\1", text) + "'"
