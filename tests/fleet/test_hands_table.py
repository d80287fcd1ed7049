"""Hands as a table."""

from __future__ import annotations

import csv
import io

from alpheus.fleet.hands_table import COLUMNS, write_table
from alpheus.fleet.hands_told import MOST_MEMBERS, Hands, tell_hands
from strand_filling import seen, trait

SECRET, OTHER = trait("secret", "5ec1"), trait("secret", "5ec2")


def _rows(found: Hands) -> list[dict[str, str]]:
    stream = io.StringIO()
    write_table(found, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue())))


def test_each_piece_of_evidence_of_each_intrusion_is_a_row() -> None:
    """With its hand, its server, how many share it, and what it weighs; none is lost."""
    way = trait("address", "198.51.100.7")
    found = tell_hands([seen(1, SECRET, way), seen(2, SECRET, way), seen(3, SECRET)], whole=True)
    rows = _rows(found)
    assert list(rows[0]) == list(COLUMNS)
    shared = [(one["server"], one["kind"], one["value"], one["servers"]) for one in rows]
    assert shared == [
        ("srv00001", "secret", "5ec1", "3"), ("srv00001", "address", "198.51.100.7", "2"),
        ("srv00002", "secret", "5ec1", "3"), ("srv00002", "address", "198.51.100.7", "2"),
        ("srv00003", "secret", "5ec1", "3"),
    ]  # fmt: skip
    assert {(one["hand"], one["side"], one["of"]) for one in rows} == {("1", "for", "3")}
    assert rows[0]["weight"] == "20.0"


def test_what_speaks_against_a_hand_is_a_row_of_those_of_whom_it_does() -> None:
    """Whoever looks at one server sees what does not fit there."""
    page = trait("page", "ab" * 32)
    several = [seen(at, page, SECRET) for at in (1, 2)] + [seen(3, page, OTHER)]
    against = [one for one in _rows(tell_hands(several, whole=True)) if one["side"] == "against"]
    assert [(one["server"], one["kind"], one["servers"], one["of"]) for one in against] == [
        ("srv00003", "other-secret", "1", "3")
    ]


def test_who_fits_no_hand_has_a_row_as_well() -> None:
    """So that every intrusion that was compared is in the table."""
    (row,) = _rows(tell_hands([seen(1, SECRET)], whole=True))
    assert (row["hand"], row["server"], row["side"]) == ("", "srv00001", "none")


def test_no_cell_is_a_formula_and_no_server_is_left_out() -> None:
    """Names are chosen by intruders and victims; a large hand is told as a whole."""
    page = trait("page-name", "=cmd.aspx")
    every = [seen(at, SECRET, page) for at in range(1, MOST_MEMBERS + 3)]
    rows = _rows(tell_hands(every, whole=True))
    assert {one["value"] for one in rows if one["kind"] == "page-name"} == {"'=cmd.aspx"}
    assert len({one["server"] for one in rows}) == MOST_MEMBERS + 2
