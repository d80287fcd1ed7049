"""References are unique and say nothing; codes are found, checked and not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alpheus.notify.codes import (
    LETTERS,
    code_of,
    is_code,
    new_secret,
    plain_reference,
    reference_in,
    reference_of,
)

SECRET = "11" * 32
NUMBERS = st.integers(0, (1 << 30) - 1)


@given(NUMBERS)
def test_a_code_leads_to_its_reference(number: int) -> None:
    """And is checked by the secret alone; another secret makes another code."""
    reference = reference_of(SECRET, number)
    code = code_of(SECRET, reference)
    assert reference_in(code) == reference
    assert is_code(SECRET, code)
    assert not is_code("22" * 32, code)
    assert len(code) == 19


@given(NUMBERS)
def test_people_write_as_they_like(number: int) -> None:
    """In small letters, with blanks, without hyphens or with long ones."""
    reference = reference_of(SECRET, number)
    code = code_of(SECRET, reference)
    spread = code.replace("-", " \u2013 ")
    for text in (code.lower(), code.replace("-", ""), f" {spread}\n"):
        assert is_code(SECRET, text)
        assert reference_in(text) == reference
    for text in (reference.lower(), reference.replace("-", " "), reference[2:]):
        assert plain_reference(text) == reference


@given(NUMBERS, st.integers(0, 15), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_no_code(number: int, place: int, letter: str) -> None:
    """Wherever it stands."""
    code = code_of(SECRET, reference_of(SECRET, number)).replace("-", "")
    wrong = code[:place] + letter + code[place + 1 :]
    assert is_code(SECRET, wrong) == (wrong == code)


@given(st.text())
def test_any_other_text_is_none(text: str) -> None:
    """And nothing fails."""
    assert not is_code(SECRET, text)
    plain_reference(text)


def test_each_number_has_its_own_reference() -> None:
    """One hundred thousand in a row: none twice, and no letter that is taken for another."""
    found = {reference_of(SECRET, number) for number in range(100_000)}
    assert len(found) == 100_000
    assert set("".join(one[2:] for one in found)) == set(LETTERS)
    assert set(LETTERS).isdisjoint("01IO")


def test_a_secret_is_new_each_time() -> None:
    """Two databases do not know each other's codes; a number out of bounds is a mistake."""
    assert new_secret() != new_secret()
    with pytest.raises(ValueError, match="no number"):
        reference_of(SECRET, 1 << 30)
