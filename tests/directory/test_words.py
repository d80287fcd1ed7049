"""Names as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.directory.words import LONGEST, fits_label, key_of, words_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Smith & Jones, L.L.P.", "smith and jones llp"),
        ("Sociedad Eléctrica S.A.", "sociedad electrica sa"),
        ("St. Mary's Children\u2019s Hospital", "st marys childrens hospital"),
        ("Universität Straßburg e. V.", "universitat strassburg ev"),
        ("FIRST-NATIONAL_BANK", "first national bank"),
    ],
)
def test_words(name: str, words: str) -> None:
    """No capitals, accents, apostrophes or dots; initials are one word."""
    assert " ".join(words_of(name)) == words


@pytest.mark.parametrize(
    "other",
    ["Lakeview Clinic", "The LAKEVIEW Clinic, Inc.", "Lakeview Clinic LLC", "lakeview clínic"],
)
def test_spellings_of_one_name(other: str) -> None:
    """Article, legal form, capitals and accents do not tell names apart."""
    assert key_of(other) == "lakeview clinic"


@pytest.mark.parametrize(
    ("label", "fits"),
    [("firstnational", True), ("fnbspringfield", True), ("fnbs", True), ("first-national", True),
     ("fnb", False), ("springfield", False), ("fn", False), ("other", False), ("", False)],
)  # fmt: skip
def test_a_label_made_of_a_name(label: str, fits: bool) -> None:
    """A domain is made of a name's beginning, its initials, or initials and the rest."""
    assert fits_label("First National Bank of Springfield, Inc.", label) == fits


@given(st.text(max_size=400), st.text(max_size=70))
def test_any_text(name: str, label: str) -> None:
    """Nothing upsets it; a key is its own key; long names are cut."""
    assert isinstance(fits_label(name, label), bool)
    assert sum(map(len, words_of(name))) <= 4 * LONGEST * 5
    assert key_of(key_of(name)).split()[-1:] == key_of(key_of(key_of(name))).split()[-1:]
