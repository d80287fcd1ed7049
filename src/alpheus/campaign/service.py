"""What can be asked of a campaign: for the command line, and for a console as it is.

Counts, series and pace are kept ready by a rebuild and answer at once, for all servers or one
sector, region or network. With other filters, and for who is left and why, every server that fits
is read: some seconds for some hundred thousand, in bounded memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, select

from alpheus.campaign import breakdown
from alpheus.campaign.breakdown import Counts, Owners, OwnerSets
from alpheus.campaign.channels import WITHIN, Channels, Reached
from alpheus.campaign.cohort import members, portions, steps_of
from alpheus.campaign.notices import Tellings
from alpheus.campaign.pace import WINDOW, Pace, pace_of
from alpheus.campaign.remaining import Remaining, Sorter
from alpheus.campaign.series import Series, series_of
from alpheus.cases.database import Database
from alpheus.cases.derived_store import Standing, Tally, read_current
from alpheus.cases.schema import DAY_DIMENSIONS, Derived
from alpheus.cases.service_listing import Filters, system_of, where
from alpheus.cases.service_statistics import Day, days
from alpheus.cases.system_counts import Systems
from alpheus.notify.waits import kept

SCHEMA = "alpheus.campaign/1"
DIMENSIONS = ("sector", "network", "region", "product", "build")
"""By what a whole overview counts."""

_Answer = TypeVar("_Answer")


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """All there is to say of a campaign.

    `as_of` is when servers were last worked out, `end` the last day of which anything is known;
    both UTC. `watched` is the flaw. `total` counts all that fit, `counts` those by each dimension.
    `notices` says whether notices are kept; without them it is told only who was told by hand.
    """

    schema: str = SCHEMA
    as_of: str
    end: str
    watched: str
    filters: dict[str, tuple[str, ...]]
    total: Counts
    owners: Owners
    counts: dict[str, Counts]
    series: Series
    pace: Pace
    remaining: Remaining
    channels: Channels
    notices: bool


class Campaign:
    """The service over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def counts(self, by: str = "", filters: Filters | None = None) -> Counts:
        """Servers by `sector`, `network`, `region`, `product` or `build`, all for ''.

        Raises UsageError for another dimension.
        """
        if filters is not None and filters != Filters():
            tally, systems, _ = self._selected(filters)
            return breakdown.counted(tally.counted(), by, systems=systems)
        return self._read(lambda connection, tables, _: breakdown.counts(connection, tables, by))

    def owners(self) -> Owners:
        """How many organisations there are, and how many of them are victims."""
        return self._read(lambda connection, tables, _: breakdown.owners(connection, tables))

    def series(self, filters: Filters | None = None) -> Series:
        """Where servers stood at the end of each day; at once for all or one value of a filter."""
        by, value = _prepared(filters or Filters())
        if by is None:
            tally = self._selected(filters or Filters())[0]
            found = [Day(key[2], key[3], key[5], number, key[4])
                     for key, number in tally.days.items() if key[0] == ""]  # fmt: skip
            last = self._read(lambda connection, tables, _: _last_seen(connection, tables))
            return series_of(found, last=last)
        return self._read(lambda connection, tables, _: _series(connection, tables, by, value))

    def pace(self, filters: Filters | None = None, *, window: int = WINDOW) -> Pace:
        """How fast the number of those left falls, and whether it has stopped."""
        return pace_of(self.series(filters), window=window)

    def analysis(
        self, filters: Filters | None = None, *, within: int = WITHIN, end: str = ""
    ) -> tuple[Remaining, Channels]:
        """Who is left and why, and which way reached those who fixed."""
        last = end or self.series(filters).end or "0001-01-01"

        def ask(connection: Connection, tables: Derived, _: Standing) -> tuple[Remaining, Channels]:
            sorter, reached = Sorter(last, kept(connection)), Reached(last, within)
            conditions = where(connection, tables, filters or Filters())
            for member in members(connection, tables, conditions):
                sorter.add(member)
                reached.add(member)
            return sorter.result(), reached.result()

        return self._read(ask)

    def overview(
        self, filters: Filters | None = None, *, window: int = WINDOW, within: int = WITHIN
    ) -> Overview:
        """All of it."""
        asked = filters or Filters()
        series = self.series(asked)
        total, owners, by = self._counted(asked)
        remaining, channels = self.analysis(asked, within=within, end=series.end)
        standing, kept = self._read(
            lambda connection, tables, found: (found, Tellings(connection, tables).kept)
        )
        said = {name: value for name, value in _fields(asked) if value}
        return Overview(
            as_of=standing.as_of, end=series.end, watched=standing.watched, filters=said,
            total=total, owners=owners, counts=by, series=series,
            pace=pace_of(series, window=window), remaining=remaining, channels=channels,
            notices=kept,
        )  # fmt: skip

    def _counted(self, filters: Filters) -> tuple[Counts, Owners, dict[str, Counts]]:
        if filters == Filters():
            return self.counts(), self.owners(), {by: self.counts(by) for by in DIMENSIONS}
        tally, systems, owners = self._selected(filters)
        rows = list(tally.counted())
        by = {name: breakdown.counted(rows, name, systems=systems) for name in DIMENSIONS}
        return breakdown.counted(rows, systems=systems), owners, by

    def _selected(self, filters: Filters) -> tuple[Tally, Systems, Owners]:
        """What is kept ready of all servers, of some."""

        def ask(
            connection: Connection, tables: Derived, _: Standing
        ) -> tuple[Tally, Systems, Owners]:
            tally, systems, owners = Tally(), Systems(), OwnerSets()
            for rows in portions(connection, tables, where(connection, tables, filters)):
                steps = steps_of(connection, tables, [row.id for row in rows])
                for row in rows:
                    values = row._asdict()
                    tally.add(values, steps.get(row.id, ()))
                    systems.add(values)
                    if not row.service:
                        owners.add(row.organisation, row.compromise)
            return tally, systems, owners.result()

        return self._read(ask)

    def _read(self, ask: Callable[[Connection, Derived, Standing], _Answer]) -> _Answer:
        return read_current(self.database, ask)


def _fields(filters: Filters) -> Iterable[tuple[str, tuple[str, ...]]]:
    for field in fields(Filters):
        value = getattr(filters, field.name)
        yield field.name, (value,) if isinstance(value, str) and value else tuple(value)


def _prepared(filters: Filters) -> tuple[str | None, str]:
    """The dimension and value whose days are kept ready; None where there are none."""
    asked = [(name, value) for name, value in _fields(filters) if value]
    if not asked:
        return "", ""
    (name, values), *more = asked
    if more or len(values) > 1 or name not in DAY_DIMENSIONS:
        return None, ""
    value = values[0]
    if name == "network":
        value = system_of(value)
        if not value:
            return None, ""
    return name, value


def _series(connection: Connection, tables: Derived, by: str, value: str) -> Series:
    found = days(connection, tables, by=by, value=value)
    return series_of(found, by=by, value=value, last=_last_seen(connection, tables))


def _last_seen(connection: Connection, tables: Derived) -> str:
    """The day of the newest sighting of all."""
    s = tables.servers.c
    query = select(s.last_seen).order_by(s.last_seen.desc()).limit(1)
    return (connection.execute(query).scalar() or "")[:10]
