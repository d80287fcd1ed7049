"""The first revision makes the tables, and takes them away again."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from alpheus.cases import migrations
from alpheus.cases.database import Database

TABLES = {"meta", "imports", "losses", "facts", "observations", "acts"}


def test_it_goes_there_and_back(database: Database) -> None:
    """What it makes, it can take away."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        config.attributes["connection"] = connection
        assert set(inspect(connection).get_table_names()) >= TABLES
        command.downgrade(config, "base")
        assert TABLES.isdisjoint(inspect(connection).get_table_names())
        command.upgrade(config, "0001")
        assert set(inspect(connection).get_table_names()) >= TABLES
