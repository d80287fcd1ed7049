"""What a trait says."""

from __future__ import annotations

import pytest

from alpheus.cases.strands import TraitKind
from alpheus.fleet.hand_weights import Weights, left
from strand_filling import trait


def test_every_kind_has_its_weight_and_its_group() -> None:
    """In a table; a kind that suffices alone says more than any two others need."""
    weights = Weights()
    for kind in TraitKind:
        one = trait(kind.value, "abcdefgh.aspx")
        assert weights.group(kind)
        assert weights.bits(one) > 0
        assert weights.alone(one) == (weights.bits(one) > 9)


def test_a_page_that_was_published_does_not_suffice() -> None:
    """Who has it has not made it."""
    page = trait("page", "ab" * 32)
    assert Weights().alone(page)
    public = Weights(lambda digest: digest == page.value)
    assert not public.alone(page)
    assert public.bits(page) < Weights().bits(page)
    assert public.alone(trait("page", "cd" * 32))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (trait("carrier", "/ecp/y.js"), trait("carrier", "/ecp/oeyh72.js")),
        (trait("page-name", "aa.aspx"), trait("page-name", "xwyud66.aspx")),
        (trait("agent", "python-requests/2.25.1"), trait("agent", "quiet harvest 1.0")),
    ],
)
def test_what_many_would_choose_says_less(one: object, other: object) -> None:
    """Short names, and programs that everybody has."""
    weights = Weights()
    assert weights.bits(one) < weights.bits(other)  # type: ignore[arg-type]


def test_others_who_have_it_take_from_what_it_says() -> None:
    """Nothing is left where very many have it; never less than nothing."""
    said = [left(6, others) for others in (0, 1, 3, 100, 10_000)]
    assert said == [6, 5, 4, 0, 0]
