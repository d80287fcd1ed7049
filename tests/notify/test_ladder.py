"""Whom to tell next, and why; or why nobody."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.ladder import Decision, Open, Rules, Told, decide
from alpheus.notify.model import LADDER, Channel, Recipient, Rung, Status
from alpheus.notify.news import Facts
from alpheus.notify.recipients import Ways
from alpheus.notify.settings import WAIT_DAYS
from alpheus.notify.status import OUT

FACTS = Facts("vulnerable", "2021-03-01T00:00:00Z")
WORSE = Facts("regressed", "2021-03-09T00:00:00Z")
NOW, MADE = "2021-03-20T00:00:00Z", "2021-03-02T00:00:00Z"


def _way(rung: Rung, address: str, channel: Channel = Channel.EMAIL, **more: Any) -> Recipient:
    return Recipient(channel, rung, address, **more)


IT = _way(Rung.CONTACT, "it@one.example")
OTHER = _way(Rung.CONTACT, "office@one.example")
CALL = _way(Rung.CONTACT, "+1 555", Channel.PHONE)
OWN = _way(Rung.CONTACT, "security@org.example", on_server=True)
NOC = _way(Rung.REGISTRANT, "noc@range.example")
ISP = _way(Rung.PROVIDER, "abuse@isp.example")
TEAM = _way(Rung.NATIONAL_TEAM, "report@ncert.example")
POST = _way(Rung.LETTER, "1 Street", Channel.LETTER)
ALL = (IT, NOC, ISP, TEAM, POST)


def _told(to: Recipient, status: Status = Status.SENT, **more: Any) -> Told:
    fields: dict[str, Any] = {
        "notice": 1, "reference": "A-222222", "alone": True, "rung": to.rung,
        "channel": to.channel, "address": to.address, "status": status, "made": MADE,
        "handed_over": MADE if status in OUT else "", "answered": "", "server": 1, "facts": FACTS,
    }  # fmt: skip
    return Told(**{**fields, **more})


def _decide(
    *told: Told,
    ways: tuple[Recipient, ...] = ALL,
    facts: Facts = FACTS,
    now: str = NOW,
    breached: bool = False,
    barred: bool = False,
    known: str = "",
) -> Decision:
    return decide([Open(1, facts, known)], {1: Ways(ways, barred)}, told,
                  Rules(now, WAIT_DAYS, breached))  # fmt: skip


def _next(*told: Told, **more: Any) -> list[str]:
    return [step.recipient.address for step in _decide(*told, **more).steps]


def _reason(*told: Told, **more: Any) -> str:
    (left,) = _decide(*told, **more).left
    return left.reason.value


def test_the_first_is_the_best_contact() -> None:
    """And nobody else; a call is not made where mail does."""
    assert _next() == [IT.address]
    assert _next(ways=(IT, CALL, NOC)) == [IT.address]


def test_the_whole_ladder_is_climbed() -> None:
    """One rung each time that nobody has answered, to its end."""
    told: list[Told] = []
    for one in ALL:
        assert _next(*told) == [one.address]
        told.append(_told(one, notice=len(told)))
    assert _reason(*told) == "followed-up"


def test_other_addresses_of_a_rung_are_for_failures() -> None:
    """A rung that was told is passed over whole; one that failed is tried by the next address."""
    ways = (IT, OTHER, NOC)
    assert _next(_told(IT), ways=ways) == [NOC.address]
    assert _next(_told(IT, Status.FAILED), ways=ways) == [OTHER.address]
    both = (_told(IT, Status.FAILED), _told(OTHER, Status.FAILED, notice=2))
    assert _next(*both, ways=ways) == [NOC.address]
    assert _reason(*both, ways=(IT, OTHER)) == "no-contact"


def test_what_failed_is_not_used_for_what_is_new() -> None:
    """Nor for another server of the organisation."""
    failed = _told(IT, Status.FAILED, server=7, facts=Facts())
    assert _next(failed, facts=WORSE) == [NOC.address]


@pytest.mark.parametrize(
    ("status", "reason"),
    [(Status.PLANNED, "planned"), (Status.APPROVED, "planned"), (Status.UNCERTAIN, "uncertain"),
     (Status.SENT, "waiting"), (Status.DELAYED, "waiting"), (Status.DELIVERED, "waiting"),
     (Status.ACKNOWLEDGED, "acknowledged")],
)  # fmt: skip
def test_what_holds_it_up(status: Status, reason: str) -> None:
    """The same is told once."""
    assert _reason(_told(IT, status), now="2021-03-03T00:00:00Z") == reason


@pytest.mark.parametrize("status", [Status.REJECTED, Status.WITHDRAWN])
def test_what_never_went_out_is_told_again(status: Status) -> None:
    """Another plan may make it right."""
    assert _next(_told(IT, status)) == [IT.address]


def test_the_time_to_answer_depends_on_the_rung() -> None:
    """And begins anew when a person writes back."""
    assert _reason(_told(ISP), now="2021-03-06T00:00:00Z") == "waiting"
    assert _next(_told(ISP), now="2021-03-07T00:00:00Z") == [TEAM.address]
    answered = _told(IT, Status.DELIVERED, answered="2021-03-19T00:00:00Z")
    (left,) = _decide(answered).left
    assert (left.reason.value, left.until) == ("waiting", "2021-03-22T00:00:00Z")


def test_what_is_new_goes_to_who_answered() -> None:
    """Else to who was told last; it does not wait for the answer to what is old."""
    acknowledged = _told(NOC, Status.ACKNOWLEDGED, notice=1)
    last = _told(ISP, notice=2, handed_over="2021-03-19T00:00:00Z")
    assert _next(acknowledged, last, facts=WORSE) == [NOC.address]
    assert _next(_told(IT), last, facts=WORSE) == [ISP.address]
    answered = _told(IT, Status.DELIVERED, answered="2021-03-03T00:00:00Z")
    assert _next(answered, last, facts=WORSE) == [IT.address]


def test_a_call_goes_beside_or_after_mail() -> None:
    """Beside it where an intruder is; after it where it failed or nobody answered."""
    ways = (IT, CALL, NOC)
    assert _next(ways=ways, breached=True) == [IT.address, CALL.address]
    assert _next(_told(IT), ways=ways) == [NOC.address, CALL.address]
    assert _next(_told(IT, Status.FAILED), ways=ways) == [NOC.address, CALL.address]
    assert _next(_told(IT), _told(CALL, notice=2), ways=ways) == [NOC.address]
    assert _next(ways=(CALL,)) == [CALL.address]


def test_a_call_that_nobody_made_holds_nothing_up() -> None:
    """Unless it is all there is."""
    ways = (IT, CALL, NOC)
    waits = _told(CALL, Status.APPROVED, notice=2)
    assert _next(_told(IT), waits, ways=ways) == [NOC.address]
    assert _reason(waits, ways=(CALL,)) == "planned"
    assert _reason(_told(IT), waits, ways=ways, now="2021-03-03T00:00:00Z") == "waiting"


@pytest.mark.parametrize("breached", [True, False])
@pytest.mark.parametrize("beside", [CALL, OTHER, NOC, ISP, TEAM, POST])
def test_a_mailbox_on_the_server_is_never_alone(beside: Recipient, *, breached: bool) -> None:
    """Whatever else there is goes with it in the same plan, also where no intruder is known."""
    assert _next(ways=(OWN, beside), breached=breached) == [OWN.address, beside.address]


@pytest.mark.parametrize("breached", [True, False])
def test_only_a_mailbox_on_the_server(*, breached: bool) -> None:
    """Nothing is sent there: somebody calls. Unless the same was told by another way before."""
    another = _way(Rung.REGISTRANT, "abuse@org.example", on_server=True)
    assert _reason(ways=(OWN, another), breached=breached) == "on-server"
    assert _next(_told(IT), ways=(IT, another), breached=breached) == [another.address]


def test_rungs_below_what_went_beside_are_still_tried() -> None:
    """A provider that was told beside the contact does not skip the registrant."""
    told = (_told(OWN, notice=1), _told(ISP, notice=2))
    assert _next(*told, ways=(OWN, NOC, ISP, TEAM), breached=True) == [NOC.address]


def test_why_nobody() -> None:
    """Nothing is known, or what is known is never to be used, or the case says who knows."""
    assert _reason(ways=()) == "no-contact"
    assert _reason(ways=(), barred=True) == "never"
    assert _reason(known="the case is in-progress") == "acknowledged"


def test_servers_of_one_organisation_go_together() -> None:
    """Into one notice for each address, also where the reasons differ."""
    ways = {1: Ways((IT, NOC)), 2: Ways((IT, NOC)), 3: Ways((IT, ISP))}
    servers = [Open(n, FACTS) for n in (1, 2, 3)]
    found = decide(servers, ways, [_told(IT)], Rules(NOW, WAIT_DAYS))
    assert {s.recipient.address: s.servers for s in found.steps} == {
        NOC.address: (1,), IT.address: (2, 3),
    }  # fmt: skip


def test_a_planned_notice_gives_way_to_one_about_more() -> None:
    """One that was approved, or is about several organisations, does not."""
    ways = {1: Ways((IT,)), 2: Ways((IT,))}
    servers = [Open(1, FACTS), Open(2, FACTS)]
    found = decide(servers, ways, [_told(IT, Status.PLANNED)], Rules(NOW, WAIT_DAYS))
    assert (found.steps[0].servers, found.superseded) == ((1, 2), {1})
    for other in (_told(IT, Status.APPROVED), _told(IT, Status.PLANNED, alone=False)):
        found = decide(servers, ways, [other], Rules(NOW, WAIT_DAYS))
        assert (found.steps[0].servers, found.superseded) == ((2,), frozenset())


STATUSES = st.sampled_from(Status)
TOLD = st.lists(
    st.builds(
        lambda n, to, status, day: _told(to, status, notice=n,
                                         handed_over=f"2021-03-{day:02d}T00:00:00Z"),
        st.integers(1, 9), st.sampled_from((*ALL, OTHER, CALL, OWN)), STATUSES,
        st.integers(1, 19),
    ),
    max_size=6,
)  # fmt: skip


@given(TOLD, st.sets(st.sampled_from((*ALL, OTHER, CALL, OWN))), st.booleans())
def test_nothing_is_repeated_and_nobody_is_forgotten(
    told: list[Told], ways: set[Recipient], breached: bool
) -> None:
    """Whatever has happened: a step or a reason, and a mailbox on the server never alone."""
    ordered = tuple(sorted(ways, key=lambda one: LADDER.index(one.rung)))
    found = _decide(*told, ways=ordered, breached=breached)
    assert bool(found.steps) != bool(found.left)
    kept = [one for one in told if one.notice not in found.superseded]
    used = {(one.channel, one.address) for one in kept
            if one.status in {*OUT, Status.FAILED, Status.ACKNOWLEDGED}}  # fmt: skip
    chosen = [step.recipient for step in found.steps]
    assert used.isdisjoint((one.channel, one.address) for one in chosen)
    if any(one.on_server for one in chosen):
        elsewhere = any(one.status in OUT and one.address != OWN.address for one in kept)
        assert elsewhere or any(not one.on_server for one in chosen)
