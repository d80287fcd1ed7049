"""Forms that several lists have: tables, and JSON lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import msgspec

from alpheus.lab.country.listing import Group
from alpheus.lab.country.sightings import Seen

_ENCODE = msgspec.json.Encoder().encode


class Table:
    """CSV with every cell in quotes; `cells` gives the values by the names of columns."""

    def __init__(self, columns: Sequence[str], cells: Callable[[Seen], Mapping[str, str]]) -> None:
        self.columns = tuple(columns)
        self._cells = cells

    def header(self) -> bytes:
        """The names of the columns."""
        return csv_row(self.columns)

    def footer(self) -> bytes:
        """Nothing."""
        return b""

    def record(self, group: Group) -> bytes:
        """One row."""
        cells = self._cells(group[0])
        return csv_row([cells.get(column, "") for column in self.columns])

    def damaged(self, group: Group, rng: Random) -> bytes | None:
        """A row that ends early."""
        cells = self._cells(group[0])
        whole = [cells.get(column, "") for column in self.columns]
        return csv_row(whole[: rng.randint(1, max(1, len(whole) // 2))])


def csv_row(cells: Sequence[str]) -> bytes:
    """One row, every cell in quotes."""
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    return quoted.encode() + b"\n"


class JsonLines:
    """One object a line."""

    def __init__(self, make: Callable[[Group], dict[str, Any]]) -> None:
        self._make = make

    def header(self) -> bytes:
        """Nothing."""
        return b""

    def footer(self) -> bytes:
        """Nothing."""
        return b""

    def record(self, group: Group) -> bytes:
        """One line."""
        return _ENCODE(self._make(group)) + b"\n"

    def damaged(self, group: Group, rng: Random) -> bytes | None:
        """A line that was cut off."""
        whole = self.record(group)
        return whole[: rng.randint(20, len(whole) * 2 // 3)] + b"\n"
