"""A revision of the database goes down and up again."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from alpheus.cases import migrations
from alpheus.cases.database import Database


def comes_and_goes(database: Database, revision: int, tables: set[str], stays: set[str]) -> None:
    """Down by one from `revision` its `tables` are gone and `stays` are there; up, all are back."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        config.attributes["connection"] = connection
        assert set(inspect(connection).get_table_names()) >= tables
        command.downgrade(config, f"{revision - 1:04}")
        left = set(inspect(connection).get_table_names())
        assert tables.isdisjoint(left)
        assert stays <= left
        command.upgrade(config, f"{revision:04}")
        assert set(inspect(connection).get_table_names()) >= tables
