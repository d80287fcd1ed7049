"""Values find their columns, also on odd lines."""

from __future__ import annotations

import pytest

from alpheus.parsers.w3c_columns import COLUMN_SETS, assign, fits_known_columns, guess_columns

_COLUMNS = ("date", "time", "cs-method", "cs-uri-stem", "s-port", "cs(User-Agent)", "sc-status")


def test_double_blanks_are_an_empty_value_where_that_fits() -> None:
    """With the right count, nothing between two blanks is a value; with too many, they are one."""
    assert assign(_COLUMNS, "2021-03-03 06:59:20  /a 443 A 200") == (
        ["2021-03-03", "06:59:20", "", "/a", "443", "A", "200"],
        False,
    )
    assert assign(_COLUMNS, "2021-03-03 06:59:20 GET /a  443 A 200") == (
        ["2021-03-03", "06:59:20", "GET", "/a", "443", "A", "200"],
        False,
    )


def test_surplus_is_counted_from_both_ends() -> None:
    """Blanks inside a value make the line malformed; the columns around it stay right."""
    values, malformed = assign(_COLUMNS, "2021-03-03 06:59:20 GET /a 443 Agent (x y) z 200")
    assert malformed
    assert values == ["2021-03-03", "06:59:20", "GET", "/a", "443", "Agent (x y) z", "200"]
    values, malformed = assign(_COLUMNS, "2021-03-03 06:59:20 GET /a b c 443 A 200")
    assert malformed
    assert values[3:5] == ["/a b c", "443"]


def test_surplus_that_fits_nowhere_is_kept() -> None:
    """Nothing is dropped even if no column explains it."""
    values, malformed = assign(_COLUMNS, "2021-03-03 06:59:20 a.b c d e f g h i")
    assert malformed
    assert " ".join(values) == "2021-03-03 06:59:20 a.b c d e f g h i"
    assert len(values) == len(_COLUMNS)


def test_fewer_values_are_taken_as_they_come() -> None:
    """A line cut off at its end is not malformed: the disk was full, or the copy live."""
    assert assign(_COLUMNS, "2021-03-03 06:59:20 GET") == (["2021-03-03", "06:59:20", "GET"], False)


@pytest.mark.parametrize("columns", COLUMN_SETS)
def test_known_sets_are_guessed(columns: tuple[str, ...]) -> None:
    """A line without header gets the set that its count and the shapes of its values fit."""
    shapes = {
        "date": "2021-03-03", "time": "06:59:20", "s-ip": "10.0.0.5", "c-ip": "fe80::1%3",
        "cs-method": "POST", "cs-uri-stem": "/ecp/y.js", "s-port": "443", "sc-status": "200",
        "sc-substatus": "0", "sc-win32-status": "0", "time-taken": "15", "sc-bytes": "1",
        "cs-bytes": "2", "cs-version": "HTTP/1.1", "s-sitename": "W3SVC1",
        "s-computername": "EX1", "cs(User-Agent)": "Agent/1+(x)", "cs-host": "mail.example",
    }  # fmt: skip
    line = " ".join(shapes.get(name, "-") for name in columns)
    assert guess_columns(line) == columns
    assert fits_known_columns(line)
    assert guess_columns(line + " 192.0.2.9") == (*columns, f"column-{len(columns) + 1}")


def test_unknown_sets_are_named_around_the_stem() -> None:
    """Where no known set fits, method, stem and query are still told."""
    line = "2021-03-03 06:59:20 x y GET /a q=1 443 - 192.0.2.7 Agent with blanks 200 0"
    columns = guess_columns(line)
    named = dict(zip(columns, line.split(" "), strict=True))
    assert named["cs-uri-stem"] == "/a"
    assert named["c-ip"] == "192.0.2.7"
    assert guess_columns("2021-03-03 06:59:20 a")[:2] == ("date", "time")
    assert not fits_known_columns("2021-03-03 06:59:20 OPEN UDP 192.0.2.1 192.0.2.2 1026 53 - -")
