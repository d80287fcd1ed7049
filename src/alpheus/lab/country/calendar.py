"""The days of the simulation: the first is 1 March 2021."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

START = datetime(2021, 3, 1, tzinfo=UTC)


def moment(day: int, second: int) -> datetime:
    """A second of a day."""
    return START + timedelta(days=day, seconds=second)


def some_time(day: int, rng: Random) -> datetime:
    """Some second of a day."""
    return moment(day, rng.randrange(86_400))


def date_of(day: int) -> date:
    """The date of a day."""
    return (START + timedelta(days=day)).date()


def iso(time: datetime) -> str:
    """A time as JSON has it: UTC, whole seconds, `Z`."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(time: datetime) -> str:
    """A time without its zone, as tables of scanners have it."""
    return time.strftime("%Y-%m-%d %H:%M:%S")
