"""Lists leave as files that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

from alpheus.web.jobs.files import _lines, csv_file


def test_formulas_and_control_characters_are_harmless() -> None:
    """Each row is there, however many."""
    rows = [("=cmd()", f"\x1b{n}") for n in range(1_200)]
    text = b"".join(_lines(("a", "b"), rows)).decode()
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[0] == ["a", "b"]
    assert len(found) == 1_201
    assert found[1][0] == "'=cmd()"
    assert "\x1b" not in text


def test_it_is_a_file_to_be_kept() -> None:
    """Not a page."""
    headers = csv_file("x.csv", ("a",), []).headers
    assert headers["content-disposition"] == 'attachment; filename="x.csv"'
