"""The page of a server is put together quickly, whatever is in it."""

from __future__ import annotations

from alpheus.cases.assessments import Assessed
from alpheus.web.server_page import assessment_choices, number_of, packages_of
from alpheus.web.words import words
from assessments import compromised
from server_filling import document, kept_of


def _assessed(observation: int, *, whole: bool = True) -> Assessed:
    return Assessed(observation, "2021-03-10T00:00:00Z", "compromised", "operated", "", "", "", "",
                    whole)  # fmt: skip


def test_assessments_are_chosen_by_links() -> None:
    """Only where there are several, and only those that are kept whole."""
    one = (_assessed(7),)
    assert assessment_choices(one, 7, "/x", words("en")) == []
    several = (_assessed(9), _assessed(8, whole=False), _assessed(7))
    found = assessment_choices(several, 7, "/x", words("de"))
    assert [(each["href"], each["chosen"]) for each in found] == [
        ("/x?assessment=9", False), ("/x?assessment=7", True),
    ]  # fmt: skip
    assert found[0]["text"] == "10.03.2021, Kompromittiert"


def test_numbers_of_addresses_are_numbers_or_nothing() -> None:
    """Whatever somebody types there."""
    assert number_of("12") == 12
    for text in ("", "-1", "x", "1" * 30, "٣", "1.5"):
        assert number_of(text) == 0


def test_packages_have_their_names() -> None:
    """What a citation calls them leads to what was handed in."""
    found = packages_of(kept_of(document(compromised())).outline)
    assert found
    assert all(found.values())
