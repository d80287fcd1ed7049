"""One server is brought up to date as a rebuild would do it."""

from __future__ import annotations

import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.derived_store import (
    PatchStates,
    Standing,
    current,
    read_acts,
    refresh,
    server_of,
    set_standing,
    standing,
)
from alpheus.cases.observations import iso
from alpheus.cases.rebuild import rebuild
from alpheus.errors import DatabaseError
from cases_filling import NOW, act, derived_rows, fill, seen
from exposure_runs import CLOSED, OPEN


def test_without_derived_tables_the_remedy_is_said(database: Database) -> None:
    """And with those of an older program, too."""
    with database.write() as connection:
        with pytest.raises(DatabaseError, match="alpheus case rebuild"):
            current(connection, "here")
        set_standing(connection, Standing("a", "0", watched="CVE-1"))
        assert standing(connection) == Standing(watched="CVE-1")


def test_a_refreshed_server_is_as_rebuilt(database: Database) -> None:
    """Row, changes, counts and days."""
    fill(database, [seen(1, OPEN, 1), seen(1, CLOSED, 3), seen(2, OPEN, 2)])
    rebuild(database, now=NOW)
    act(database, 2, ActKind.STARTED, 4)
    act(database, 3, ActKind.MITIGATED, 5)
    with database.write() as connection:
        tables, found = current(connection, "")
        assert server_of(connection, tables, 2) == 1
        assert server_of(connection, tables, 99) is None
        row = refresh(connection, tables, 1, found, now=iso(NOW))
        refresh(connection, tables, 3, found, now=iso(NOW))
    assert (row["work"], row["patch"]) == ("in-progress", "fixed")
    refreshed = derived_rows(database)
    rebuild(database, now=NOW)
    assert refreshed == derived_rows(database)


def test_acts_are_read_by_what_they_were_done_to(database: Database) -> None:
    """All, or those of some observations."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 2)])
    act(database, 1, ActKind.STARTED, 4)
    act(database, 2, ActKind.ASSIGNED, 4, '{"to":"lou"}')
    with database.read() as connection:
        assert set(read_acts(connection)) == {1, 2}
        found = read_acts(connection, [2, *range(10, 600)])
    assert [(one.kind, one.to) for one in found[2]] == [(ActKind.ASSIGNED, "lou")]


def test_states_of_the_cve_that_is_watched(database: Database) -> None:
    """'' where nothing is said of it."""
    fill(database, [seen(1, OPEN, 1)])
    with database.read() as connection:
        assert PatchStates("CVE-2021-26855").of(connection, 1) == "vulnerable"
        assert PatchStates("CVE-1").of(connection, 1) == ""
        assert PatchStates("CVE-1").of(connection, None) == ""
