"""Rows of a table in text: bounded, in any of the usual separators, broken rows apart.

A row stands on one line; where quotes are open at its end, the lines that close them belong to it.
Quotes that nothing closes cost their own line only.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator

from alpheus.exposure.imports.model import Loss
from alpheus.exposure.imports.opening import Source, lines

ROW_LIMIT = 1 << 20
"""Bytes of a row."""

_JOINED_LINES = 200
_JOINED_LENGTH = 1 << 18
_TRIES = 3
"""How far a quote that is open is followed, so that many of them cost no time."""

_SEPARATORS = ",;\t|"
_NAMED_SEPARATOR = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
"""The first line by which spreadsheets are told the separator."""


Cells = list[str]
_Numbered = tuple[int, str | None]
"""A line with its number; None for one that is too long."""

_END: _Numbered = (0, None)


def separator_of(line: str) -> str:
    """The separator of a line: the one that occurs most outside of quotes."""
    plain = "".join(line.split('"')[::2])
    return max(_SEPARATORS, key=plain.count)


def text_lines(source: Source) -> Iterator[str | None]:
    r"""Lines as text; a lone CR ends one, too. Bytes that are no UTF-8 are written `\xff`."""
    for line in lines(source, ROW_LIMIT):
        if line is None:
            yield None
            continue
        text = line.decode("utf-8", "backslashreplace")
        if "\r" in text:
            yield from text.removesuffix("\r").split("\r")
        else:
            yield text


class Rows:
    """The rows of a source, the header first if it has one; blank lines are no rows."""

    def __init__(self, source: Source) -> None:
        self._lines = enumerate(text_lines(source), start=1)
        self._source = source
        self._back: deque[_Numbered] = deque()
        self._separator = ""
        self._named = ""
        self.width = 0
        """How many cells a row must have; 0: any number."""
        self.line = 0
        """The line of the file on which the last row begins, from 1 on."""

    def first(self) -> Cells:
        """The first row, whatever its width; empty if there is none. Again: the one after it."""
        while True:
            self.line, line = self._next()
            if line is None:
                return []
            if named := _NAMED_SEPARATOR.fullmatch(line):
                self._named = named[1]
            elif line.strip():
                self._separator = self._named or separator_of(line)
                return self._cells(line) or []

    def put_back(self, cells: Cells) -> None:
        """Make a row that was taken the next one."""
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in cells)
        self._back.appendleft((self.line, self._separator.join(quoted)))

    def __iter__(self) -> Iterator[Cells | Loss]:
        """Row after row, with a `Loss` for each that is none; then the losses of the source."""
        quoted = f'"{self._separator}"'
        separator, width = self._separator, self.width
        while True:
            number, line = self._back.popleft() if self._back else next(self._lines, _END)
            if not number:
                break
            self.line = number
            if line is None:
                yield Loss(number, f"longer than {ROW_LIMIT >> 20} MB")
                continue
            if '"' not in line:
                cells: Cells | None = line.split(separator)
            else:
                cells = line[1:-1].split(quoted)
                if line.count('"') != 2 * len(cells) or line[0] != '"' or line[-1] != '"':
                    cells = self._cells(line)
            if cells is None or (width and len(cells) != width):
                if not line.strip():
                    continue
                cells = self._fitted(cells)
            yield cells or Loss(number, self._why(line))
        yield from self._source.losses
        self._source.losses.clear()

    def _next(self) -> _Numbered:
        return self._back.popleft() if self._back else next(self._lines, _END)

    def _fitted(self, cells: Cells | None) -> Cells | None:
        """A row with empty cells too many, cut to the width; else None."""
        if cells and len(cells) > self.width and not any(cells[self.width :]):
            return cells[: self.width]
        return None

    def _why(self, line: str) -> str:
        if line.count('"') % 2:
            return "a quote that nothing closes"
        return f"not {self.width} cells, as the header has"

    def _cells(self, line: str) -> Cells | None:
        """The cells of a line and of those that close its quotes; None if nothing does."""
        strict = self._parse(line, strict=True)
        if strict is not None:
            return strict
        taken = [line]
        numbers: list[int] = []
        length, quotes, tries = len(line), line.count('"'), _TRIES
        while len(taken) <= _JOINED_LINES and length < _JOINED_LENGTH and tries:
            number, following = self._next()
            if following is None:
                break
            taken.append(following)
            numbers.append(number)
            length, more = length + len(following), following.count('"')
            quotes += more
            if more and quotes % 2 == 0:
                tries -= 1
                cells = self._parse("\n".join(taken), strict=True)
                if cells is not None and (not self.width or len(cells) == self.width):
                    return cells
        self._back.extendleft(reversed(list(zip(numbers, taken[1:], strict=True))))
        loose = self._parse(line, strict=False)
        return loose if loose and self.width and len(loose) == self.width else None

    def _parse(self, text: str, *, strict: bool) -> Cells | None:
        reader = csv.reader([text], delimiter=self._separator, strict=strict)
        try:
            return next(reader, None)
        except csv.Error:
            return None


def column_names(header: Cells) -> list[str]:
    """Names of columns in lower case with underscores, each once."""
    found: dict[str, None] = {}
    for number, cell in enumerate(header, 1):
        name = "_".join(cell.strip().lower().split()) or f"column_{number}"
        while name in found:
            name = f"{name}_{number}"
        found[name] = None
    return list(found)
