"""Who is left and why, worked out ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import select

from alpheus.campaign.prepared import AT_WORK, KEY, LONGEST, claim, prepare, read
from alpheus.campaign.service import Campaign
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.derived_store import standing
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import meta
from alpheus.cases.service import Cases
from alpheus.errors import DatabaseError
from campaign_filling import campaign
from cases_filling import NOW

LATER = datetime(2021, 4, 2, tzinfo=UTC)


def _kept(database: Database, key: str) -> str:
    with database.read() as connection:
        return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar() or ""


def test_what_is_kept_is_what_is_asked(database: Database) -> None:
    """And is read as it was written, on either database."""
    campaign(database)
    made = prepare(database, lambda: NOW)
    assert read(_kept(database, KEY)) == made
    overview = Campaign(database).overview()
    assert (made.remaining, made.channels) == (overview.remaining, overview.channels)
    assert (made.owners, made.end) == (overview.owners, overview.end)
    assert made.made == "2021-04-01T00:00:00Z"


def test_it_is_of_these_servers_until_they_are_worked_out_anew(database: Database) -> None:
    """What people did meanwhile leaves it as good as it was."""
    campaign(database)
    made = prepare(database, lambda: NOW)
    server = Cases(database, lambda: NOW).page().servers[0]["id"]
    Cases(database, lambda: NOW).act(server, ActKind.NOTE, who="mia", why="looked")
    with database.read() as connection:
        found = standing(connection)
    assert made.is_of(found)
    assert made.act != found.act
    rebuild(database, now=LATER)
    with database.read() as connection:
        assert not made.is_of(standing(connection))


def test_only_one_is_at_it_and_a_killed_one_is_forgotten(database: Database) -> None:
    """Whoever is done says so."""
    campaign(database)
    assert claim(database, NOW)
    assert not claim(database, NOW)
    assert claim(database, NOW + LONGEST + timedelta(seconds=1))
    prepare(database, lambda: NOW)
    assert _kept(database, AT_WORK) == ""


def test_without_servers_nobody_stays_at_it(database: Database) -> None:
    """It is refused, and may be tried again."""
    assert claim(database, NOW)
    with pytest.raises(DatabaseError, match="alpheus case rebuild"):
        prepare(database, lambda: NOW)
    assert claim(database, NOW)


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"form":"0"}', '{"form":"1"}', "\ud800"])
def test_what_another_program_kept_is_none(text: str) -> None:
    """It is made anew."""
    assert read(text) is None


def test_what_is_kept_is_small(database: Database) -> None:
    """It is read with every page."""
    campaign(database)
    assert len(msgspec.json.encode(prepare(database, lambda: NOW))) < 30_000
