"""Counts of rows, builds and losses."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from alpheus.model import Skipped, TimeBasis
from alpheus.scan.clock import DayOfRows
from alpheus.scan.tally import Losses, Tally, Witnesses

_EARLY = datetime(2021, 3, 3, 6, 59, 20, 359000, tzinfo=UTC)
_LATE = datetime(2021, 3, 3, 8, 0, tzinfo=UTC)


def test_columns_and_single_rows_count_alike() -> None:
    """Counting times by columns gives the same tally as row by row."""
    single, columnar = Tally(), Tally()
    for time in (_LATE, _EARLY, _EARLY):
        single.add(time, TimeBasis.UTC)
    columnar.add_times(
        np.array([round(time.timestamp() * 1000) for time in (_LATE, _EARLY, _EARLY)])
    )
    assert single == columnar
    by_day = Tally()
    first, last = (round(time.timestamp() * 1000) for time in (_EARLY, _LATE))
    by_day.add_day(DayOfRows({first // 3_600_000: 2, last // 3_600_000: 1}, 3, first, last))
    assert by_day == single
    assert single.hours == {int(_EARLY.timestamp()) // 3600: 2, int(_LATE.timestamp()) // 3600: 1}
    assert (single.first, single.last, single.basis) == (_EARLY, _LATE, TimeBasis.UTC)


def test_a_row_without_time_counts_as_a_row_only() -> None:
    """It belongs to no hour, and does not spoil the basis of rows that have a time."""
    tally = Tally()
    tally.add(None, TimeBasis.UNKNOWN)
    assert (tally.rows, tally.hours, tally.basis) == (1, {}, TimeBasis.UNKNOWN)
    tally.add(_EARLY, TimeBasis.UTC)
    assert tally.basis is TimeBasis.UTC
    tally.add(_EARLY, TimeBasis.CONVERTED)
    assert tally.basis is TimeBasis.CONVERTED


def test_witnesses_span_all_rows_of_a_build() -> None:
    """One witness per build and host, from its first row to its last."""
    witnesses = Witnesses("httpproxy")
    witnesses.add("15.1.2176.2", "EX1", _LATE, _LATE)
    witnesses.add("15.1.2176.2", "EX1", _EARLY, _EARLY)
    witnesses.add("15.1.2176.9", "EX1", None, None)
    first, second = witnesses.result()
    assert (first.build, first.host, first.first, first.last) == (
        "15.1.2176.2",
        "EX1",
        _EARLY,
        _LATE,
    )
    assert (second.first, second.last) == (None, None)


def test_losses_keep_the_first_place_and_the_count() -> None:
    """A million bad lines are one record."""
    losses = Losses("e1", "a.log")
    for offset in (70, 80, 90):
        losses.add("bad", offset)
    assert losses.result() == [Skipped("e1", "a.log", 70, "bad", 3)]
