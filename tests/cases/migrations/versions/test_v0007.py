"""The seventh revision: parts of packages."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from alpheus.cases import migrations
from alpheus.cases.database import Database

TABLES = {"parts"}


def test_it_comes_and_goes_without_touching_the_rest(database: Database) -> None:
    """Down and up again, on either server."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        config.attributes["connection"] = connection
        assert set(inspect(connection).get_table_names()) >= TABLES
        command.downgrade(config, "0006")
        left = set(inspect(connection).get_table_names())
        assert TABLES.isdisjoint(left)
        assert {"units", "packages", "observations"} <= left
        command.upgrade(config, "0007")
        assert set(inspect(connection).get_table_names()) >= TABLES
