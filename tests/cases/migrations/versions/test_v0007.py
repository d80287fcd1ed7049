"""The seventh revision: parts of packages."""

from __future__ import annotations

from alpheus.cases.database import Database
from migration_steps import comes_and_goes

TABLES = {"parts"}


def test_it_comes_and_goes_without_touching_the_rest(database: Database) -> None:
    """Down and up again, on either server."""
    comes_and_goes(database, 7, TABLES, {"units", "packages", "observations"})
