"""A small campaign in a database, and servers of a campaign as they are read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert

from alpheus.campaign.cohort import Contact, Member
from alpheus.campaign.notices import Telling
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.schema import (
    batches,
    notice_events,
    notice_servers,
    notice_standings,
    notices,
)
from alpheus.exposure.model import Provenance
from cases_filling import NOW, act, fill, listed, seen
from exposure_runs import CLOSED, OPEN

END = "2021-03-31"


def victim(row: int, day: int, page: str, file: str) -> dict[str, Any]:
    """Fields of an entry of a list of victims."""
    when = f"2021-03-{day:02d}T12:00:00Z"
    return {
        "provenance": Provenance("victims", file, "0" * 64, row, when, when),
        "attributes": {"url": f"https://mail.example/{page}", "sector": "bank", "asn": "64501"},
        "flags": ("compromised-reported",),
    }


def campaign(database: Database, *, told: bool = True) -> None:
    """Six servers.

    1 is fixed after a notice by mail, 2 is left and answers not, 3 is fixed without one, 4 was
    fixed and is open again, 5 is a victim in two lists and three entries, 6 was told by hand.
    """
    bank = {"sector": "bank", "asn": "64501"}
    school = {"sector": "school", "asn": "64502"}
    fill(database, [
        seen(1, OPEN, 1, **listed(1, 1, **bank)), seen(1, CLOSED, 12, **listed(2, 12, **bank)),
        seen(2, OPEN, 1, **listed(3, 1, **school)), seen(2, OPEN, 30, **listed(4, 30, **school)),
        seen(3, OPEN, 2, **listed(5, 2, **school)), seen(3, CLOSED, 4, **listed(6, 4, **school)),
        seen(4, OPEN, 2, **listed(7, 2, **bank)), seen(4, CLOSED, 5, **listed(8, 5, **bank)),
        seen(4, OPEN, 29, **listed(9, 29, **bank)),
        seen(5, OPEN, 3), seen(5, None, 4, **victim(1, 4, "a.aspx", "2021-03-04-victims.csv")),
        seen(5, None, 5, **victim(2, 5, "a.aspx", "2021-03-05-victims.csv")),
        seen(5, None, 5, **victim(3, 5, "b.aspx", "2021-03-05-victims.csv")),
        seen(5, None, 31, **victim(1, 31, "a.aspx", "others.csv")),
        seen(6, OPEN, 3), seen(6, OPEN, 8),
    ])  # fmt: skip
    act(database, 15, ActKind.NOTIFIED, 6)
    if told:
        act(database, 1, ActKind.NOTIFIED, 8)
        notice(database, 1, "contact", "email", "delivered", "2021-03-08T10:00:00Z", [1, 3])
        notice(database, 2, "letter", "letter", "sent", "2021-03-20T10:00:00Z", [3])
        notice(database, 3, "contact", "email", "planned", "", [7])
    rebuild(database, now=NOW)


def notice(
    database: Database, number: int, rung: str, channel: str, status: str, time: str,
    anchors: list[int], left_out: str = "",
) -> None:  # fmt: skip
    """A notice about servers, past all checks."""
    with database.write() as connection:
        connection.execute(insert(batches).values(id=number, made=time))
        connection.execute(insert(notices).values(
            id=number, batch=number, reference=f"A-{number}", rung=rung, channel=channel,
            address="security@org.example",
        ))  # fmt: skip
        for anchor in anchors:
            connection.execute(insert(notice_servers).values(notice=number, anchor=anchor))
        connection.execute(insert(notice_standings).values(
            notice=number, batch=number, status=status, rung=rung, channel=channel,
            handed_over=time, answered="",
        ))  # fmt: skip
        connection.execute(insert(notice_events).values(
            notice=number, time=time, kind="handed-over", left_out=left_out
        ))  # fmt: skip


KNOWN = (Contact("registered", "security@org.example"),)
PROVIDER = (Contact("provider", "abuse@net.example"),)


def member(server: int = 1, **changes: Any) -> Member:
    """A server that is left: open since 1 March, seen to the end, by several lists, untold."""
    values: dict[str, Any] = {
        "server": server, "organisation": f"org{server}.example", "sector": "bank",
        "region": "US-OR", "network": "64500", "product": "Microsoft Exchange Server 2016",
        "build": "15.1.2176.2", "patch": "vulnerable", "compromise": "unknown", "work": "new",
        "first_seen": "2021-03-01T10:00:00Z", "last_seen": "2021-03-31T10:00:00Z",
        "observations": 9, "left": True, "opened": "2021-03-01T10:00:00Z",
        "opened_build": "15.1.2176.2", "fixed": "", "told": "", "sources": 3, "addresses": 1,
        "provider": "", "contacts": KNOWN, "tellings": (),
    }  # fmt: skip
    return Member(**{**values, **changes})


def fixed(server: int = 1, day: int = 10, **changes: Any) -> Member:
    """A server that was seen fixed on a day of March."""
    when = f"2021-03-{day:02d}T10:00:00Z"
    return member(server, patch="fixed", left=False, fixed=when, **changes)


def told(
    day: int, rung: str = "contact", channel: str = "email", status: str = "sent"
) -> dict[str, Any]:
    """Fields of a member that was told on a day of March."""
    when = f"2021-03-{day:02d}T08:00:00Z"
    return {"told": when, "tellings": (Telling(when, rung, channel, status),)}
