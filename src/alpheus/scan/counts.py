"""What rows are counted under: label, host and build, read once for all rows that share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alpheus.parsers.base import KeyColumns, Row, TextLog
from alpheus.parsers.encoding import decode_line
from alpheus.scan.clock import DayOfRows
from alpheus.scan.columns import groups_of
from alpheus.scan.lines import Lines
from alpheus.scan.tally import Tally, Witnesses, from_milliseconds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Alike:
    """What rows with the same key share."""

    label: str
    host: str | None
    build: str | None


class Counts:
    """The tallies of one log, by label and host as written, and the builds that wrote its rows."""

    def __init__(self, log: TextLog) -> None:
        self._log = log
        self._alike: dict[tuple[bytes, ...], _Alike] = {}
        self.tallies: dict[tuple[str, str | None], Tally] = {}
        self.witnesses = Witnesses(log.source)

    def forget(self) -> None:
        """A directive was read: rows from here on may mean something else."""
        self._alike.clear()

    def one(self, row: Row) -> None:
        """Count a row that was parsed."""
        self._tally(row.label, row.host).add(row.time, row.basis)
        if row.build is not None:
            self.witnesses.add(row.build, row.host, row.time, row.time)

    def run(self, lines: Lines, at: int, value: tuple[bytes, ...], day: DayOfRows) -> None:
        """Rows of one day with the same key, of which `at` is one."""
        alike = self._alike_of(value, lines, at)
        self._tally(alike.label, alike.host).add_day(day)
        if alike.build is not None:
            first, last = from_milliseconds(day.first), from_milliseconds(day.last)
            self.witnesses.add(alike.build, alike.host, first, last)

    def rows(self, lines: Lines, rows: Integers, times: Integers) -> None:
        """Rows that the clock has accepted: their tally and the builds they witness."""
        key = self._log.key
        if key is None or not lines.shareable:
            for line in rows.tolist():
                self._count_one(lines, line, times)
            return
        if not key.columns:
            self._count_alike(lines, rows, times, (), key)
            return
        for value, group in groups_of(lines.spans(key), rows):
            if value is None:
                for line in group.tolist():
                    self._count_one(lines, line, times)
            else:
                self._count_alike(lines, group, times, value, key)

    def _count_one(self, lines: Lines, line: int, times: Integers) -> None:
        alike = self._read_alike(lines, line)
        self._tally(alike.label, alike.host).add_times(times[line : line + 1])
        if alike.build is not None:
            when = from_milliseconds(int(times[line]))
            self.witnesses.add(alike.build, alike.host, when, when)

    def _count_alike(
        self,
        lines: Lines,
        rows: Integers,
        times: Integers,
        value: tuple[bytes, ...],
        key: KeyColumns,
    ) -> None:
        alike = self._alike_of(value, lines, int(rows[0]))
        self._tally(alike.label, alike.host).add_times(times[rows])
        if key.build is not None:
            self._count_builds(lines, rows, times, alike.host, key)
        elif alike.build is not None:
            self._witness(alike.build, alike.host, times[rows])

    def _alike_of(self, value: tuple[bytes, ...], lines: Lines, line: int) -> _Alike:
        """What rows with these key columns share; `line` is one of them."""
        alike = self._alike.get(value)
        if alike is None:
            alike = self._read_alike(lines, line)
            if len(self._alike) < _REMEMBERED:
                self._alike[value] = alike
        return alike

    def _count_builds(
        self,
        lines: Lines,
        rows: Integers,
        times: Integers,
        host: str | None,
        key: KeyColumns,
    ) -> None:
        """Builds that stand somewhere in a row, not in a column."""
        if key.build is None:
            return
        indexes, builds = lines.builds(key.build)
        for index, build in enumerate(builds):
            named = rows[indexes[rows] == index]
            if named.size:
                self._witness(build, host, times[named])

    def _witness(self, build: str, host: str | None, times: Integers) -> None:
        first, last = from_milliseconds(int(times.min())), from_milliseconds(int(times.max()))
        self.witnesses.add(build, host, first, last)

    def _read_alike(self, lines: Lines, line: int) -> _Alike:
        row = self._log.row(decode_line(lines.raw(line)))
        if row is None:
            return _Alike(self._log.source, None, None)
        return _Alike(row.label, row.host, row.build)

    def _tally(self, label: str, host: str | None) -> Tally:
        key = (label, host)
        if key not in self.tallies and len(self.tallies) >= _MOST_TALLIES:
            key = (label, None)
        return self.tallies.setdefault(key, Tally())


_REMEMBERED = 4096
_MOST_TALLIES = 4096
"""More hosts than that in one log are damage or an attack on memory; they count without a name."""
