"""Marks of browsers in which somebody has signed in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alpheus.cases.database import Database
from alpheus.web.access.devices import Devices
from console import Clock


def test_processes_of_one_database_know_each_others_marks(database: Database, clock: Clock) -> None:
    """And nobody who has another database makes one."""
    mark = Devices(database, clock).mark(7, "hash")
    assert Devices(database, clock).may_try(mark, 7, "hash")
    assert not Devices(database, clock).may_try(mark, 8, "hash")
    assert not Devices(database, clock).may_try(mark, 7, "new hash")
    assert not Devices(database, clock).may_try(mark, 7, "")


def test_a_mark_has_some_tries(database: Database, clock: Clock) -> None:
    """Then it is as good as none, for a while."""
    devices = Devices(database, clock)
    mark = devices.mark(7, "hash")
    assert [devices.may_try(mark, 7, "hash") for _ in range(7)] == [True] * 5 + [False] * 2
    assert devices.may_try(devices.mark(7, "hash"), 7, "hash")


@given(mark=st.text(max_size=80) | st.from_regex(r"7\.\d{1,12}\.[\w-]*\.[0-9a-f]{64}"))
def test_what_nobody_made_is_no_mark(database: Database, clock: Clock, mark: str) -> None:
    """Whatever stands in the cookie."""
    assert not Devices(database, clock).may_try(mark, 7, "hash")
