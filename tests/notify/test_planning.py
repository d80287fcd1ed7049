"""One pass over all organisations: aggregated, bounded, whole or not at all."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from alpheus.cases.acts import ActKind
from alpheus.cases.database import Database, open_database
from alpheus.cases.service import Cases
from alpheus.cases.service_listing import Filters
from alpheus.directory.owner_model import Advice
from alpheus.errors import DatabaseBusyError, DatabaseError
from alpheus.notify import planning
from alpheus.notify.model import Status
from alpheus.notify.planning import Spool
from alpheus.notify.store import Draft
from cases_filling import seen
from exposure_runs import CLOSED, OPEN
from mail_samples import made_notice
from notices_filling import BREACHED, Country, contact, hour, later, provider, usual, ways


def test_an_organisation_gets_one_notice_about_all_its_servers(database: Database) -> None:
    """With the states of each, and what was seen, when, by whom."""
    country = Country(database, {n: [contact("it@one.example")] for n in (1, 2, 3)},
                      owned={2: 1, 3: 1})  # fmt: skip
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 2, flags=BREACHED), seen(3, CLOSED, 1))
    (one,) = country.plan()
    assert (one.organisation, one.owner) == ("org1.example", "Organisation org1.example")
    assert {s.name: (s.patch, s.compromise) for s in one.subjects} == {
        "QQ0001XY": ("vulnerable", "unknown"), "QQ0002XY": ("vulnerable", "reported"),
    }  # fmt: skip
    assert one.situation == "mixed"
    evidence = next(s.evidence for s in one.subjects if s.name == "QQ0002XY")
    assert evidence[0].startswith("2021-03-02 10:00 UTC: ")
    assert all("(probe)" in line for line in evidence)


def test_only_what_is_open_selects(database: Database) -> None:
    """Not what is fixed, ended, cleaned, or unknown."""
    country = Country(database, {n: [contact(f"it@one{n}.example")] for n in range(1, 7)})
    country.sees(seen(1, OPEN, 1), seen(2, CLOSED, 1), seen(3, None, 1), seen(4, OPEN, 1),
                 seen(5, OPEN, 1), seen(6, CLOSED, 1, flags=BREACHED))  # fmt: skip
    cases = Cases(database, country.time)
    cases.act(4, ActKind.CLOSED, who="kim", why="gone", to="gone")
    cases.act(5, ActKind.FALSE_POSITIVE, who="kim", why="lab", until="2021-05-01T00:00:00Z")
    assert {one.organisation for one in country.plan()} == {"org1.example", "org6.example"}
    cases.act(6, ActKind.CLEANED, who="kim", evidence="plan 7")
    batch = country.notices.plan(who="kim")
    assert (batch.planned, batch.withdrawn) == (0, 1)


def test_filters_choose_servers(database: Database) -> None:
    """A notice is about those that fit alone; the batch says by what."""
    country = Country(database, {n: [contact("it@one.example")] for n in (1, 2)}, owned={2: 1})
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1, flags=BREACHED))
    (one,) = country.plan(filters=Filters(compromise=("reported",)))
    assert [s.name for s in one.subjects] == ["QQ0002XY"]
    assert country.notices.batch(1).filters == '{"compromise":["reported"]}'
    assert country.plan(filters=Filters(organisation=("nobody.example",))) == []


def test_providers_are_told_of_their_own_network_once(database: Database) -> None:
    """Of all organisations and unknown owners in it, in one notice each."""
    country = Country(
        database,
        {1: [provider("a@isp.example")], 2: [provider("b@isp.example")],
         3: [provider("a@isp.example")], 4: [provider("b@isp.example")]},
        owned={2: 1}, nobodys=frozenset({3, 4}),
    )  # fmt: skip
    country.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3, 4)))
    found = country.plan()
    assert {one.recipient.address: sorted(s.name for s in one.subjects) for one in found} == {
        "a@isp.example": ["QQ0001XY", "QQ0003XY"], "b@isp.example": ["QQ0002XY", "QQ0004XY"],
    }  # fmt: skip
    assert {(one.organisation, one.owner) for one in found} == {("", "")}
    owners = {s.name: s.owner for one in found for s in one.subjects}
    assert owners["QQ0001XY"] == "Organisation org1.example"
    assert owners["QQ0003XY"] == ""
    assert country.plan() == []


def test_a_provider_is_written_to_in_one_language(database: Database) -> None:
    """That of most of its customers, unless the settings say which."""
    country = Country(database, {n: [provider()] for n in (1, 2, 3)})
    country.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3)))
    for languages, expected in (
        ({"org1.example": "de", "org2.example": "de"}, "de"),
        ({"org1.example": "de", "isp.example": "es"}, "es"),
    ):
        country.notices.settings = msgspec.structs.replace(country.settings, languages=languages)
        drafts: list[Draft] = []
        country.notices.plan(who="kim", dry_run=True, drafted=drafts.append)
        assert [(one.notice.language, len(one.notice.subjects)) for one in drafts] == [
            (expected, 3)
        ]


def test_a_server_of_no_known_address_is_in_its_owners_network(database: Database) -> None:
    """As an assessment has it: its owner's provider is told, beside a mailbox that may be read."""
    own = usual("org1.example")
    country = Country(database, {1: [own], 2: [own, provider()]}, owned={2: 1})
    nowhere = dataclasses.replace(seen(1, OPEN, 1, flags=BREACHED), address="")
    country.sees(nowhere, seen(2, CLOSED, 1))
    assert ways(country.plan()) == ["contact: security@org1.example", "provider: abuse@isp.example"]


def test_a_long_notice_to_a_provider_is_several(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each about a part of the servers."""
    monkeypatch.setattr(planning, "MOST_SUBJECTS", 2)
    country = Country(database, {n: [provider()] for n in range(1, 6)})
    country.sees(*(seen(n, OPEN, 1) for n in range(1, 6)))
    assert sorted(len(one.subjects) for one in country.plan()) == [1, 2, 2]


def test_an_intruder_reads_mailboxes_on_any_server_of_the_organisation(database: Database) -> None:
    """So that mail about another server names no details either, and never goes alone."""
    own = usual("org1.example")
    country = Country(database, {1: [own], 2: [own, provider()]}, owned={2: 1})
    country.sees(seen(1, OPEN, 1, flags=BREACHED), seen(2, OPEN, 1))
    found = country.plan()
    mail = [one for one in found if one.recipient.on_server]
    assert all(one.reduced for one in mail)
    assert {s.name for one in mail for s in one.subjects} == {"QQ0002XY"}
    assert "provider: abuse@isp.example" in ways(found)
    assert [one.reason.value for one in country.omitted] == ["on-server"]


def test_why_organisations_get_none_is_kept(database: Database) -> None:
    """Of those that need a person; as of the last plan of all."""
    country = Country(database, {1: [], 2: [contact("it@one.example")]})
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    country.plan()
    assert country.reasons() == {"org1.example": "no-contact"}
    assert country.notices.status().unreached == 1
    country.plan(filters=Filters(organisation=("org2.example",)))
    assert country.notices.status().unreached == 1
    country.contacts = {1: [contact("x@y.example")]}
    country.rebuild()
    country.plan()
    assert country.notices.status().unreached == 0


def test_a_new_server_joins_the_planned_notice(database: Database) -> None:
    """While nobody has approved it; the old one is withdrawn."""
    country = Country(database, {n: [contact("it@one.example")] for n in (1, 2)}, owned={2: 1})
    country.sees(seen(1, OPEN, 1))
    (first,) = country.plan()
    country.sees(seen(2, OPEN, 1))
    (second,) = country.plan()
    assert len(second.subjects) == 2
    assert country.notices.status_of(first) is Status.WITHDRAWN


def test_a_notice_about_several_gives_way_when_one_is_fixed(database: Database) -> None:
    """Before the approval; after it the sender leaves the server out."""
    country = Country(database, {n: [contact("it@one.example")] for n in (1, 2)}, owned={2: 1})
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    (first,) = country.plan()
    country.sees(later(2, CLOSED, hour(10, 8)))
    (second,) = country.plan()
    assert len(second.subjects) == 1
    assert country.notices.status_of(first) is Status.WITHDRAWN
    assert country.plan() == []


def test_a_planned_notice_to_a_provider_gives_way_when_one_is_fixed(database: Database) -> None:
    """Another, about the rest, takes its place."""
    country = Country(database, {n: [provider()] for n in (1, 2, 3)})
    country.sees(*(seen(n, OPEN, 1) for n in (1, 2, 3)))
    country.plan()
    country.sees(later(2, CLOSED, hour(10, 8)))
    (second,) = country.plan()
    assert sorted(s.name for s in second.subjects) == ["QQ0001XY", "QQ0003XY"]
    assert country.notices.batch(2).withdrawn == 1


def test_what_was_sent_meanwhile_is_not_withdrawn(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan and a sender at the same time: what has gone out stays what it is."""
    country = Country(database, {1: [contact("it@one.example")]})
    country.sees(seen(1, OPEN, 1))
    (first,) = country.plan()
    country.approve()
    go_through = planning._Planner.go_through

    def slow(self: planning._Planner, filters: Filters) -> None:
        self.found.withdrawn[first.id] = "so"
        go_through(self, filters)
        country.send()

    monkeypatch.setattr(planning._Planner, "go_through", slow)
    assert country.notices.plan(who="kim").withdrawn == 0
    assert country.notices.status_of(first) is Status.SENT


def test_one_plans_at_a_time(place: str, database: Database) -> None:
    """Nor while servers are worked out anew."""
    country = Country(database, {1: [contact("it@one.example")]})
    country.sees(seen(1, OPEN, 1))
    with open_database(place) as other, other.work(), pytest.raises(DatabaseBusyError):
        country.plan()


def test_before_servers_are_worked_out_nothing_is_planned(database: Database) -> None:
    """The remedy is said."""
    with pytest.raises(DatabaseError, match="alpheus case rebuild"):
        Country(database).plan()


def test_languages_are_those_of_the_organisation(database: Database) -> None:
    """By its key in the settings, else by its country."""
    country = Country(database, {1: [contact("it@one.example")], 2: [contact("it@two.example")]})
    country.notices.settings = msgspec.structs.replace(
        country.settings, languages={"org1.example": "de"}
    )
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    assert {one.organisation: one.language for one in country.plan()} == {
        "org1.example": "de", "org2.example": "en",
    }  # fmt: skip


def test_national_teams_are_told_of_all_countries_organisations(database: Database) -> None:
    """Where nobody below is known, in one notice."""
    team = Advice("national-cert", "report@ncert.example", name="NCERT")
    country = Country(database, {n: [team] for n in (1, 2)})
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    (one,) = country.plan()
    assert (one.recipient.rung, len(one.subjects)) == ("national-team", 2)


def test_a_spool_gives_back_the_most_urgent_first() -> None:
    """In the order of their coming where they are as urgent."""
    spool = Spool()
    try:
        for name, priority in (("a", 1), ("b", 9), ("c", 1), ("d", 9)):
            spool.add(Draft(made_notice(), (), name), priority)
        assert [one.why for one in spool] == ["b", "d", "a", "c"]
        assert len(spool) == 4
    finally:
        spool.close()


def test_it_is_heard_how_far_a_plan_is(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Now and then, by organisations that have been gone through."""
    monkeypatch.setattr(planning, "_ORGANISATIONS", 2)
    country = Country(database, {n: [contact(f"it@owner{n}.example")] for n in range(1, 6)})
    country.sees(*(seen(n, OPEN, 1) for n in range(1, 6)))
    heard: list[int] = []
    assert len(country.plan(heard=heard.append)) == 5
    assert heard == [2, 4]
