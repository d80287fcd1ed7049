"""The eighth revision: what one intruder did on one server."""

from __future__ import annotations

from alpheus.cases.database import Database
from migration_steps import comes_and_goes

TABLES = {"strands"}


def test_it_comes_and_goes_without_touching_the_rest(database: Database) -> None:
    """Down and up again, on either server."""
    comes_and_goes(database, 8, TABLES, {"traces", "parts", "observations"})
