"""What servers were told comes from notices that went out."""

from __future__ import annotations

from alpheus.campaign.notices import Telling, Tellings, by_hand
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from campaign_filling import campaign, notice


def test_notices_that_went_out_are_tellings(database: Database) -> None:
    """By server, the earliest first; a planned one tells nobody, nor does what it left out."""
    campaign(database)
    notice(database, 4, "provider", "email", "sent", "2021-03-21T10:00:00Z", [3, 7], left_out="7")
    with database.read() as connection:
        tables, _ = current(connection, "")
        tellings = Tellings(connection, tables)
        assert tellings.kept
        found = tellings.of(range(1, 101))
    mail = Telling("2021-03-08T10:00:00Z", "contact", "email", "delivered", "security@org.example")
    assert found[1] == [mail]
    assert [one.rung for one in found[3]] == ["contact", "letter", "provider"]
    assert set(found) == {1, 3}


def test_without_notices_there_are_none(database: Database) -> None:
    """What people wrote down stands in their place."""
    campaign(database, told=False)
    with database.read() as connection:
        tables, _ = current(connection, "")
        assert not Tellings(connection, tables).kept
        assert Tellings(connection, tables).of(range(1, 101)) == {}
    assert by_hand(["2021-03-06T20:00:00Z"])[0].channel == "by hand"
