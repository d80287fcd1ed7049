"""What the columns of a table are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.errors import EvidenceFormatError
from alpheus.exposure.imports import list_columns
from alpheus.exposure.imports.list_columns import (
    Role,
    columns_of,
    folded,
    has_values,
    is_header,
    role_by_name,
    roles_of,
)
from alpheus.knowledge.tables import read_table


def test_names_are_unique_and_have_known_roles() -> None:
    """No name of the table stands for two roles, however it is written."""
    rows = read_table(list_columns.TABLE, ("role", "language", "name"))
    names = [folded(row["name"]) for row in rows]
    assert len(set(names)) == len(names)
    assert {row["role"] for row in rows} == {*Role}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("IP Adresse", Role.ADDRESS), ("ip_addr", Role.ADDRESS), ("src ip", Role.ADDRESS),
        ("Direcci\\xf3n IP", Role.ADDRESS), ("DIRECCIÓN IP", Role.ADDRESS), ("FQDN", Role.NAME),
        ("Hostname/IP", Role.PLACE), ("Rechnername", Role.COMPUTER), ("Datum", Role.WHEN),
        ("fecha", Role.WHEN), ("Nom d'hôte", Role.NAME), ("Bemerkung", None), ("", None),
    ],
)  # fmt: skip
def test_names_in_any_spelling(name: str, role: Role | None) -> None:
    """Case, accents, spaces and signs make no difference."""
    assert role_by_name(name) == role


def test_what_a_header_is() -> None:
    """Names of columns, of which one is a place, and no values."""
    assert is_header(["Datum", "IP-Adresse"])
    assert not is_header(["Datum", "Bemerkung"])
    assert not is_header(["ip", "2021-03-05"])
    assert has_values(["x", "https://a.example/"])
    assert roles_of(["x", "Port"]) == {1: Role.PORT}


def test_cells_decide_where_no_name_does() -> None:
    """All addresses, all times; never a second one beside a column that is named."""
    found = columns_of(["x", "y", "z"], [["192.0.2.7", "13/03/2021", "a"], ["2001:db8::7", "", ""]])
    assert found.roles == {0: Role.ADDRESS, 1: Role.WHEN}
    assert found.time(1, "05/03/2021") == "2021-03-05T00:00:00Z"
    assert columns_of(["ip", "gateway"], [["192.0.2.7", "192.0.2.1"]]).roles == {0: Role.ADDRESS}
    assert columns_of(["x", "n"], [["1", "mail.a.example"]]).roles == {1: Role.NAME}
    assert list(found.told()) == [
        "columns: 'x' is address by its cells, 'y' is when by its cells",
        "not understood as any of these, and kept: 'z'",
    ]


@pytest.mark.parametrize(
    ("name", "cells", "first", "told"),
    [
        ("date", ["03/13/2021", "03/05/2021"], "2021-03-05T00:00:00Z", False),
        ("date", ["13/03/2021", "05/03/2021"], "2021-03-05T00:00:00Z", False),
        ("fecha", ["05/03/2021"], "2021-03-05T00:00:00Z", False),
        ("date", ["05/03/2021"], "", True),
        ("date", ["13/03/2021", "03/13/2021"], "", True),
    ],
)
def test_day_or_month_first(name: str, cells: list[str], first: str, told: bool) -> None:
    """A number above 12 tells, or the language; else no time is made up, and that is said."""
    found = columns_of(["ip", name], [["192.0.2.7", cell] for cell in cells])
    assert found.time(1, cells[-1]) == first or not first
    assert bool(found.unclear) is told
    assert any("cannot be told" in line for line in found.told()) is told


def test_what_somebody_says_holds() -> None:
    """Against names and cells; of a column that is not there nothing can be said."""
    asked = [("address", "Wert"), ("ignore", "IP"), ("when", "3")]
    found = columns_of(["ip", "wert", "x"], [["192.0.2.7", "192.0.2.8", "2021-03-05"]], asked)
    assert found.roles == {1: Role.ADDRESS, 2: Role.WHEN}
    for wrong in ("y", "0", "4"):
        with pytest.raises(EvidenceFormatError, match="its columns are 'ip'"):
            columns_of(["ip"], [], [("when", wrong)])


@given(st.lists(st.text(max_size=20), max_size=5), st.lists(st.lists(st.text(), max_size=6)))
def test_any_texts(header: list[str], sample: list[list[str]]) -> None:
    """Nothing raises, whatever names and cells are."""
    found = columns_of(header, sample)
    assert len(found.names) == len(header)
    list(found.told())
