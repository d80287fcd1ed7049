"""Which value of a W3C line belongs to which column, also where the line is odd."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from alpheus.parsers.separated import MOST_VALUES, names

_IIS_6 = names(
    "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip"
    " cs(User-Agent) sc-status sc-substatus sc-win32-status"
)
_IIS_7 = names(
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)"
    " sc-status sc-substatus sc-win32-status time-taken"
)
_IIS_8 = names(
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)"
    " cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
)
_WITH_SITE = names(
    "date time s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip"
    " cs(User-Agent) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"
)
_WITH_BYTES = names(
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent)"
    " cs(Referer) sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"
)
_ALL = names(
    "date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port"
    " cs-username c-ip cs-version cs(User-Agent) cs(Cookie) cs(Referer) cs-host sc-status"
    " sc-substatus sc-win32-status sc-bytes cs-bytes time-taken"
)
COLUMN_SETS = (_IIS_8, _IIS_7, _IIS_6, _WITH_SITE, _WITH_BYTES, _ALL)
"""Sets that IIS writes by default or when everything is ticked; tried on files without a header."""

_ADDRESS = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:%\w{1,16})?$|-$", re.ASCII)
_NUMBER = re.compile(r"\d{1,10}$|-$", re.ASCII)
_STATUS = re.compile(r"\d{3}$|-$", re.ASCII)
_METHOD = re.compile(r"[A-Z_\-]{3,40}$", re.ASCII).match
_AROUND = (
    "cs-method",
    "cs-uri-stem",
    "cs-uri-query",
    "s-port",
    "cs-username",
    "c-ip",
    "cs(User-Agent)",
)
_SHAPES: dict[str, Callable[[str], object]] = {
    "date": re.compile(r"\d{4}-\d\d-\d\d$", re.ASCII).match,
    "time": re.compile(r"\d\d:\d\d:\d\d", re.ASCII).match,
    "s-ip": _ADDRESS.match,
    "c-ip": _ADDRESS.match,
    "cs-method": re.compile(r"[A-Za-z_\-]{1,40}$", re.ASCII).match,
    "s-port": _NUMBER.match,
    "sc-status": _STATUS.match,
    "sc-substatus": _NUMBER.match,
    "sc-win32-status": _NUMBER.match,
    "sc-bytes": _NUMBER.match,
    "cs-bytes": _NUMBER.match,
    "time-taken": _NUMBER.match,
    "cs-version": re.compile(r"HTTP/|-$").match,
    "cs-uri-stem": re.compile(r"[/*-]").match,
}
_FREE_TEXT = (
    "cs(User-Agent)",
    "cs(Referer)",
    "cs(Cookie)",
    "cs-uri-query",
    "cs-uri-stem",
    "cs-username",
)


def assign(columns: Sequence[str], line: str) -> tuple[list[str], bool]:
    """One value per column, in order (fewer if the line ends early), and whether it is malformed.

    Values are separated by one blank; two blanks enclose an empty value. A line with surplus
    blanks is read with runs of blanks as one, if that fits. If not, its writer cannot have written
    it: columns are counted from both ends and one free-text column takes the rest.
    """
    values = line.split(" ", MOST_VALUES)
    if len(values) <= len(columns):
        return values, False
    squeezed = line.split(None, MOST_VALUES)
    if len(squeezed) == len(columns) or (len(squeezed) < len(columns) and "" in values):
        return squeezed, False
    surplus = len(values) - len(columns)
    for name in (*_FREE_TEXT, columns[-1]):
        if name in columns:
            at = columns.index(name)
            merged = [*values[:at], " ".join(values[at : at + surplus + 1])]
            merged += values[at + surplus + 1 :]
            if _misfits(columns, merged) == 0:
                return merged, True
    at = columns.index("cs(User-Agent)") if "cs(User-Agent)" in columns else len(columns) - 1
    joined = " ".join(values[at : at + surplus + 1])
    return [*values[:at], joined, *values[at + surplus + 1 :]], True


def fits_known_columns(line: str) -> bool:
    """Whether a line without a header is surely of an IIS log."""
    values = line.split(" ", MOST_VALUES)
    return _known(values) is not None or (len(values) > 8 and _around_stem(values) is not None)


def guess_columns(line: str) -> tuple[str, ...]:
    """The columns of a line without a header, by count and by the shape of its values.

    Values that no known set explains are called `column-N`, N from 1.
    """
    values = line.split(" ", MOST_VALUES)
    return _known(values) or _around_stem(values) or ("date", "time", *_numbered(2, len(values)))


def _known(values: Sequence[str]) -> tuple[str, ...] | None:
    """The largest known set that fits, with columns added by the administrator at its end."""
    for columns in sorted(COLUMN_SETS, key=len, reverse=True):
        if len(columns) <= len(values) and _misfits(columns, values) == 0:
            return (*columns, *_numbered(len(columns), len(values)))
    return None


def _around_stem(values: Sequence[str]) -> tuple[str, ...] | None:
    """Columns named from where a method stands before a stem, as in every set of IIS."""
    if _misfits(("date", "time"), values):
        return None
    for at in range(2, len(values) - 1):
        if _METHOD(values[at]) and values[at + 1].startswith("/"):
            found = _AROUND if _misfits(_AROUND, values[at:]) == 0 else _AROUND[:3]
            known = ("date", "time", *_numbered(2, at), *found)
            return (*known, *_numbered(len(known), len(values)))[: len(values)]
    return None


def _numbered(start: int, stop: int) -> list[str]:
    return [f"column-{number}" for number in range(start + 1, stop + 1)]


def _misfits(columns: Sequence[str], values: Sequence[str]) -> int:
    """How many values cannot belong to their columns."""
    return sum(
        1
        for name, value in zip(columns, values, strict=False)
        if name in _SHAPES and not _SHAPES[name](value)
    )
