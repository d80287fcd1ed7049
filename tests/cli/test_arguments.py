"""What people write on a command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alpheus.cli.arguments import bound, days, end_instant, filter_of, instant, path, seconds, zone
from making import at


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2021-03-03", "2021-03-03T00:00:00"),
        ("2021-03-03T06:59:20Z", "2021-03-03T06:59:20"),
        ("2021-03-03T06:59:20", "2021-03-03T06:59:20"),
        ("2021-03-03 06:59", "2021-03-03T06:59:00"),
        ("2021-03-03T06:59:20+02:00", "2021-03-03T04:59:20"),
    ],
)
def test_a_time_is_utc_unless_it_names_a_zone(text: str, meant: str) -> None:
    """A bare date is its beginning."""
    assert instant(text) == at(meant)


def test_a_bare_date_as_an_end_is_the_whole_day() -> None:
    """`--until 2021-03-03` includes what happened that evening; a time is taken as it is."""
    assert end_instant("2021-03-03") == at("2021-03-03T23:59:59.999999")
    assert end_instant("2021-03-03T06:00") == at("2021-03-03T06:00")


def test_a_zone_is_named_as_iana_does() -> None:
    """Summer time is the zone's affair."""
    assert zone("Europe/Berlin") == ZoneInfo("Europe/Berlin")


def test_bounds_and_paths() -> None:
    """Whole numbers and seconds above zero; any path that names something."""
    assert (bound("7"), seconds("1.5"), path("a b")) == (7, 1.5, Path("a b"))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (instant, "yesterday"),
        (instant, ""),
        (end_instant, "2021-02-30"),
        (zone, "Nowhere/Town"),
        (zone, "../etc/passwd"),
        (zone, ""),
        (bound, "0"),
        (bound, "-1"),
        (bound, "1.5"),
        (bound, "\u0663"),
        (bound, "1000000000"),
        (days, "36501"),
        (seconds, "1e10"),
        (instant, "0001-01-01T00:00:00+14:00"),
        (seconds, "0"),
        (seconds, "nan"),
        (seconds, "inf"),
        (seconds, "soon"),
        (path, ""),
    ],
)
def test_nonsense_is_refused_in_a_sentence(kind: Callable[[str], object], text: str) -> None:
    """The message names what was written, and what would be right."""
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        kind(text)
    assert text in str(refused.value)


def test_a_number_without_end_is_refused_shortly() -> None:
    """Neither read by an interpreter that gives up, nor printed whole."""
    with pytest.raises(argparse.ArgumentTypeError, match="too large; give a number up to") as said:
        bound("9" * 5_000)
    assert len(str(said.value)) < 120
    assert bound("0" * 20 + "7") == 7


@pytest.mark.parametrize(("name", "text"), [("patch", "fixd"), ("work", "x"), ("sector", "bnak")])
def test_a_filter_by_what_there_is_not_is_refused(name: str, text: str) -> None:
    """Nothing found would read as success."""
    with pytest.raises(argparse.ArgumentTypeError, match="is none of"):
        filter_of(name)(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [("compromise", "re-infected"), ("sector", "bank"), ("sector", ""), ("build", "x")],
)  # fmt: skip
def test_a_filter_by_what_there_is_stays(name: str, text: str) -> None:
    """States and sectors by their names; what has no list is taken as it is."""
    assert filter_of(name)(text) == text
