"""An overview for tests of words, pages and pictures: a plateau, with everything there can be."""

from __future__ import annotations

from alpheus.campaign.breakdown import Owners, counted
from alpheus.campaign.channels import Reached
from alpheus.campaign.pace import pace_of
from alpheus.campaign.remaining import remaining
from alpheus.campaign.series import Point, Series
from alpheus.campaign.service import DIMENSIONS, Overview
from alpheus.cases.system_counts import Systems
from campaign_filling import fixed, member, told
from campaign_series import day, interpolated

SHAPE = interpolated({0: 900, 20: 150, 60: 148})
END = day(60)
HOSTILE = "<script>alert(1)</script>\u202e"


def overview(sector: str = "bank") -> Overview:
    """148 are left of 900; `sector` is the name of a sector."""
    points = tuple(
        Point(day(n), 900, left, 900 - left, 9 if n == 60 else 0,
              {"vulnerable": left - 3, "regressed": 3}, {"reported": 40, "re-infected": 1},
              {"new": 900}, {"regressed": 1} if n == 58 else {})
        for n, left in enumerate(SHAPE)
    )  # fmt: skip
    series = Series("", "", points)
    seen = {"last_seen": f"{END}T10:00:00Z", "sector": sector}
    members = [member(n, network="64501", **seen, **told(9)) for n in range(100)]
    members += [member(n, patch="regressed", **seen) for n in range(100, 103)]
    members += [member(n, **seen) for n in range(103, 148)]
    members += [fixed(n, 12, **told(9, "letter", "letter")) for n in range(148, 400)]
    members += [fixed(n, 20) for n in range(400, 900)]
    reached = Reached(END)
    for one in members:
        reached.add(one)
    rows = [
        ((by, sector if by == "sector" else "", patch, "unknown", "new"), numbers)
        for by in ("", *DIMENSIONS)
        for patch, numbers in (("vulnerable", (148, 900, 700, 90)), ("fixed", (752, 800, 750, 0)))
    ]
    systems = Systems()
    for n in range(900):
        systems.add({
            "service": 0, "system": 1 if n < 10 else 0, "work": "new", "compromise": "unknown",
            "patch": "vulnerable" if n < 148 else "fixed", "region": "", "network": "",
            "product": "", "build": "", "sector": sector,
        })  # fmt: skip
    return Overview(
        as_of=f"{END}T12:00:00Z", end=END, watched="CVE-2021-26855", filters={},
        total=counted(rows, systems=systems), owners=Owners(700, 120, 3),
        counts={by: counted(rows, by, systems=systems) for by in DIMENSIONS}, series=series,
        pace=pace_of(series), remaining=remaining(members, END), channels=reached.result(),
        notices=True,
    )  # fmt: skip


def nothing() -> Overview:
    """An overview of an empty database."""
    series = Series("", "", ())
    return Overview(
        as_of="2021-04-01T00:00:00Z", end="", watched="CVE-2021-26855", filters={},
        total=counted([]), owners=Owners(0, 0, 0),
        counts={by: counted([], by) for by in DIMENSIONS},
        series=series, pace=pace_of(series), remaining=remaining([], ""),
        channels=Reached("2021-04-01").result(), notices=False,
    )  # fmt: skip
