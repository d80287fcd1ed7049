"""Sectors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory import sectors as module
from alpheus.directory.domains import domain_of
from alpheus.directory.sectors import (
    SectorHint,
    decide_sector,
    domain_hints,
    list_hints,
    naics_sector,
    name_hints,
    sector_named,
    sectors,
)
from alpheus.errors import KnowledgeError

NEEDED = (
    "bank", "credit-union", "non-profit", "telecom", "utility", "police", "fire-rescue", "hospital",
    "local-government", "school", "law-firm", "defence", "research", "think-tank",
)  # fmt: skip
HINT = st.builds(
    SectorHint, st.sampled_from(sorted(sectors())), st.integers(1, 99), st.just("because")
)


def test_the_sectors_of_the_reports_are_there() -> None:
    """Those that victims of a mass event were counted by."""
    assert set(NEEDED) <= set(sectors())


@pytest.mark.parametrize(
    ("name", "sector"),
    [
        ("Springfield Independent School District", "school"),
        ("Navy Federal Credit Union", "credit-union"),
        ("City of Springfield Police Department", "police"),
        ("City of University Park", "local-government"),
        ("St. John's University Hospital", "hospital"),
        ("Lakeview Volunteer Fire Company", "fire-rescue"),
        ("Rechtsanwälte Muster & Partner", "law-firm"),
        ("Stadtwerke Musterstadt GmbH", "utility"),
        ("Ayuntamiento de Villanueva", "local-government"),
        ("Hospital Clínico San Juan", "hospital"),
        ("Sparkasse Musterstadt", "bank"),
        ("Abogados García y Asociados", "law-firm"),
        ("Freiwillige Feuerwehr Musterdorf", "fire-rescue"),
        ("Colegio de Abogados", "law-firm"),
        ("Musterville Ornaments", ""),
    ],
)
def test_names_in_three_languages(name: str, sector: str) -> None:
    """English, Spanish and German; a name that says nothing has no sector."""
    assert decide_sector(name_hints(name)).sector == sector


@pytest.mark.parametrize(
    ("code", "sector"),
    [("522110", "bank"), ("522130", "credit-union"), ("622110", "hospital"), ("611110", "school"),
     ("922120", "police"), ("517311", "telecom"), ("221122", "utility"), ("541110", "law-firm"),
     ("99", ""), ("", ""), ("5", ""), ("five", ""), ("5221100", "")],
)  # fmt: skip
def test_industry_codes(code: str, sector: str) -> None:
    """The longest known beginning decides; what is no code has no sector."""
    assert naics_sector(code) == sector


def test_a_providers_code_says_little() -> None:
    """The code of the internet provider is not its customer's sector."""
    found = list_hints("517311", "Communications, Service Provider, and Hosting Service")
    assert found
    assert decide_sector(found).sector == ""
    mixed = decide_sector([*found, *name_hints("Lakeview Clinic")])
    assert mixed.sector == "health"
    assert decide_sector(list_hints("622110", "")).sector == "hospital"


def test_words_of_lists() -> None:
    """A list's own word for a sector is understood, whatever its capitals."""
    assert sector_named("Public Administration") == "government"
    assert sector_named("law-firm") == "law-firm"
    assert sector_named("Miscellaneous") == ""


def test_domains_and_their_labels() -> None:
    """A rule of the domain, and keywords of a label that is not a place's."""
    host = "mail.firstbank.example"
    assert [hint.sector for hint in domain_hints(host, domain_of(host))] == ["bank"]
    host = "mail.ci.bank.or.us"
    assert {hint.sector for hint in domain_hints(host, domain_of(host))} == {"local-government"}


@given(st.lists(HINT, min_size=1, max_size=8))
def test_the_decision_is_one_of_the_hints(hints: list[SectorHint]) -> None:
    """It never invents a sector, and does not depend on the order of weights that differ."""
    found = decide_sector(hints)
    assert found.sector == "" or found.sector in {hint.sector for hint in hints}
    assert found.sector not in found.others
    assert decide_sector([*hints, *hints]) == found


def test_no_hints_no_sector() -> None:
    """Nothing says nothing; a faint hint names nothing."""
    assert decide_sector([]).sector == ""
    assert decide_sector([SectorHint("bank", 5, "")]).sector == ""


@pytest.mark.parametrize("change", [{"sector": ""}, {"title": ""}, {"within": "nowhere"}])
def test_a_bad_line_is_named(change: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A sector has a name of its own, a title, and lies within known ones."""
    row = {"sector": "a", "title": "A", "within": "", "naics": "", "words": ""} | change
    monkeypatch.setattr(module, "read_table", lambda *_: [row])
    sectors.cache_clear()
    try:
        with pytest.raises(KnowledgeError, match="sector"):
            sectors()
    finally:
        sectors.cache_clear()


def test_the_state_at_the_end_of_a_gov_name() -> None:
    """It is a local government's, and the word before it still counts."""
    for host, sector in (("lakeviewor.gov", "local-government"), ("lakeviewpdor.gov", "police"),
                         ("lakeview.gov", "government")):  # fmt: skip
        assert decide_sector(domain_hints(host, domain_of(host))).sector == sector
