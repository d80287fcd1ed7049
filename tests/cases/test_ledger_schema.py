"""The ledger's tables."""

from __future__ import annotations

from sqlalchemy import select

from alpheus.cases.database import Database, open_database
from alpheus.cases.ledger_schema import packages, traces, units


def test_a_claim_is_answered_by_an_index(tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    """Thirty thousand units are not looked through for the next four."""
    with open_database(tmp_path_factory.mktemp("s") / "c.db") as database:
        u = units.c
        query = (
            select(u.id)
            .where(u.state == "waiting", u.recipe == "r")
            .order_by(u.strikes, u.rank, u.id)
            .limit(4)
        )
        text = str(query.compile(database.engine, compile_kwargs={"literal_binds": True}))
        with database.read() as connection:
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all())
    assert "ix_units_claim" in plan
    assert "B-TREE" not in plan


def test_no_table_holds_a_secret(database: Database) -> None:
    """Passwords of archives are in the memory of one process, secrets are keyed hashes."""
    names = {column.name for table in (packages, units, traces) for column in table.columns}
    assert names.isdisjoint({"password", "passwords", "secret"})
