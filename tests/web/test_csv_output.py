"""Files of CSV hold what the list holds, and nothing that acts."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from alpheus.web.csv_output import lines, portions


def _parsed(rows: list[dict[str, object]]) -> list[list[str]]:
    return list(csv.reader("".join(lines(("name", "n"), [rows])).splitlines()))


def test_no_cell_is_a_formula() -> None:
    """Whatever a certificate or a log said; numbers stay numbers."""
    names = ["=1+1", "+1", "-1", "@x", "\t=1", "a\r\nb", 'a"b', "\u202eabc", "\x1b[2J", "ok"]
    found = _parsed([{"name": name, "n": -5} for name in names])
    assert found[0] == ["name", "n"]
    cells = [row[0] for row in found[1:]]
    assert all(len(row) == 2 and row[1] == "-5" for row in found[1:])
    assert cells[:5] == ["'=1+1", "'+1", "'-1", "'@x", "'{TAB}=1"]
    assert cells[5:] == ["a{CR}{LF}b", 'a"b', "{U+202E}abc", "{ESC}[2J", "ok"]


def test_it_is_made_as_it_is_taken() -> None:
    """A portion is not read before the one in front of it is gone."""
    read: list[int] = []

    def portions() -> Iterator[list[dict[str, object]]]:
        for number in range(3):
            read.append(number)
            yield [{"name": str(number), "n": number}]

    found = lines(("name", "n"), portions())
    assert (next(found), read) == ("name,n\r\n", [])
    assert (next(found), read) == ("0,0\r\n", [0])


def test_rows_come_in_portions() -> None:
    """None is lost, and no more are read than are sent."""
    found = list(portions({"n": number} for number in range(1_200)))
    assert [len(part) for part in found] == [500, 500, 200]
    assert [row["n"] for part in found for row in part] == list(range(1_200))
