"""An answer as a table for a terminal, as CSV for a spreadsheet, as JSON lines for a program.

What was found was written by an attacker: characters that do something are written out, and no
cell begins a formula. Times are UTC.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TextIO

from alpheus.hunt.sizes import plain, shortened
from alpheus.report.csv_output import cell
from alpheus.report.visible import visible

WIDTH = 80
FORMATS = ("text", "csv", "jsonl")

_LEAST, _MOST = 6, 60
_GAP = 2
_LOOKED_AT = 200
"""Rows by which the widths of a table are chosen; all are read before the first is printed."""


def text_of(value: object) -> str:
    """A value in one line that is harmless to look at; '' for none."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")
    if isinstance(value, date | str | int | float):
        return visible(str(value))
    return visible(json.dumps(plain(value), ensure_ascii=False))


def text_lines(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int = WIDTH
) -> Iterator[str]:
    """A table where it fits, what is too long cut off with `…`; else each row field by field.

    Columns without any value are left out.
    """
    most = max(width, _MOST) + 1  # more of a value is not shown
    shown = [[text_of(shortened(value, most)[0]) for value in row] for row in rows]
    used = [at for at in range(len(columns)) if any(row[at] for row in shown)]
    names = [visible(columns[at]) for at in used]
    cells = [[row[at] for at in used] for row in shown]
    if not cells:
        return
    widths = _widths(names, cells[:_LOOKED_AT], width)
    if widths is None:
        yield from _fields(names, cells, width)
        return
    yield _line(names, widths)
    yield _line(["-" * one for one in widths], widths)
    for row in cells:
        yield _line(row, widths)


def _widths(names: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """How wide each column is; None where they do not fit and each still says something."""
    wanted = [
        min(max(len(name), *(len(row[at]) for row in cells)), _MOST)
        for at, name in enumerate(names)
    ]
    room = width - _GAP * (len(names) - 1)
    least = [min(one, max(_LEAST, len(name))) for one, name in zip(wanted, names, strict=True)]
    if sum(least) > room or (sum(wanted) > room and len(names) > 6):
        return None
    while sum(wanted) > room:
        over = [one - few for one, few in zip(wanted, least, strict=True)]
        widest = max(range(len(wanted)), key=lambda at: (over[at] > 0, wanted[at]))
        wanted[widest] -= 1
    return wanted


def _line(values: Sequence[str], widths: Sequence[int]) -> str:
    parts = (_cut(value, width).ljust(width) for value, width in zip(values, widths, strict=True))
    return (" " * _GAP).join(parts).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _fields(names: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    longest = max(map(len, names))
    for number, row in enumerate(cells):
        if number:
            yield ""
        for name, value in zip(names, row, strict=True):
            if value:
                yield f"{name:<{longest}}  {_cut(value, max(width - longest - _GAP, _LEAST))}"


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """A header, then a row each: UTF-8, comma, every cell quoted, CRLF."""
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow([cell(name) for name in columns])
    writer.writerows([cell(text_of(value)) for value in row] for row in rows)


def write_jsonl(columns: Sequence[str], rows: Iterable[Sequence[Any]], stream: TextIO) -> None:
    """An object a line, in ASCII; times in ISO 8601, text as it was found."""
    for row in rows:
        found = {name: plain(value) for name, value in zip(columns, row, strict=True)}
        stream.write(json.dumps(found) + "\n")
