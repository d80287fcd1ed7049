"""The fifth revision: plans of clean-ups, what was done of them, and verifications."""

from __future__ import annotations

from alpheus.cases.database import Database
from migration_steps import comes_and_goes

TABLES = {"plans", "plan_marks", "verifications"}


def test_it_comes_and_goes_without_touching_the_rest(database: Database) -> None:
    """Down and up again, on either server."""
    comes_and_goes(database, 5, TABLES, {"accounts", "observations", "acts"})
