"""Sectors and the names of their members."""

from __future__ import annotations

import pytest

from alpheus.lab.country.sectors import COUNTRIES, LANGUAGES, NAICS, SECTORS, STATES

RESTRICTED = (
    ".gov", ".edu", ".mil", ".bank", ".us", ".nhs.uk", ".police.uk", ".gov.uk", ".ac.uk", ".sch.uk",
    ".gv.at", ".ac.at", ".gob.mx", ".edu.mx",
)  # fmt: skip


def test_all_sectors_are_there() -> None:
    """Those that were hit in 2021."""
    assert set(SECTORS) == {
        "company", "local-government", "school", "law-firm", "bank", "credit-union", "non-profit",
        "hospital", "utility", "university", "police", "fire-and-rescue", "telecom", "defence",
        "research", "think-tank",
    } == set(NAICS)  # fmt: skip


@pytest.mark.parametrize("name", SECTORS)
def test_no_domain_can_be_somebodys(name: str) -> None:
    """Open domains are reserved ones; restricted ones hold an invented word."""
    for forms in SECTORS[name].forms.values():
        for _, domain, _ in forms:
            assert domain.endswith((".example", *RESTRICTED))
            assert "{place}" in domain or "{word}" in domain


def test_countries_have_languages() -> None:
    """Each, and the United States have fifty states; a company can be anywhere."""
    countries = {COUNTRIES.at(place / 1000) for place in range(1000)}
    assert countries == set(LANGUAGES) == set(SECTORS["company"].forms)
    assert len(set(STATES)) == 50
