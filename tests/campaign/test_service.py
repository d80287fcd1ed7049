"""What can be asked of a campaign, on either database."""

from __future__ import annotations

import pytest

from alpheus.campaign.reasons import Reason
from alpheus.campaign.service import Campaign
from alpheus.cases.database import Database
from alpheus.cases.service_listing import Filters
from alpheus.errors import DatabaseError
from campaign_filling import campaign


def test_an_overview_holds_together(database: Database) -> None:
    """Counts, series and who is left tell the same numbers."""
    campaign(database)
    found = Campaign(database).overview()
    (total,) = found.total.lines
    last = found.series.points[-1]
    assert found.end == "2021-03-31"
    assert last.left == total.left == found.remaining.left == 4
    assert sum(one.servers for one in found.remaining.reasons) == 4
    assert found.remaining.ever == last.left + last.done == 6
    assert (last.patch, last.compromise) == (total.patch, total.compromise)
    assert last.work == total.work
    assert found.notices
    assert {one.reason for one in found.remaining.reasons} >= {Reason.AGAIN, Reason.WAITING}
    ways = {(one.rung, one.channel): (one.counted, one.fixed) for one in found.channels.ways}
    assert ways["contact", "email"] == (2, 1)


@pytest.mark.parametrize("filters", [
    Filters(sector=("bank",)), Filters(network=("AS64502",)), Filters(sector=("bank", "school")),
    Filters(patch=("vulnerable",), text="mail"),
])  # fmt: skip
def test_some_servers_are_told_as_all_are(database: Database, filters: Filters) -> None:
    """Whether they are kept ready or read one by one."""
    campaign(database)
    service = Campaign(database)
    found = service.overview(filters)
    (total,) = found.total.lines
    assert 0 < total.servers < 6 or len(filters.sector) == 2
    assert found.series.points[-1].left == total.left == found.remaining.left
    assert found.series.points[-1].known == total.servers
    assert service.counts("", filters).lines == found.total.lines
    assert found.filters
    if filters.sector == ("bank",):
        ready = next(one for one in service.counts("sector").lines if one.value == "bank")
        assert (ready.servers, ready.left, ready.victims) == (3, 2, 1)
        assert service.pace(filters).left == 2


def test_without_notices_what_people_wrote_down_counts(database: Database) -> None:
    """Databases without any notice work."""
    campaign(database, told=False)
    found = Campaign(database).overview()
    assert not found.notices
    assert [one.channel for one in found.channels.ways] == ["by hand"]


def test_servers_have_to_be_worked_out_first(database: Database) -> None:
    """With the remedy."""
    with pytest.raises(DatabaseError, match="alpheus case rebuild"):
        Campaign(database).overview()
