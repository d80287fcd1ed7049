"""The parts of the campaign page say what there is, in every language."""

from __future__ import annotations

import pytest

from alpheus.campaign.series import Series
from alpheus.cases.database import Database
from alpheus.web import campaign_parts
from alpheus.web.access.roles import Grant, Person, Role
from alpheus.web.campaign_parts import (
    both,
    days_part,
    network_name,
    percent,
    region_name,
    remaining_part,
    tables_part,
    told_of,
)
from alpheus.web.campaign_view import Alerts, CampaignDesk, Whole, wait_days_of
from alpheus.web.settings import LANGUAGES
from alpheus.web.words import words
from campaign_filling import campaign
from cases_filling import NOW
from console import Clock

NONE = Alerts(0, 0, 0, 0, 0, 0, 0, 0, 0, again=False)


@pytest.fixture
def whole(database: Database, clock: Clock) -> Whole:
    """Six servers."""
    campaign(database)
    clock.now = NOW
    person = Person(1, "mia", (Grant(Role.VIEWER),))
    return CampaignDesk(database, clock, wait_days_of(None)).of(person).whole()


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_text_is_translated(language: str) -> None:
    """Also those that stand in tables."""
    assert sorted({one for one in campaign_parts.texts() if not words(language).knows(one)}) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_parts_are_made_in_every_language(whole: Whole, language: str) -> None:
    """Without a session: they are shared by all who may see the same."""
    said = words(language)
    for part in (days_part, remaining_part, tables_part):
        text = str(part(whole, said))
        assert "csrf" not in text
        assert "style=" not in text
        assert "<script" not in text
    assert said.gettext("Told, not closed") in days_part(whole, said)
    assert said.gettext("Open again") in remaining_part(whole, said)
    assert said.gettext("Bank") in tables_part(whole, said)


def test_the_picture_is_beside_its_table_and_the_published_figures(whole: Whole) -> None:
    """Whoever sees no picture reads the same, and where the figures come from."""
    text = str(days_part(whole, words("en")))
    assert 'role="img" aria-label="Servers by day, from Mar 1, 2021 to Mar 31, 2021' in text
    assert "Vulnerable: 4" in text
    assert "DIVD-2021-00001" in text
    assert "later" not in text  # the campaign lies in the days of the reference


def test_a_later_campaign_is_drawn_against_moved_days(whole: Whole) -> None:
    """And says by how much."""
    points = tuple(
        type(one)(**{name: getattr(one, name) for name in one.__struct_fields__}
                  | {"day": one.day.replace("2021-03", "2026-01")})
        for one in whole.series.points
    )  # fmt: skip
    moved = Whole(whole.key, whole.standing, whole.total, Series("", "", points), whole.pace,
                  whole.by, whole.prepared, is_current=True)  # fmt: skip
    assert "1,767 days later" in days_part(moved, words("en"))
    empty = Whole(whole.key, whole.standing, None, Series("", "", ()), whole.pace, whole.by, None,
                  is_current=False)  # fmt: skip
    assert "Nothing is known of any day yet." in days_part(empty, words("en"))
    assert remaining_part(empty, words("en")).strip() == ""


def test_regions_and_networks_have_names() -> None:
    """As far as they are known; anything else is as it is."""
    said = words("de")
    assert region_name("US-IA", said) == "Iowa"
    assert region_name("DE", said) == "Deutschland"
    assert region_name("DE-BY", said) == "Deutschland, BY"
    assert region_name("US-99", said) == "Vereinigte Staaten, 99"
    assert region_name("<b>", said) == "<b>"
    assert network_name("64501") == "AS64501"
    assert network_name("") == "?"
    assert percent(0.1234, said) == "12,3\N{NO-BREAK SPACE}%"


def test_alerts_that_there_are_lead_somewhere() -> None:
    """The others are not named."""
    assert told_of(NONE, 1_000) == []
    every = told_of(Alerts(1, 1, 2, 0, 3, 1_000, 4, 5, 0, again=False), 1_000)
    assert [one.number for one in every] == [1, 2, 5, 1_000, 4, 3]
    assert all(one.where for one in every)
    assert [one.more for one in every] == [False, False, False, True, False, False]
    assert every[2].where == "/servers?overdue=1&sort=due"


def test_servers_in_which_both_are_open_are_counted_once(whole: Whole) -> None:
    """Flaw and intrusion, less all that are left."""
    assert both(whole.total) == 1
    assert both(None) == 0
