"""Lines with holes: rendered once, filled in many times.

A writer puts `slot("rid")` where a value changes from row to row, and `compiled` turns the finished
line into a `%`-template, so that a row costs one formatting operation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPEN, _CLOSE = "\ue000", "\ue001"
_SLOT = re.compile(f"{_OPEN}(\\w+){_CLOSE}")

SLOTS = ("end", "begin", "w3c", "uls", "rid", "act", "expiry", "number")
"""What a row is filled with.

`end` and `begin`: ISO time with milliseconds; `w3c`: `2021-03-01 06:59:20`; `uls`:
`03/01/2021 06:59:20.12`; `rid` and `act`: a
request's and an activity's id; `expiry`: a time a month ahead; `number`: rises with every row.
"""


def slot(name: str) -> str:
    """A hole in a line that is not yet compiled."""
    if name not in SLOTS:
        raise ValueError(f"no slot {name!r}")
    return f"{_OPEN}{name}{_CLOSE}"


def compiled(line: str) -> str:
    """A `%`-template of a line with holes; everything else in it is taken literally."""
    return _SLOT.sub(r"%(\1)s", line.replace("%", "%%"))


def csv_row(values: Sequence[str]) -> str:
    """A row of comma-separated values, quoted only where it must be."""
    return ",".join(_csv_value(value) for value in values)


def _csv_value(value: str) -> str:
    if "," in value or '"' in value or "\n" in value:
        return '"' + value.replace('"', '""') + '"'
    return value
