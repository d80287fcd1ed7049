"""Fields go where a column is for them, and come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alpheus.timeline.columns import FIELD_COLUMNS
from alpheus.timeline.layouts import Fields, Layouts, flat, in_full, unflat, with_times

WHEN = datetime(2021, 3, 3, 6, 59, 20, tzinfo=UTC)


def _laid_out(source: str, fields: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What stands in columns, and what in `fields`."""
    values: list[str | None] = [*fields.values(), None]
    layout = Layouts(source).of(tuple(fields), values)
    columns = dict(zip(FIELD_COLUMNS, layout.columns(values), strict=True))
    rest = dict(zip(layout.names, layout.rest(values, WHEN), strict=True))
    return {name: value for name, value in columns.items() if value is not None}, rest


def test_a_number_that_is_none_stays_with_the_other_fields() -> None:
    """A column of numbers holds what it gives back as it was written."""
    columns, rest = _laid_out("iis", {"c-ip": "::1", "sc-status": "200"})
    assert (columns, rest) == ({"client": "::1", "status": "200"}, {})
    for odd in ("0200", "2OO", "-1", "٢٠٠", "12345678901"):
        assert _laid_out("iis", {"sc-status": odd}) == ({}, {"sc-status": odd})


def test_names_that_are_alike_stay_together() -> None:
    """Which of them a rule means depends on their order, which is kept in `fields` alone."""
    fields = {"C-IP": "a", "c-ip": "b", "cs-method": "GET"}
    assert _laid_out("iis", fields) == ({"method": "GET"}, {"C-IP": "a", "c-ip": "b"})


def test_a_time_that_repeats_that_of_the_row_is_left_out_and_comes_back() -> None:
    """One that does not stays as it was written."""
    same = {"date": "2021-03-03", "time": "06:59:20"}
    _, rest = _laid_out("iis", same)
    assert rest == {"date": "", "time": ""}
    assert with_times(rest, WHEN) == same
    other = {"date": "2021-03-03", "time": "6:59:20"}
    assert _laid_out("iis", other) == ({}, other)
    _, rest = _laid_out("ews", {"DateTime": in_full(WHEN)})
    assert rest == {"DateTime": ""}
    assert with_times(rest, WHEN) == {"DateTime": "2021-03-03T06:59:20.000Z"}
    assert with_times(rest, None) == rest


@pytest.mark.parametrize(
    "fields",
    [
        {"Data": ("a", "b", "c"), "Data[2]": "own"},
        {"Data[1]": "x", "Data": "y", "Data[12]": ("p", "q")},
        {"Data": "one"},
    ],
)
def test_several_values_have_a_name_each(fields: Fields) -> None:
    """No two names are taken for one another."""
    assert unflat(flat(fields).items()) == fields
    assert len(flat(fields)) == sum(1 if isinstance(v, str) else len(v) for v in fields.values())
