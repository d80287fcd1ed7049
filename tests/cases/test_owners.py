"""What lists say of the owner, until a directory knows more."""

from __future__ import annotations

import pytest

from alpheus.cases.groups import described
from alpheus.cases.identity import Sighting
from alpheus.cases.owners import Said, owner_by_lists, said_of, sector_of

CLUSTER = described([Sighting(1, "probe", servers=("QQ1",), hosts=("mail.town.example",))])


def test_attributes_are_read_under_the_names_of_many_lists() -> None:
    """Country and part of it make the region."""
    found = said_of({"Geo": "us", "region": "Ohio", "naics": "622110", "sector": "x"}, "64500")
    assert found == Said("x", "622110", "US-Ohio", "64500")
    assert said_of({"country_code": "de"}, "").region == "DE"
    assert said_of({}, "1") == Said(network="1")


@pytest.mark.parametrize(
    ("word", "naics", "sector"),
    [("Hospital", "", "hospital"), ("", "52213", "credit-union"), ("", "521110", "bank"),
     ("unheard of", "99", ""), ("", "", "")],
)  # fmt: skip
def test_words_and_codes_of_sectors(word: str, naics: str, sector: str) -> None:
    """The longest code that is known counts."""
    assert sector_of(word, naics) == sector


def test_what_most_say_counts() -> None:
    """And why is told; of equals, the first by alphabet, so that order does not matter."""
    said = [Said("hospital", region="US", network="1"), Said("bank", region="DE", network="2"),
            Said("hospital")]  # fmt: skip
    owner = owner_by_lists(CLUSTER, said)
    assert (owner.sector, owner.region, owner.network) == ("hospital", "DE", "1")
    assert owner.organisation == "town.example"
    assert owner.why == "2 of 3 observations say hospital"
    assert owner_by_lists(CLUSTER, [Said()]).why == ""
