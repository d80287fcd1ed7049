"""Sealed secrets stand beside their observation, and go with it."""

from __future__ import annotations

import pytest

from alpheus.cases import secret_rows
from alpheus.cases.database import Database
from alpheus.cases.purge import purge
from alpheus.cases.rebuild import rebuild
from alpheus.cases.secret_rows import Sealed
from cases_filling import NOW, fill, seen
from exposure_runs import OPEN

ONE, TWO = "[secret:00000001]", "[secret:00000002]"


@pytest.fixture
def filled(database: Database) -> Database:
    """Two servers with an observation each, the first with two secrets of job 7, one of job 8."""
    fill(database, [seen(1, OPEN, 1), seen(2, OPEN, 20)])
    with database.write() as connection:
        assert secret_rows.add(connection, [
            Sealed(1, TWO, "password", 7, b"b"), Sealed(1, ONE, "key", 7, b"a"),
            Sealed(2, ONE, "key", 8, b"c"),
        ]) == 3  # fmt: skip
    return database


def test_what_is_kept_is_read_again(filled: Database) -> None:
    """Of one observation alone, and only what was asked for."""
    with filled.write() as connection:
        assert secret_rows.kinds_of(connection, 1) == {ONE: "key", TWO: "password"}
        (found,) = secret_rows.read(connection, 1, [TWO, "[secret:ffffffff]"])
        assert found == Sealed(1, TWO, "password", 7, b"b")
        secret_rows.add(connection, [Sealed(1, TWO, "token", 9, b"d")])
        assert secret_rows.read(connection, 1, [TWO]) == [Sealed(1, TWO, "token", 9, b"d")]


def test_they_go_with_the_job_that_found_them(filled: Database) -> None:
    """And with nothing else."""
    with filled.write() as connection:
        assert secret_rows.forget_job(connection, 7) == 2
        assert secret_rows.kinds_of(connection, 1) == {}
        assert secret_rows.kinds_of(connection, 2) == {ONE: "key"}


def test_a_purge_takes_them_along(filled: Database) -> None:
    """With their observation."""
    rebuild(filled, now=NOW)
    purge(filled, before="2021-03-10T00:00:00Z")
    with filled.read() as connection:
        assert secret_rows.kinds_of(connection, 1) == {}
        assert secret_rows.kinds_of(connection, 2) == {ONE: "key"}
