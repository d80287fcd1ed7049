"""The tables of clean-ups are those that the migrations make."""

from __future__ import annotations

from sqlalchemy import inspect

from alpheus.cases.clean_schema import plan_marks, plans, verifications
from alpheus.cases.database import Database


def test_columns_and_indices_are_those_of_the_revision(database: Database) -> None:
    """On either server: what the program reads is there, and nothing else."""
    with database.read() as connection:
        looked = inspect(connection)
        for table in (plans, plan_marks, verifications):
            found = {one["name"] for one in looked.get_columns(table.name)}
            assert found == {column.name for column in table.c}
            made = {one["name"] for one in looked.get_indexes(table.name)
                    if not one["unique"]}  # fmt: skip
            assert {index.name for index in table.indexes} == made


def test_rows_are_about_a_server_by_an_observation() -> None:
    """So that they stay with it however servers are merged and split; marks go by their plan."""
    assert all("anchor" in table.c for table in (plans, verifications))
    assert [key.target_fullname for key in plan_marks.foreign_keys] == ["plans.id"]
