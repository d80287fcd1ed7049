"""Alembic runs revisions in the transaction that it is handed."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from alpheus.cases import database as module
from alpheus.cases import migrations
from alpheus.cases.database import Database, open_database
from alpheus.cases.schema import HEAD


def test_the_last_revision_is_the_one_that_the_program_knows() -> None:
    """A revision that was forgotten would leave every database behind."""
    folder = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert folder.get_heads() == [HEAD]


def test_an_upgrade_that_fails_leaves_nothing(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Revisions are part of the transaction of whoever runs them."""
    migrate = module._migrate

    def failing(connection) -> None:
        migrate(connection)
        raise KeyError

    with monkeypatch.context() as patch, pytest.raises(KeyError):
        patch.setattr(module, "_migrate", failing)
        open_database(place)
    with open_database(place) as opened, opened.read() as connection:
        assert inspect(connection).has_table("observations")


def test_a_second_program_that_upgrades_does_no_harm(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sees that the other was quicker."""
    seen = iter(["", HEAD])
    monkeypatch.setattr(module, "_revision", lambda _: next(seen))
    monkeypatch.setattr(module, "_check_owner", lambda *_: None)
    assert module._upgrade(database) == ()
