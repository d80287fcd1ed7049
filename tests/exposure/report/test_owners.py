"""Whose network it is, by the word of a list."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.exposure.report.owners import NOBODY, Owner, owner_of


@pytest.mark.parametrize(
    ("attributes", "owner"),
    [
        ({"asn": "64500", "geo": "de", "sector": "Education"}, Owner("AS64500", "Education", "DE")),
        ({"asn": "AS64500", "org": "Example", "location.country_code": "AT"},
         Owner("AS64500 Example", "", "AT")),
        ({"autonomous_system.asn": "64500", "autonomous_system.name": "EX",
          "location.country": "Austria"}, Owner("AS64500 EX", "", "AUSTRIA")),
        ({"x": "y"}, NOBODY),
        ({}, NOBODY),
    ],
)  # fmt: skip
def test_lists_name_it_in_their_own_ways(attributes: dict[str, str], owner: Owner) -> None:
    """Shadowserver, Shodan, Censys, and tables of people."""
    assert owner_of(msgspec.json.encode(attributes)) == owner


@given(st.binary() | st.dictionaries(st.sampled_from(["asn", "geo"]), st.integers() | st.text())
       .map(msgspec.json.encode))  # fmt: skip
def test_odd_attributes_name_nobody(raw: bytes) -> None:
    """What cannot be read is no reason to fail, and no text is long."""
    assert all(len(text) <= 80 for text in owner_of(raw))
