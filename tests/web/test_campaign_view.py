"""What is told of a campaign, to whom, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alpheus.campaign.prepared import prepare
from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.rebuild import rebuild
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.errors import DatabaseError, RefusedError, UsageError
from alpheus.notify.model import Rung
from alpheus.web import campaign_view
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.campaign_view import (
    CampaignDesk,
    CampaignOf,
    Seen,
    is_outdated,
    numbers_of,
    read_seen,
    wait_days_of,
)
from campaign_filling import campaign, notice
from cases_filling import NOW, fill, seen
from console import Clock
from exposure_runs import CLOSED, OPEN

EVERYBODY = Person(1, "mia", (Grant(Role.ANALYST),))


@pytest.fixture
def database(place: str) -> Iterator[Database]:
    """An empty database, on either."""
    with open_database(place) as opened:
        yield opened


@pytest.fixture
def desk(database: Database, clock: Clock) -> CampaignDesk:
    """A desk over six servers."""
    campaign(database)
    clock.now = NOW
    return CampaignDesk(database, clock, wait_days_of(None))


def _of(desk: CampaignDesk, *organisations: str) -> CampaignOf:
    return desk.of(Person(1, "mia", tuple(Grant(Role.VIEWER, one) for one in organisations)))


def test_all_of_it_holds_together(desk: CampaignDesk) -> None:
    """What is kept ready and what is read one by one tell the same."""
    whole = desk.of(EVERYBODY).whole()
    assert whole.total
    assert whole.last
    assert whole.total.left == whole.last.left == 4
    assert whole.ever == 6
    assert whole.prepared
    assert whole.prepared.remaining.left == 4
    assert whole.is_current
    assert numbers_of(whole.last) == {"flaw": 4, "intrusion": 1, "told": 2}


def test_who_has_a_role_in_some_organisations_sees_these_alone(desk: CampaignDesk) -> None:
    """Counted from their servers; all numbers are bounded."""
    mine = _of(desk, "org1.example", "org4.example")
    whole = mine.whole()
    assert whole.total
    assert (whole.total.servers, whole.total.left) == (2, 1)
    assert [one.value for one in whole.by["sector"].lines] == ["bank"]
    assert mine.counts("sector").lines[0].servers == 2
    assert mine.overview().total.lines[0].servers == 2
    assert mine.filters == Filters(organisation=("org1.example", "org4.example"))


def test_who_may_see_nothing_has_no_campaign(desk: CampaignDesk) -> None:
    """An organisation has its own page."""
    with pytest.raises(RefusedError, match="there is no campaign"):
        desk.of(Person(1, "x", (Grant(Role.CONSTITUENT, "org1.example"),)))
    with pytest.raises(UsageError):
        desk.of(EVERYBODY).counts("colour")


def test_what_was_not_worked_out_is_told_apart_from_what_is_empty(
    database: Database, clock: Clock
) -> None:
    """With how many observations wait."""
    fill(database, [seen(1, OPEN, 1)])
    mine = CampaignDesk(database, clock, wait_days_of(None)).of(EVERYBODY)
    assert mine.waiting() == ("", 1)
    with pytest.raises(DatabaseError, match="alpheus case rebuild"):
        mine.whole()


def test_it_is_made_anew_when_something_was_done(desk: CampaignDesk, clock: Clock) -> None:
    """And kept as long as nothing was."""
    mine = desk.of(EVERYBODY)
    first = mine.whole()
    assert mine.whole() is first
    cases = Cases(desk.database, clock)
    server = cases.page(Filters(patch=("vulnerable",))).servers[0]["id"]
    cases.act(server, ActKind.STARTED, who="mia")
    again = mine.whole()
    assert again is not first
    assert again.last
    assert again.last.work["in-progress"] == 1


def test_what_came_since_somebody_looked(desk: CampaignDesk, clock: Clock) -> None:
    """Also what became known now of days before, since it was not known then."""
    mine = desk.of(EVERYBODY)
    before = read_seen(mine.seen_text(mine.whole()))
    assert mine.news(mine.whole(), before) == {}
    fill(desk.database, [seen(2, CLOSED, 31), seen(7, OPEN, 2)])
    clock.now = NOW + timedelta(days=1)
    rebuild(desk.database, now=clock.now)
    cases = Cases(desk.database, clock)
    server = cases.page(Filters(organisation=("org6.example",))).servers[0]["id"]
    cases.act(server, ActKind.ACKNOWLEDGED, who="mia")
    found = mine.news(mine.whole(), before)
    assert found == {"new": 1, "fixed": 1, "acknowledged": 1}


def test_other_roles_cannot_be_compared(desk: CampaignDesk) -> None:
    """Nor what was never looked at."""
    mine = desk.of(EVERYBODY)
    assert mine.news(mine.whole(), None) is None
    other = _of(desk, "org1.example")
    assert mine.news(mine.whole(), other.seen(other.whole())) is None


@pytest.mark.parametrize("text", ["", "{", "2021-03-01T00:00:00Z", "[]", "{}", "\ud800"])
def test_what_no_program_of_ours_kept_is_no_look(text: str) -> None:
    """It is as if nobody had looked."""
    assert read_seen(text) is None
    assert read_seen('{"time":"2021-03-01T00:00:00Z"}') == Seen("2021-03-01T00:00:00Z")


def test_alerts_count_what_must_not_be_overlooked(desk: CampaignDesk) -> None:
    """Servers that are open again, notices that are late or uncertain; each bounded by role."""
    notice(desk.database, 8, "contact", "email", "uncertain", "", [1])
    mine = desk.of(EVERYBODY)
    found = mine.alerts(mine.whole())
    assert (found.regressed, found.regressed_lately) == (1, 1)
    assert (found.re_infected, found.uncertain) == (0, 1)
    assert found.overdue_notices == 1  # the letter waits two weeks
    assert (found.waiting, found.again) == (0, False)
    fill(desk.database, [seen(9, OPEN, 1)])
    desk.alerts = campaign_view.Kept(1)
    assert mine.alerts(mine.whole()).waiting == 1
    other = _of(desk, "org4.example")
    told = other.alerts(other.whole())
    assert (told.regressed, told.uncertain, told.overdue_notices, told.waiting) == (1, 0, 0, 0)


def test_of_many_servers_it_is_worked_out_ahead(
    desk: CampaignDesk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page does not wait for it; what is there is told with its age."""
    monkeypatch.setattr(campaign_view, "AT_ONCE", 1)
    mine = desk.of(EVERYBODY)
    whole = mine.whole()
    assert whole.prepared is None
    assert is_outdated(whole, clock())
    with pytest.raises(RefusedError, match="worked out"):
        mine.overview()
    prepare(desk.database, clock)
    whole = mine.whole()
    assert whole.prepared
    assert not is_outdated(whole, clock())
    assert mine.overview().remaining.left == 4
    rebuild(desk.database, now=NOW + timedelta(days=1))
    whole = mine.whole()
    assert whole.prepared
    assert not whole.is_current
    assert is_outdated(whole, clock())


def test_it_is_tried_unasked_now_and_then(desk: CampaignDesk, clock: Clock) -> None:
    """A process that fails is not begun with every page."""
    assert desk.may_try()
    assert not desk.may_try()
    clock.pass_by(minutes=11)
    assert desk.may_try()


def test_how_long_answers_are_waited_for_is_a_setting(tmp_path: Path) -> None:
    """As usual where there are no settings; they are read once."""
    assert wait_days_of(None)()[Rung.LETTER] == 14
    broken = wait_days_of(tmp_path / "none.yaml")
    with pytest.raises(Exception, match=r"none\.yaml"):
        broken()
