"""What the judgement of one page may cost in all."""

from __future__ import annotations

import pytest

from alpheus.detect.webshell.budget import MOST_CARRIED, MOST_STEPS, Budget
from alpheus.detect.webshell.page import Language
from webshell_code import seen_in

JS, VBS, CS = Language.JSCRIPT, Language.VBSCRIPT, Language.CSHARP


@pytest.mark.parametrize(
    ("made", "steps"),
    [
        ("a" * 200, 0),
        ("a" * 12_800, 100),
        (b"a" * 12_800, 100),
        (("a",) * 1_600, 100),
        (("a",) * 9, 0),
        (1, 0),
        (None, 0),
    ],
)
def test_what_is_long_takes_as_long_as_many_steps(made: object, steps: int) -> None:
    """Texts and arrays by their length; short ones cost nothing beside the step itself."""
    budget = Budget()
    budget.weigh(made)
    assert MOST_STEPS - budget.steps == steps


def test_a_long_text_that_is_made_again_and_again_is_not_followed_to_the_end() -> None:
    """That is told; one that is made a few times is followed."""
    long = f'a = "{"x" * 100_000}"\n'
    assert seen_in(long + 'b = a & "y"\n' * 1_000, VBS).cut
    assert not seen_in(long + 'b = a & "y"\n' * 5, VBS).cut
    assert not seen_in('a = "x"\n' + 'b = a & "y"\n' * 1_000, VBS).cut


def test_all_texts_that_are_run_share_one_budget() -> None:
    """A page whose texts hold more code than is read in all is told to be cut."""
    some = "a = b : " * (MOST_CARRIED // 16)
    assert not seen_in(f'execute "{some}"', VBS).cut
    assert seen_in("\n".join(f'execute "x = {at} : {some}"' for at in range(5)), VBS).cut


def test_more_texts_than_are_followed_are_told() -> None:
    """By their number, and by how deep they stand in each other."""
    few = "\n".join(f'execute "a{at} = 1"' for at in range(40))
    assert not seen_in(few, VBS).cut
    assert seen_in(few + '\nexecute "b = 1"', VBS).cut
    deep = '"x"'
    for _ in range(9):
        deep = '"execute ' + deep.replace('"', '""') + '"'
    assert seen_in(f"execute {deep}", VBS).cut
    assert not seen_in('execute "execute ""x = 1"""', VBS).cut
