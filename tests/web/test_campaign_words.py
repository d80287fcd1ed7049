"""Every reason, group and trend has its words, and a place where its servers are."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from alpheus.campaign.kinds import kinds_of
from alpheus.campaign.pace import Trend
from alpheus.campaign.reasons import Reason
from alpheus.campaign.remaining import UNRANKED
from alpheus.cases.service_listing import SORTS, Filters
from alpheus.web import campaign_words
from campaign_filling import END, member


def test_everything_that_can_be_said_has_words() -> None:
    """Whoever adds a reason adds what to do about it."""
    assert set(campaign_words.REASONS) == set(Reason)
    assert set(campaign_words.TRENDS) == set(Trend)
    ranked = {kind for kind, _ in kinds_of(member(), END)} - UNRANKED
    assert ranked == set(campaign_words.KINDS) == set(campaign_words.ACTS)


def test_values_of_groups_that_are_words_of_ours_are_known() -> None:
    """They are translated; names of others never are."""
    for kind, value in kinds_of(member(), END):
        if kind in campaign_words.VALUES:
            assert campaign_words.is_ours(kind, value), (kind, value)
    assert not campaign_words.is_ours("network", "known")
    assert campaign_words.is_ours("network", "unknown")


def test_links_ask_for_what_there_is() -> None:
    """Each filter of an address is one of the list's, and each sort one of its orders."""
    places = [why.where for why in campaign_words.REASONS.values()]
    places += [where for _, where in campaign_words.NEWS.values()]
    places += [campaign_words.group_at("intrusion", "reported or proven"),
               campaign_words.group_at("sector", "police")]  # fmt: skip
    known = {*Filters.__dataclass_fields__, "sort"}
    for where in places:
        asked = parse_qs(urlsplit(where).query, keep_blank_values=True)
        if where.startswith("/servers"):
            assert set(asked) <= known, where
            assert set(asked.get("sort", [])) <= set(SORTS)


def test_an_address_holds_any_value() -> None:
    """Also one that an attacker chose."""
    hostile = "a&patch=fixed#<\"'"
    where = campaign_words.servers_at(region=hostile)
    assert parse_qs(urlsplit(where).query) == {"region": [hostile]}
    assert campaign_words.servers_at(work=("a", "b")) == "/servers?work=a&work=b"
    assert campaign_words.group_at("sector", "unknown") == "/servers?sector="
    assert campaign_words.group_at("owner", "unknown") == "/servers?organisation="
    assert campaign_words.group_at("contact", "none") == ""
