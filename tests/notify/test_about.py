"""Whoever opens a server sees what was told about it, and what came back."""

from __future__ import annotations

from alpheus.cases.database import Database
from alpheus.notify.about import notices_about
from alpheus.notify.model import EventKind, Status
from cases_filling import seen
from exposure_runs import OPEN
from notices_filling import Country, contact, provider


def test_a_server_has_its_own_notices(database: Database) -> None:
    """The newest first, with what became of each; those of others are not among them."""
    country = Country(database, {n: [contact(f"it@one{n}.example"), provider()] for n in (1, 2)})
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    first = country.tell()[0]
    country.notices.record(first, EventKind.BOUNCED, who="mail", detail="550 no such user")
    country.time.days(1)
    country.tell()
    found = notices_about(database, 1)
    assert [(one.address, one.status) for one in found] == [
        ("abuse@isp.example", Status.SENT), ("it@one1.example", Status.FAILED),
    ]  # fmt: skip
    assert [one.kind.value for one in found[1].events] == [
        "planned", "approved", "handing-over", "handed-over", "bounced",
    ]  # fmt: skip
    assert found[1].events[-1].detail == "550 no such user"
    assert {one.address for one in notices_about(database, 2)} == {"it@one2.example"}
    assert notices_about(database, 99) == []
