"""Whom a code lets in, and plain words for every state."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from alpheus.cases.database import Database
from alpheus.cases.derived_store import current
from alpheus.cases.states import Compromise, Patch, Work
from alpheus.notify import own
from alpheus.notify.model import EventKind, Rung
from alpheus.notify.wording import shipped
from cases_filling import seen
from exposure_runs import CLOSED, OPEN
from notice_samples import notice
from notices_filling import Country, contact, hour, later, provider

STATES = list(itertools.product(Patch, Compromise, Work))


def _row(patch: str, compromise: str, work: str) -> dict[str, Any]:
    return {
        "id": 1, "name": "mail.school.example", "address": "192.0.2.1", "product": "Exchange",
        "build": "15.1.2106.2", "patch": patch, "patch_since": hour(5, 1), "work": work,
        "compromise": compromise, "compromise_since": hour(6, 1), "last_seen": hour(7, 1),
    }  # fmt: skip


@pytest.mark.parametrize("tag", ["en", "es", "de"])
def test_every_state_is_said_in_every_language(tag: str) -> None:
    """What is open has steps; what is well or over has none."""
    for patch, compromise, work in STATES:
        found = own.plain(_row(patch, compromise, work), shipped().language(tag), today=hour(9, 1))
        assert bool(found.actions) == (found.condition not in {"well", "over"}), found
        if found.condition in own.URGENT - {"mitigated"}:
            assert "mail.school.example" in found.lead
        for sentence in (found.lead, *found.details):
            assert "\ue000" not in sentence


def test_nothing_open_is_called_well() -> None:
    """Whatever else is so."""
    for patch, compromise, work in STATES:
        found = own.condition_now(_row(patch, compromise, work))
        if found == "well":
            assert patch in {Patch.FIXED, Patch.NOT_AFFECTED}
            assert compromise in {Compromise.NO_EVIDENCE, Compromise.VERIFIED_CLEAN,
                                  Compromise.ATTEMPTED}  # fmt: skip
        assert (found == "over") == (work in {Work.CLOSED, Work.FALSE_POSITIVE})


def test_only_an_organisations_own_contact_sees_all_its_servers() -> None:
    """Who holds addresses, or carries the network, sees what the notice was about."""
    for rung in Rung:
        known = own.organisation_of(notice(rung=rung))
        assert known == ("school.example" if rung in {Rung.CONTACT, Rung.LETTER} else "")
        assert own.is_about_others(notice(rung=rung)) == (
            rung in {Rung.PROVIDER, Rung.NATIONAL_TEAM}
        )


def test_a_code_lets_in_while_its_notice_is_out(database: Database) -> None:
    """Neither before, nor long after; also where mail has failed, since somebody has it."""
    country = Country(database, {1: [contact("it@one.example")]})
    country.sees(seen(1, OPEN, 1))
    (one,) = country.plan()

    def why() -> str:
        with database.read() as connection:
            tables, _ = current(connection, database.place)
            return own.why_shut(connection, tables, one, now=country.notices.now)

    assert why() == "it is planned"
    country.approve()
    country.send()
    assert why() == ""
    country.notices.record(one, EventKind.BOUNCED, who="m")
    assert why() == ""
    country.time.days(own.CODE_DAYS + 1)
    assert why() == "it is too old"


def test_a_code_holds_for_a_while_from_its_first_use(database: Database) -> None:
    """And never longer than a notice's; an account ends it."""
    country = Country(database, {1: [contact("it@one.example")]})
    country.sees(seen(1, OPEN, 1))
    (one,) = country.plan()
    country.approve()
    country.send()

    def now() -> tuple[own.Uses, str]:
        with database.read() as connection:
            tables, _ = current(connection, database.place)
            why = own.why_shut(connection, tables, one, now=country.notices.now)
            return own.uses_of(connection, one), why

    uses, why = now()
    assert (uses.number, uses.first, why) == (0, "", "")
    country.notices.record(one, EventKind.CODE_USED, who="m")
    country.time.days(own.USE_DAYS - 1)
    country.notices.record(one, EventKind.CODE_USED, who="m")
    uses, why = now()
    assert (uses.number, why) == (2, "")
    assert uses.first < uses.last < uses.until
    country.time.days(2)
    assert now()[1] == "it was used first too long ago"
    country.notices.record(one, EventKind.CODE_ENDED, who="m")
    assert now()[0].ended
    assert now()[1] == "an account has taken its place"


def test_what_was_left_out_was_not_told(database: Database) -> None:
    """A server that was fixed before the notice went out is none of its reader's business."""
    country = Country(database, {n: [provider()] for n in (1, 2)})
    country.sees(seen(1, OPEN, 1), seen(2, OPEN, 1))
    (one,) = country.plan()
    country.approve()
    country.sees(later(1, CLOSED, hour(10, 8)))
    country.send()
    with database.read() as connection:
        tables, _ = current(connection, database.place)
        told = own.told_in(connection, tables, one)
    assert [each.subject.organisation for each in told] == ["org2.example"]
    assert all(each.is_theirs for each in told)
