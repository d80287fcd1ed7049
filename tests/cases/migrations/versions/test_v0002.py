"""The second revision adds the tables of notices to a database that is in use."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, select

from alpheus.cases import database as module
from alpheus.cases import migrations
from alpheus.cases.database import Database, open_database
from alpheus.cases.schema import HEAD, observations
from cases_filling import fill, seen
from exposure_runs import OPEN

TABLES = {
    "batches",
    "notices",
    "notice_servers",
    "notice_events",
    "notice_standings",
    "unreached",
}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def test_it_goes_there_and_back(database: Database) -> None:
    """What it makes, it can take away, and nothing else."""
    config = _config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        left = set(inspect(connection).get_table_names())
        assert TABLES.isdisjoint(left)
        assert {"meta", "observations", "acts"} <= left
        command.upgrade(config, "0002")
        assert set(inspect(connection).get_table_names()) >= TABLES


def test_a_database_of_the_first_revision_is_upgraded(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is opened, with all that is in it; where a backup lies, or is to be made, is said."""
    with monkeypatch.context() as older:
        older.setattr(module, "HEAD", "0001")
        with open_database(place) as opened:
            fill(opened, [seen(1, OPEN, 1)])
            with opened.read() as connection:
                assert TABLES.isdisjoint(inspect(connection).get_table_names())
    with open_database(place) as opened:
        assert f"from revision 0001 to {HEAD}" in opened.notes[0]
        assert (f".before-{HEAD}" in opened.notes[0]) == opened.is_sqlite
        with opened.read() as connection:
            assert set(inspect(connection).get_table_names()) >= TABLES
            assert len(connection.execute(select(observations.c.id)).all()) == 1
    with open_database(place) as again:
        assert again.notes == ()
