"""What is counted while a text log is read: rows per hour, losses, builds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alpheus.model import BuildWitness, Skipped, TimeBasis
from alpheus.scan.clock import MILLISECONDS_PER_HOUR, DayOfRows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WORSE = (TimeBasis.UTC, TimeBasis.CONVERTED, TimeBasis.UNKNOWN)


def from_milliseconds(value: int) -> datetime:
    """Milliseconds since 1970 as a time in UTC."""
    return _EPOCH + timedelta(milliseconds=value)


@dataclass(slots=True)
class Tally:
    """The rows of one label and host in one file.

    `hours` counts rows per hour since 1970; rows without a time are in `rows` only. `skipped`
    counts lines that are no row, directive or blank. `basis` is the worst among rows with a time,
    and `unknown` if there is none.
    """

    hours: dict[int, int] = field(default_factory=dict)
    rows: int = 0
    skipped: int = 0
    first: datetime | None = None
    last: datetime | None = None
    basis: TimeBasis = TimeBasis.UNKNOWN

    def add(self, time: datetime | None, basis: TimeBasis) -> None:
        """Count one row."""
        self.rows += 1
        if time is not None:
            hour = (time - _EPOCH) // timedelta(hours=1)
            self.hours[hour] = self.hours.get(hour, 0) + 1
            self._extend(time, time, basis)

    def add_times(self, times: NDArray[np.int64]) -> None:
        """Count rows whose times, in milliseconds of UTC, the clock has read."""
        import numpy as np  # noqa: PLC0415 - heavy

        hours, counts = np.unique(times // MILLISECONDS_PER_HOUR, return_counts=True)
        for hour, count in zip(hours.tolist(), counts.tolist(), strict=True):
            self.hours[hour] = self.hours.get(hour, 0) + count
        self.rows += int(times.size)
        span = from_milliseconds(int(times.min())), from_milliseconds(int(times.max()))
        self._extend(*span, TimeBasis.UTC)

    def add_day(self, day: DayOfRows) -> None:
        """Count rows of one day."""
        for hour, count in day.hours.items():
            self.hours[hour] = self.hours.get(hour, 0) + count
        self.rows += day.rows
        self._extend(from_milliseconds(day.first), from_milliseconds(day.last), TimeBasis.UTC)

    def _extend(self, first: datetime, last: datetime, basis: TimeBasis) -> None:
        known = self.first is not None
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)
        self.basis = max(self.basis, basis, key=_WORSE.index) if known else basis


@dataclass(slots=True)
class Numbers:
    """How many numbers there were, their sum, the least and the most."""

    count: int = 0
    total: int = 0
    least: int = 0
    most: int = 0

    @classmethod
    def of(cls, number: int) -> Numbers:
        """One number."""
        return cls(1, number, number, number)

    def note(self, number: int) -> None:
        """Take in one number."""
        if not self.count or number < self.least:
            self.least = number
        self.most = max(self.most, number)
        self.count += 1
        self.total += number

    def absorb(self, other: Numbers) -> None:
        """Add the numbers of another part."""
        if not other.count:
            return
        self.least = min(self.least, other.least) if self.count else other.least
        self.most = max(self.most, other.most)
        self.count += other.count
        self.total += other.total


@dataclass(slots=True)
class Witnesses:
    """Which builds wrote rows, on which host, from when to when."""

    source: str
    _spans: dict[tuple[str, str | None], tuple[datetime | None, datetime | None]] = field(
        default_factory=dict
    )

    def add(
        self, build: str, host: str | None, first: datetime | None, last: datetime | None
    ) -> None:
        """Take in rows of one build; times may be unknown."""
        before = self._spans.get((build, host), (None, None))
        firsts = [time for time in (before[0], first) if time is not None]
        lasts = [time for time in (before[1], last) if time is not None]
        self._spans[build, host] = (min(firsts, default=None), max(lasts, default=None))

    def result(self) -> list[BuildWitness]:
        """One witness per build and host."""
        return [
            BuildWitness(self.source, build, host, first, last)
            for (build, host), (first, last) in self._spans.items()
        ]


@dataclass(slots=True)
class Losses:
    """Losses of one file, one record per reason with the first place and the count."""

    evidence: str
    path: str
    _reasons: dict[str, tuple[int | None, int]] = field(default_factory=dict)

    def add(self, reason: str, offset: int | None, count: int = 1) -> None:
        """Count a loss; `offset` is where it stands, in bytes from the start of the file."""
        first, total = self._reasons.get(reason, (offset, 0))
        self._reasons[reason] = (first, total + count)

    def result(self) -> list[Skipped]:
        """One record per reason."""
        return [
            Skipped(self.evidence, self.path, offset, reason, count)
            for reason, (offset, count) in self._reasons.items()
        ]
