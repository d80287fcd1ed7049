"""Tables that are known by their columns."""

from __future__ import annotations

import pytest

from alpheus.directory.importers.layouts import BY_KIND, LAYOUTS, layout_of
from alpheus.directory.sectors import sectors


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("domain_name domain_type organization_name suborganization_name city state", "dotgov"),
        ("leaid lea_name st website", "nces-lea"),
        ("name webaddr stalp cert", "fdic"),
        ("cu_number cu_name website", "ncua"),
        ("objectid name website naics_code beds", "hifld-hospitals"),
        ("objectid name website naics_code csllea08id", "hifld-law-enforcement"),
        ("objectid name website naics_code", "hifld"),
        ("country csirt_name email", "cert"),
        ("name domains networks contact", "customers"),
        ("kunde netze kontakt", "customers"),
        ("a b c", ""),
        ("name", ""),
    ],
)
def test_a_header_tells(header: str, kind: str) -> None:
    """The first layout whose signs are all there."""
    found = layout_of(header.split())
    assert (found.kind if found else "") == kind


def test_every_layout_has_a_name_column() -> None:
    """And its kind is its own."""
    assert len(BY_KIND) == len(LAYOUTS)
    assert all("name" in layout.columns for layout in LAYOUTS)


@pytest.mark.parametrize(
    ("kind", "sector"),
    [("City", "local-government"), ("County - Election", "local-government"),
     ("Federal - Executive", "national-government"), ("Federal-Judicial", "court"),
     ("State or territory", "state-government"), ("Tribal", "tribal-government"),
     ("School district", "school"), ("Special district", "local-government"),
     ("Independent Intrastate", "state-government"), ("Something new", "government")],
)  # fmt: skip
def test_types_of_government(kind: str, sector: str) -> None:
    """A type that is not known is a government all the same."""
    assert BY_KIND["dotgov"].sector(kind, "") == sector
    assert sector in sectors()


def test_industry_codes_of_lists() -> None:
    """A list of many sectors says them row by row."""
    assert BY_KIND["hifld"].sector("", "922160") == "fire-rescue"
    assert BY_KIND["hifld-hospitals"].sector("", "") == "hospital"
