"""Notices from plan to acknowledgement, on both databases."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database
from alpheus.cases.schema import acts
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.errors import RefusedError
from alpheus.notify import approve
from alpheus.notify.codes import code_of
from alpheus.notify.model import EventKind, Status
from alpheus.notify.service import Notices
from alpheus.notify.waits import kept
from cases_filling import seen
from exposure_runs import CLOSED, OPEN
from notices_filling import BREACHED, NOW, Country, contact, hour, later, provider, ways


@pytest.fixture
def country(database: Database) -> Country:
    """Three organisations with a contact and a provider each."""
    found = Country(database, {n: [contact(f"it@one{n}.example"), provider()] for n in (1, 2, 3)})
    found.sees(seen(1, OPEN, 1), seen(2, OPEN, 1), seen(3, CLOSED, 1))
    return found


def _work(country: Country) -> list[str]:
    return [row["work"] for row in Cases(country.database).every(sort="name")]


def test_a_notice_goes_its_way(country: Country) -> None:
    """Planned, approved, handed over, acknowledged; servers say so at each step."""
    planned = country.plan()
    assert ways(planned) == ["contact: it@one1.example", "contact: it@one2.example"]
    assert country.send() == []
    country.approve()
    sent = country.send()
    assert [one.reference for one in sent] == [one.reference for one in planned]
    assert _work(country) == ["notified", "notified", "new"]
    done = country.notices.acknowledge(sent[0].code.lower(), who="reader")
    assert (done.again, done.notice.reference) == (False, sent[0].reference)
    assert _work(country) == ["acknowledged", "notified", "new"]
    kinds = [one.kind.value for one in country.notices.events(sent[0])]
    assert kinds == ["planned", "approved", "handing-over", "handed-over", "acknowledged"]
    summary = country.notices.status()
    assert (summary.told, summary.acknowledged, summary.servers_told) == (2, 1, 2)


def test_acts_name_the_notice(country: Country) -> None:
    """Who opens a case sees what was sent."""
    sent = country.tell()
    with country.database.read() as connection:
        found = connection.execute(select(acts.c.kind, acts.c.evidence, acts.c.who)).first()
    assert found == ("notified", f"notice {sent[0].reference}", "sender")


def test_nothing_goes_out_unapproved(country: Country) -> None:
    """Nor what was rejected, or whose batch nobody has looked at."""
    (first, second) = country.plan()
    assert not country.notices.claim(first, who="sender")
    country.notices.reject(1, who="lou", why="a customer of theirs", references=(first.reference,))
    country.approve()
    assert [one.id for one in country.send()] == [second.id]
    assert country.notices.status_of(first) is Status.REJECTED
    with pytest.raises(RefusedError, match="it is rejected, so it cannot be handed-over"):
        country.notices.record(first, EventKind.HANDED_OVER, who="sender")


def test_slices_of_a_plan_are_one_plan(country: Country) -> None:
    """Whoever plans approves few in a day; somebody else may approve, and so may they later."""
    settings = msgspec.structs.replace(country.settings, bulk_above=1)
    notices = Notices(country.database, settings, country.time)
    first = notices.plan(Filters(organisation=("org1.example",)), who="kim").number
    assert notices.approve(first, who="kim", digest=notices.approval(first).digest) == 1
    second = notices.plan(Filters(organisation=("org2.example",)), who="kim").number
    digest = notices.approval(second).digest
    with pytest.raises(RefusedError, match="more than 1 in a day"):
        notices.approve(second, who="kim", digest=digest)
    assert notices.approve(second, who="lou", digest=digest) == 1


def test_approval_binds_to_what_was_seen(country: Country) -> None:
    """To words and settings; a wrong, short or old digest is refused."""
    country.plan()
    found = country.notices.approval(1)
    for digest, said in (("", "12 characters"), ("0" * 64, "not what this digest is of")):
        with pytest.raises(RefusedError, match=said):
            country.notices.approve(1, who="lou", digest=digest)
    changed = msgspec.structs.replace(country.settings, tlp="TLP:RED")
    with pytest.raises(RefusedError, match="have changed"):
        Notices(country.database, changed, country.time).approve(1, who="l", digest=found.digest)
    assert country.notices.approve(1, who="lou", digest=found.digest[:12].upper()) == 2


def test_what_changed_after_the_approval_is_not_sent(
    country: Country, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By settings or templates; a new approval lets it go."""
    country.plan()
    country.approve()
    changed = msgspec.structs.replace(country.settings, tlp="TLP:GREEN")
    with pytest.raises(RefusedError, match="otherwise than it was approved"):
        list(Notices(country.database, changed, country.time).due())
    monkeypatch.setattr(approve, "templates", lambda _: "others")
    with pytest.raises(RefusedError, match="show batch 1 again"):
        list(country.notices.due())
    digest = country.notices.approval(1).digest
    country.notices.approve(1, who="lou", digest=digest)
    assert len(country.send()) == 2


def test_bulk_needs_a_second_person(country: Country) -> None:
    """However the name is written; few notices do not."""
    country.plan()
    found = country.notices.approval(1)
    strict = msgspec.structs.replace(country.settings, bulk_above=1)
    notices = Notices(country.database, strict, country.time)
    for who in ("kim", " KIM ", "K im"):
        with pytest.raises(RefusedError, match="approved by somebody else"):
            notices.approve(1, who=who, digest=found.digest)
    assert notices.approval(1).needs_second
    assert country.notices.approve(1, who="kim", digest=found.digest) == 2


def test_a_second_approval_finds_nothing(country: Country) -> None:
    """Once all of a batch is out."""
    country.tell()
    with pytest.raises(RefusedError, match="nothing in batch 1 waits"):
        country.notices.approve(1, who="lou", digest="0" * 64)
    with pytest.raises(RefusedError, match="there is no batch 7"):
        country.notices.approval(7)


def test_planning_twice_makes_no_second_notice(country: Country) -> None:
    """While the first waits, is approved, is on its way, or waits for an answer."""
    assert len(country.plan()) == 2
    assert country.plan() == []
    assert country.reasons() == {"org1.example": "planned", "org2.example": "planned"}
    country.approve()
    assert country.plan() == []
    (first, _) = list(country.notices.due())
    assert country.notices.claim(first, who="sender")
    assert country.plan() == []
    assert country.reasons()[first.organisation] == "uncertain"
    country.notices.record(first, EventKind.HANDED_OVER, who="sender")
    assert country.plan() == []
    assert country.reasons()[first.organisation] == "waiting"
    assert {one.until for one in country.omitted} == {"", "2021-03-13T09:00:00Z"}


def test_a_dry_run_writes_nothing(country: Country) -> None:
    """But tells what would be."""
    batch = country.notices.plan(who="kim", dry_run=True)
    assert (batch.number, batch.planned, batch.channels) == (0, 2, {"email": 2})
    assert country.notices.batches() == []


def test_who_does_not_answer_is_passed_over(country: Country) -> None:
    """Up the ladder, no address twice; then a person takes over."""
    country.tell()
    country.time.days(3.1)
    sent = country.tell()
    assert ways(sent) == ["provider: abuse@isp.example"]
    assert sorted(one.name for one in sent[0].subjects) == ["QQ0001XY", "QQ0002XY"]
    country.time.days(5.1)
    assert country.tell() == []
    assert set(country.reasons().values()) == {"followed-up"}
    assert country.notices.status().unreached == 2


def test_an_address_that_failed_is_never_used_again(country: Country) -> None:
    """The next plan goes on at once; also for what is new."""
    sent = country.tell()
    country.notices.record(sent[0], EventKind.BOUNCED, who="mx", detail="5.1.1 no such user")
    number = int(sent[0].organisation[3])
    assert ways(country.tell()) == ["provider: abuse@isp.example"]
    country.sees(later(number, CLOSED, hour(10, 10)), later(number, OPEN, hour(10, 11)))
    country.time.days(0.5)
    assert ways(country.tell()) == ["provider: abuse@isp.example"]


def test_an_acknowledgement_stops_the_ladder(country: Country) -> None:
    """Until something is new: that goes to the address that has worked."""
    sent = country.tell()
    for one in sent:
        country.notices.acknowledge(one.code, who="reader")
    country.time.days(15)
    assert country.tell() == []
    assert set(country.reasons().values()) == {"acknowledged"}
    country.sees(later(1, CLOSED, hour(20, 8)), later(1, OPEN, hour(21, 8)))
    new = country.plan()
    assert ways(new) == ["contact: it@one1.example"]
    assert new[0].situation == "regressed"


def test_work_that_somebody_does_stops_the_ladder(country: Country) -> None:
    """Also where no notice was acknowledged."""
    Cases(country.database, country.time).act(1, ActKind.STARTED, who="lou")
    assert ways(country.plan()) == ["contact: it@one2.example"]
    assert country.reasons()["org1.example"] == "acknowledged"


def test_a_server_that_was_fixed_is_not_told_of(country: Country) -> None:
    """Neither by the next plan nor by a sender that was quicker than the plan."""
    country.plan()
    country.approve()
    country.sees(later(1, CLOSED, hour(10, 8)))
    assert [one.organisation for one in country.send()] == ["org2.example"]
    (first,) = [one for one in country.notices.notices() if one.organisation == "org1.example"]
    assert country.notices.status_of(first) is Status.WITHDRAWN
    assert country.plan() == []


def test_between_due_and_claim_a_server_may_be_fixed(country: Country) -> None:
    """Then it is not handed over."""
    country.plan()
    country.approve()
    first = next(country.notices.due())
    number = int(first.organisation[3])
    country.sees(later(number, CLOSED, hour(10, 8)))
    assert not country.notices.claim(first, who="sender")


def test_planned_notices_are_withdrawn_by_the_next_plan(country: Country) -> None:
    """When their servers are fixed, closed, or somebody works on them."""
    country.plan()
    country.sees(later(1, CLOSED, hour(10, 8)))
    Cases(country.database, country.time).act(
        2, ActKind.CLOSED, who="lou", why="sold", to="outside"
    )
    batch = country.notices.plan(who="kim")
    assert (batch.planned, batch.withdrawn) == (0, 2)
    assert {country.notices.status_of(one) for one in country.notices.notices()} == {"withdrawn"}


def test_a_server_that_got_worse_is_told_anew(country: Country) -> None:
    """The planned notice gives way to one that says so."""
    (first, _) = country.plan()
    number = int(first.organisation[3])
    country.sees(later(number, OPEN, hour(9, 8), flags=BREACHED))
    new = country.plan()
    assert {one.situation for one in new} == {"compromised"}
    assert country.notices.status_of(first) is Status.WITHDRAWN
    assert new[0].organisation == first.organisation


def test_an_older_list_is_no_news(country: Country) -> None:
    """A server that was open even earlier than was thought is not told of again."""
    country.tell()
    country.sees(later(1, OPEN, "2021-02-01T00:00:00Z"))
    assert country.plan() == []


def test_uncertain_notices_are_settled_by_a_person(country: Country) -> None:
    """They are never due by themselves; while a sender may be at it nobody settles."""
    country.plan()
    country.approve()
    first, second = list(country.notices.due())
    for one in (first, second):
        assert country.notices.claim(one, who="sender")
    assert list(country.notices.due()) == []
    with pytest.raises(RefusedError, match="may be at it still"):
        country.notices.settle(first, sent=True, who="kim", why="log")
    country.time.days(0.5)
    with pytest.raises(RefusedError, match="say why"):
        country.notices.settle(first, sent=True, who="kim", why=" ")
    assert country.notices.settle(first, sent=True, who="kim", why="mail log") is Status.SENT
    assert country.notices.settle(second, sent=False, who="kim", why="mail log") is Status.APPROVED
    assert [one.id for one in country.send()] == [second.id]
    with pytest.raises(RefusedError, match="nothing to settle"):
        country.notices.settle(second, sent=True, who="kim", why="log")


def test_a_clock_that_is_wrong_settles_nothing(country: Country) -> None:
    """A sender whose clock is ahead may still be at it; long ago or far ahead it is not."""
    country.plan()
    country.approve()
    first = next(country.notices.due())
    country.notices.claim(first, who="sender")
    country.time.days(-0.002)
    with pytest.raises(RefusedError, match="may be at it still"):
        country.notices.settle(first, sent=True, who="kim", why="log")
    country.time.days(-400)
    assert country.notices.settle(first, sent=True, who="kim", why="log") is Status.SENT


def test_a_code_is_used_once(country: Country) -> None:
    """The second time is told; nothing is added."""
    (first, _) = country.tell()
    country.notices.acknowledge(first.code, who="reader")
    before = len(country.notices.events(first))
    again = country.notices.acknowledge(first.code, who="another")
    assert (again.again, again.who) == (True, "reader")
    assert len(country.notices.events(first)) == before


def test_wrong_codes_tell_nothing(country: Country) -> None:
    """One of nobody's, of another secret, or with a slip."""
    (first, _) = country.tell()
    other = code_of("another", first.reference)
    for code in ("", "hello", other, first.code[:-1] + ("2" if first.code[-1] != "2" else "3")):
        with pytest.raises(RefusedError, match="no code of ours"):
            country.notices.acknowledge(code, who="reader")


def test_codes_of_what_never_went_out_are_refused(country: Country) -> None:
    """Planned, rejected or withdrawn; of an uncertain one the code shows that it did go out."""
    first, second = country.plan()
    code = country.notices.with_code(first).code
    with pytest.raises(RefusedError, match="is planned, and has not gone out"):
        country.notices.acknowledge(code, who="reader")
    country.notices.reject(1, who="lou", why="no", references=(first.reference,))
    with pytest.raises(RefusedError, match="is rejected"):
        country.notices.acknowledge(code, who="reader")
    country.approve()
    country.notices.claim(next(country.notices.due()), who="sender")
    done = country.notices.acknowledge(country.notices.with_code(second).code, who="reader")
    assert country.notices.status_of(done.notice) is Status.ACKNOWLEDGED


def test_before_the_first_plan_there_is_no_code(database: Database) -> None:
    """And no notice; the remedy is said."""
    country = Country(database)
    with pytest.raises(RefusedError, match="alpheus notify plan"):
        country.notices.acknowledge("4F7K-2QXH-7PNA-3MZD", who="reader")
    assert country.notices.find("A-4F7K2Q") is None
    with pytest.raises(RefusedError, match="there is no notice 'A-4F7K2Q'"):
        country.notices.notice("A-4F7K2Q")
    assert country.notices.status().told == 0


def test_every_act_has_somebody(country: Country) -> None:
    """Who plans, approves, rejects, claims, records, acknowledges and settles is known."""
    (first, _) = country.tell()
    n = country.notices
    for ask in (
        lambda: n.plan(who=" "), lambda: n.approve(1, who="", digest=""),
        lambda: n.reject(1, who="", why="x"), lambda: n.claim(first, who=""),
        lambda: n.record(first, EventKind.BOUNCED, who=""),
        lambda: n.acknowledge("", who=""), lambda: n.settle(first, sent=True, who="", why="x"),
    ):  # fmt: skip
        with pytest.raises(RefusedError, match="say who"):
            ask()
    with pytest.raises(RefusedError, match="not taken down by hand"):
        n.record(first, EventKind.HANDING_OVER, who="kim")


def test_what_stays_of_a_notice_is_sent(database: Database) -> None:
    """A server that was fixed since is left out of it, and is not taken down as notified."""
    country = Country(database, {n: [contact("it@one.example")] for n in (1, 2)}, owned={2: 1})
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    (planned,) = country.plan()
    assert len(planned.subjects) == 2
    country.approve()
    country.sees(later(1, CLOSED, hour(10, 8)))
    (sent,) = country.send()
    assert [one.name for one in sent.subjects] == ["QQ0002XY"]
    assert _work(country) == ["new", "notified"]
    country.notices.acknowledge(sent.code, who="reader")
    assert _work(country) == ["new", "acknowledged"]


def test_what_is_told_stays_with_servers_through_merges(country: Country) -> None:
    """And with an organisation through a new key."""
    country.tell()
    Cases(country.database, country.time).merge([1, 2], who="kim", why="one rack")
    assert country.plan() == []
    country.owned = {1: 9, 2: 9}
    country.rebuild()
    assert country.plan() == []
    assert country.reasons() == {"org9.example": "waiting"}


def test_words_are_the_same_whenever_they_are_asked_for(country: Country) -> None:
    """What is shown before the approval is what is sent days later."""
    (first, _) = country.plan()
    before = country.notices.rendered(first)
    country.time.days(2)
    country.approve()
    due = next(one for one in country.notices.due() if one.id == first.id)
    assert country.notices.rendered(due) == before
    assert due.code in before.text
    assert country.time.now > NOW


def test_a_plan_keeps_how_long_its_answers_are_waited_for(country: Country) -> None:
    """For whoever counts who has not answered; a dry run keeps nothing."""
    country.notices.plan(who="planner", dry_run=True)
    with country.database.read() as connection:
        assert not kept(connection).planned
    country.plan()
    with country.database.read() as connection:
        assert kept(connection).days == country.notices.settings.wait_days
