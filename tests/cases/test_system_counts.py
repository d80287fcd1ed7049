"""A service counts once with all its members."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.campaign.breakdown import SystemCount
from alpheus.campaign.service import Campaign
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.cases.system_counts import NOTHING, Numbers, Systems, beside, difference, numbers_of
from alpheus.exposure.model import Pool
from cases_filling import NOW, fill, seen
from exposure_runs import CLOSED, OPEN


def server(number: int, **more: object) -> dict[str, object]:
    """What is counted of a server."""
    return {
        "id": number, "system": 0, "service": 0, "patch": "vulnerable", "compromise": "unknown",
        "work": "new", "sector": "", "region": "", "network": "", "product": "", "build": "",
        **more,
    }  # fmt: skip


SERVERS = st.lists(
    st.builds(
        server, st.integers(1, 99), system=st.sampled_from((0, 1, 2)),
        patch=st.sampled_from(("vulnerable", "fixed")), sector=st.sampled_from(("bank", "")),
        compromise=st.sampled_from(("unknown", "reported", "verified-clean")),
        service=st.sampled_from((0, 0, 0, 1)),
    ),
    max_size=8,
)  # fmt: skip


def _counted(*rows: dict[str, object]) -> Systems:
    systems = Systems()
    for row in rows:
        systems.add(row)
    return systems


def test_a_service_counts_once() -> None:
    """In whatever state its members are; and for each value that they have."""
    found = _counted(
        server(1, system=1, compromise="reported", network="1"),
        server(2, system=1, patch="fixed", network="2"),
        server(3), server(4, patch="fixed"), server(5, service=1),
    ).counted()  # fmt: skip
    assert found["", ""] == Numbers(3, 2, 2, 1, 1)
    assert found["network", "1"] == Numbers(1, 1, 1, 1, 1)
    assert found["network", "2"] == Numbers(1, 0, 0, 0, 0)


@given(SERVERS, SERVERS)
def test_parts_and_changes_add_up(
    one: list[dict[str, object]], two: list[dict[str, object]]
) -> None:
    """Counted apart and joined is counted together; a difference leads from one to the other."""
    whole, joined = _counted(*one, *two), _counted(*one)
    joined.merge(_counted(*two))
    assert joined.counted() == whole.counted()
    start = _counted(*one).counted()
    for key, more in difference(_counted(*one), whole):
        start[key] = Numbers(*map(sum, zip(start.get(key, NOTHING), more, strict=True)))
    assert start == whole.counted()


@pytest.fixture
def cases(database: Database) -> Cases:
    """A service of two, one of them open, and a server alone."""
    pool = Pool(("QQ0008XY", "QQ0009XY"), (OPEN, CLOSED), mixed=True)
    fill(database, [
        seen(5, OPEN, 5, servers=(), pool=pool, flags=("mixed-pool", "several-servers")),
        seen(5, OPEN, 6, servers=("QQ0008XY",)), seen(5, CLOSED, 7, servers=("QQ0009XY",)),
        seen(1, OPEN, 1),
    ])  # fmt: skip
    rebuild(database, now=NOW)
    return Cases(database, lambda: NOW)


def test_they_are_kept_ready(cases: Cases) -> None:
    """Beside servers, by every dimension; filters count the same from the servers."""
    (line,) = cases.statistics()
    assert (line.servers, line.systems) == (3, Numbers(2, 2, 2, 0, 0))
    campaign = Campaign(cases.database)
    (total,) = campaign.counts().lines
    assert total.systems == SystemCount(*line.systems)
    (some,) = campaign.counts("", Filters(patch=("vulnerable", "fixed"))).lines
    assert some.systems == total.systems


def test_they_follow_what_is_done(cases: Cases) -> None:
    """A service is done when no member has anything to do."""
    ids = {row["name"]: row["id"] for row in cases.page().servers}
    eight, nine = (cases.row(ids[name]) for name in ("QQ0008XY", "QQ0009XY"))
    assert eight["system"] == nine["system"] == min(eight["id"], nine["id"])
    cases.act(eight["id"], ActKind.CLOSED, who="kim", why="x", to="accepted")
    assert cases.statistics()[0].systems == Numbers(2, 1, 1, 0, 0)
    with cases.database.read() as connection:
        tables, _ = current(connection, "")
        others = beside(connection, tables, [0, eight["system"]], [eight["id"]])
        assert [row["id"] for row in others] == [nine["id"]]
        assert numbers_of(connection, tables, "sector", []) == {}
