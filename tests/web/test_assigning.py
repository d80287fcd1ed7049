"""Whom a case is given to at the console."""

from __future__ import annotations

import pytest
from litestar import Litestar

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.errors import RefusedError
from alpheus.web.access.roles import Grant, Role
from alpheus.web.assigning import check
from console import made


def test_a_case_is_given_to_an_account_that_may_work_on_it(
    app: Litestar, database: Database
) -> None:
    """Not to one that looks only, that works elsewhere, that is disabled, or that is not there."""
    made(app, "noa")
    made(app, "lou", Grant(Role.ANALYST))
    made(app, "mia", Grant(Role.ANALYST, "own.example"))
    made(app, "vic", Grant(Role.VIEWER))
    check(database, ActKind.ASSIGNED, " lou ", ["own.example", ""])
    check(database, ActKind.ASSIGNED, "mia", ["own.example"])
    for name, owners in (("vic", ["own.example"]), ("mia", ["own.example", "other.example"]),
                         ("mia", [""])):  # fmt: skip
        with pytest.raises(RefusedError, match=f"'{name}' may not work on this"):
            check(database, ActKind.ASSIGNED, name, owners)
    app.state.accounts.disable(made(app, "kim", Grant(Role.ANALYST)), who="test")
    for name in ("kim", "nobody", "Lou"):
        with pytest.raises(RefusedError, match=f"'{name}' is no account here"):
            check(database, ActKind.ASSIGNED, name, ["own.example"])


def test_what_is_no_assignment_is_let_through(database: Database) -> None:
    """How a case ends is no account; that nobody is named is told elsewhere."""
    check(database, ActKind.CLOSED, "gone", ["own.example"])
    check(database, ActKind.ASSIGNED, " ", ["own.example"])
